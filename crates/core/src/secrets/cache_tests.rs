use super::*;
use crate::secrets::{
    Fetched, Payload,
    table::{Answer, CachedSecret},
};

const RHYTHM: RefreshPolicy = RefreshPolicy { refresh: Duration::from_secs(60), follow: true };
const HOUR: Duration = Duration::from_secs(3600);

fn secret_key(location: &str) -> SecretKey {
    SecretKey { scheme: "store".into(), location: Location::new(location) }
}

fn text(text: &str) -> Fetched {
    Fetched::new(Payload::text(text.to_owned()))
}

fn unreachable() -> Answer {
    Err(FetchError::unreachable("connection refused"))
}

/// A cache whose version uses these secrets, fetched at `now` and watched.
fn cache(now: Instant, secret_keys: &[(&str, Fetched)]) -> SecretCache {
    let kept = |fetched: &Fetched| Ok(Arc::new(CachedSecret::new(fetched.clone(), now)));
    let table: Table = secret_keys.iter().map(|(at, fetched)| (secret_key(at), kept(fetched))).collect();
    let mut cache = SecretCache::default();
    cache.adopt(&SecretSet { table: Arc::new(table), variables: Arc::default() }, RHYTHM);
    assert_eq!(cache.due_work(now, RHYTHM).watch.len(), 1);
    cache
}

fn note(cache: &mut SecretCache, at: &str, answer: Answer, now: Instant) -> Changes {
    cache.record(Table::from([(secret_key(at), answer)]), now, RHYTHM)
}

fn given(fetched: Fetched, now: Instant) -> Answer {
    Ok(Arc::new(CachedSecret::new(fetched, now)))
}

#[test]
fn nothing_is_due_before_its_time() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a"))]);
    let due = cache.next(now).unwrap();
    assert!((54..=66).contains(&(due - now).as_secs()));
    assert!(cache.due_work(due - Duration::from_millis(1), RHYTHM).is_empty());
    assert_eq!(cache.due_work(due, RHYTHM).fetch, [secret_key("a")].into());
}

#[test]
fn the_same_secret_is_no_news_and_stays_the_same_object() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a"))]);
    let before = cache.known();
    let later = now + HOUR;
    assert_eq!(note(&mut cache, "a", given(text("a").version("2"), later), later), Changes::default());
    let (Ok(old), Ok(new)) = (&before[&secret_key("a")], &cache.known()[&secret_key("a")]) else { panic!() };
    assert!(Arc::ptr_eq(old, new));
    assert_eq!((new.term().asked, new.term().version.as_deref()), (later, Some("2")));
    assert!(note(&mut cache, "a", given(text("b"), later), later).changed);
}

#[test]
fn hints_are_waited_out_and_not_for_ever() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a"))]);
    cache.hint("store", now);
    cache.hint("store", now + Duration::from_millis(40));
    assert!(cache.due_work(now + Duration::from_millis(60), RHYTHM).is_empty());
    assert_eq!(cache.due_work(now + Duration::from_millis(90), RHYTHM).fetch.len(), 1);
    for step in 0..100 {
        cache.hint("store", now + Duration::from_millis(step * 10));
    }
    assert_eq!(cache.next(now), Some(now + MAX_WAIT));
    cache.hint("other", now);
    assert_eq!(cache.next(now), Some(now + MAX_WAIT));
}

#[test]
fn a_lease_is_renewed_and_replaced_when_it_dwindles() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a").leased(Lease::new(HOUR).renewable("id")))]);
    let due = cache.next(now).unwrap();
    assert!((36..=42).contains(&((due - now).as_secs() / 60)));
    assert_eq!(cache.due_work(due, RHYTHM).renew.len(), 1);

    let renewed = |lasts| BTreeMap::from([(secret_key("a"), Ok(Lease::new(lasts).renewable("id")))]);
    assert!(cache.record_renewals(renewed(HOUR), due, due, RHYTHM).is_empty());
    let due = cache.next(due).unwrap();
    assert!(cache.record_renewals(renewed(HOUR / 3), due, due, RHYTHM).is_empty());
    let due = cache.next(due).unwrap();
    let work = cache.due_work(due, RHYTHM);
    assert_eq!((work.renew.len(), work.fetch), (0, [secret_key("a")].into()));
}

#[test]
fn a_refused_renewal_is_followed_by_a_fetch_and_a_failed_one_by_another() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a").leased(Lease::new(HOUR).renewable("id")))]);
    let failed = BTreeMap::from([(secret_key("a"), Err(FetchError::unreachable("gone")))]);
    assert!(cache.record_renewals(failed, now, now, RHYTHM).is_empty());
    let due = cache.next(now).unwrap();
    assert_eq!(cache.due_work(due, RHYTHM).renew.len(), 1);
    let refused = BTreeMap::from([(secret_key("a"), Err(FetchError::denied("revoked")))]);
    assert_eq!(cache.record_renewals(refused, due, due, RHYTHM), [secret_key("a")].into());
}

#[test]
fn the_end_of_a_lease_is_told_once_and_so_is_its_return() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a").leased(Lease::new(HOUR)))]);
    let end = now + HOUR;
    note(&mut cache, "a", unreachable(), now);
    assert!(cache.due_work(end, RHYTHM).over);
    assert!(!cache.due_work(end, RHYTHM).over);
    let back = given(text("a").leased(Lease::new(HOUR)), end);
    assert!(note(&mut cache, "a", back, end).changed, "the same secret may be used again");
    assert!(!cache.due_work(end, RHYTHM).over);
}

