//! One delivery with all there is to know of it, as an outline. It is made beside the drawing: a body may be long.

mod body;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::deliveries::lasted;
use crate::{
    event::{Delivery, Fault, Signature},
    secret::Keys,
    store::deliveries::Inspected,
    text,
    ui::outline::{Outline, Tone},
};

/// Columns of the names of facts.
const NAMES: usize = 13;

/// What there is to read of it; times are told in a zone, and no key is shown.
pub(in crate::ui) fn outline(inspected: &Inspected, keys: Arc<Keys>, zone: &TimeZone) -> Outline {
    let mut outline = Outline::new(keys);
    let delivery = &inspected.kept.delivery;
    request(&mut outline, inspected, zone);
    reply(&mut outline, delivery);
    if !delivery.warnings.is_empty() {
        outline.open("Warnings", &delivery.warnings.len().to_string(), false);
        for warning in &delivery.warnings {
            outline.put("", Tone::Warn, warning);
        }
        outline.close();
    }
    repeats(&mut outline, inspected, zone);
    outline.open("Headers", &delivery.headers.len().to_string(), true);
    for (name, value) in &delivery.headers {
        outline.put(&format!("{name}: "), Tone::Plain, value);
    }
    outline.close();
    body::put(&mut outline, inspected);
    outline.finish("y copies the whole body")
}

fn request(outline: &mut Outline, inspected: &Inspected, zone: &TimeZone) {
    let kept = &inspected.kept;
    let delivery = &kept.delivery;
    outline.open("Request", &format!("#{}", kept.seq.0), false);
    if delivery.method.is_empty() {
        outline.put("", Tone::Dim, "no longer kept; only what it brought is");
    } else {
        let query = match delivery.query.as_str() {
            "" => String::new(),
            query => format!("?{query}"),
        };
        let line = format!("{} {}{query}", delivery.method, delivery.path);
        outline.put("", Tone::Plain, &line);
    }
    let received = delivery.received.to_zoned_datetime(zone.clone());
    let received = received.strftime("%Y-%m-%d %H:%M:%S%.3f %Z").to_string();
    fact(outline, "received", &received);
    fact(outline, "kind", delivery.kind.name());
    if let Some(uid) = &delivery.uid {
        fact(outline, "wearer", uid.as_str());
    }
    if let Some(remote) = delivery.remote {
        fact(outline, "from", &remote.to_string());
    }
    fact(outline, "size", &text::size(delivery.size));
    if let Some(key) = &delivery.idempotency_key {
        fact(outline, "idempotency", key);
    }
    fact(outline, "signature", signature(delivery.signature));
    outline.close();
}

fn signature(signature: Signature) -> &'static str {
    match signature {
        Signature::Absent => "none sent",
        Signature::NotChecked => "sent, not checked",
        Signature::Valid => "valid",
        Signature::Invalid(Fault::Wrong) => "wrong: of another secret or another body",
        Signature::Invalid(Fault::Stale) => "right, but more than 5 minutes old",
        Signature::Invalid(Fault::Ahead) => "right, but more than 5 minutes ahead",
        Signature::Invalid(Fault::Malformed) => "sent, but not of a form that is known",
    }
}

fn reply(outline: &mut Outline, delivery: &Delivery) {
    let took = lasted(delivery.took);
    outline.open(
        "Reply",
        &format!("{}, after {took}", delivery.status),
        false,
    );
    if let Ok(value) = serde_json::from_str(&delivery.reply) {
        outline.json(&value);
    } else if !delivery.reply.is_empty() {
        outline.put("", Tone::Plain, &delivery.reply);
    }
    outline.close();
}

fn repeats(outline: &mut Outline, inspected: &Inspected, zone: &TimeZone) {
    let (kept, count) = (&inspected.kept, inspected.repeat_count);
    if let Some(first) = kept.repeat_of {
        outline.open("Repeats", "changed nothing", false);
        outline.link("", &format!("#{}, the first one", first.0), first);
        outline.close();
    }
    if count == 0 {
        return;
    }
    outline.open("Repeats", &format!("{count}, which changed nothing"), false);
    for repeat in &inspected.repeats {
        let at = repeat.received.to_zoned_datetime(zone.clone());
        let told = format!(
            "#{}, {}, {}",
            repeat.seq.0,
            at.strftime("%Y-%m-%d %H:%M:%S"),
            repeat.status
        );
        outline.link("", &told, repeat.seq);
    }
    let left = (count as usize).saturating_sub(inspected.repeats.len());
    if left > 0 {
        outline.put("", Tone::Dim, &format!("and {left} earlier ones"));
    }
    outline.close();
}

fn fact(outline: &mut Outline, name: &str, value: &str) {
    outline.put(&format!("{name:<NAMES$} "), Tone::Plain, value);
}
