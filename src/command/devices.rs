//! `omiscope devices`: what sound can be played on.

use std::io::{self, Write as _};

use crate::{audio::playback, text, ui::terminal};

pub(super) fn run() -> anyhow::Result<()> {
    // Libraries tell the user's terminal about every device that they tried.
    let devices = terminal::hushed(playback::devices);
    let devices = devices.map_err(|error| anyhow::anyhow!("devices cannot be listed: {error}"))?;
    let mut out = io::stdout().lock();
    let names = devices.iter().map(|device| text::width(&device.name)).max();
    let columns = names.unwrap_or_default();
    for device in &devices {
        let name = text::neutral(&device.name);
        let fill = " ".repeat(columns - text::width(&name).min(columns));
        let likes = match device.likes {
            Some((rate, channels)) => format!("{rate} Hz, {channels} channels"),
            None => "cannot be opened now".to_owned(),
        };
        let default = if device.is_default { ", default" } else { "" };
        let about = text::neutral(&device.about);
        writeln!(out, "{name}{fill}  {likes}{default}  {about}")?;
    }
    if devices.is_empty() {
        let why = if cfg!(feature = "playback") {
            "no audio device"
        } else {
            "this omiscope was built without playback"
        };
        writeln!(out, "{why}")?;
    }
    Ok(())
}
