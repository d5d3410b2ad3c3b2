//! `omiscope url`: what to paste into Omi, whether omiscope runs or not.

use std::{
    io::{self, IsTerminal as _, Write},
    time::Duration,
};

use anyhow::bail;
use jiff::Timestamp;
use serde::Serialize;

use super::on_runtime;
use crate::{
    cli::Url,
    config::{Config, Flags},
    monitor::Advice,
    outbound::Outbound,
    ping::{self, Answered},
    secret::{Keys, MASK, kept_in},
    text::{json_line, neutral},
    tunnel::{Link, Places, discover, probe},
    ui::{qr::Code, theme::ThemeChoice},
    webhook_url::{FIELDS, WebhookUrl},
};

/// Longest wait for the server of the settings.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn run(flags: &Flags, options: Url) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    if config.port == 0 {
        bail!("port 0 stands for any free one; name the one that the server has with --port");
    }
    let keys = keys(&config)?;
    let local = WebhookUrl::local(config.address());
    let (runs, link) = on_runtime(async { Ok(look(&config, &local, &keys).await) })?;
    let url = link.tunnel.as_ref().map_or(&local, |tunnel| &tunnel.url);
    let terminal = io::stdout().is_terminal();
    let paste = Paste {
        url: if options.reveal || terminal && !options.json {
            url.clone().with_key(keys.current()).revealed()
        } else {
            url.masked(MASK)
        },
        local: &local,
        runs,
        link: &link,
    };
    let mut out = io::stdout().lock();
    if options.json {
        out.write_all(json_line(&paste.json())?.as_bytes())?;
        return Ok(());
    }
    paste.write(&mut out)?;
    if options.qr || terminal && link.tunnel.is_some() {
        let code = code(&url.clone().with_key(keys.current()), &config, terminal);
        writeln!(out, "\n{}", code.unwrap_or_else(str::to_owned))?;
    }
    Ok(())
}

/// The key of the settings, else the one of the data folder, which is made if there is none: omiscope will use it.
fn keys(config: &Config) -> anyhow::Result<Keys> {
    let keys = match &config.webhook_secret {
        Some(given) => Keys::from(given.clone()),
        None if config.ephemeral => {
            bail!("with --ephemeral every start has a key of its own; set WEBHOOK_SECRET")
        }
        None => kept_in(&config.data_dir)?,
    };
    Ok(keys.with_signing(config.signing_secrets.clone()))
}

/// Whether the server of the settings runs, and how Omi reaches it.
async fn look(config: &Config, local: &WebhookUrl, keys: &Keys) -> (bool, Link) {
    let places = Places::default();
    let ((tunnels, advice), runs) =
        tokio::join!(discover(&places, config.address()), runs(local, keys));
    let link = Link {
        tunnel: tunnels.into_iter().next(),
        advice,
        ..Link::default()
    };
    let probed = match &link.tunnel {
        Some(tunnel) if runs => probe(tunnel, keys).await,
        _ => return (runs, link),
    };
    (runs, link.probed(probed))
}

async fn runs(local: &WebhookUrl, keys: &Keys) -> bool {
    // Another program may have the port.
    let key = keys.current().for_ping(Timestamp::now());
    let url = local.clone().with_key(&key);
    match ping::request(&url, keys.signing().first()) {
        Ok(request) => {
            let answer = Outbound::within(PATIENCE).send(request).await;
            answer.is_ok_and(|answer| Answered::of(&answer) != Answered::Stranger)
        }
        Err(_) => false,
    }
}

/// What is pasted, and what is said of it.
struct Paste<'a> {
    /// With the key, or what stands for it.
    url: String,
    local: &'a WebhookUrl,
    runs: bool,
    link: &'a Link,
}

/// The same for programs.
#[derive(Serialize)]
struct Json<'a> {
    /// What is pasted into most fields.
    url: &'a str,
    /// Whose tunnel it leads through; null: none, then Omi cannot reach it.
    tunnel: Option<String>,
    running: bool,
    /// How long a ping through the tunnel took.
    ping_ms: Option<u128>,
    fields: Vec<Field>,
    advice: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'static str,
    text: &'a str,
}

impl<'a> Paste<'a> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "Paste in the Omi app, under Settings, Developer:\n")?;
        for (_, name, more) in FIELDS {
            writeln!(out, "  {name:<22}{}{more}", self.url)?;
        }
        writeln!(out)?;
        if let Some(tunnel) = &self.link.tunnel {
            let from = tunnel.url.origin();
            writeln!(out, "{} leads here from {from}.", tunnel.provider)?;
        } else {
            self.write_how(out)?;
        }
        if let Some(took) = self.link.answered {
            let took = took.as_millis();
            writeln!(out, "A ping through it came back after {took} ms.")?;
        }
        if !self.runs {
            let local = self.local.authority();
            writeln!(out, "omiscope does not run at {local}: start it.")?;
        }
        for Advice { text, .. } in &self.link.advice {
            writeln!(out, "! {}", neutral(text))?;
        }
        Ok(())
    }

    /// How to make a tunnel.
    fn write_how(&self, out: &mut impl Write) -> io::Result<()> {
        let origin = self.local.origin();
        let port = origin.rsplit(':').next().unwrap_or_default();
        let what =
            "Omi cannot reach that: it needs a public https URL. Start one of these and come back:";
        writeln!(out, "{what}\n")?;
        writeln!(out, "  cloudflared tunnel --url {origin}")?;
        writeln!(out, "  ngrok http {port}")?;
        writeln!(out, "  tailscale funnel {port}\n")
    }

    fn json(&'a self) -> Json<'a> {
        let field = |(_, name, more)| Field {
            name,
            value: format!("{}{more}", self.url),
        };
        let told = |advice: &'a Advice| Told {
            code: advice.code,
            text: &advice.text,
        };
        Json {
            url: &self.url,
            tunnel: self.link.tunnel.as_ref().map(|it| it.provider.to_string()),
            running: self.runs,
            ping_ms: self.link.answered.map(|took| took.as_millis()),
            fields: FIELDS.map(field).into(),
            advice: self.link.advice.iter().map(told).collect(),
        }
    }
}

/// The URL with its key for a camera, or why there is none.
fn code(url: &WebhookUrl, config: &Config, terminal: bool) -> Result<String, &'static str> {
    if config.theme == ThemeChoice::None {
        return Err("No QR code without colours: cameras need black on white.");
    }
    let code = Code::of(&url.revealed()).ok_or("The URL is too long for a QR code.")?;
    let room = crossterm::terminal::size().map_or(u16::MAX, |(columns, _)| columns);
    if terminal && code.size().0 > room {
        return Err("No room for the QR code: the window is too narrow.");
    }
    Ok(code.printed())
}
