//! The real loop, driven by a script in which time is paused.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io,
    rc::Rc,
    time::Duration,
};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use futures_util::{Stream, stream};
use ratatui::{Frame, Terminal, backend::TestBackend};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::scene;
use crate::{
    event::{ActionItem, Memory, Segment, Transcript},
    losses::LossCounter,
    monitor::{Monitor, WINDOW},
    store::{Location, Settings, Store, Submission},
    tunnel::Link,
    ui::{
        Clock, Library, Origin, Session, action::TerminalEffect, app::App, errand::Errands,
        terminal::Surface,
    },
};

/// From so many lines on, they come at once.
const MANY: u32 = 1000;

/// One step of a script.
pub(super) enum Step {
    /// The user presses a key.
    Press(KeyCode),
    /// The mouse does something at a column and a row.
    Mouse(MouseEventKind, u16, u16),
    /// The wearer says so many numbered lines.
    Say(u32),
    /// Omi makes a memory of this title.
    Remember(&'static str),
    /// Time passes.
    Wait(Duration),
    /// What is on the screen is looked at.
    Look(Box<dyn Fn(&str)>),
    /// What is on the screen is compared with what it was last time; its name.
    Picture(&'static str),
    /// Something is waited for that another thread finds, and so has its own time.
    Until(&'static str),
    /// The same for something that goes.
    Gone(&'static str),
    /// How many frames were drawn since the last count is looked at.
    Count(Box<dyn Fn(usize)>),
}

/// Presses a letter.
pub(super) fn key(letter: char) -> Step {
    Step::Press(KeyCode::Char(letter))
}

/// Types a text.
pub(super) fn types(text: &str) -> impl Iterator<Item = Step> {
    text.chars().map(key)
}

/// Looks whether a text is on the screen.
pub(super) fn sees(text: &'static str) -> Step {
    Step::Look(Box::new(move |screen| {
        assert!(screen.contains(text), "'{text}' is missing:\n{screen}");
    }))
}

/// Looks whether a text is not on the screen.
pub(super) fn misses(text: &'static str) -> Step {
    Step::Look(Box::new(move |screen| {
        assert!(!screen.contains(text), "'{text}' is there:\n{screen}");
    }))
}

/// What was drawn.
#[derive(Default)]
pub(super) struct Drawn {
    pub(super) screen: String,
    pub(super) frames: usize,
}

/// A terminal in memory.
pub(super) struct TestSurface {
    terminal: Terminal<TestBackend>,
    /// Columns and rows; a test may change them.
    pub(super) size: Rc<Cell<(u16, u16)>>,
    pub(super) drawn: Rc<RefCell<Drawn>>,
}

impl TestSurface {
    pub(super) fn new((columns, rows): (u16, u16)) -> Self {
        Self {
            terminal: Terminal::new(TestBackend::new(columns, rows)).unwrap(),
            size: Rc::new(Cell::new((columns, rows))),
            drawn: Rc::default(),
        }
    }
}

impl Surface for TestSurface {
    fn draw(&mut self, render: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        let (columns, rows) = self.size.get();
        self.terminal.backend_mut().resize(columns, rows);
        self.terminal.draw(render).map_err(io::Error::other)?;
        let mut drawn = self.drawn.borrow_mut();
        drawn.screen = scene::text(self.terminal.backend().buffer());
        drawn.frames += 1;
        Ok(())
    }

    fn perform(&mut self, _: TerminalEffect) -> io::Result<()> {
        Ok(())
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        Ok(self.size.get())
    }
}

/// A store in memory.
pub(in crate::ui) fn store(losses: &LossCounter) -> Store {
    let settings = Settings {
        location: Location::Memory,
        silence: Duration::from_mins(2),
        retention: crate::store::retention::Retention::FOREVER,
    };
    Store::open(settings, losses.clone()).unwrap()
}

/// The dashboard over a store.
pub(super) fn app(store: &Store, losses: &LossCounter, session: Session) -> App {
    let (snapshot, viewer) = store.view(WINDOW).unwrap();
    App {
        errands: Errands::new(store.clone(), session),
        library: Library::start(store.clone()).unwrap(),
        viewer,
        playback: crate::audio::playback::Playback::start(std::sync::Arc::new(
            crate::audio::playback::kept::Nothing,
        ))
        .unwrap(),
        origin: Origin::Omi(watch::channel(Link::default()).1),
        losses: losses.watch(),
        failing: crate::rules::Counters::default().watch_failing(),
        bell: tokio::sync::watch::Sender::new(0).subscribe(),
        monitor: Monitor::new(snapshot),
        view: scene::dark(),
        clock: Clock::starting_at(scene::now()),
    }
}

/// Runs a script to its end, or until the user has quit. Returns how many steps were left then.
pub(super) async fn play(steps: Vec<Step>) -> usize {
    let losses = LossCounter::default();
    let store = store(&losses);
    let mut surface = TestSurface::new((100, 30));
    let mut app = app(&store, &losses, scene::session());
    let left = Rc::new(RefCell::new(VecDeque::from(steps)));
    let events = events(
        Rc::clone(&left),
        Player {
            store,
            drawn: Rc::clone(&surface.drawn),
            said: 0,
            clock: app.clock.clone(),
        },
    );
    let running = app.run(&mut surface, events, CancellationToken::new());
    Box::pin(running).await.unwrap();
    left.take().len()
}

/// What does the steps that are no events of the terminal.
pub(super) struct Player {
    pub(super) store: Store,
    pub(super) drawn: Rc<RefCell<Drawn>>,
    pub(super) said: u32,
    pub(super) clock: Clock,
}

/// The script as what the terminal tells: keys come out, everything else is done on the way.
fn events(
    left: Rc<RefCell<VecDeque<Step>>>,
    player: Player,
) -> impl Stream<Item = io::Result<Event>> {
    stream::unfold((left, player), |(left, mut player)| async {
        loop {
            let step = left.borrow_mut().pop_front()?;
            let event = match step {
                Step::Press(code) => Event::Key(KeyEvent::new(code, KeyModifiers::NONE)),
                Step::Mouse(kind, column, row) => Event::Mouse(MouseEvent {
                    kind,
                    column,
                    row,
                    modifiers: KeyModifiers::NONE,
                }),
                step => {
                    player.play(step).await;
                    continue;
                }
            };
            return Some((Ok(event), (left, player)));
        }
    })
}

impl Player {
    pub(super) async fn play(&mut self, step: Step) {
        match step {
            Step::Press(_) | Step::Mouse(..) => {}
            // So many in one body is quick, and they come as they do after an outage.
            Step::Say(count) if count >= MANY => self.say(count).await,
            Step::Say(count) => {
                for _ in 0..count {
                    self.say(1).await;
                }
            }
            Step::Remember(title) => self.remember(title).await,
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Until(text) => self.until(text, true).await,
            Step::Gone(text) => self.until(text, false).await,
            Step::Picture(name) => insta::assert_snapshot!(name, self.drawn.borrow().screen),
            Step::Look(look) => look(&self.drawn.borrow().screen),
            Step::Count(count) => count(std::mem::take(&mut self.drawn.borrow_mut().frames)),
        }
    }

    async fn until(&self, text: &str, there: bool) {
        // What threads do takes real time, which must not look like much time of the loop's; what waits for a clock takes that.
        let soon = std::iter::repeat_n(1, 500);
        for step in soon.chain(std::iter::repeat_n(100, 30_000)) {
            // While this sleeps, the time of the loop stands still.
            let pause = || std::thread::sleep(Duration::from_millis(2));
            tokio::task::spawn_blocking(pause).await.unwrap();
            tokio::time::sleep(Duration::from_millis(step)).await;
            if self.drawn.borrow().screen.contains(text) == there {
                return;
            }
        }
        panic!(
            "{text} never came (or went)\n{}",
            self.drawn.borrow().screen
        );
    }

    async fn say(&mut self, count: u32) {
        let numbers = self.said..self.said + count;
        self.said += count;
        let segment = |number: u32| Segment {
            id: Some(number.to_string()),
            text: format!("line number {number}"),
            start: f64::from(number),
            end: f64::from(number) + 0.5,
            speaker_id: Some(1),
            ..Segment::default()
        };
        self.commit(crate::event::Event::Transcript(Transcript {
            session: None,
            segments: numbers.map(segment).collect(),
        }))
        .await;
    }

    async fn remember(&mut self, title: &str) {
        self.said += 1;
        let memory = Memory {
            id: Some(title.to_owned()),
            created_at: Some(self.clock.now()),
            title: title.to_owned(),
            overview: format!("All about {title}."),
            action_items: vec![ActionItem {
                description: format!("See to {title}"),
                ..ActionItem::default()
            }],
            category: self.said.to_string(),
            ..Memory::default()
        };
        self.commit(crate::event::Event::Memory(Box::new(memory)))
            .await;
    }

    async fn commit(&mut self, event: crate::event::Event) {
        let store = self.store.clone();
        let submission = Submission {
            delivery: scene::delivery(self.clock.now()),
            body: None,
            event: Some(event),
        };
        // Waited for on a thread, so that the time of the loop stands still meanwhile instead of running ahead.
        let runtime = tokio::runtime::Handle::current();
        let kept = move || runtime.block_on(store.commit(submission));
        tokio::task::spawn_blocking(kept).await.unwrap().unwrap();
    }
}
