//! Whether a ping gets all the way through a tunnel, and if not, what is wrong in words.

use std::time::Duration;

use jiff::Timestamp;

use super::{Provider, Tunnel};
use crate::{
    advice::Advice,
    outbound::{Answer, Outbound, PostError},
    ping::{self, Answered},
    secret::Keys,
    text,
};

/// Longest wait for the answer. Omi does not wait longer for those to words.
const PATIENCE: Duration = Duration::from_secs(15);

/// Most bytes of what a page says that are looked through.
const SEARCHED: usize = 32 << 10;

/// What stands in every page of ngrok's that tells an error.
const NGROKS: &str = "ERR_NGROK_";

/// What ngrok means by some of its errors.
const NGROK_ERRORS: [(&str, &str, &str); 4] = [
    (
        "3200",
        "tunnel-offline",
        "ngrok's endpoint is offline: does its agent still run, with this URL?",
    ),
    (
        "3004",
        "tunnel-unreached",
        "ngrok got no sense out of this port: does it lead to omiscope's, with http?",
    ),
    (
        "6024",
        "tunnel-interstitial",
        "ngrok shows its warning page instead of passing on: sign up for an account, or use another tunnel",
    ),
    (
        "8012",
        "tunnel-unreached",
        "ngrok's agent cannot reach this port: does omiscope listen where the tunnel leads?",
    ),
];

/// What statuses mean that whatever stands before omiscope answers with.
const STATUSES: [(u16, &str, &str); 7] = [
    (
        401,
        "tunnel-forbidden",
        "something before omiscope wants a login (401), which Omi has none for: take it out of the tunnel's settings",
    ),
    (
        403,
        "tunnel-forbidden",
        "something before omiscope forbids it (403): is there a login or a rule in the tunnel's settings?",
    ),
    (
        404,
        "tunnel-stranger",
        "another program answers there (404): does the tunnel lead to omiscope's port?",
    ),
    (
        429,
        "tunnel-limit",
        "the tunnel takes no more for now (429): its plan has a limit",
    ),
    (
        502,
        "tunnel-unreached",
        "the tunnel cannot reach this port (502): does omiscope listen where it leads?",
    ),
    (
        504,
        "tunnel-slow",
        "the tunnel got no answer from here in time (504)",
    ),
    (
        530,
        "tunnel-offline",
        "Cloudflare has no connection to cloudflared (530, error 1033): does it still run?",
    ),
];

/// Posts a ping through a tunnel. After how long it was answered, or what is wrong.
///
/// # Errors
/// One piece of advice.
pub(crate) async fn probe(tunnel: &Tunnel, keys: &Keys) -> Result<Duration, Advice> {
    // Whoever says that it is a tunnel need not be one.
    let key = keys.current().for_ping(Timestamp::now());
    let url = tunnel.url.clone().with_key(&key);
    let Ok(request) = ping::request(&url, keys.signing().first()) else {
        let found = format!("{} cannot be asked", tunnel.url);
        return Err(advice("tunnel-unreachable", found));
    };
    let answer = Outbound::within(PATIENCE).send(request).await;
    verdict(tunnel, &answer)
}

/// What an answer, or the lack of one, means.
fn verdict(tunnel: &Tunnel, answer: &Result<Answer, PostError>) -> Result<Duration, Advice> {
    let answer = answer
        .as_ref()
        .map_err(|error| unanswered(tunnel.url.authority(), error))?;
    match Answered::of(answer) {
        Answered::Well => Ok(answer.took),
        Answered::OtherKey => Err(advice(
            "tunnel-other-key",
            "another omiscope answers there, or one with another key",
        )),
        Answered::Refused(reason) => Err(advice(
            "tunnel-refused",
            format!(
                "refused there ({}): {}",
                answer.status.as_u16(),
                text::neutral(&reason)
            ),
        )),
        Answered::Stranger => Err(stranger(tunnel.provider, answer)),
    }
}

fn unanswered(host: &str, error: &PostError) -> Advice {
    let (code, found) = match error {
        PostError::NoName(_) => (
            "tunnel-no-name",
            format!(
                "{host} has no address: a new name takes up to a minute, and that of an ended tunnel goes"
            ),
        ),
        PostError::NoConnection => ("tunnel-unreachable", format!("nobody listens at {host}")),
        PostError::Tls(error) => (
            "tunnel-tls",
            format!("no TLS with {host} ({error}): Omi needs a certificate of a public authority"),
        ),
        PostError::Slow(_) => (
            "tunnel-slow",
            format!("{host}: {error}: is the tunnel connected?"),
        ),
        PostError::Unreachable(_) | PostError::Broken => {
            ("tunnel-unreachable", format!("{host}: {error}"))
        }
    };
    advice(code, text::neutral(&found).into_owned())
}

/// What is known of those who may stand before us.
fn stranger(provider: Provider, answer: &Answer) -> Advice {
    let status = answer.status.as_u16();
    let body = String::from_utf8_lossy(&answer.body);
    if let Some(number) = ngrok_error(text::beginning(&body, SEARCHED)) {
        let known = NGROK_ERRORS.iter().find(|(of, ..)| *of == number);
        return match known {
            Some((_, code, found)) => advice(code, *found),
            None => advice(
                "tunnel-ngrok",
                format!(
                    "ngrok says {NGROKS}{number}: see https://ngrok.com/docs/errors/err_ngrok_{number}"
                ),
            ),
        };
    }
    if answer.status.is_redirection() {
        let found = format!(
            "it is redirected ({status}), which Omi does not follow: paste the URL that it leads to"
        );
        return advice("tunnel-redirect", found);
    }
    match STATUSES.iter().find(|(of, ..)| *of == status) {
        Some((_, code, found)) => advice(code, *found),
        None => advice(
            "tunnel-stranger",
            format!(
                "another program answers there ({status}): does {provider} lead to omiscope's port?"
            ),
        ),
    }
}

