//! Presses of the device's button (since August 2026).

use super::{
    Shape,
    fields::{Fields, Warnings},
};
use crate::event::{ButtonPress, Event, Kind, Press};

pub(super) fn decode(fields: Fields<'_>, warnings: &mut Warnings) -> Shape {
    let press = Press::from_name(&fields.text(&["button_event"], warnings).unwrap_or_default());
    if let Press::Other(name) = &press {
        warnings.say(format!("unknown press '{}'", super::fields::quoted(name)));
    }
    let press = ButtonPress {
        press,
        device: fields.filled(&["device_id"], warnings),
        id: fields.filled(&["event_id"], warnings),
        at: fields.time(&["timestamp"], warnings),
    };
    Shape {
        kind: Kind::ButtonEvent,
        event: Some(Event::Button(press)),
    }
}
