//! What lies over a screen: with nothing in it, as on a good day, and with the worst that can be typed or sent, at every size.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::tz::TimeZone;

use super::{
    deliveries,
    scene::{self, dark, drawn, empty, full, text},
    screens,
    stage::Stage,
};
use crate::{
    advice::Advice,
    audio::playback::Device,
    monitor::Monitor,
    secret::Secret,
    tunnel::{Link, Tool},
    ui::{
        Glyphs, Moment, Session, Staged, View,
        action::Action::{
            self, Card, Command, Down, Export, Filter, Help, Name, Note, Open, Replay, Reveal,
            Screen, Search,
        },
        keymap::Keymap,
        overlay::devices::Devices,
        theme::{Depth, Theme},
    },
    webhook_url::WebhookUrl,
};

/// Those that are compared with how they were, and those at which nothing may go wrong.
const SIZES: [(u16, u16); 3] = [(140, 40), (80, 24), (40, 12)];
const TINY: [(u16, u16); 4] = [(20, 5), (7, 3), (2, 2), (1, 1)];

/// What the user does.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Do(Action),
    Type(&'static str),
    /// Text that would harm a terminal, as much as is taken.
    TypeHostile,
}

use Doing::{Do, Type, TypeHostile};

impl Doing {
    fn typed(self) -> Vec<KeyEvent> {
        let text = match self {
            Do(_) => String::new(),
            Type(text) => text.to_owned(),
            TypeHostile => screens::HOSTILE.repeat(40),
        };
        let key = |letter| KeyEvent::from(KeyCode::Char(letter));
        text.chars().map(key).collect()
    }
}

/// Compares an overlay with how it was.
fn shot(name: &str, (columns, rows): (u16, u16), screen: &str) {
    let steers = |character: char| character.is_control() && character != '\n';
    assert!(!screen.contains(steers), "{name} at {columns}x{rows}");
    assert!(!screen.contains('\u{202e}'), "{name} at {columns}x{rows}");
    if SIZES.contains(&(columns, rows)) {
        insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), screen);
    }
}

fn every_size() -> impl Iterator<Item = (u16, u16)> {
    SIZES.into_iter().chain(TINY)
}

/// With a tunnel through which a ping came.
fn tunnelled() -> View {
    let mut view = dark();
    view.linked(scene::link().probed(Ok(Duration::from_millis(142))));
    view
}

/// With a tunnel that does not work.
fn tunnelled_in_vain() -> View {
    let mut view = dark();
    let found = format!("Cloudflare has no connection{}", screens::HOSTILE);
    view.linked(scene::link().probed(Err(Advice::warning("tunnel-offline", found, ""))));
    view
}

/// While a tool is started for a tunnel.
fn starting() -> View {
    let mut view = dark();
    view.linked(Link {
        tool: Some(Tool::Cloudflared),
        advice: vec![Advice::note(
            "tunnel-coming",
            "cloudflared was started, and its URL is on its way",
            "",
        )],
        ..Link::default()
    });
    view
}

/// With nothing to be connected.
fn staged(staged: Staged) -> View {
    let mut view = dark();
    view.stage(staged);
    view
}

/// The longest that one has to paste.
fn worst() -> View {
    let session = Session {
        local: WebhookUrl::local(
            "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535"
                .parse()
                .unwrap(),
        ),
        keys: Secret::new("ä+&=%日本".repeat(12)).into(),
        ..scene::session()
    };
    let theme = Theme::dark(Depth::Many);
    View::new(
        session,
        Keymap::default(),
        theme,
        Glyphs::unicode(),
        TimeZone::UTC,
    )
}

