//! Lists whose elements are inserted, moved, changed and removed: their comments go with them.

use proptest::prelude::*;

use super::support::{Peer, Saved};

/// A way to write a list of tables in a file.
struct Layout {
    file: &'static str,
    open: &'static str,
    /// An element with its comments; `@` is its name and `#0` its port.
    element: &'static str,
    between: &'static str,
    close: &'static str,
    /// An element as a save writes it.
    fresh: &'static str,
}

const LAYOUTS: [Layout; 5] = [
    Layout {
        file: "a.toml",
        open: "# licence\n\nname = \"web\" # name\n\n",
        element: "# of @\n[[peers]] # @\nname = \"@\" # name of @\nport = #0 # port of @\n# zone of @\n",
        between: "\n",
        close: "\n[tags] # tags\nx = \"y\"\n",
        fresh: "[[peers]]\nname = \"@\"\nport = #0\n",
    },
    Layout {
        file: "a.toml",
        open: "peers = [ # all\n",
        element: "\t# of @\n\t{ name = \"@\", port = #0 }, # @\n",
        between: "",
        close: "\t# end\n] # closed\n",
        fresh: "\t{ name = \"@\", port = #0 },\n",
    },
    Layout {
        file: "a.yaml",
        open: "# licence\nname: web # name\npeers: # all\n",
        element: "  # of @\n  - name: \"@\" # name of @\n    port: #0 # port of @\n    # zone of @\n",
        between: "",
        close: "# of tags\ntags: {x: y}\n",
        fresh: "  - name: \"@\"\n    port: #0\n    zone: null\n",
    },
    Layout {
        file: "a.yaml",
        open: "peers:\n",
        element: "# of @\n- name: \"@\" # name of @\n  port: #0\n",
        between: "\n",
        close: "",
        fresh: "- name: \"@\"\n  port: #0\n  zone: null\n",
    },
    Layout {
        file: "a.yml",
        open: "peers: [\n",
        element: "  # of @\n  {name: \"@\", port: #0}, # @\n",
        between: "",
        close: "]\n",
        fresh: "  { name: \"@\", port: #0, zone: null },\n",
    },
];

