//! How many colours a terminal has, and which of them comes closest to one that is wanted.

use ratatui::style::Color;

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The sixteen of the palette.
    Sixteen,
    /// 256.
    Many,
    /// Any: 8 bits each of red, green and blue.
    True,
}

/// The sixteen in the order of their numbers.
const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// What xterm shows for the sixteen. Most terminals have others, but of the same hues.
const XTERM: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// The sides of the 6x6x6 cube of the 256.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Depth {
    /// What the environment says of the terminal.
    #[must_use]
    pub fn of_terminal() -> Self {
        Self::of(|name| std::env::var(name).unwrap_or_default())
    }

    /// What variables of the environment say of the terminal.
    pub(crate) fn of(variable: impl Fn(&str) -> String) -> Self {
        let (terminal, colours) = (variable("TERM"), variable("COLORTERM"));
        if matches!(colours.as_str(), "truecolor" | "24bit") || terminal.ends_with("-direct") {
            Self::True
        } else if terminal.contains("256color") || cfg!(windows) {
            Self::Many
        } else {
            Self::Sixteen
        }
    }

    /// A colour, or another where there are but sixteen.
    pub(super) fn choose(self, colour: Color, sixteen: Color) -> Color {
        if self == Self::Sixteen {
            sixteen
        } else {
            self.nearest(colour)
        }
    }

    /// The nearest colour that the terminal has.
    #[must_use]
    pub fn nearest(self, colour: Color) -> Color {
        match (self, colour) {
            (Self::Many, Color::Rgb(..)) => closest(colour, (16..=255).map(Color::Indexed)),
            (Self::Sixteen, Color::Indexed(index @ 0..16)) => NAMED[usize::from(index)],
            (Self::Sixteen, Color::Rgb(..) | Color::Indexed(_)) => {
                closest(colour, NAMED.into_iter())
            }
            _ => colour,
        }
    }
}

fn closest(colour: Color, among: impl Iterator<Item = Color>) -> Color {
    let away = |other: &Color| match (rgb(colour), rgb(*other)) {
        (Some(wanted), Some(other)) => distance(wanted, other),
        _ => u32::MAX,
    };
    among.min_by_key(away).unwrap_or(colour)
}

/// Red, green and blue; None: the terminal's own.
pub(super) fn rgb(colour: Color) -> Option<[u8; 3]> {
    match colour {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some([red, green, blue]),
        Color::Indexed(index @ 0..16) => Some(XTERM[usize::from(index)]),
        Color::Indexed(index @ 16..232) => {
            let at = usize::from(index - 16);
            Some([at / 36, at / 6 % 6, at % 6].map(|side| CUBE[side]))
        }
        Color::Indexed(index) => Some([8 + 10 * (index - 232); 3]),
        named => {
            let index = NAMED.iter().position(|other| *other == named)?;
            Some(XTERM[index])
        }
    }
}

/// How far apart two colours are for the eye, about: the "redmean" of <https://www.compuphase.com/cmetric.htm>.
fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    let mean = i32::midpoint(i32::from(one[0]), i32::from(other[0]));
    let [red, green, blue] = [0, 1, 2].map(|part| i32::from(one[part]) - i32::from(other[part]));
    let sum =
        (((512 + mean) * red * red) >> 8) + 4 * green * green + (((767 - mean) * blue * blue) >> 8);
    sum.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_how_many_colours_there_are() {
        let scenarios = [
            ("xterm-256color", "truecolor", Depth::True),
            ("xterm-256color", "24bit", Depth::True),
            ("xterm-direct", "", Depth::True),
            ("screen-256color", "yes", Depth::Many),
            ("linux", "", Depth::Sixteen),
            ("", "", Depth::Sixteen),
        ];
        for (terminal, colours, expected) in scenarios {
            let depth = Depth::of(|name| match name {
                "TERM" => terminal.to_owned(),
                _ => colours.to_owned(),
            });
            if !cfg!(windows) {
                assert_eq!(depth, expected, "TERM={terminal} COLORTERM={colours}");
            }
        }
    }

    #[test]
    fn a_colour_becomes_the_nearest_that_there_is() {
        let blue = Color::Rgb(86, 180, 233);
        let scenarios = [
            (Depth::True, blue, blue),
            (Depth::Many, blue, Color::Indexed(74)),
            (Depth::Sixteen, blue, Color::Cyan),
            (Depth::Sixteen, Color::Indexed(74), Color::Cyan),
            (Depth::Sixteen, Color::Indexed(9), Color::LightRed),
            (Depth::Many, Color::Indexed(9), Color::Indexed(9)),
            (Depth::Many, Color::Rgb(0, 0, 0), Color::Indexed(16)),
            (Depth::Many, Color::Rgb(255, 255, 255), Color::Indexed(231)),
            (Depth::Many, Color::Rgb(128, 128, 128), Color::Indexed(244)),
            (Depth::Sixteen, Color::Rgb(250, 10, 20), Color::LightRed),
            (Depth::Sixteen, Color::Reset, Color::Reset),
            (Depth::Sixteen, Color::Green, Color::Green),
        ];
        for (depth, wanted, expected) in scenarios {
            assert_eq!(depth.nearest(wanted), expected, "{depth:?} {wanted:?}");
        }
    }
}
