//! `omiscope ping`: is a running omiscope well? For health checks: says so in one line, and by its exit code.
//!
//! It asks as Omi would, with a ping that goes through the key and a commit. All pings have one idempotency key, so that those of a health
//! check leave one record, however many there are.

use std::{
    io::{self, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use http_body_util::Full;
use hyper::{Request, StatusCode, header};
use serde_json::Value;

use super::on_runtime;
use crate::{
    cli::Ping,
    config::{Config, Flags},
    outbound::{Answer, Outbound},
    secret::{Secret, found_in},
    simulate::Target,
    text,
};

/// Longest wait for the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// What makes all pings repeats of the first.
const IDEMPOTENCY_KEY: &str = "omiscope-ping";
/// Most of a reason that is told, in bytes.
const TOLD: usize = 200;

pub(super) fn run(flags: &Flags, options: &Ping) -> anyhow::Result<()> {
    // Told as a text: of the exit codes, a container's health check may use only 0 and 1.
    let config = Config::load(flags).map_err(|error| anyhow!("{error}"))?;
    let webhook = match &options.url {
        Some(url) => Webhook::named(url, &config)?,
        None => Webhook::of(&config)?,
    };
    let said = on_runtime(webhook.ping())?;
    writeln!(io::stdout(), "{said}")?;
    Ok(())
}

/// Where to ask.
struct Webhook {
    /// Without the key.
    place: String,
    /// With it.
    url: String,
}

impl Webhook {
    /// That of a URL. Its key is the one in it, else that of the settings.
    fn named(url: &str, config: &Config) -> anyhow::Result<Self> {
        let target = Target::parse(url, "").map_err(|error| anyhow!("--url: {error}"))?;
        if target.has_key() {
            return Ok(Self::new(&target, ""));
        }
        Ok(Self::with(&target, &key(config)?))
    }

    /// That of the server with these settings.
    fn of(config: &Config) -> anyhow::Result<Self> {
        if config.port == 0 {
            bail!("port 0 stands for any free one; name the server with --url");
        }
        let address = SocketAddr::new(reachable(config.host), config.port);
        let target = Target::parse(&format!("http://{address}/webhook"), "")?;
        Ok(Self::with(&target, &key(config)?))
    }

    fn with(target: &Target, key: &Secret) -> Self {
        let key: String = form_urlencoded::byte_serialize(key.reveal().as_bytes()).collect();
        Self::new(target, &format!("key={key}"))
    }

    fn new(target: &Target, query: &str) -> Self {
        Self {
            place: target.place(),
            url: target.with_query(query),
        }
    }

    /// Asks, and returns what to say if all is well.
    async fn ping(&self) -> anyhow::Result<String> {
        let place = &self.place;
        let request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                header::USER_AGENT,
                concat!("omiscope/", env!("CARGO_PKG_VERSION")),
            )
            .header("idempotency-key", IDEMPOTENCY_KEY)
            .body(Full::from(r#"{"type":"ping"}"#))
            .with_context(|| format!("{place} cannot be asked"))?;
        let answer = Outbound::within(PATIENCE).send(request).await;
        let answer = answer.map_err(|error| anyhow!("{place}: {error}"))?;
        match fault(&answer) {
            Some(fault) => bail!("{place}: {fault}"),
            None => Ok(format!(
                "{place} is well, it answered after {} ms",
                answer.took.as_millis()
            )),
        }
    }
}

/// The address at which a server on this machine is asked that listens on `host`.
fn reachable(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host => host,
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
        (StatusCode::UNAUTHORIZED, _) => Some("it has another key".to_owned()),
        (_, Some(reason)) => Some(format!(
            "answered {status}: {}",
            text::beginning(reason, TOLD)
        )),
        (_, None) => Some(format!("is not omiscope, it answered {status}")),
    }
}
