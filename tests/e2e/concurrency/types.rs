//! I31: types that may be sent to other threads, and types that may not.

use std::marker::PhantomData;

use hotswap::{Change, Error, Guard, Ref, Status, Subscription, Watch, WeakHandle};

use super::{Inner, InnerHandle, Whole, WholeHandle};

fn shared<T: Send + Sync + 'static>() {}

#[test]
fn what_is_kept_may_go_anywhere() {
    shared::<WholeHandle>();
    shared::<InnerHandle>();
    shared::<hotswap::Handle<Whole>>();
    shared::<WeakHandle<Whole>>();
    shared::<Subscription>();
    shared::<Watch<String>>();
    shared::<Change<Inner>>();
    shared::<Error>();
    shared::<Status>();
}

/// Whether `T` is `Send`, without specialisation: the inherent constant takes precedence over that
/// of the trait.
struct Probe<T>(PhantomData<T>);

trait NotSend {
    const SEND: bool = false;
}

impl<T> NotSend for Probe<T> {}

impl<T: Send> Probe<T> {
    const SEND: bool = true;
}

#[test]
fn what_is_for_a_short_look_stays() {
    const {
        assert!(!Probe::<Guard<Whole>>::SEND);
        assert!(!Probe::<Ref<Whole, u64>>::SEND);
        assert!(Probe::<WholeHandle>::SEND);
    }
}

fn sent<F: Future + Send>(_: F) {}

#[test]
fn futures_may_go_anywhere() {
    use hotswap::HotConfig;
    let config = Whole::hot_fixed(Whole::of(0));
    sent(Whole::hot_load_async());
    sent(Whole::hot_builder().check_async());
    sent(config.reload_async());
    sent(config.update_async(|_| ()));
    sent(config.set_async(Whole::paths().a(), 1));
    sent(config.watch(Whole::paths().a()).changed());
}
