//! Presses of the device's button (since August 2026).

use super::fields::Fields;
use crate::event::{ButtonPress, Press};

const KNOWN: [&str; 7] = [
    "event_type",
    "button_event",
    "device_id",
    "event_id",
    "timestamp",
    "session_id",
    "uid",
];

/// One press.
pub(super) fn press(fields: &Fields<'_>) -> ButtonPress {
    fields.warn_of_unknown(&KNOWN);
    let name = fields.text(&["button_event"]).unwrap_or_default();
    let press = Press::from_name(&name);
    if let Press::Other(name) = &press {
        let name = super::warnings::quoted(name);
        fields.warnings.add(format_args!(
            "button_event {name} is unknown to this program"
        ));
    }
    ButtonPress {
        press,
        device: fields.text(&["device_id"]),
        id: fields.text(&["event_id"]),
        at: fields.time(&["timestamp"]),
    }
}
