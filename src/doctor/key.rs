//! The webhook key and the signing secrets: where they are from and how well they keep. Nothing of them is told.

use std::path::Path;

use jiff::{Timestamp, tz::TimeZone};

use super::{Finding, Setup, setup::FoundKey};
use crate::{
    config::KeySource,
    secret::{KeepError, old_seen_in},
    text,
};

/// Here containers get their secrets, with rights that they cannot change.
const GIVEN: &str = "/run/secrets";

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let mut findings = match setup.key() {
        Err(error @ KeepError::Io { .. }) => vec![Finding::fail(
            "key-unreadable",
            error.to_string(),
            "make it readable for this user, or name a key with WEBHOOK_SECRET",
        )],
        Err(error) => vec![Finding::error("key-unreadable", &error)],
        Ok(Some(key)) => of_key(&key),
        Ok(None) if setup.survey.config.storage.ephemeral => vec![Finding::note(
            "key-changes",
            "each start makes another key, since nothing is kept",
            "set WEBHOOK_SECRET, so that the URL in the app stays right; `omiscope secret` prints a key",
        )],
        Ok(None) => vec![Finding::ok("key-to-come", "the first start makes a key")],
    };
    findings.extend(of_old_key(setup));
    findings.extend(of_rotated(setup));
    findings.extend(of_signing(setup));
    findings
}

fn of_key(key: &FoundKey) -> Vec<Finding> {
    let strength = match key.secret.weakness() {
        None => Finding::ok("key", format!("strong, from {}", key.place)),
        Some(weakness) => Finding::warn(
            "key-weak",
            format!("that from {} {weakness}", key.place),
            "set one that `omiscope secret` prints, and paste the new URL into the app",
        ),
    };
    let open = key.file.as_deref().and_then(open_file);
    [strength].into_iter().chain(open).collect()
}

/// A key that was replaced, and is still taken.
fn of_old_key(setup: &Setup) -> Option<Finding> {
    let given = setup.survey.given("webhook_secret_old")?;
    let place = &given.place;
    Some(
        match setup.survey.config.secrets.old_webhook.as_ref()?.weakness() {
            None => Finding::note(
                "old-key-taken",
                format!("the old one from {place} is taken as well"),
                "leave it out once every URL in the app has the new key",
            ),
            Some(weakness) => Finding::warn(
                "key-weak",
                format!("the old one from {place} {weakness}"),
                "leave it out once every URL in the app has the new key",
            ),
        },
    )
}

/// The keys that `omiscope secret --rotate` replaced, as long as they are still taken. What still comes with one is told with the
/// deliveries.
fn of_rotated(setup: &Setup) -> Option<Finding> {
    let KeySource::Folder(_) = setup.survey.config.key_source() else {
        return None;
    };
    let old = match old_seen_in(setup.folder()?) {
        Ok(old) => old,
        Err(error) => return Some(Finding::error("old-key-unreadable", &error)),
    };
    let taken = old.into_iter().filter(|key| key.is_taken(setup.now));
    let last = taken.filter_map(|key| key.until).max()?;
    Some(Finding::note(
        "old-key-taken",
        format!("the old one is taken until {}", local(last)),
        "paste the new URL into every field of the app until then",
    ))
}

fn local(time: Timestamp) -> String {
    let time = time.to_zoned_datetime(TimeZone::system());
    time.strftime("%Y-%m-%d %H:%M %Z").to_string()
}

fn of_signing(setup: &Setup) -> Vec<Finding> {
    let given = setup.survey.given("signing_secret");
    let count = setup.survey.config.secrets.signing.len();
    let told = match given.filter(|_| count > 0) {
        Some(given) => Finding::ok(
            "signing",
            format!(
                "signatures are checked with {}, from {}",
                text::counted(count, "secrets"),
                given.place
            ),
        ),
        None => Finding::note(
            "signing-unchecked",
            "Omi's signatures are not checked",
            "if you made a signing secret in Omi's developer settings, set OMI_SIGNING_SECRET to it",
        ),
    };
    let open = given
        .and_then(|given| given.source.file())
        .and_then(open_file);
    [told].into_iter().chain(open).collect()
}

/// Whether others can read a file that holds a secret.
fn open_file(file: &Path) -> Option<Finding> {
    let file = (!file.starts_with(GIVEN) && is_open(file)).then(|| file.display())?;
    Some(Finding::warn(
        "secret-file-open",
        format!("other users can read {file}, which holds a secret"),
        format!("chmod 600 {file}, and change the secret if others use this machine"),
    ))
}

#[cfg(unix)]
pub(super) fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = path
        .metadata()
        .map(|metadata| metadata.permissions().mode());
    mode.is_ok_and(|mode| mode & 0o077 != 0)
}

/// The user's folders are closed to others here.
#[cfg(not(unix))]
pub(super) fn is_open(_path: &Path) -> bool {
    false
}
