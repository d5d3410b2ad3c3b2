//! Whether what is written can be read, and what must be told apart can be.

use std::sync::Arc;

use super::{depth::rgb, *};

const BLACK: [u8; 3] = [0; 3];
const WHITE: [u8; 3] = [255; 3];

/// Styles that words are written in.
fn written(theme: &Theme) -> Vec<(&'static str, Style)> {
    let mut styles = vec![
        ("text", theme.text),
        ("dim", theme.dim),
        ("accent", theme.accent),
        ("title", theme.title),
        ("good", theme.good),
        ("warn", theme.warn),
        ("bad", theme.bad),
        ("found", theme.found),
        ("chosen", theme.chosen),
        ("key", theme.key),
    ];
    styles.extend(theme.speakers.iter().map(|style| ("speakers", *style)));
    styles
}

/// Red, green and blue as amounts of light, from 0 to 1.
fn light(colour: [u8; 3]) -> [f64; 3] {
    colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// The contrast of two colours by WCAG 2, from 1 to 21.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let bright = |colour| {
        let [red, green, blue] = light(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (one, other) = (bright(one), bright(other));
    one.max(other) / one.min(other)
}

/// A theme, the background it is for, and the least contrast on it.
struct Legible {
    make: fn(Depth) -> Theme,
    background: [u8; 3],
    least: f64,
    depths: &'static [Depth],
}

#[test]
fn what_is_written_can_be_read_on_its_background() {
    // The sixteen are the terminal's own; only against a background from among them can they be held to account.
    const MANY: &[Depth] = &[Depth::True, Depth::Many];
    const ALL: &[Depth] = &[Depth::True, Depth::Many, Depth::Sixteen];
    let legible = |make, background, least, depths| Legible {
        make,
        background,
        least,
        depths,
    };
    let themes = [
        legible(Theme::dark, BLACK, 4.5, MANY),
        legible(Theme::light, WHITE, 4.5, MANY),
        legible(Theme::contrast, BLACK, 7.0, ALL),
        legible(
            |depth| Theme::colour_blind(depth, Ground::Dark),
            BLACK,
            4.5,
            MANY,
        ),
        legible(
            |depth| Theme::colour_blind(depth, Ground::Light),
            WHITE,
            4.5,
            MANY,
        ),
    ];
    for (at, legible) in themes.into_iter().enumerate() {
        for depth in legible.depths {
            let theme = (legible.make)(*depth);
            let background = rgb(theme.background).unwrap_or(legible.background);
            let own = [255 - background[0]; 3];
            for (role, style) in written(&theme) {
                let colour = style.fg.and_then(rgb).unwrap_or(own);
                let ratio = contrast(colour, background);
                assert!(ratio >= legible.least, "{at} {depth:?} {role}: {ratio:.2}");
            }
        }
    }
}

/// What someone sees who lacks one kind of cones: Machado, Oliveira and Fernandes, "A physiologically-based model for
/// simulation of color vision deficiency" (2009), at full severity.
const EYES: [(&str, [[f64; 3]; 3]); 4] = [
    (
        "all cones",
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    (
        "no long ones",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "no middle ones",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "no short ones",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

fn times(matrix: [[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// Where a colour stands in Oklab (Ottosson, 2020), in which distances are as they look.
fn seen(colour: [u8; 3], eye: [[f64; 3]; 3]) -> [f64; 3] {
    let seen = times(eye, light(colour)).map(|part| part.clamp(0.0, 1.0));
    let cones = times(
        [
            [0.412_221, 0.536_333, 0.051_446],
            [0.211_903, 0.680_700, 0.107_397],
            [0.088_302, 0.281_719, 0.629_979],
        ],
        seen,
    );
    times(
        [
            [0.210_454, 0.793_618, -0.004_072],
            [1.977_998, -2.428_592, 0.450_594],
            [0.025_904, 0.782_772, -0.808_676],
        ],
        cones.map(f64::cbrt),
    )
}

/// The least distance between what tells good from bad, and from what is chosen, for any eye.
fn least_distance(theme: &Theme) -> f64 {
    let roles = [theme.accent, theme.good, theme.warn, theme.bad];
    let colours: Vec<_> = roles.iter().filter_map(|style| rgb(style.fg?)).collect();
    assert_eq!(colours.len(), roles.len());
    let pairs = colours
        .iter()
        .enumerate()
        .flat_map(|(at, one)| colours[at + 1..].iter().map(move |other| (*one, *other)));
    pairs
        .flat_map(|(one, other)| {
            EYES.map(|(_, eye)| {
                let away = seen(one, eye).into_iter().zip(seen(other, eye));
                away.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
            })
        })
        .fold(f64::INFINITY, f64::min)
}

#[test]
fn colour_blind_eyes_tell_good_from_bad() {
    for ground in [Ground::Dark, Ground::Light] {
        for depth in [Depth::True, Depth::Many] {
            let least = least_distance(&Theme::colour_blind(depth, ground));
            assert!(least > 0.1, "{ground:?} {depth:?}: {least:.3}");
        }
    }
    // That the others fail shows that the measure can.
    assert!(least_distance(&Theme::dark(Depth::True)) < 0.06);
}

#[test]
fn the_background_decides_where_the_choice_leaves_it() {
    let depth = Depth::True;
    let of = |choice: &ThemeChoice, ground| Theme::of(choice, depth, || ground);
    assert_eq!(of(&ThemeChoice::Auto, Ground::Light), Theme::light(depth));
    assert_eq!(of(&ThemeChoice::Auto, Ground::Dark), Theme::dark(depth));
    assert_eq!(
        of(&ThemeChoice::ColourBlind, Ground::Light),
        Theme::colour_blind(depth, Ground::Light)
    );
    let unasked =
        |choice: &ThemeChoice| Theme::of(choice, depth, || panic!("the terminal was asked"));
    assert_eq!(unasked(&ThemeChoice::Dark), Theme::dark(depth));
    assert_eq!(unasked(&ThemeChoice::Contrast), Theme::contrast(depth));
    assert_eq!(unasked(&ThemeChoice::None), Theme::plain());
}

#[test]
fn a_theme_of_the_users_own_is_its_base_with_other_colours() {
    let own = OwnTheme {
        base: ThemeChoice::Light,
        colours: vec![
            (Role::Background, Color::Rgb(250, 244, 230)),
            (Role::Accent, Color::Rgb(86, 180, 233)),
        ],
        speakers: vec![Color::Red, Color::Indexed(208)],
        heat: None,
    };
    let theme = |depth| {
        Theme::of(&ThemeChoice::Own(Arc::new(own.clone())), depth, || {
            Ground::Dark
        })
    };
    let of = |colour| Style::new().fg(colour);
    let bold = |colour| of(colour).add_modifier(Modifier::BOLD);
    let expected = Theme {
        background: Color::Rgb(250, 244, 230),
        accent: bold(Color::Rgb(86, 180, 233)),
        speakers: vec![of(Color::Red), of(Color::Indexed(208))],
        ..Theme::light(Depth::True)
    };
    assert_eq!(theme(Depth::True), expected);
    let expected = Theme {
        background: Color::White,
        accent: bold(Color::Cyan),
        speakers: vec![of(Color::Red), of(Color::Yellow)],
        ..Theme::light(Depth::Sixteen)
    };
    assert_eq!(theme(Depth::Sixteen), expected);
}
