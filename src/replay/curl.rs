//! A delivery as a command for a shell. What it quotes is from outside: nothing of it may mean anything to the shell.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::{HEADERS, ReplayError, body};
use crate::{
    decode::query,
    event::Delivery,
    secret::{Keys, MASK},
    store::deliveries::Inspected,
    text,
    webhook_url::WebhookUrl,
};

/// Stands for the key: the shell puts it in.
const KEY: &str = "\"$WEBHOOK_SECRET\"";

/// A command that posts it to this omiscope.
///
/// # Errors
/// [`ReplayError`] where not all of its body is kept.
pub(crate) fn command(
    inspected: &Inspected,
    own: &WebhookUrl,
    keys: &Keys,
) -> Result<String, ReplayError> {
    let delivery = &inspected.kept.delivery;
    let body = body(inspected)?;
    let parts = around_keys(delivery, own.origin());
    let parts: Vec<_> = parts.iter().map(|part| quoted(part)).collect();
    let mut command = format!("curl -sS {}", parts.join(KEY));
    let sent = |name: &&str| delivery.headers.iter().find(|(known, _)| known == name);
    for (name, value) in HEADERS.iter().filter_map(sent) {
        command = format!("{command} -H {}", quoted(&format!("{name}: {value}")));
    }
    if body.is_empty() {
        return Ok(format!("{command} -X POST"));
    }
    if !delivery
        .headers
        .iter()
        .any(|(name, _)| name == "content-type")
    {
        // Else curl makes up one.
        command.push_str(" -H content-type:");
    }
    Ok(
        match str::from_utf8(body).ok().filter(|body| is_typed(body)) {
            Some(body) => {
                let body = keys.masked_in(body);
                format!("{command} --data-raw {}", quoted(&body))
            }
            None => format!(
                "printf %s {} | xxd -r -p | {command} --data-binary @-",
                hex::encode(body)
            ),
        },
    )
}

/// The parts of its URL between which its keys stood.
fn around_keys(delivery: &Delivery, host: &str) -> Vec<String> {
    if delivery.method.is_empty() {
        return vec![format!("{host}/webhook?key="), String::new()];
    }
    let mut parts = match delivery.path.strip_suffix(MASK) {
        Some(path @ "/webhook/") => vec![format!("{host}{path}"), String::new()],
        _ => vec![format!("{host}{}", delivery.path)],
    };
    if !delivery.query.is_empty() {
        let query = format!("?{}", delivery.query);
        let mut more = query::around_keys(&query).into_iter();
        let first = more.next().unwrap_or_default();
        if let Some(last) = parts.last_mut() {
            last.push_str(first);
        }
        parts.extend(more.map(str::to_owned));
    }
    parts
}

/// Whether a terminal into which a text is pasted would take all of it for text.
fn is_typed(text: &str) -> bool {
    text.split(['\n', '\t'])
        .all(|part| matches!(text::escaped(part), Cow::Borrowed(_)))
}

/// A word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    let clean = if is_typed(text) {
        Cow::Borrowed(text)
    } else {
        text::neutral(text)
    };
    format!("'{}'", clean.replace('\'', r"'\''"))
}
