//! What a simulated wearer posts, where, and how fast.

use std::ops::RangeInclusive;

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser},
};

use crate::simulate::{DEMO_UID, trial};

/// How the simulated wearer behaves.
#[derive(Debug, Clone, Copy, PartialEq, Args)]
pub struct Script {
    /// How many times as fast as life, from 0.1 to 10.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// The same number gives the same ids, which a receiver takes for repeats [default: another one each time; demo: 1].
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// Where the simulated wearer posts, and how it behaves.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Simulate {
    /// The webhook, its key in it.
    #[arg(long, visible_alias = "url", value_name = "URL")]
    pub to: String,
    /// Whose day it is.
    #[arg(long, value_name = "UID", default_value = DEMO_UID)]
    pub uid: String,
    /// How it behaves.
    #[command(flatten)]
    pub script: Script,
    /// Single deliveries in its place.
    #[command(flatten)]
    pub trial: Trial,
}

/// Single deliveries, to try a receiver with.
#[derive(Debug, Clone, Default, PartialEq, Args)]
#[command(next_help_heading = "Single deliveries instead of a day")]
pub struct Trial {
    /// What is posted, or `all`, which is what is taken if nothing is named. What Omi posts can also be called as deliveries
    /// are listed: `audio_bytes` is audio.
    #[arg(long = "kind", value_delimiter = ',', value_parser = names(trial::KINDS.iter().map(|it| PossibleValue::new(it.name).aliases(it.alias()).help(it.about))))]
    pub kinds: Vec<String>,
    /// As which sender, or `all` [default: e6, the newest]
    #[arg(long = "era", value_delimiter = ',', value_parser = names(trial::ERAS.iter().map(|it| PossibleValue::new(it.name).help(it.about))))]
    pub eras: Vec<String>,
    /// With what odd about it, or `all` [default: none]
    #[arg(long = "fault", value_delimiter = ',', value_parser = names(trial::FAULTS.iter().map(|it| PossibleValue::new(it.name).help(it.about))))]
    pub faults: Vec<String>,
    /// So many of each [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub count: Option<u32>,
    /// Most deliveries a second [default: each as soon as the one before it is answered]
    #[arg(long, value_name = "N", value_parser = rate)]
    pub rate: Option<f64>,
    /// Send nothing again, where Omi would after 1, 5 and 30 s.
    #[arg(long)]
    pub once: bool,
    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
}

/// The names of a table's rows, and `all` of them.
fn names(rows: impl Iterator<Item = PossibleValue>) -> PossibleValuesParser {
    let all = PossibleValue::new(ALL).help("all of these that go together");
    rows.chain([all]).collect::<Vec<_>>().into()
}

/// What stands for every row of a table.
pub const ALL: &str = "all";

fn rate(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|rate| (0.001..=10_000.0).contains(rate))
        .ok_or_else(|| "must be a number from 0.001 to 10000".to_owned())
}

/// Faster than this, talks are so short that they cannot be told apart.
const SPEEDS: RangeInclusive<f64> = 0.1..=10.0;

fn speed(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|speed| SPEEDS.contains(speed))
        .ok_or_else(|| {
            format!(
                "must be a number from {} to {}",
                SPEEDS.start(),
                SPEEDS.end()
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_a_clock_can_follow() {
        for bad in ["0", "-1", "20", "nan", "inf", "1e9", "fast"] {
            assert!(speed(bad).is_err(), "{bad}");
        }
        assert_eq!(speed("2.5"), Ok(2.5));
    }
}