/// An element with its own comments, or one that is new.
#[derive(Clone, Copy)]
enum Expected {
    Old(&'static str, u16),
    New(&'static str, u16),
}

use Expected::{New, Old};

impl Layout {
    fn text(&self, elements: &[Expected]) -> String {
        let written = |element: &Expected| {
            let (form, name, port) = match element {
                Old(name, port) => (self.element, name, port),
                New(name, port) => (self.fresh, name, port),
            };
            form.replace('@', name).replace("#0", &port.to_string())
        };
        let elements: Vec<_> = elements.iter().map(written).collect();
        format!("{}{}{}", self.open, elements.join(self.between), self.close)
    }
}

fn peer(name: &str, port: u16) -> Peer {
    Peer { name: name.to_owned(), port, zone: None }
}

const START: [Expected; 4] = [Old("a", 1), Old("b", 2), Old("c", 3), Old("d", 4)];

#[track_caller]
fn check(edit: impl Fn(&mut Vec<Peer>), expected: &[Expected]) {
    for layout in &LAYOUTS {
        for is_whole in [false, true] {
            let saved = Saved::with(layout.file, &layout.text(&START));
            saved.config.update(|now| edit(&mut now.peers)).unwrap();
            let text = if is_whole { saved.save() } else { saved.save_overrides() };
            let wanted = layout.text(expected);
            if is_whole {
                // The other fields are written too.
                let list = wanted.strip_prefix(layout.open).unwrap();
                let list = list.strip_suffix(layout.close).unwrap();
                assert!(text.contains(list), "{wanted}\n---\n{text}");
            } else {
                assert_eq!(text, wanted);
            }
            assert_eq!(saved.again().peers, saved.config.load().peers);
        }
    }
}

#[test]
fn an_inserted_element_leaves_the_comments_of_the_others_with_them() {
    let [a, b, c, d] = START;
    check(|peers| peers.insert(0, peer("x", 9)), &[New("x", 9), a, b, c, d]);
    check(|peers| peers.insert(2, peer("x", 9)), &[a, b, New("x", 9), c, d]);
    check(|peers| peers.push(peer("x", 9)), &[a, b, c, d, New("x", 9)]);
    let two = |peers: &mut Vec<Peer>| peers.splice(1..1, [peer("x", 9), peer("y", 8)]).for_each(drop);
    check(two, &[a, New("x", 9), New("y", 8), b, c, d]);
}

#[test]
fn a_removed_element_takes_its_comments_with_it() {
    let [a, b, c, d] = START;
    check(|peers| drop(peers.remove(0)), &[b, c, d]);
    check(|peers| drop(peers.remove(2)), &[a, b, d]);
    check(|peers| drop(peers.remove(3)), &[a, b, c]);
    check(|peers| peers.retain(|peer| peer.name == "c"), &[c]);
    let ends = |peers: &mut Vec<Peer>| {
        peers.remove(0);
        peers.push(peer("x", 4));
    };
    check(ends, &[b, c, d, New("x", 4)]);
}

#[test]
fn a_moved_element_takes_its_comments_with_it() {
    let [a, b, c, d] = START;
    check(|peers| peers.rotate_right(1), &[d, a, b, c]);
    check(|peers| peers.rotate_left(1), &[b, c, d, a]);
    check(|peers| peers.swap(1, 2), &[a, c, b, d]);
    check(|peers| peers.reverse(), &[d, c, b, a]);
}

#[test]
fn a_changed_element_keeps_its_comments() {
    let [a, b, c, d] = START;
    let removed = |peers: &mut Vec<Peer>| {
        peers.remove(0);
        peers[1].port = 9;
    };
    check(removed, &[b, Old("c", 9), d]);
    let inserted = |peers: &mut Vec<Peer>| {
        peers[0].port = 9;
        peers.insert(0, peer("x", 7));
    };
    check(inserted, &[New("x", 7), Old("a", 9), b, c, d]);
    let moved = |peers: &mut Vec<Peer>| {
        peers.rotate_right(1);
        peers[0].port = 9;
    };
    check(moved, &[Old("d", 9), a, b, c]);
    let all = |peers: &mut Vec<Peer>| peers.iter_mut().for_each(|peer| peer.port += 10);
    check(all, &[Old("a", 11), Old("b", 12), Old("c", 13), Old("d", 14)]);
}

#[test]
fn an_element_that_moves_and_changes_before_a_new_one_keeps_its_comments() {
    let [a, _, c, d] = START;
    let edit = |peers: &mut Vec<Peer>| {
        peers[1].port = 100;
        peers.swap(0, 1);
        peers.insert(1, peer("new", 50));
    };
    check(edit, &[Old("b", 100), New("new", 50), a, c, d]);
}

#[test]
fn a_list_without_elements_has_no_comments_of_elements() {
    for layout in &LAYOUTS {
        let saved = Saved::with(layout.file, &layout.text(&START));
        saved.config.update(|now| now.peers.clear()).unwrap();
        let text = saved.save_overrides();
        assert!(!text.contains("# of a") && !text.contains("port of"), "{text}");
        for comment in ["# licence", "# name", "# all", "# end", "# closed", "# tags", "# of tags"] {
            let stays = layout.open.contains(comment) || layout.close.contains(comment);
            assert_eq!(text.contains(comment), stays, "{comment}: {text}");
        }
        assert!(saved.again().peers.is_empty());
    }
}

#[test]
fn comments_of_plain_values_go_with_them() {
    for (file, text, expected) in [
        (
            "a.toml",
            "hosts = [\n  \"a\", # a\n  \"b\", # b\n  # above c\n  \"c\" # c\n]\n",
            "hosts = [\n  # above c\n  \"c\", # c\n  \"x\",\n  \"a\" # a\n]\n",
        ),
        (
            "a.toml",
            "hosts = [\"a\", # a\n         \"b\", # b\n         \"c\"]\n",
            "hosts = [\"c\",\n         \"x\",\n         \"a\" # a\n]\n",
        ),
        (
            "a.yaml",
            "hosts:\n- a # a\n- b # b\n# above c\n- c # c\n",
            "hosts:\n# above c\n- c # c\n- \"x\"\n- a # a\n",
        ),
        (
            "a.yaml",
            "hosts: [\n  a, # a\n  b, # b\n  c, # c\n]\n",
            "hosts: [\n  c, # c\n  \"x\",\n  a, # a\n]\n",
        ),
        ("a.json", "{\"hosts\": [\"a\", \"b\", \"c\"]}\n", "{\"hosts\": [\"c\", \"x\", \"a\"]}\n"),
    ] {
        let saved = Saved::with(file, text);
        saved.config.set_hosts(["c", "x", "a"].map(str::to_owned).to_vec()).unwrap();
        assert_eq!(saved.save_overrides(), expected);
        assert_eq!(saved.again().hosts, ["c", "x", "a"]);
    }
}

#[test]
fn a_list_of_many_elements_is_paired_by_position() {
    let text: String = (0..1_500).map(|at| format!("  \"h{at}\", # {at}\n")).collect();
    let saved = Saved::with("a.toml", &format!("hosts = [\n{text}]\n"));
    let hosts: Vec<String> = (0..1_500).map(|at| format!("h{}", at * 7 % 1_500)).collect();
    saved.config.set_hosts(hosts.clone()).unwrap();
    saved.save_overrides();
    assert_eq!(saved.again().hosts, hosts);
}

/// What happens to a list, in order.
#[derive(Clone, Debug)]
enum Step {
    Insert(prop::sample::Index),
    Remove(prop::sample::Index),
    Move(prop::sample::Index, prop::sample::Index),
    SetPort(prop::sample::Index, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        index().prop_map(Step::Insert),
        index().prop_map(Step::Remove),
        (index(), index()).prop_map(|(from, to)| Step::Move(from, to)),
        (index(), 100_u16..).prop_map(|(at, port)| Step::SetPort(at, port)),
    ]
}

fn apply(peers: &mut Vec<Peer>, steps: &[Step]) {
    for (count, step) in steps.iter().enumerate() {
        match step {
            Step::Insert(at) => {
                let name = format!("new-{count}");
                peers.insert(at.index(peers.len() + 1), peer(&name, 50));
            }
            _ if peers.is_empty() => {}
            Step::Remove(at) => drop(peers.remove(at.index(peers.len()))),
            Step::Move(from, to) => {
                let moved = peers.remove(from.index(peers.len()));
                peers.insert(to.index(peers.len() + 1), moved);
            }
            Step::SetPort(at, port) => {
                let at = at.index(peers.len());
                peers[at].port = *port;
            }
        }
    }
}

/// Each element that is left has its own comments, and nothing else has them.
fn check_random(layout: &Layout, steps: &[Step]) {
    let saved = Saved::with(layout.file, &layout.text(&START));
    saved.config.update(|now| apply(&mut now.peers, steps)).unwrap();
    let text = saved.save_overrides();
    let peers = saved.config.load().peers.clone();
    assert_eq!(saved.again().peers, peers);
    let names_new = peers.iter().any(|peer| peer.name.starts_with("new"));
    for Old(name, _) | New(name, _) in START {
        let left = peers.iter().find(|peer| peer.name == name);
        let own = left.map(|peer| layout.element.replace('@', name).replace("#0", &peer.port.to_string()));
        // A new element may be an old one with another name.
        let is_right = match own {
            Some(own) => text.matches(&own).count() == 1,
            None => names_new || !text.contains(&format!("# of {name}\n")),
        };
        assert!(is_right, "{name}: {steps:?}\n{text}");
        let above = format!("# of {name}\n");
        assert!(text.lines().filter(|line| line.trim() == above.trim()).count() <= 1, "{steps:?}\n{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comments_stay_with_their_elements_whatever_happens_to_a_list(
        steps in prop::collection::vec(step(), 1..5)
    ) {
        LAYOUTS.iter().for_each(|layout| check_random(layout, &steps));
    }
}
