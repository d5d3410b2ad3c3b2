//! What sound can be played on. Taking deliveries needs none.

use std::time::Duration;

use super::{Finding, Setup, patience::within};
use crate::{
    audio::playback::{self, Device},
    ui::terminal,
};

/// Longest wait for the sound server.
const PATIENCE: Duration = Duration::from_secs(5);

const REMEDY: &str = "start the sound server of this session (PipeWire, PulseAudio) or connect a device; only listening needs one";

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    if !cfg!(feature = "playback") {
        return vec![Finding::note(
            "sound-not-built",
            "this omiscope was built without playback",
            "build it without --no-default-features to listen",
        )];
    }
    // Libraries tell the user's terminal about every device that they tried.
    let devices = terminal::hushed(|| within(PATIENCE, playback::devices));
    let wanted = setup.survey.config.sound.device.as_deref();
    vec![match devices {
        None => Finding::warn(
            "sound-hangs",
            format!(
                "the sound server did not answer within {} s",
                PATIENCE.as_secs()
            ),
            "start it again, e.g. `systemctl --user restart pipewire`; only listening needs it",
        ),
        Some(Err(error)) => Finding::warn(
            "sound-unknown",
            format!("devices cannot be listed: {error}"),
            REMEDY,
        ),
        Some(Ok(devices)) => of_devices(&devices, wanted),
    }]
}

fn of_devices(devices: &[Device], wanted: Option<&str>) -> Finding {
    let found = match wanted {
        Some(wanted) => playback::named(devices, wanted),
        None => devices
            .iter()
            .find(|device| device.is_default)
            .ok_or_else(|| "there is no sound device".to_owned()),
    };
    match found {
        Ok(device) => match device.likes {
            Some((rate, _)) => Finding::ok("sound", format!("{} at {rate} Hz", device.name)),
            None => Finding::warn(
                "sound-closed",
                format!("{} cannot be opened now", device.name),
                REMEDY,
            ),
        },
        Err(error) if wanted.is_some() => Finding::warn(
            "sound-not-there",
            error,
            "`omiscope devices` lists those that are there; choose one with --output-device",
        ),
        Err(error) => Finding::warn("sound-none", error, REMEDY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_cannot_play_is_told_with_its_remedy() {
        let device = |name: &str, likes, is_default| Device {
            name: name.to_owned(),
            about: String::new(),
            likes,
            is_default,
        };
        let card = device("card", Some((48_000, 2)), true);
        let gone = device("gone", None, false);
        let scenarios = [
            (vec![card.clone()], None, "sound"),
            (vec![gone.clone()], None, "sound-none"),
            (vec![], None, "sound-none"),
            (
                vec![card.clone(), gone.clone()],
                Some("gone"),
                "sound-closed",
            ),
            (vec![card, gone], Some("usb"), "sound-not-there"),
        ];
        for (devices, wanted, expected) in scenarios {
            assert_eq!(of_devices(&devices, wanted).code(), expected, "{devices:?}");
        }
    }
}