#[test]
fn overlays_at_every_size() {
    type Case = (
        &'static str,
        fn() -> View,
        fn() -> Monitor,
        &'static [Doing],
    );
    const CASES: &[Case] = &[
        ("help", dark, full, &[Do(Help)]),
        (
            "help_empty",
            dark,
            full,
            &[Do(Help), Do(Search), Type("zeppelin")],
        ),
        (
            "help_extreme",
            dark,
            full,
            &[Do(Help), Do(Search), TypeHostile],
        ),
        ("help_end", dark, full, &[Do(Help), Do(Action::Follow)]),
        ("command", dark, full, &[Do(Command), Type("next")]),
        (
            "command_empty",
            dark,
            full,
            &[Do(Command), Type("zeppelin")],
        ),
        ("command_extreme", dark, full, &[Do(Command), TypeHostile]),
        ("card", dark, full, &[Do(Card)]),
        ("card_empty", dark, empty, &[Do(Card)]),
        ("card_tunnel", tunnelled, full, &[Do(Card)]),
        ("card_tunnel_wrong", tunnelled_in_vain, empty, &[Do(Card)]),
        ("card_starting", starting, empty, &[Do(Card)]),
        ("card_demo", || staged(Staged::Demo), empty, &[Do(Reveal)]),
        ("card_replay", || staged(Staged::Replay), full, &[Do(Card)]),
        (
            "card_replayed",
            || staged(Staged::Replayed),
            full,
            &[Do(Card), Do(Reveal)],
        ),
        ("card_extreme", worst, full, &[Do(Card), Do(Reveal)]),
        ("export", dark, full, &[Do(Export)]),
        ("export_empty", dark, empty, &[Do(Export)]),
        (
            "export_extreme",
            dark,
            full,
            &[Do(Export), Do(Down), Do(Down), TypeHostile],
        ),
        ("note", dark, full, &[Do(Note), Type("ask about this")]),
        ("note_empty", dark, full, &[Do(Note)]),
        ("note_extreme", dark, full, &[Do(Note), TypeHostile]),
        (
            "name",
            dark,
            full,
            &[Do(Action::First), Do(Name), Type(" Lin")],
        ),
        ("filter", dark, full, &[Do(Filter), Type("train")]),
        ("filter_empty", dark, full, &[Do(Filter)]),
        ("filter_extreme", dark, full, &[Do(Filter), TypeHostile]),
        // What passes no filter that is as long as one can be.
        (
            "filtered_extreme",
            dark,
            full,
            &[Do(Filter), TypeHostile, Do(Open)],
        ),
    ];
    for (name, view, monitor, doings) in CASES {
        for size in every_size() {
            let (mut view, monitor) = (view(), monitor());
            for doing in *doings {
                if let Do(action) = doing {
                    drawn(&monitor, &mut view, size, &[*action]);
                }
                for key in doing.typed() {
                    view.key(key, Moment::new(&monitor, size, scene::now()));
                }
            }
            shot(name, size, &text(&drawn(&monitor, &mut view, size, &[])));
        }
    }
}

#[test]
fn devices_at_every_size() {
    let device = |name: &str, about: &str| Device {
        name: name.to_owned(),
        about: about.to_owned(),
        likes: None,
        is_default: false,
    };
    let hostile = screens::HOSTILE.repeat(10);
    for (name, found) in [
        ("devices_empty", None),
        ("devices_none", Some(Ok(Vec::new()))),
        (
            "devices",
            Some(Ok(vec![
                device("hw:CARD=PCH,DEV=0", "HDA Intel PCH"),
                device("pulse", "PulseAudio Sound Server"),
            ])),
        ),
        (
            "devices_extreme",
            Some(Ok(vec![device(&hostile, &hostile); 40])),
        ),
        ("devices_failed", Some(Err(hostile.clone()))),
    ] {
        for size in every_size() {
            let mut view = dark();
            view.lay_over(Box::new(Devices::of(found.clone())));
            let screen = text(&drawn(&full(), &mut view, size, &[Down, Down]));
            shot(name, size, &screen);
        }
    }
}

#[tokio::test]
async fn overlays_over_what_is_kept_at_every_size() {
    let good = [
        ("search", &[Do(Search), Type("boat")][..]),
        ("search_empty", &[Do(Search)]),
        ("search_nothing", &[Do(Search), Type("zeppelin")]),
        ("search_wrong", &[Do(Search), Type("since:zeppelin")]),
    ];
    let worst = [
        ("search_extreme", &[Do(Search), Type("日本語")][..]),
        (
            "search_extreme_end",
            &[Do(Search), Type("日本語"), Do(Action::PageDown)],
        ),
        ("search_extreme_typed", &[Do(Search), TypeHostile]),
    ];
    let requests = [
        (
            "replay",
            &[
                Do(Screen('5')),
                Do(Replay),
                Type("http://localhost:8080/hook"),
            ][..],
        ),
        ("replay_empty", &[Do(Screen('5')), Do(Replay)]),
        (
            "replay_extreme",
            &[Do(Screen('5')), Do(Replay), TypeHostile],
        ),
        (
            "find",
            &[Do(Screen('5')), Do(Open), Do(Search), Type("survey")],
        ),
        (
            "find_extreme",
            &[Do(Screen('5')), Do(Open), Do(Search), TypeHostile],
        ),
    ];
    for (mut stage, cases) in [
        (screens::typical().await, &good[..]),
        (screens::extreme().await, &worst),
        (deliveries::typical().await, &requests),
    ] {
        for (name, doings) in cases {
            after(&mut stage, SIZES[0], doings).await;
            for size in every_size() {
                shot(name, size, &stage.shown(size, &[]).await);
            }
        }
    }
}

/// Does all this on a screen, which may get another size then.
async fn after(stage: &mut Stage, size: (u16, u16), doings: &[Doing]) {
    stage.view = dark();
    stage.shown(size, &[]).await;
    for doing in doings {
        match doing {
            Do(action) => stage.shown(size, &[*action]).await,
            typed => stage.typed(size, &typed.typed()).await,
        };
    }
}
