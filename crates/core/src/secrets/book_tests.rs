use super::*;
use crate::secrets::{
    Fetched, Payload,
    table::{Answer, Kept},
};

const RHYTHM: Rhythm = Rhythm { refresh: Duration::from_secs(60), follow: true };
const HOUR: Duration = Duration::from_secs(3600);

fn place(location: &str) -> Place {
    Place { scheme: "store".into(), location: Location::new(location) }
}

fn text(text: &str) -> Fetched {
    Fetched::new(Payload::text(text.to_owned()))
}

fn unreachable() -> Answer {
    Err(FetchError::unreachable("connection refused"))
}

/// A book whose version stands on these, fetched at `now` and watched.
fn book(now: Instant, places: &[(&str, Fetched)]) -> Book {
    let kept = |fetched: &Fetched| Ok(Arc::new(Kept::new(fetched.clone(), now)));
    let table: Table = places.iter().map(|(at, fetched)| (place(at), kept(fetched))).collect();
    let mut book = Book::default();
    book.adopt(&Accepted { table: Arc::new(table), variables: Arc::default() }, RHYTHM);
    assert_eq!(book.work(now, RHYTHM).watch.len(), 1);
    book
}

fn note(book: &mut Book, at: &str, answer: Answer, now: Instant) -> News {
    book.note(Table::from([(place(at), answer)]), now, RHYTHM)
}

fn given(fetched: Fetched, now: Instant) -> Answer {
    Ok(Arc::new(Kept::new(fetched, now)))
}

#[test]
fn nothing_is_due_before_its_time() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a"))]);
    let due = book.next(now).unwrap();
    assert!((54..=66).contains(&(due - now).as_secs()));
    assert!(book.work(due - Duration::from_millis(1), RHYTHM).is_empty());
    assert_eq!(book.work(due, RHYTHM).fetch, [place("a")].into());
}

#[test]
fn the_same_secret_is_no_news_and_stays_the_same_object() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a"))]);
    let before = book.known();
    let later = now + HOUR;
    assert_eq!(note(&mut book, "a", given(text("a").version("2"), later), later), News::default());
    let (Ok(old), Ok(new)) = (&before[&place("a")], &book.known()[&place("a")]) else { panic!() };
    assert!(Arc::ptr_eq(old, new));
    assert_eq!((new.term().asked, new.term().version.as_deref()), (later, Some("2")));
    assert!(note(&mut book, "a", given(text("b"), later), later).changed);
}

#[test]
fn hints_are_waited_out_and_not_for_ever() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a"))]);
    book.hint("store", now);
    book.hint("store", now + Duration::from_millis(40));
    assert!(book.work(now + Duration::from_millis(60), RHYTHM).is_empty());
    assert_eq!(book.work(now + Duration::from_millis(90), RHYTHM).fetch.len(), 1);
    for step in 0..100 {
        book.hint("store", now + Duration::from_millis(step * 10));
    }
    assert_eq!(book.next(now), Some(now + MAX_WAIT));
    book.hint("other", now);
    assert_eq!(book.next(now), Some(now + MAX_WAIT));
}

#[test]
fn a_lease_is_renewed_and_replaced_when_it_dwindles() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a").leased(Lease::new(HOUR).renewable("id")))]);
    let due = book.next(now).unwrap();
    assert!((36..=42).contains(&((due - now).as_secs() / 60)));
    assert_eq!(book.work(due, RHYTHM).renew.len(), 1);

    let renewed = |lasts| BTreeMap::from([(place("a"), Ok(Lease::new(lasts).renewable("id")))]);
    assert!(book.note_renewals(renewed(HOUR), due, due, RHYTHM).is_empty());
    let due = book.next(due).unwrap();
    assert!(book.note_renewals(renewed(HOUR / 3), due, due, RHYTHM).is_empty());
    let due = book.next(due).unwrap();
    let work = book.work(due, RHYTHM);
    assert_eq!((work.renew.len(), work.fetch), (0, [place("a")].into()));
}

#[test]
fn a_refused_renewal_is_followed_by_a_fetch_and_a_failed_one_by_another() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a").leased(Lease::new(HOUR).renewable("id")))]);
    let failed = BTreeMap::from([(place("a"), Err(FetchError::unreachable("gone")))]);
    assert!(book.note_renewals(failed, now, now, RHYTHM).is_empty());
    let due = book.next(now).unwrap();
    assert_eq!(book.work(due, RHYTHM).renew.len(), 1);
    let refused = BTreeMap::from([(place("a"), Err(FetchError::denied("revoked")))]);
    assert_eq!(book.note_renewals(refused, due, due, RHYTHM), [place("a")].into());
}

#[test]
fn the_end_of_a_lease_is_told_once_and_so_is_its_return() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a").leased(Lease::new(HOUR)))]);
    let end = now + HOUR;
    note(&mut book, "a", unreachable(), now);
    assert!(book.work(end, RHYTHM).over);
    assert!(!book.work(end, RHYTHM).over);
    let back = given(text("a").leased(Lease::new(HOUR)), end);
    assert!(note(&mut book, "a", back, end).changed, "the same secret may be used again");
    assert!(!book.work(end, RHYTHM).over);
}

