//! Keys that repeat: a list of a thousand servers has a thousand times the same ones.

use std::sync::Arc;

const SLOTS: usize = 1024;

/// The keys seen last.
///
/// A slot holds one key, and another key of the same hash takes its place: sharing is an economy, not a
/// promise, and a text made to collide costs no more than one without repetition.
pub(super) struct Names {
    slots: Vec<Option<Arc<str>>>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { slots: vec![None; SLOTS] }
    }

    pub(super) fn get(&mut self, name: &str) -> Arc<str> {
        let slot = &mut self.slots[hash(name) % SLOTS];
        match slot {
            Some(known) if **known == *name => known.clone(),
            _ => slot.insert(name.into()).clone(),
        }
    }
}

/// FNV-1a.
fn hash(name: &str) -> usize {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::Names;
    use std::sync::Arc;

    #[test]
    fn a_repeated_key_is_shared() {
        let mut names = Names::new();
        assert!(Arc::ptr_eq(&names.get("port"), &names.get("port")));
        assert_eq!(&*names.get("host"), "host");
    }
}
