//! The devices that the system has.

use cpal::traits::{DeviceTrait as _, HostTrait as _};

use crate::audio::playback::device::{Device, choice};

/// Lists the devices, the system's own choice first and what cannot be opened now last. May hang with a hung sound server, and let
/// libraries print to stderr.
///
/// # Errors
/// When the system does not list them, in its own words.
pub fn list() -> Result<Vec<Device>, String> {
    let host = cpal::default_host();
    let default = host.default_output_device().map(|device| name(&device));
    let devices = host.output_devices().map_err(|error| error.to_string())?;
    let device = |device: cpal::Device| {
        let name = name(&device);
        let likes = device.default_output_config().ok();
        let description = device.description().ok();
        let about = description.map(|about| about.name().to_owned());
        Device {
            is_default: default.as_ref() == Some(&name),
            about: about.filter(|about| *about != name).unwrap_or_default(),
            likes: likes.map(|config| (config.sample_rate(), config.channels())),
            name,
        }
    };
    let mut devices: Vec<_> = devices.map(device).collect();
    // Systems list what can convert or discard sound among what can play it.
    devices.sort_by_key(|device| (!device.is_default, device.likes.is_none()));
    Ok(devices)
}

/// The device of a name, or the only one whose name or description has it in it; without a name the system's own.
///
/// A new host each time: what an old one knew may be gone.
pub(super) fn find(wanted: Option<&str>) -> Result<cpal::Device, String> {
    let host = cpal::default_host();
    let Some(wanted) = wanted else {
        let default = host.default_output_device();
        return default.ok_or_else(|| "there is no sound card".to_owned());
    };
    let devices = host.output_devices().map_err(|error| error.to_string())?;
    let devices: Vec<_> = devices.map(|device| (names(&device), device)).collect();
    let place = choice(devices.iter().map(|(names, _)| &**names), wanted)?;
    let found = devices.into_iter().nth(place).map(|(_, device)| device);
    found.ok_or_else(|| "the sound card went away".to_owned())
}

/// The system's id without the name of its sound system; it is unique.
fn name(device: &cpal::Device) -> String {
    let id = device.id().map(|id| id.to_string()).unwrap_or_default();
    match id.split_once(':') {
        Some((_, name)) if !name.is_empty() => name.to_owned(),
        _ => id,
    }
}

fn names(device: &cpal::Device) -> Vec<String> {
    let about = device.description().ok();
    let about = about.map(|about| about.name().to_owned());
    std::iter::once(name(device)).chain(about).collect()
}
