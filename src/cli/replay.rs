//! What is sent once more, where to, and how fast.

use clap::{
    ArgGroup, Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use jiff::{SignedDuration, Timestamp};

use super::moment;
use crate::event::{Kind, Webhook};

/// What is sent once more, where to, and how fast.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("receiver").required(true)))]
pub struct Replay {
    /// The receiver, with its own key in its URL; yours is never sent.
    #[arg(long, value_name = "URL", group = "receiver")]
    pub to: Option<String>,
    /// Open a dashboard on it that keeps nothing.
    #[arg(long, group = "receiver")]
    pub dashboard: bool,
    /// Only what arrived at this time or later: 2026-11-20, `2026-11-20T14:00`, yesterday, 2h.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// Only what arrived before this time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<Timestamp>,
    /// Only what arrived on this day: 2026-11-20, today, yesterday.
    #[arg(long, value_name = "DAY", value_parser = moment, conflicts_with_all = ["since", "until"])]
    pub day: Option<Timestamp>,
    /// Only what brought this conversation: its lines, its memory, and the sound that came meanwhile.
    #[arg(long, value_name = "ID", value_parser = super::number::<i64>)]
    pub conversation: Option<i64>,
    /// Only these kinds, as the deliveries are listed, or as `simulate` calls what Omi posts: transcript, memory, audio,
    /// summary, button.
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',', value_parser = kinds())]
    pub kinds: Vec<Kind>,
    /// Only this wearer.
    #[arg(long, value_name = "UID")]
    pub uid: Option<String>,
    /// How many times as fast as it came, from 0.01 to 1000000000.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = pace)]
    pub speed: f64,
    /// What was a longer pause, as the nights are, becomes one of this length, before --speed makes it shorter. Omi
    /// and omiscope take up to 2 min for a pause within a conversation.
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = pause)]
    pub longest_pause: SignedDuration,
    /// Say nothing but how it went.
    #[arg(long)]
    pub quiet: bool,
}

/// Kinds of deliveries by their names, or those of the webhooks.
fn kinds() -> impl TypedValueParser<Value = Kind> {
    let names = Kind::SENT.map(|kind| {
        let name = PossibleValue::new(kind.name());
        // A webhook's name stands for what all its deliveries are.
        let webhook = kind.webhook().filter(|webhook| webhook.kind() == kind);
        name.aliases(webhook.map(Webhook::name))
    });
    PossibleValuesParser::new(names).map(|text| {
        let mut webhooks = Webhook::ALL.into_iter();
        let webhook = webhooks.find(|webhook| webhook.name() == text);
        webhook.map_or_else(|| Kind::from_name(&text), Webhook::kind)
    })
}

fn pace(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|speed| (0.01..=1e9).contains(speed))
        .ok_or_else(|| "must be a number from 0.01 to 1000000000".to_owned())
}

fn pause(text: &str) -> Result<SignedDuration, String> {
    crate::moment::length(text).ok_or_else(|| "must be a time such as 90s, 10min or 1d".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::{
        cli::{Cli, Command},
        simulate::trial,
    };

    #[test]
    fn a_pause_is_any_time() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("10min", 600), ("7d", 604_800)] {
            assert_eq!(pause(text), Ok(SignedDuration::from_secs(seconds)));
        }
        for bad in ["", "24", "-1h", "forever"] {
            assert!(pause(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_word_means_the_same_kind_to_replay_and_simulate() {
        let replay = |word| {
            let line = ["omiscope", "replay", "--to", "http://h", "--kind", word];
            match Cli::try_parse_from(line).ok()?.command? {
                Command::Replay(options) => options.kinds.first().copied(),
                _ => None,
            }
        };
        let simulate = |word| {
            let line = ["omiscope", "simulate", "--to", "http://h", "--kind", word];
            Cli::try_parse_from(line).is_ok()
        };
        for kind in &trial::KINDS {
            for word in [kind.name].into_iter().chain(kind.alias()) {
                assert!(simulate(word), "{word}");
                let replayed = replay(word);
                assert_eq!(replayed, replayed.and(Some(kind.is)), "{word}");
            }
        }
        assert_eq!(replay("audio"), Some(Kind::AudioBytes));
        assert_eq!(replay("audio_bytes"), Some(Kind::AudioBytes));
        assert_eq!(replay("unknown"), Some(Kind::Unknown));
        assert_eq!(replay("no-such"), None);
    }
}
