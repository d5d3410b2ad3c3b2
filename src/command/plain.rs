//! The dashboard as lines of text.

mod typed;

use std::{io, net::SocketAddr};

use anyhow::Context as _;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use super::listener::Listening;
use crate::{
    config::Config,
    monitor::{Monitor, WINDOW},
    ui::{Clock, Origin, Plain, Staged},
    webhook_url::WebhookUrl,
};

/// Writes to stdout what a listener receives.
pub(super) async fn show(
    config: &Config,
    listening: &Listening,
    origin: Origin,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let (snapshot, viewer) = listening.store.view(WINDOW)?;
    let staged = origin.staged();
    let plain = Plain {
        viewer,
        losses: listening.losses.watch(),
        failing: listening.rule_counters.watch_failing(),
        origin,
        monitor: Monitor::new(snapshot),
        time_zone: TimeZone::system(),
        clock: Clock::system(),
    };
    let shutdown = shutdown.child_token();
    let can_type = typed::ends(shutdown.clone());
    let mut greeting = vec![how_to_quit(listening.address, staged, can_type)];
    if staged.is_none() {
        greeting.push(how_to_connect(config));
    }
    let told = plain.run(greeting, io::stdout(), shutdown).await;
    told.context("cannot write what came")
}

fn how_to_quit(address: SocketAddr, staged: Option<Staged>, can_type: bool) -> String {
    let what = match staged {
        Some(staged) => format!("omiscope plays a {}", staged.name()),
        None => format!(
            "omiscope listens on {}",
            WebhookUrl::local(address).masked("...")
        ),
    };
    let keys = if can_type { "q and Enter, or " } else { "" };
    format!("{what} and tells what comes, line by line. {keys}Ctrl-C ends it.")
}

/// Where the key is found, never the key itself.
fn how_to_connect(config: &Config) -> String {
    let key = match &config.secrets.webhook {
        Some(_) => "the one of your settings".to_owned(),
        None if config.storage.ephemeral => {
            "made for this time only and not told here; set WEBHOOK_SECRET to know it".to_owned()
        }
        None => format!(
            "in the file {}",
            config.storage.data_dir.join("secret").display()
        ),
    };
    format!(
        "Omi app, Settings, Developer: paste your tunnel's https URL with /webhook?key=KEY into each field; for audio bytes put ,5 after it. The key is {key}."
    )
}
