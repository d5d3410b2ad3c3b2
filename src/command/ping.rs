//! `omiscope ping`: is a running omiscope well? For health checks: says so in one line, and by its exit code.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};

use super::on_runtime;
use crate::{
    cli::Ping,
    config::{Config, Flags},
    outbound::{Answer, Outbound},
    ping::{self, Answered},
    secret::Secret,
    webhook_url::WebhookUrl,
};

/// Longest wait for the answer.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn run(flags: &Flags, options: &Ping) -> anyhow::Result<()> {
    // Told as a text: of the exit codes, a container's health check may use only 0 and 1.
    let config = Config::load(flags).map_err(|error| anyhow!("{error}"))?;
    let url = match &options.url {
        Some(url) => named(url, &config)?,
        None => own(&config)?,
    };
    let secret = config.secrets.signing.first();
    let said = on_runtime(async { ping(&url, secret).await })?;
    writeln!(io::stdout(), "{said}")?;
    Ok(())
}

/// That of a URL, with the key in it, else that of the settings.
fn named(url: &str, config: &Config) -> anyhow::Result<WebhookUrl> {
    let url = WebhookUrl::parse(url).map_err(|error| anyhow!("--url: {error}"))?;
    if url.has_key() {
        return Ok(url);
    }
    Ok(url.with_key(&key(config)?))
}

/// That of the server with these settings.
fn own(config: &Config) -> anyhow::Result<WebhookUrl> {
    if config.listener.port == 0 {
        bail!("port 0 stands for any free one; name the server with --url");
    }
    Ok(WebhookUrl::local(config.address()).with_key(&key(config)?))
}

/// Asks, and returns what to say if all is well.
async fn ping(url: &WebhookUrl, signing: Option<&Secret>) -> anyhow::Result<String> {
    let request = ping::request(url, signing).with_context(|| format!("{url} cannot be asked"))?;
    let answer = Outbound::within(PATIENCE).send(request).await;
    let answer = answer.map_err(|error| anyhow!("{url}: {error}"))?;
    match fault(url, &answer) {
        Some(fault) => bail!("{url}: {fault}"),
        None => Ok(format!(
            "{url} is well, it answered after {} ms",
            answer.took.as_millis()
        )),
    }
}

/// The key of the settings, else the one that the server keeps in its data folder.
fn key(config: &Config) -> anyhow::Result<Secret> {
    config.key_source().found()?.context(
        "no webhook key is known; set WEBHOOK_SECRET, or name the data folder of the server with --data-dir",
    )
}

/// What is wrong, as far as the answer shows it.
fn fault(url: &WebhookUrl, answer: &Answer) -> Option<String> {
    let status = answer.status.as_u16();
    if let (404 | 405, Some(why)) = (status, url.without_path()) {
        return Some(why);
    }
    match Answered::of(answer) {
        Answered::Well => None,
        Answered::OtherKey => Some("it has another key".to_owned()),
        Answered::Refused(reason) => Some(format!("answered {status}: {reason}")),
        Answered::Stranger => Some(format!("is not omiscope, it answered {status}")),
    }
}
