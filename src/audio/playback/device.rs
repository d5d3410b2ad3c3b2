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

/// Which of the devices, each with its names, is meant.
pub(super) fn choice<'a>(
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

#[cfg(test)]
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
