//! The printed table: one row per figure.

use std::fmt;

use comfy_table::{Table, presets::ASCII_MARKDOWN};

use crate::measure::Figures;

/// The criterion for a figure.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    AtMost(f64),
    AtLeast(f64),
    /// Faster than the other.
    Ahead,
    /// Reported without a criterion.
    None,
}

/// The figure of a row.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Ratio,
    Milliseconds,
}

/// One line of the table.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: String,
    pub(crate) against: String,
    pub(crate) figure: f64,
    pub(crate) unit: Unit,
    pub(crate) aim: Aim,
}

impl Row {
    /// The ratio of the first side to another one.
    pub(crate) fn of(what: impl Into<String>, other: &str, figures: &Figures, side: usize, aim: Aim) -> Self {
        Self {
            what: what.into(),
            ours: time(figures.time(0)),
            against: format!("{other}: {}", time(figures.time(side))),
            figure: figures.time(0) / figures.time(side),
            unit: Unit::Ratio,
            aim,
        }
    }

    fn met(&self) -> &'static str {
        let met = match self.aim {
            Aim::AtMost(most) => self.figure <= most,
            Aim::AtLeast(least) => self.figure >= least,
            Aim::Ahead => self.figure < 1.0,
            Aim::None => return "",
        };
        if met { "yes" } else { "NO" }
    }

    fn cells(&self) -> [String; 6] {
        let show = |figure: f64| match self.unit {
            Unit::Ratio => format!("{figure:.2}"),
            Unit::Milliseconds => format!("{figure:.1} ms"),
        };
        let aim = match self.aim {
            Aim::AtMost(most) => format!("at most {}", show(most)),
            Aim::AtLeast(least) => format!("at least {}", show(least)),
            Aim::Ahead => "below 1".to_owned(),
            Aim::None => "reported".to_owned(),
        };
        let [what, ours, against] = [&self.what, &self.ours, &self.against].map(Clone::clone);
        [what, ours, against, show(self.figure), aim, self.met().to_owned()]
    }
}

/// The whole table, as Markdown.
pub(crate) fn table(rows: &[Row]) -> impl fmt::Display {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(["what", "ours", "against", "figure", "aim", "met"]);
    table.add_rows(rows.iter().map(Row::cells));
    table
}

/// A time in the unit that suits it.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        short if short < 1e-6 => format!("{:.2} ns", short * 1e9),
        middle if middle < 1e-3 => format!("{:.1} µs", middle * 1e6),
        long if long < 1.0 => format!("{:.1} ms", long * 1e3),
        longer => format!("{longer:.2} s"),
    }
}
