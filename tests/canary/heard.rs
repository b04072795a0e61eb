//! Log records and panic messages.

use std::{
    fmt::Write as _,
    sync::{Mutex, Once, PoisonError},
};

static HEARD: Mutex<String> = Mutex::new(String::new());

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        hear(&format!("{record:?} {}", record.args()));
    }

    fn flush(&self) {}
}

fn hear(text: &str) {
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = writeln!(heard, "{text}");
}

/// Starts recording.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Logger).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            hear(&info.to_string());
            // A failing test prints its own panic.
            if info.payload().downcast_ref::<&str>().is_none_or(|text| !text.contains("canary")) {
                before(info);
            }
        }));
    });
}

/// All records so far, of all tests.
pub(crate) fn heard() -> String {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
