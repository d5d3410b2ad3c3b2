//! `omiscope ping`: is a running omiscope well? For health checks: says so in one line, and by its exit code.
//!
//! It asks as Omi would, with a ping that goes through the key and a commit. All pings have one idempotency key, so that those of a health
//! check leave one record, however many there are.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use http_body_util::Full;
use hyper::{Request, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

use super::on_runtime;
use crate::{
    cli::Ping,
    config::{Config, Flags},
    outbound::{Answer, Outbound},
    secret::{Secret, found_in},
    signature, text,
    webhook_url::WebhookUrl,
};

/// Longest wait for the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// What makes all pings repeats of the first.
const IDEMPOTENCY_KEY: &str = "omiscope-ping";
const BODY: &str = r#"{"type":"ping"}"#;
/// Most of a reason that is told, in bytes.
const TOLD: usize = 200;

pub(super) fn run(flags: &Flags, options: &Ping) -> anyhow::Result<()> {
    // Told as a text: of the exit codes, a container's health check may use only 0 and 1.
    let config = Config::load(flags).map_err(|error| anyhow!("{error}"))?;
    let url = match &options.url {
        Some(url) => named(url, &config)?,
        None => own(&config)?,
    };
    let secret = config.signing_secrets.first();
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
    if config.port == 0 {
        bail!("port 0 stands for any free one; name the server with --url");
    }
    Ok(WebhookUrl::local(config.address()).with_key(&key(config)?))
}

/// Asks, and returns what to say if all is well.
async fn ping(url: &WebhookUrl, signing: Option<&Secret>) -> anyhow::Result<String> {
    let mut request = Request::post(url.revealed())
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::USER_AGENT,
            concat!("omiscope/", env!("CARGO_PKG_VERSION")),
        )
        .header("idempotency-key", IDEMPOTENCY_KEY);
    if let Some(secret) = signing {
        let signature = signature::sign(secret, Timestamp::now(), "", BODY.as_bytes());
        request = request.header(signature::HEADER, signature);
    }
    let request = request
        .body(Full::from(BODY))
        .with_context(|| format!("{url} cannot be asked"))?;
    let answer = Outbound::within(PATIENCE).send(request).await;
    let answer = answer.map_err(|error| anyhow!("{url}: {error}"))?;
    match fault(&answer) {
        Some(fault) => bail!("{url}: {fault}"),
        None => Ok(format!(
            "{url} is well, it answered after {} ms",
            answer.took.as_millis()
        )),
    }
}
/// The key of the settings, else the one that the server keeps in its data folder.
fn key(config: &Config) -> anyhow::Result<Secret> {
    let kept = match &config.webhook_secret {
        Some(given) => return Ok(given.clone()),
        None if config.ephemeral => None,
        None => found_in(&config.data_dir)?,
    };
    kept.context(
        "no webhook key is known; set WEBHOOK_SECRET, or name the data folder of the server with --data-dir",
    )
}

/// What is wrong, as far as the answer shows it.
fn fault(answer: &Answer) -> Option<String> {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let field = |name| body.as_ref()?.get(name)?.as_str();
    let status = answer.status.as_u16();
    match (answer.status, field("error")) {
        (StatusCode::OK, _) if field("message") == Some("pong") => None,
        (StatusCode::UNAUTHORIZED, error)
            if error.is_none_or(|error| error.contains("webhook key")) =>
        {
            Some("it has another key".to_owned())
        }
        (_, Some(reason)) => Some(format!(
            "answered {status}: {}",
            text::beginning(reason, TOLD)
        )),
        (_, None) => Some(format!("is not omiscope, it answered {status}")),
    }
}