/// The number of an error of ngrok's.
fn ngrok_error(page: &str) -> Option<&str> {
    let (_, after) = page.split_once(NGROKS)?;
    let end = after.find(|sign: char| !sign.is_ascii_digit());
    let number = &after[..end.unwrap_or(after.len())];
    (1..=6).contains(&number.len()).then_some(number)
}

/// The finding says what to do, if there is anything.
fn advice(code: &'static str, found: impl Into<String>) -> Advice {
    Advice::warning(code, found, "")
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;

    use super::*;
    use crate::webhook_url::WebhookUrl;

    fn told(answer: Result<(u16, &str), PostError>) -> Result<Duration, (&'static str, String)> {
        let tunnel = Tunnel {
            provider: Provider::Ngrok,
            url: WebhookUrl::parse("https://fox.example/webhook").unwrap(),
        };
        let answer = answer.map(|(status, body)| Answer {
            status: StatusCode::from_u16(status).unwrap(),
            body: body.as_bytes().to_vec(),
            took: Duration::from_millis(120),
        });
        verdict(&tunnel, &answer).map_err(|advice| (advice.code, advice.found))
    }

    #[test]
    fn a_pong_is_all_well() {
        let pong = told(Ok((200, r#"{"message":"pong"}"#)));
        assert_eq!(pong, Ok(Duration::from_millis(120)));
    }

    #[test]
    fn what_stands_between_is_told_in_words() {
        let offline = "The endpoint fox.ngrok-free.app is offline.\r\n\r\nERR_NGROK_3200\r\n";
        let page = "<html><noscript>Visit Site (ERR_NGROK_6024)</noscript></html>";
        let long = format!("{}ERR_NGROK_3200", "x".repeat(SEARCHED));
        let scenarios: [(u16, &str, &str, &str); 17] = [
            (401, "", "tunnel-forbidden", "wants a login"),
            (
                404,
                offline,
                "tunnel-offline",
                "ngrok's endpoint is offline",
            ),
            (
                502,
                "ERR_NGROK_8012",
                "tunnel-unreached",
                "ngrok's agent cannot reach",
            ),
            (200, page, "tunnel-interstitial", "warning page"),
            (400, "ERR_NGROK_727", "tunnel-ngrok", "errors/err_ngrok_727"),
            (404, "ERR_NGROK_", "tunnel-stranger", "(404)"),
            (404, &long, "tunnel-stranger", "(404)"),
            (
                530,
                "error code: 1033",
                "tunnel-offline",
                "Cloudflare has no connection",
            ),
            (502, "<html>Bad gateway</html>", "tunnel-unreached", "(502)"),
            (504, "", "tunnel-slow", "in time"),
            (403, "<html>Access</html>", "tunnel-forbidden", "a login"),
            (301, "", "tunnel-redirect", "Omi does not follow"),
            (200, "<html>nginx</html>", "tunnel-stranger", "(200)"),
            (200, r#"{"message":"Success"}"#, "tunnel-stranger", "(200)"),
            (
                401,
                r#"{"error":"invalid webhook key; add ?key=YOUR_SECRET to the URL"}"#,
                "tunnel-other-key",
                "another omiscope",
            ),
            (
                503,
                r#"{"error":"the queue is full"}"#,
                "tunnel-refused",
                "(503): the queue is full",
            ),
            (
                400,
                r#"{"error":"\u001b[2J\u202e"}"#,
                "tunnel-refused",
                "(400): ",
            ),
        ];
        for (status, body, code, words) in scenarios {
            let (told_code, text) = told(Ok((status, body))).unwrap_err();
            assert_eq!(told_code, code, "{status} {body}");
            assert!(text.contains(words), "{text}");
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        }
    }

    #[test]
    fn where_nobody_answers_words_say_why() {
        let scenarios = [
            (
                PostError::NoName("failed".to_owned()),
                "tunnel-no-name",
                "fox.example has no address",
            ),
            (
                PostError::NoConnection,
                "tunnel-unreachable",
                "nobody listens at fox.example",
            ),
            (
                PostError::Tls(rustls::Error::InvalidCertificate(
                    rustls::CertificateError::Expired,
                )),
                "tunnel-tls",
                "no TLS with fox.example",
            ),
            (
                PostError::Slow(PATIENCE),
                "tunnel-slow",
                "no answer within 15 s",
            ),
            (
                PostError::Broken,
                "tunnel-unreachable",
                "the connection broke",
            ),
            (
                PostError::Unreachable("\u{1b}[2Jgone".to_owned()),
                "tunnel-unreachable",
                "gone",
            ),
        ];
        for (error, code, words) in scenarios {
            let (told_code, text) = told(Err(error)).unwrap_err();
            assert_eq!(told_code, code);
            assert!(text.contains(words), "{text}");
            assert!(!text.contains('\u{1b}'), "{text:?}");
        }
    }
}
