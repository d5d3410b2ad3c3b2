//! The programs that can be started for a tunnel: how, and what their lines mean.

use std::{fmt, net::SocketAddr};

use super::{Provider, Tunnel};
use crate::{child, text, webhook_url::WebhookUrl};

/// Most bytes of a complaint that are told.
const TOLD: usize = 300;

/// A program that makes tunnels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// ngrok's agent; it wants an account.
    Ngrok,
    /// cloudflared, for a quick tunnel; it wants none.
    Cloudflared,
}

impl Tool {
    /// The one of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ngrok" => Some(Self::Ngrok),
            "cloudflared" => Some(Self::Cloudflared),
            _ => None,
        }
    }

    /// The name of the program.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::Ngrok => "ngrok",
            Self::Cloudflared => "cloudflared",
        }
    }

    /// Whether it is installed, as far as the folders of `PATH` tell.
    pub(crate) fn is_installed(self) -> bool {
        child::is_there(self.program().as_ref())
    }

    /// How it is had.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Ngrok => "get it from https://ngrok.com/download",
            Self::Cloudflared => "get it from https://github.com/cloudflare/cloudflared/releases",
        }
    }

    /// What it is started with for a tunnel to a listener, with its log on its streams.
    pub(super) fn arguments(self, listener: SocketAddr) -> Vec<String> {
        let target = WebhookUrl::local(listener).origin().to_owned();
        let arguments: &[&str] = match self {
            Self::Ngrok => &["http", &target, "--log=stdout", "--log-format=logfmt"],
            Self::Cloudflared => &["tunnel", "--no-autoupdate", "--url", &target],
        };
        arguments.iter().map(|&it| it.to_owned()).collect()
    }

    /// The tunnel, if a line tells that it is there.
    pub(super) fn announced(self, line: &str) -> Option<Tunnel> {
        let (provider, before) = match self {
            Self::Ngrok if line.contains("msg=\"started tunnel\"") => (Provider::Ngrok, " url="),
            // It stands alone in a box; other URLs stand in the middle of a line.
            Self::Cloudflared => (Provider::Cloudflared, "|  "),
            Self::Ngrok => return None,
        };
        let (_, after) = line.split_once(before)?;
        let public = after.split([' ', '|', '"']).next()?;
        let is_public = public.starts_with("https://");
        let url = WebhookUrl::parse(&format!("{}/webhook", public.trim_end_matches('/')));
        url.ok()
            .filter(|_| is_public)
            .map(|url| Tunnel { provider, url })
    }

    /// What is wrong, if a line tells that.
    pub(super) fn complaint(self, line: &str) -> Option<String> {
        let told = match self {
            Self::Ngrok => match line.strip_prefix("ERROR:") {
                Some(told) => told,
                None if line.contains("lvl=eror") || line.contains("lvl=crit") => {
                    quoted(line, " err=\"").or_else(|| quoted(line, " msg=\""))?
                }
                None => return None,
            },
            Self::Cloudflared => [" ERR ", " FTL "]
                .iter()
                .find_map(|mark| Some(line.split_once(mark)?.1))?,
        };
        said(told)
    }
}

/// What is to be done about a complaint of a tool, by what stands in it.
const REMEDIES: [(&str, &str); 6] = [
    (
        "ERR_NGROK_4018",
        "run `ngrok config add-authtoken TOKEN` with the token of your account, or take --tunnel cloudflared",
    ),
    (
        "ERR_NGROK_105",
        "its token is wrong: run `ngrok config add-authtoken TOKEN` with the one of your account",
    ),
    (
        "ERR_NGROK_107",
        "its token is wrong: run `ngrok config add-authtoken TOKEN` with the one of your account",
    ),
    (
        "ERR_NGROK_108",
        "your account allows no more agents at once: end the other one",
    ),
    (
        "ERR_NGROK_334",
        "its URL is in use by another agent: end that one",
    ),
    (
        "429 Too Many Requests",
        "Cloudflare gives no more quick tunnels for now: it is tried again, later each time",
    ),
];

