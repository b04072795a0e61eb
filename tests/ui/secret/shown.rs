use hotswap::Secret;

fn main() {
    let token = Secret::new("abc".to_owned());
    let _shown: &str = token.as_ref();
}
