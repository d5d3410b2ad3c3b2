//! The dashboard on the same store: how long a frame of each screen takes, and taking in what was read for it.

use std::{future::Future, time::Duration};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use omiscope::{
    event::{AudioChunk, Encoding, Event, Kind},
    feed::{News, Viewer},
    monitor::{Monitor, WINDOW},
    secret::Secret,
    store::Store,
    ui::{
        Glyphs, Library, Moment, Session, View,
        action::Action,
        theme::{Depth, Theme},
    },
};
use ratatui::{Terminal, backend::TestBackend};

use super::{
    fill,
    timing::{Timing, report},
};

/// Columns and rows.
const SIZE: (u16, u16) = (200, 60);

/// Frames of each screen.
const FRAMES: usize = 1000;

/// From one frame to the next.
const FRAME: SignedDuration = SignedDuration::from_millis(33);

/// How long nothing must come from the store for a screen to have all it asks for.
const QUIET: Duration = Duration::from_millis(300);

/// Seconds of sound that are heard before.
const SOUND: i64 = 30;

/// A screen, by what leads there.
struct Scene {
    name: &'static str,
    actions: &'static [Action],
    typed: &'static str,
}

const fn scene(name: &'static str, actions: &'static [Action], typed: &'static str) -> Scene {
    Scene {
        name,
        actions,
        typed,
    }
}

const SCENES: [Scene; 13] = [
    scene("Live, following", &[Action::Screen('1')], ""),
    scene("Live, only a speaker", &[Action::OnlySpeaker], ""),
    scene("Live, held", &[Action::OnlySpeaker, Action::PageUp], ""),
    scene("Live, the first line ever", &[Action::First], ""),
    scene("Live, following again", &[Action::Follow], ""),
    scene("Memories", &[Action::Screen('2')], ""),
    scene("Memories, the oldest", &[Action::Follow], ""),
    scene("Actions", &[Action::Screen('3')], ""),
    scene("Audio", &[Action::Screen('4')], ""),
    scene("Deliveries", &[Action::Screen('5')], ""),
    scene("Deliveries, reading", &[Action::Open], ""),
    scene("Day", &[Action::Screen('6')], ""),
    scene(
        "search over Live",
        &[Action::Screen('1'), Action::Search],
        "water",
    ),
];

/// What is shown, and when.
struct Stage {
    view: View,
    library: Library,
    monitor: Monitor,
    now: Timestamp,
}

pub(crate) async fn measure(store: &Store) {
    let (snapshot, mut viewer) = store.view(WINDOW).expect("it can be read");
    let mut monitor = Monitor::new(snapshot);
    let talks = monitor.transcript().talks();
    let talk = talks.last().expect("something was said");
    let began = talk.conversation.started + SignedDuration::from_mins(15);
    hear(store, began, &mut viewer, &mut monitor).await;
    let session = Session {
        local: omiscope::webhook_url::WebhookUrl::local(([127, 0, 0, 1], 32768).into()),
        keys: Secret::new("secret".to_owned()).into(),
        exports: "exports".into(),
    };
    let theme = Theme::dark(Depth::Many);
    let mut stage = Stage {
        view: View::new(
            session,
            omiscope::ui::keymap::Keymap::default(),
            theme,
            Glyphs::unicode(),
            TimeZone::UTC,
        ),
        library: Library::start(store.clone()).expect("a thread starts"),
        monitor,
        now: began + SignedDuration::from_secs(SOUND),
    };
    for scene in SCENES {
        stage.go(&scene).await;
        stage.measure(scene.name);
    }
}

/// Sound arrives as deliveries do.
async fn hear(store: &Store, began: Timestamp, viewer: &mut Viewer, monitor: &mut Monitor) {
    for second in 0..SOUND {
        let tone = (0..16_000).map(|at| {
            let swell = ((second * 16_000 + at) as f64 / 9000.0).sin();
            ((at as f64 * 0.17).sin() * swell * 12_000.0) as i16
        });
        let chunk = AudioChunk {
            rate: 16_000,
            encoding: Encoding::Pcm16,
            bytes: tone.flat_map(i16::to_le_bytes).collect(),
        };
        let received = began + SignedDuration::from_secs(second);
        let submission = fill::submission(received, Kind::AudioBytes, Event::Audio(chunk));
        store.commit(submission).await.expect("it is kept");
    }
    while monitor.seq() < store.latest() {
        match viewer.next().await.expect("it can be read") {
            News::Records(records) => records.iter().for_each(|record| monitor.apply(record)),
            News::Edited(edited) => monitor.amend(&edited),
            News::Snapshot(snapshot) => monitor.reload(*snapshot),
        }
    }
}

impl Stage {
    /// Does what leads to a screen, and waits until all of it is read.
    async fn go(&mut self, scene: &Scene) {
        for action in scene.actions {
            let moment = Moment::new(&self.monitor, SIZE, self.now);
            self.view.act(*action, moment);
            self.settle().await;
        }
        for letter in scene.typed.chars() {
            let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
            let moment = Moment::new(&self.monitor, SIZE, self.now);
            self.view.key(key, moment);
            self.settle().await;
        }
    }

    async fn settle(&mut self) {
        loop {
            self.update();
            let answered = std::pin::pin!(self.library.answered());
            if !within(QUIET, answered).await {
                return;
            }
        }
    }

    fn update(&mut self) {
        let moment = Moment::new(&self.monitor, SIZE, self.now);
        self.view.update(&self.library, moment);
    }

    fn measure(&mut self, name: &str) {
        let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal");
        let began = self.now;
        Timing::of(&format!("draw: {name}"), FRAMES, || {
            let (view, monitor) = (&self.view, &self.monitor);
            let drawn = terminal.draw(|frame| view.render(frame, monitor));
            drawn.expect("it can be drawn");
        });
        Timing::of("  its update", FRAMES, || {
            self.now += FRAME;
            self.update();
        });
        self.now = began;
        let buffer = terminal.backend().buffer();
        let filled = buffer.content.iter().filter(|cell| cell.symbol() != " ");
        report("  cells that are not blank", &filled.count().to_string());
    }
}

async fn within(time: Duration, something: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(time, something).await.is_ok()
}
