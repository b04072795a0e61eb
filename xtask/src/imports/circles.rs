//! Circles: modules that import each other, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

/// Which module imports which.
pub(super) type Graph = BTreeMap<String, BTreeSet<String>>;

/// The largest groups of modules in which each module leads to every other one.
pub(super) fn of(graph: &Graph) -> BTreeSet<BTreeSet<String>> {
    let reach: BTreeMap<_, _> = graph.keys().map(|module| (module, reached(graph, module))).collect();
    let is_mutual = |a: &String, b: &String| {
        reach[a].contains(b) && reach.get(b).is_some_and(|reached| reached.contains(a))
    };
    let circle = |module: &String| -> BTreeSet<String> {
        reach[module].iter().filter(|other| is_mutual(module, other)).cloned().collect()
    };
    graph.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

/// Every module that `start` leads to.
fn reached(graph: &Graph, start: &str) -> BTreeSet<String> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![start]);
    while let Some(module) = next.pop() {
        for used in graph.get(module).into_iter().flatten() {
            if reached.insert(used.clone()) {
                next.push(used);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(imports: &[(&str, &str)]) -> Vec<String> {
        let mut graph = Graph::new();
        for (from, to) in imports {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        of(&graph).into_iter().map(|circle| circle.into_iter().collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn modules_that_lead_to_each_other_form_a_circle() {
        assert_eq!(circles(&[("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e")]), ["a b c"]);
        assert_eq!(circles(&[("a", "b"), ("b", "a"), ("c", "a"), ("c", "d"), ("d", "c")]), ["a b", "c d"]);
    }

    #[test]
    fn imports_in_one_direction_and_of_a_module_by_itself_form_none() {
        assert!(circles(&[("a", "b"), ("a", "c"), ("b", "c"), ("c", "c")]).is_empty());
    }
}