/// What is to be done about a complaint; empty: what it says.
pub(super) fn remedy(complaint: &str) -> &'static str {
    let known = REMEDIES.iter().find(|(mark, _)| complaint.contains(mark));
    known.map_or("", |(_, remedy)| remedy)
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program())
    }
}

/// What stands in quotes after a mark, up to the first escape.
fn quoted<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    line.split_once(mark)?.1.split(['"', '\\']).next()
}

/// A text of a program's as it may be shown, if there is one. ngrok repeats the token that it does not like.
pub(super) fn said(text: &str) -> Option<String> {
    // "Install your authtoken: https://…" is no token.
    let text = match text.split_once("authtoken:") {
        Some((before, after)) if !after.trim_start().starts_with("https://") => before,
        _ => text,
    };
    let told = text::neutral(text::beginning(text.trim(), TOLD)).into_owned();
    (!told.is_empty()).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_with_the_url_is_told_from_all_others() {
        let scenarios = [
            (
                Tool::Ngrok,
                r#"t=2026-08-10T07:20:40+0000 lvl=info msg="started tunnel" obj=tunnels name=command_line addr=http://localhost:8501 url=https://fox.ngrok-free.dev"#,
                Some("https://fox.ngrok-free.dev/webhook"),
            ),
            (
                Tool::Ngrok,
                r#"t=2026-08-10T07:20:40+0000 lvl=info msg="started tunnel" obj=tunnels name="x (http)" addr=http://localhost:1 url=http://fox.ngrok-free.dev"#,
                None,
            ),
            (
                Tool::Ngrok,
                r#"t=2026-08-10T07:20:40+0000 lvl=info msg="starting web service" obj=web addr=127.0.0.1:4040"#,
                None,
            ),
            (
                Tool::Cloudflared,
                "2026-11-02T10:30:46Z INF |  https://purple-rain-4d7f.trycloudflare.com        |",
                Some("https://purple-rain-4d7f.trycloudflare.com/webhook"),
            ),
            (
                Tool::Cloudflared,
                "2026-11-02T10:30:46Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |",
                None,
            ),
            (
                Tool::Cloudflared,
                r#"failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: no such host"#,
                None,
            ),
        ];
        for (tool, line, url) in scenarios {
            let told = tool.announced(line).map(|tunnel| tunnel.url.revealed());
            assert_eq!(told.as_deref(), url, "{line}");
        }
    }

    #[test]
    fn complaints_are_told_without_tokens_and_what_harms_a_terminal() {
        let scenarios = [
            (
                Tool::Ngrok,
                "ERROR:  authentication failed: Usage of ngrok requires a verified account.",
                Some("authentication failed: Usage of ngrok requires a verified account."),
            ),
            (Tool::Ngrok, "ERROR:  ", None),
            (
                Tool::Ngrok,
                "ERROR:  Your authtoken: 2aBcSECRET",
                Some("Your"),
            ),
            (
                Tool::Ngrok,
                "ERROR:  Install your authtoken: https://dashboard.ngrok.com/get-started/your-authtoken",
                Some(
                    "Install your authtoken: https://dashboard.ngrok.com/get-started/your-authtoken",
                ),
            ),
            (
                Tool::Ngrok,
                r#"t=2026 lvl=eror msg="session closing" obj=tunnels.session err="authentication failed: no authtoken\r\nERR_NGROK_4018""#,
                Some("authentication failed: no authtoken"),
            ),
            (
                Tool::Ngrok,
                r#"t=2026 lvl=info msg="client session established""#,
                None,
            ),
            (
                Tool::Cloudflared,
                "2026-09-19T12:00:00Z ERR Error requesting new quick Tunnel error=\"429 Too Many Requests\"",
                Some("Error requesting new quick Tunnel error=\"429 Too Many Requests\""),
            ),
            (
                Tool::Cloudflared,
                "2026-09-19T12:00:00Z INF Registered tunnel connection",
                None,
            ),
        ];
        for (tool, line, expected) in scenarios {
            assert_eq!(tool.complaint(line).as_deref(), expected, "{line}");
        }
        assert!(
            !said("\u{1b}[2J\u{202e}x")
                .unwrap()
                .contains(['\u{1b}', '\u{202e}'])
        );
    }
}
