//! The devices that sound can be played on.

/// A device that sound can be played on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// What it is called; this is what [`super::Playback::choose_device`] takes.
    pub name: String,
    /// What the system says of it; may be empty.
    pub about: String,
    /// Samples a second and channels that it likes best; None: it does not say, or cannot be opened.
    pub likes: Option<(u32, u16)>,
    /// Whether it is the one that the system would choose.
    pub is_default: bool,
}

/// Lists the devices, the system's own choice first and what cannot be opened now last. Empty without the feature `playback`. May hang with a hung sound server, and let libraries print to stderr.
///
/// # Errors
/// When the system does not list them, in its own words.
pub fn devices() -> Result<Vec<Device>, String> {
    #[cfg(feature = "playback")]
    return found::list();
    #[cfg(not(feature = "playback"))]
    Ok(Vec::new())
}

/// The one of the devices that a name means: its own, or a part of it or of its description that no other has.
///
/// # Errors
/// When none or several are meant, in a sentence.
pub fn named<'a>(devices: &'a [Device], wanted: &str) -> Result<&'a Device, String> {
    let names = |device: &Device| vec![device.name.clone(), device.about.clone()];
    let names: Vec<_> = devices.iter().map(names).collect();
    let place = choice(names.iter().map(Vec::as_slice), wanted)?;
    Ok(&devices[place])
}

#[cfg(feature = "playback")]
pub(super) use found::find;

#[cfg(feature = "playback")]
mod found {
    use cpal::traits::{DeviceTrait as _, HostTrait as _};

    use super::Device;

    pub(super) fn list() -> Result<Vec<Device>, String> {
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

    /// A new host each time: what an old one knew may be gone.
    ///
    /// The device of a name, or the only one whose name or description has it in it; without a name the system's own.
    pub(in super::super) fn find(wanted: Option<&str>) -> Result<cpal::Device, String> {
        let host = cpal::default_host();
        let Some(wanted) = wanted else {
            let default = host.default_output_device();
            return default.ok_or_else(|| "there is no sound card".to_owned());
        };
        let devices = host.output_devices().map_err(|error| error.to_string())?;
        let devices: Vec<_> = devices.map(|device| (names(&device), device)).collect();
        let place = super::choice(devices.iter().map(|(names, _)| &**names), wanted)?;
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
}

/// Which of the devices, each with its names, is meant.
fn choice<'a>(
    devices: impl Iterator<Item = &'a [String]> + Clone,
    wanted: &str,
) -> Result<usize, String> {
    if let Some(exact) = devices
        .clone()
        .position(|names| names.iter().any(|name| name == wanted))
    {
        return Ok(exact);
    }
    let part = wanted.to_lowercase();
    let has = |names: &[String]| names.iter().any(|name| name.to_lowercase().contains(&part));
    let mut found = devices.enumerate().filter(|(_, names)| has(names));
    match (found.next(), found.next()) {
        (Some((place, _)), None) => Ok(place),
        (None, _) => Err(format!("there is no output device named {wanted:?}")),
        (Some(_), Some(_)) => Err(format!(
            "several output devices have {wanted:?} in their name"
        )),
    }
}

#[cfg(all(test, feature = "playback"))]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_by_its_name_or_a_part_that_no_other_has() {
        let devices = [
            vec!["default".to_owned(), "Default Audio Device".to_owned()],
            vec!["hw:CARD=PCH,DEV=0".to_owned(), "HDA Intel PCH".to_owned()],
            vec!["hw:CARD=USB,DEV=0".to_owned(), "USB Headset".to_owned()],
        ];
        let choice = |wanted| choice(devices.iter().map(Vec::as_slice), wanted);
        assert_eq!(choice("default"), Ok(0));
        assert_eq!(choice("USB Headset"), Ok(2));
        assert_eq!(choice("headset"), Ok(2));
        assert_eq!(choice("intel"), Ok(1));
        assert!(choice("hw:").unwrap_err().contains("several"));
        assert!(choice("bluetooth").unwrap_err().contains("no output"));
    }
}
