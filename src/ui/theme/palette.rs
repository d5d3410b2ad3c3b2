//! The themes that are there.

use ratatui::style::{Color, Modifier, Style};

use super::{Depth, Ground, Theme};

const BLACK: Color = Color::Rgb(0, 0, 0);
const WHITE: Color = Color::Rgb(255, 255, 255);

fn of(colour: Color) -> Style {
    Style::new().fg(colour)
}

/// What cameras read.
fn paper(depth: Depth) -> Style {
    let ink = depth.choose(BLACK, Color::Black);
    of(ink).bg(depth.choose(WHITE, Color::White))
}

impl Theme {
    /// For a dark background.
    #[must_use]
    pub fn dark(depth: Depth) -> Self {
        Self {
            dim: of(depth.choose(Color::Indexed(246), Color::Gray)),
            accent: of(Color::Cyan).add_modifier(Modifier::BOLD),
            title: of(Color::Reset).add_modifier(Modifier::BOLD),
            border: of(Color::DarkGray),
            good: of(Color::Green),
            warn: of(Color::Yellow),
            bad: of(Color::LightRed).add_modifier(Modifier::BOLD),
            found: of(Color::LightYellow).add_modifier(Modifier::UNDERLINED),
            chosen: of(Color::Reset).add_modifier(Modifier::BOLD),
            key: of(Color::Cyan),
            speakers: [
                Color::LightMagenta,
                Color::LightGreen,
                Color::LightYellow,
                depth.choose(Color::Indexed(111), Color::LightBlue),
                depth.choose(Color::Indexed(215), Color::White),
            ]
            .map(of)
            .to_vec(),
            heat: [
                depth.choose(Color::Indexed(54), Color::Blue),
                depth.choose(Color::Indexed(90), Color::Magenta),
                depth.choose(Color::Indexed(162), Color::LightMagenta),
                depth.choose(Color::Indexed(203), Color::LightRed),
                depth.choose(Color::Indexed(215), Color::LightYellow),
                depth.choose(Color::Indexed(229), Color::White),
            ]
            .map(of),
            paper: Some(paper(depth)),
            ..Self::plain()
        }
    }

    /// For a light background: the bright colours would vanish there.
    #[must_use]
    pub fn light(depth: Depth) -> Self {
        Self {
            dim: of(depth.choose(Color::Indexed(241), Color::DarkGray)),
            accent: of(Color::Blue).add_modifier(Modifier::BOLD),
            title: of(Color::Reset).add_modifier(Modifier::BOLD),
            border: of(depth.choose(Color::Indexed(248), Color::Gray)),
            good: of(depth.choose(Color::Indexed(28), Color::Green)),
            warn: of(depth.choose(Color::Indexed(130), Color::Magenta)),
            bad: of(Color::Red).add_modifier(Modifier::BOLD),
            found: of(Color::Red).add_modifier(Modifier::UNDERLINED),
            chosen: of(Color::Reset).add_modifier(Modifier::BOLD),
            key: of(Color::Blue),
            speakers: [
                Color::Magenta,
                depth.choose(Color::Indexed(28), Color::Green),
                Color::Red,
                depth.choose(Color::Indexed(23), Color::Cyan),
                depth.choose(Color::Indexed(94), Color::Black),
            ]
            .map(of)
            .to_vec(),
            heat: [
                depth.choose(Color::Indexed(223), Color::Gray),
                depth.choose(Color::Indexed(216), Color::Cyan),
                depth.choose(Color::Indexed(204), Color::Blue),
                depth.choose(Color::Indexed(162), Color::Magenta),
                depth.choose(Color::Indexed(90), Color::Red),
                depth.choose(Color::Indexed(53), Color::Black),
            ]
            .map(of),
            paper: Some(paper(depth)),
            ..Self::plain()
        }
    }

