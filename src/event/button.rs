use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One press of the device's button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ButtonPress {
    /// How it was pressed.
    pub press: Press,
    /// The device, e.g. its Bluetooth address.
    pub device: Option<String>,
    /// Omi's id of the press.
    pub id: Option<String>,
    /// When, by the sender's clock.
    pub at: Option<Timestamp>,
}

/// How the button was pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Press {
    Single,
    Double,
    Long,
    /// A press of a kind that is newer than this program, as sent.
    Other(String),
}

impl Press {
    /// The press of a wire name such as `single_tap`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "single_tap" => Self::Single,
            "double_tap" => Self::Double,
            "long_tap" => Self::Long,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The wire name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Single => "single_tap",
            Self::Double => "double_tap",
            Self::Long => "long_tap",
            Self::Other(name) => name,
        }
    }
}
