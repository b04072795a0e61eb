//! `explain` in every format, and through lists that are joined.

use hotswap::HotConfig;
use serde::Deserialize;

use super::files;
use crate::support::{Folder, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "EXPL")]
struct App {
    #[hot(default = 1)]
    #[allow(dead_code)]
    workers: u16,
    #[hot(default = "none", secret)]
    #[allow(dead_code)]
    password: hotswap::Secret<String>,
    #[hot(nested)]
    #[allow(dead_code)]
    pool: Pool,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = 1)]
    #[allow(dead_code)]
    size: u16,
    #[hot(default = "none", secret)]
    #[allow(dead_code)]
    token: hotswap::Secret<String>,
    #[allow(dead_code)]
    #[serde(default)]
    servers: Vec<Server>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Server {
    port: u16,
}

/// The output of `explain` for a path in a configuration of one file, without the name of the
/// folder.
fn explained(file: &str, text: &str, path: &str) -> String {
    let folder = Folder::with(file, text);
    let app = App::hot_builder()
        .file(folder.path(file))
        .plaintext_secrets(hotswap::PlaintextSecrets::Allow)
        .watch(false)
        .load()
        .unwrap();
    app.explain(path).to_string().replace(&format!("{}/", folder.root().display()), "")
}

#[test]
fn positions_are_right_in_toml() {
    let place = |text, path| explained("a.toml", text, path);
    assert!(place("pool.size = 2", "pool.size").contains("= 2 at a.toml:1:13"));
    assert!(place("pool = { size = 2 }", "pool.size").contains("= 2 at a.toml:1:17"));
    let tables = "[[pool.servers]]\nport = 1\n[[pool.servers]]\nport = 2";
    assert!(place(tables, "pool.servers[1].port").contains("= 2 at a.toml:4:8"));
}

#[test]
fn positions_are_right_in_yaml() {
    let place = |text, path| explained("a.yaml", text, path);
    assert!(place("pool: { size: 2 }", "pool.size").contains("= \"2\" at a.yaml:1:15"));
    let anchors = "pool:\n  size: &two 2\nworkers: *two\n";
    assert!(place(anchors, "workers").contains("= \"2\" at a.yaml:3:10"));
    let list = "pool:\n  servers:\n    - port: 1\n    - {port: 2}\n";
    assert!(place(list, "pool.servers[1].port").contains("= \"2\" at a.yaml:4:14"));
}

#[test]
fn positions_are_right_in_json() {
    let text = "{\"pool\": {\n\"servers\": [{\"port\": 1}, {\"port\": 2}]}}";
    assert!(explained("a.json", text, "pool.servers[1].port").contains("= 2 at a.json:2:35"));
}

#[test]
fn positions_are_right_in_variables() {
    let name = "merges::explained::positions_are_right_in_variables";
    with_variables(name, &[("EXPL_POOL__SIZE", "3")], || {
        let folder = Folder::with(".env", "# first\nEXPL_POOL_SIZE=2\n");
        let path = folder.path(".env");
        let app = App::hot_builder().dotenv(&path).watch(false).load().unwrap();
        let expected = format!(
            "pool.size\n  = \"3\" from environment variable EXPL_POOL__SIZE\n    \"2\" at {}:2:1\n    1 from the default \
             of the field",
            path.display()
        );
        assert_eq!(app.explain("pool.size").to_string(), expected);
    });
}

#[test]
fn an_element_of_joined_lists_is_explained_by_the_layer_that_gave_it() {
    let (folder, builder) = files(&[
        ("1.toml", "hosts = ['a', 'b']\nservers = [{name = 'x', port = 1}]"),
        ("2.yaml", "hosts: [c]\nservers: [{name: y}, {name: x, weight: 2}]\n"),
    ]);
    let app = builder.watch(false).load().unwrap();
    let say = |path| app.explain(path).to_string().replace(&format!("{}/", folder.root().display()), "");
    assert_eq!(say("hosts[2]"), "hosts[2]\n  = \"c\" at 2.yaml:1:9");
    assert_eq!(say("hosts[1]"), "hosts[1]\n  = \"b\" at 1.toml:1:15");
    assert_eq!(say("servers[0].weight"), "servers[0].weight\n  = \"2\" at 2.yaml:2:40");
    assert_eq!(say("servers[0].port"), "servers[0].port\n  = 1 at 1.toml:2:32");
    assert!(say("hosts").ends_with("the lists of all layers are joined, the lowest first"));
}

#[test]
fn a_problem_in_joined_lists_stands_in_the_layer_that_gave_the_element() {
    for (second, problem) in [
        ("port = 'p'", "servers[2].port: expected an integer, found a string\n    at 2.toml:1:46"),
        ("prot = 1", "servers[2].prot: unknown key, did you mean `port`?\n    at 2.toml:1:39"),
    ] {
        let second = format!("servers = [{{name = 'y'}}, {{name = 'z', {second}}}]");
        let (folder, builder) =
            files(&[("1.toml", "servers = [{name = 'x', port = 1}]"), ("2.toml", &second)]);
        let error = builder.check().unwrap_err().to_string();
        assert!(error.replace(&format!("{}/", folder.root().display()), "").ends_with(problem), "{error}");
    }
}

#[test]
fn the_whole_configuration_is_explained_field_by_field() {
    let folder = Folder::with("a.toml", "workers = 2\npassword = 'hunter2'\n[pool]\ntoken = 'hunter2'");
    let path = folder.path("a.toml");
    let app = App::hot_builder()
        .file(&path)
        .plaintext_secrets(hotswap::PlaintextSecrets::Allow)
        .watch(false)
        .load()
        .unwrap();
    let all = app.explain_all();
    let paths: Vec<_> = all.iter().map(|field| field.path.as_str()).collect();
    assert_eq!(paths, ["workers", "password", "pool.size", "pool.token", "pool.servers"]);
    assert!(all.iter().all(|field| *field == app.explain(&field.path)));
    let text = format!("{all}{}", serde_json::to_string(&all).unwrap());
    assert!(text.contains("password\n  = \"***\" at ") && !text.contains("hunter2"), "{text}");
    assert!(text.contains("pool.servers\n  no layer gives it a value"), "{text}");
    let inner: Vec<_> = app.pool().explain_all().into_iter().map(|field| field.path).collect();
    assert_eq!(inner, ["size", "token", "servers"]);
    assert_eq!(app.pool().explain("token"), app.pool().explain_all()[1]);
}

#[test]
fn an_empty_path_says_what_to_do() {
    let text = explained("a.toml", "password = 'hunter2'", "");
    assert_eq!(text, "the whole\n  the path is empty: name a field, or ask `explain_all` for every one");
}

#[test]
fn a_table_keeps_its_secrets() {
    let text = explained("a.toml", "[pool]\nsize = 2\ntoken = 'hunter2'", "pool");
    assert!(text.contains(r#"= {"size":2,"token":"***"} at a.toml:1:1"#), "{text}");
}
