//! `omiscope url`: what to paste into Omi, whether omiscope runs or not.

use std::{
    borrow::Cow,
    io::{self, IsTerminal as _, Write},
};

use anyhow::bail;
use serde::Serialize;

use super::on_runtime;
use crate::{
    advice::Advice,
    cli::Url,
    config::{Config, Flags, KeySource},
    secret::{Keys, MASK, kept_in},
    text::{json_line, neutral},
    tunnel::{Found, Link, Places, look_once, offer},
    ui::{qr::Code, theme::ThemeChoice},
    webhook_url::{FIELDS, OF_SECONDS, WebhookUrl, pasted},
};

pub(super) fn run(flags: &Flags, options: Url) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    if config.listener.port == 0 {
        bail!("port 0 stands for any free one; name the one that the server has with --port");
    }
    let keys = keys(&config)?;
    let local = WebhookUrl::local(config.address());
    let looked = async { Ok(look_once(&Places::default(), config.address(), Some(&keys)).await) };
    let Found { runs, link } = on_runtime(looked)?;
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
        if code.is_ok() && url.is_loopback() {
            writeln!(
                out,
                "\nThis code is for this machine alone: no phone reaches it."
            )?;
        }
        writeln!(out, "\n{}", code.unwrap_or_else(str::to_owned))?;
    }
    Ok(())
}

/// The key that omiscope has with these settings. In a data folder it is made if there is none: omiscope will use it.
fn keys(config: &Config) -> anyhow::Result<Keys> {
    let keys = match config.key_source() {
        KeySource::Given(given) => Keys::from(given.clone()),
        KeySource::Ephemeral => {
            bail!("with --ephemeral every start has a key of its own; set WEBHOOK_SECRET")
        }
        KeySource::Folder(folder) => kept_in(folder)?,
    };
    Ok(keys.with_signing(config.secrets.signing.clone()))
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
    advice: Vec<Told>,
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    /// What is pasted there, with the seconds behind it where it has some.
    value: String,
    /// Every how many seconds it posts; null: when there is something. Some apps have a field of its own for it, beside that of the URL.
    seconds: Option<u8>,
}

#[derive(Serialize)]
struct Told {
    code: &'static str,
    text: Cow<'static, str>,
}

impl<'a> Paste<'a> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "Paste in the Omi app, under Settings, Developer:\n")?;
        for (_, name, seconds) in FIELDS {
            writeln!(out, "  {name:<22}{}", pasted(&self.url, seconds))?;
        }
        writeln!(out, "\n{OF_SECONDS}\n")?;
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
        for advice in &self.link.advice {
            writeln!(out, "! {}", neutral(&advice.to_string()))?;
        }
        Ok(())
    }

    /// How to make a tunnel.
    fn write_how(&self, out: &mut impl Write) -> io::Result<()> {
        let what =
            "Omi cannot reach that: it needs a public https URL. Start omiscope with a tunnel:";
        writeln!(out, "{what}\n\n  {}\n", offer::WITH_OMISCOPE)?;
        writeln!(out, "Or start a tunnel beside it, and come back:\n")?;
        for command in offer::beside(self.local) {
            writeln!(out, "  {command}")?;
        }
        writeln!(out)
    }

    /// What is not there yet.
    fn lacking(&self) -> impl Iterator<Item = Told> {
        let tunnel = self.link.tunnel.is_none().then_some(Told {
            code: "tunnel-none",
            text: "Omi cannot reach that: it needs a public https URL".into(),
        });
        let running = (!self.runs).then_some(Told {
            code: "not-running",
            text: "omiscope does not run there: start it".into(),
        });
        tunnel.into_iter().chain(running)
    }

    fn json(&'a self) -> Json<'a> {
        let field = |(_, name, seconds)| Field {
            name,
            value: pasted(&self.url, seconds),
            seconds,
        };
        let told = |advice: &Advice| Told {
            code: advice.code,
            text: advice.to_string().into(),
        };
        Json {
            url: &self.url,
            tunnel: self.link.tunnel.as_ref().map(|it| it.provider.to_string()),
            running: self.runs,
            ping_ms: self.link.answered.map(|took| took.as_millis()),
            fields: FIELDS.map(field).into(),
            advice: self
                .link
                .advice
                .iter()
                .map(told)
                .chain(self.lacking())
                .collect(),
        }
    }
}

/// The URL with its key for a camera, or why there is none.
fn code(url: &WebhookUrl, config: &Config, terminal: bool) -> Result<String, &'static str> {
    if config.looks.theme == ThemeChoice::None {
        return Err("No QR code without colours: cameras need black on white.");
    }
    let code = Code::of(&url.revealed()).ok_or("The URL is too long for a QR code.")?;
    let room = crossterm::terminal::size().map_or(u16::MAX, |(columns, _)| columns);
    let fits = |code: &Code| !terminal || code.size().0 <= room;
    let code = code.in_quiet_zones().into_iter().find(fits);
    let code = code.ok_or("No room for the QR code: the window is too narrow.")?;
    Ok(code.printed())
}