#[test]
fn a_store_that_fails_is_tried_with_one_thing() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a")), ("b", text("b")), ("c", text("c"))]);
    let all = || ["a", "b", "c"].map(|at| (secret_key(at), unreachable())).into();
    for _ in 0..3 {
        cache.record(all(), now, RHYTHM);
    }
    // Each location is due, but the circuit of the store is open.
    assert!(cache.next(now).unwrap() > now);
    let later = now + HOUR;
    assert_eq!(cache.due_work(later, RHYTHM).fetch.len(), 1);
    note(&mut cache, "a", given(text("a"), later), later);
    assert_eq!(cache.due_work(later, RHYTHM).fetch, [secret_key("b"), secret_key("c")].into());
}

#[test]
fn an_answer_that_refuses_one_thing_is_an_answer() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a")), ("b", text("b"))]);
    for _ in 0..9 {
        note(&mut cache, "a", Err(FetchError::denied("no")), now);
    }
    assert_eq!(cache.due_work(now + HOUR, RHYTHM).fetch.len(), 2);
}

#[test]
fn what_a_load_misses_is_asked_for_until_another_load_begins() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a"))]);
    let missed: Table =
        [(secret_key("x"), unreachable()), (secret_key("y"), Err(FetchError::denied("no")))].into();
    cache.miss(&missed, now, RHYTHM);
    assert_eq!(cache.entries.len(), 2, "what is denied is not asked for again");
    assert_eq!(note(&mut cache, "x", given(text("x"), now), now), Changes { changed: false, found: true });
    assert!(cache.known().contains_key(&secret_key("x")));
    cache.forget_missing();
    assert!(!cache.known().contains_key(&secret_key("x")));
}

#[test]
fn providers_are_told_what_is_in_use() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("a"))]);
    cache.adopt(&SecretSet::default(), RHYTHM);
    let watch = cache.due_work(now, RHYTHM).watch;
    assert_eq!(watch.values().map(BTreeSet::len).collect::<Vec<_>>(), [0]);
    assert!(cache.unwatch_all().is_empty());
}

/// The time after `now` at which the location is due, after this many consecutive refusals.
fn pauses(cache: &mut SecretCache, now: Instant, refusals: usize) -> Vec<f64> {
    let pause = |_| {
        cache.refuse(&secret_key("a"), "too short", now, RHYTHM);
        let due = cache.entries[&secret_key("a")].due.unwrap();
        // The same response again.
        let lease = Lease::new(HOUR).revocable("new");
        note(cache, "a", given(text("new").leased(lease), now), now);
        (due - now).as_secs_f64()
    };
    (0..refusals).map(pause).collect()
}

#[test]
fn what_was_refused_is_asked_for_soon_and_then_less_and_less_often() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("old").leased(Lease::new(HOUR).revocable("old")))]);
    assert!(
        note(&mut cache, "a", given(text("new").leased(Lease::new(HOUR).revocable("new")), now), now).changed
    );
    assert_eq!(cache.candidates(now), [secret_key("a")].into());
    let pauses = pauses(&mut cache, now, 8);
    assert!(pauses[0] <= 2.5, "{pauses:?}");
    assert!(pauses.last().unwrap() >= &30.0, "{pauses:?}");
    assert!(cache.has_refused());
    // Both leases are known.
    let leases = cache.revocable(now);
    let ids: Vec<_> = leases["store"].iter().filter_map(Lease::id).collect();
    assert_eq!(ids, ["new", "old"]);
}

#[test]
fn what_is_in_force_may_be_used_once_its_successor_was_refused() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("old").leased(Lease::new(HOUR)))]);
    let over = now + HOUR;
    assert!(!cache.in_force(&secret_key("a")).unwrap().is_usable(over));
    note(&mut cache, "a", given(text("new").leased(Lease::new(HOUR * 9)), now), now);
    cache.refuse(&secret_key("a"), "too short", now, RHYTHM);
    assert!(cache.in_force(&secret_key("a")).unwrap().is_usable(over));
    // The end is still reported.
    assert!(cache.due_work(over, RHYTHM).over);
    // A refused secret whose own lease has ended is not tried again.
    assert!(cache.candidates(now + HOUR * 9).is_empty());
}

#[test]
fn a_refused_lease_is_given_back_once_another_took_its_place() {
    let now = Instant::now();
    let mut cache = cache(now, &[("a", text("old"))]);
    for (turn, name) in ["two", "three", "three", "four"].into_iter().enumerate() {
        let lease = Lease::new(HOUR).revocable(name);
        note(&mut cache, "a", given(text(name).leased(lease), now), now);
        let discarded: Vec<_> = cache.take_discarded().into_values().flatten().collect();
        let discarded: Vec<_> = discarded.iter().filter_map(Lease::id).collect();
        assert_eq!(discarded, [&[][..], &["two"], &[], &["three"]][turn]);
        cache.refuse(&secret_key("a"), "too short", now, RHYTHM);
    }
}

#[test]
fn without_watching_only_a_refused_lease_is_asked_for_again() {
    let now = Instant::now();
    let policy = RefreshPolicy { follow: false, ..RHYTHM };
    let mut cache = cache(now, &[("a", text("old")), ("b", text("old"))]);
    let lease = Lease::new(HOUR).revocable("new");
    let answers = [("a", text("new")), ("b", text("new").leased(lease))];
    cache.record(answers.map(|(at, fetched)| (secret_key(at), given(fetched, now))).into(), now, policy);
    for at in ["a", "b"] {
        cache.refuse(&secret_key(at), "too short", now, policy);
    }
    assert_eq!(cache.due_work(now + HOUR / 2, policy).fetch, [secret_key("b")].into());
}
