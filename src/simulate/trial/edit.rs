//! What faults do to posts, where it takes more than a line.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{era::Era, post::Post};

/// What is posted, and then again after a change.
pub(super) fn twice(posts: Vec<Post>, mut change: impl FnMut(&mut Post)) -> Vec<Post> {
    let mut again = posts.clone();
    again.iter_mut().for_each(&mut change);
    [posts, again].concat()
}

/// Changes each live segment.
pub(super) fn in_segments(body: &mut Value, change: impl FnMut(&mut Value)) {
    let segments = body.get_mut("segments").and_then(Value::as_array_mut);
    segments.into_iter().flatten().for_each(change);
}

/// Changes what is said, but not yet the body.
pub(super) fn in_text(post: &mut Post, text: &str) {
    if let Some(body) = &mut post.value {
        in_segments(body, |segment| segment["text"] = text.into());
    }
}

/// As much as three hours of talk have, or two minutes of sound.
pub(super) fn huge(post: &mut Post, era: &Era) {
    const SEGMENTS: usize = 4000;
    const PHOTOS: usize = 40;
    const PHOTO: usize = 150_000;
    const SOUND: usize = 120 * 2 * 16_000;
    if post.value.is_none() {
        let times = SOUND / post.body.len().max(1);
        post.body = post.body.repeat(times).into();
        return;
    }
    post.edit(era, |body| {
        let photo = json!({ "base64": "A".repeat(PHOTO), "description": "" });
        body["photos"] = vec![photo; PHOTOS].into();
        for name in ["transcript_segments", "transcriptSegments"] {
            if let Some(segments) = body.get_mut(name).and_then(Value::as_array_mut) {
                let spoken = segments.clone();
                segments.extend(spoken.into_iter().cycle().take(SEGMENTS));
            }
        }
    });
}

/// Its segments as a bare list, the session in the query.
pub(super) fn list(post: &mut Post, era: &Era) {
    post.session.clone_from(&post.uid);
    post.edit(era, |body| {
        in_segments(body, |segment| {
            if let Some(segment) = segment.as_object_mut()
                && let Some(speaker) = segment.shift_remove("speaker_id")
            {
                segment.insert("speakerId".to_owned(), speaker);
            }
        });
        *body = body["segments"].take();
    });
}

/// Its segments backwards, and two whose times make no sense.
pub(super) fn reordered(post: &mut Post, era: &Era) {
    post.edit(era, |body| {
        let Some(segments) = body.get_mut("segments").and_then(Value::as_array_mut) else {
            return;
        };
        if let Some(first) = segments.first().cloned() {
            segments.push(json!({
                "text": "Before the beginning.", "speaker": "SPEAKER_01", "is_user": false,
                "start": -0.08, "end": first["end"],
            }));
            segments.push(json!({
                "text": "Ends first.", "speaker": null, "is_user": false, "start": 7.0, "end": 6.9,
            }));
        }
        segments.reverse();
    });
}

/// All times of a memory a day later, in whatever spelling.
pub(super) fn tomorrow(body: &mut Value) {
    const LENGTH: usize = "2026-09-20T08:10:00".len();
    let Some(body) = body.as_object_mut() else {
        return;
    };
    for (name, value) in body.iter_mut() {
        let Some(text) = value
            .as_str()
            .filter(|_| name.ends_with("at") || name.ends_with("At"))
        else {
            continue;
        };
        let Some((time, rest)) = text.split_at_checked(LENGTH) else {
            continue;
        };
        let later = format!("{time}Z")
            .parse::<Timestamp>()
            .ok()
            .and_then(|time| time.checked_add(SignedDuration::from_hours(24)).ok());
        if let Some(later) = later {
            *value = format!("{}{rest}", later.strftime("%Y-%m-%dT%H:%M:%S")).into();
        }
    }
}