    /// For weak eyes and bright rooms: everything that is read at least 7:1 (WCAG's AAA) from a black background of its own.
    #[must_use]
    pub fn contrast(depth: Depth) -> Self {
        let pick = |rgb, sixteen| of(depth.choose(Color::from_u32(rgb), sixteen));
        let white = of(depth.choose(WHITE, Color::White));
        Self {
            background: depth.choose(BLACK, Color::Black),
            text: white,
            dim: pick(0x00d0_d0d0, Color::Gray),
            accent: pick(0x0000_ffff, Color::LightCyan).add_modifier(Modifier::BOLD),
            title: white.add_modifier(Modifier::BOLD),
            border: white,
            good: pick(0x0080_ff80, Color::LightGreen),
            warn: pick(0x00ff_ff00, Color::LightYellow).add_modifier(Modifier::BOLD),
            bad: pick(0x00ff_a0a0, Color::White)
                .add_modifier(Modifier::BOLD)
                .add_modifier(Modifier::REVERSED),
            found: pick(0x00ff_ff00, Color::LightYellow)
                .add_modifier(Modifier::BOLD)
                .add_modifier(Modifier::UNDERLINED),
            chosen: white
                .add_modifier(Modifier::BOLD)
                .add_modifier(Modifier::UNDERLINED),
            key: pick(0x0000_ffff, Color::LightCyan),
            speakers: vec![
                pick(0x00ff_b0ff, Color::White),
                pick(0x0080_ff80, Color::LightGreen),
                pick(0x00ff_ff80, Color::LightYellow),
                pick(0x00a0_c8ff, Color::Gray),
                pick(0x00ff_c080, Color::Yellow),
            ],
            heat: [
                pick(0x0060_6060, Color::DarkGray),
                pick(0x0088_8888, Color::DarkGray),
                pick(0x00a8_a8a8, Color::Gray),
                pick(0x00c8_c8c8, Color::Gray),
                pick(0x00e8_e8e8, Color::White),
                pick(0x00ff_ffff, Color::White),
            ],
            paper: Some(paper(depth)),
        }
    }

    /// For eyes that tell red from green, or blue from yellow, badly.
    ///
    /// Colours of Okabe and Ito, "Color Universal Design" (2008); on a light background the same hues, darkened until they can
    /// be read. Heat is cividis of Nuñez, Anderton and Renslow, "Optimizing colormaps with consideration for color vision
    /// deficiency" (2018).
    #[must_use]
    pub fn colour_blind(depth: Depth, ground: Ground) -> Self {
        let pick = |rgb, sixteen| of(depth.choose(Color::from_u32(rgb), sixteen));
        // The nearest of the 256 would be too near to each other.
        let apart = |rgb, many, sixteen| match depth {
            Depth::Many => of(Color::Indexed(many)),
            Depth::True | Depth::Sixteen => pick(rgb, sixteen),
        };
        let bold = |style: Style| style.add_modifier(Modifier::BOLD);
        let heat = [
            pick(0x0000_204d, Color::Blue),
            pick(0x0031_446b, Color::Blue),
            pick(0x0066_6970, Color::DarkGray),
            pick(0x0095_8f78, Color::Gray),
            pick(0x00cb_ba69, Color::Yellow),
            pick(0x00ff_ea46, Color::LightYellow),
        ];
        match ground {
            Ground::Dark => Self {
                accent: bold(apart(0x0056_b4e9, 117, Color::LightCyan)),
                key: apart(0x0056_b4e9, 117, Color::LightCyan),
                good: apart(0x0000_9e73, 36, Color::Cyan),
                warn: apart(0x00f0_e442, 221, Color::LightYellow),
                bad: bold(apart(0x00d5_5e00, 202, Color::LightRed)),
                found: pick(0x00e6_9f00, Color::Yellow).add_modifier(Modifier::UNDERLINED),
                speakers: vec![
                    pick(0x00cc_79a7, Color::LightMagenta),
                    pick(0x00e6_9f00, Color::Yellow),
                    pick(0x0000_9e73, Color::Cyan),
                    pick(0x00f0_e442, Color::LightYellow),
                    pick(0x00d5_5e00, Color::LightRed),
                ],
                heat,
                ..Self::dark(depth)
            },
            Ground::Light => Self {
                accent: bold(apart(0x0000_4e7a, 18, Color::Blue)),
                key: apart(0x0000_4e7a, 18, Color::Blue),
                good: apart(0x0000_825e, 23, Color::Cyan),
                warn: apart(0x0055_3b00, 52, Color::Magenta),
                bad: bold(apart(0x00b8_5000, 130, Color::Red)),
                found: apart(0x00b8_5000, 130, Color::Red).add_modifier(Modifier::UNDERLINED),
                speakers: vec![
                    pick(0x0058_3448, Color::Magenta),
                    pick(0x0093_6600, Color::Red),
                    pick(0x0000_825e, Color::Cyan),
                    pick(0x0082_3900, Color::Red),
                    pick(0x0033_3333, Color::Black),
                ],
                heat: [5, 4, 3, 2, 1, 0].map(|step: usize| heat[step]),
                ..Self::light(depth)
            },
        }
    }
}