#[test]
fn a_store_that_fails_is_tried_with_one_thing() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a")), ("b", text("b")), ("c", text("c"))]);
    let all = || ["a", "b", "c"].map(|at| (place(at), unreachable())).into();
    for _ in 0..3 {
        book.note(all(), now, RHYTHM);
    }
    // Each for itself is due, but the store is left alone.
    assert!(book.next(now).unwrap() > now);
    let later = now + HOUR;
    assert_eq!(book.work(later, RHYTHM).fetch.len(), 1);
    note(&mut book, "a", given(text("a"), later), later);
    assert_eq!(book.work(later, RHYTHM).fetch, [place("b"), place("c")].into());
}

#[test]
fn an_answer_that_refuses_one_thing_is_an_answer() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a")), ("b", text("b"))]);
    for _ in 0..9 {
        note(&mut book, "a", Err(FetchError::denied("no")), now);
    }
    assert_eq!(book.work(now + HOUR, RHYTHM).fetch.len(), 2);
}

#[test]
fn what_a_load_misses_is_asked_for_until_another_load_begins() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a"))]);
    let missed: Table = [(place("x"), unreachable()), (place("y"), Err(FetchError::denied("no")))].into();
    book.miss(&missed, now, RHYTHM);
    assert_eq!(book.entries.len(), 2, "what is denied is not asked for again");
    assert_eq!(note(&mut book, "x", given(text("x"), now), now), News { changed: false, found: true });
    assert!(book.known().contains_key(&place("x")));
    book.forget_missing();
    assert!(!book.known().contains_key(&place("x")));
}

#[test]
fn providers_are_told_what_is_in_use() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("a"))]);
    book.adopt(&Accepted::default(), RHYTHM);
    let watch = book.work(now, RHYTHM).watch;
    assert_eq!(watch.values().map(BTreeSet::len).collect::<Vec<_>>(), [0]);
    assert!(book.let_go().is_empty());
}

/// How long after `now` the location is due, after it was refused this often in a row.
fn pauses(book: &mut Book, now: Instant, refusals: usize) -> Vec<f64> {
    let pause = |_| {
        book.refuse(&place("a"), "too short", now, RHYTHM);
        let due = book.entries[&place("a")].due.unwrap();
        // The same again.
        let lease = Lease::new(HOUR).revocable("new");
        note(book, "a", given(text("new").leased(lease), now), now);
        (due - now).as_secs_f64()
    };
    (0..refusals).map(pause).collect()
}

#[test]
fn what_was_refused_is_asked_for_soon_and_then_less_and_less_often() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("old").leased(Lease::new(HOUR).revocable("old")))]);
    assert!(
        note(&mut book, "a", given(text("new").leased(Lease::new(HOUR).revocable("new")), now), now).changed
    );
    assert_eq!(book.candidates(now), [place("a")].into());
    let pauses = pauses(&mut book, now, 8);
    assert!(pauses[0] <= 2.5, "{pauses:?}");
    assert!(pauses.last().unwrap() >= &30.0, "{pauses:?}");
    assert!(book.has_refused());
    // Neither of the two is forgotten.
    let leases = book.revocable(now);
    let ids: Vec<_> = leases["store"].iter().filter_map(Lease::id).collect();
    assert_eq!(ids, ["new", "old"]);
}

#[test]
fn what_is_in_force_may_be_used_once_its_successor_was_refused() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("old").leased(Lease::new(HOUR)))]);
    let over = now + HOUR;
    assert!(!book.in_force(&place("a")).unwrap().is_usable(over));
    note(&mut book, "a", given(text("new").leased(Lease::new(HOUR * 9)), now), now);
    book.refuse(&place("a"), "too short", now, RHYTHM);
    assert!(book.in_force(&place("a")).unwrap().is_usable(over));
    // That it has ended is told all the same.
    assert!(book.work(over, RHYTHM).over);
    // A refused one that has ended itself is none to try again.
    assert!(book.candidates(now + HOUR * 9).is_empty());
}

#[test]
fn a_refused_lease_is_given_back_once_another_took_its_place() {
    let now = Instant::now();
    let mut book = book(now, &[("a", text("old"))]);
    for (turn, name) in ["two", "three", "three", "four"].into_iter().enumerate() {
        let lease = Lease::new(HOUR).revocable(name);
        note(&mut book, "a", given(text(name).leased(lease), now), now);
        let discarded: Vec<_> = book.take_discarded().into_values().flatten().collect();
        let discarded: Vec<_> = discarded.iter().filter_map(Lease::id).collect();
        assert_eq!(discarded, [&[][..], &["two"], &[], &["three"]][turn]);
        book.refuse(&place("a"), "too short", now, RHYTHM);
    }
}

#[test]
fn without_watching_only_a_refused_lease_is_asked_for_again() {
    let now = Instant::now();
    let rhythm = Rhythm { follow: false, ..RHYTHM };
    let mut book = book(now, &[("a", text("old")), ("b", text("old"))]);
    let lease = Lease::new(HOUR).revocable("new");
    let answers = [("a", text("new")), ("b", text("new").leased(lease))];
    book.note(answers.map(|(at, fetched)| (place(at), given(fetched, now))).into(), now, rhythm);
    for at in ["a", "b"] {
        book.refuse(&place(at), "too short", now, rhythm);
    }
    assert_eq!(book.work(now + HOUR / 2, rhythm).fetch, [place("b")].into());
}
