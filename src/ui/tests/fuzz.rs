//! The real loop under a storm of keys, clicks, sizes and records, in virtual time and the same each time.

use std::{
    cell::{Cell, RefCell},
    io,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use futures_util::{Stream, stream};
use tokio_util::sync::CancellationToken;

use super::{
    scene,
    script::{Player, Step, TestSurface, app, store},
};
use crate::{
    audio::playback::{Playback, kept::Nothing},
    export::watch::Watch,
    losses::LossCounter,
    simulate::random::Random,
    store::Store,
    ui::{Session, app::App, errand::Errands},
    webhook_url::WebhookUrl,
};

/// How much happens.
const STEPS: usize = 100_000;

/// One frame is drawn for so many steps.
const STEPS_A_FRAME: usize = 128;

/// Long enough for a frame.
const MOMENT: Duration = Duration::from_millis(40);

/// What is typed beside the keys of a keyboard.
const FOREIGN: [char; 8] = ['é', '日', '\u{301}', '\u{202e}', '🏃', 'ß', 'ש', '\u{200d}'];

/// What happens next.
enum Next {
    Event(Event),
    /// Something outside of the terminal.
    Play(Step),
    /// A frame is drawn and looked at.
    Look,
}

struct Storm {
    random: Random,
    keys: Vec<KeyEvent>,
    left: usize,
    size: Rc<Cell<(u16, u16)>>,
    last: Option<KeyEvent>,
    /// Whether the command line may be open, on which the next Enter may quit.
    commanding: bool,
}

impl Storm {
    fn below(&mut self, count: u64) -> u64 {
        self.random.next() % count
    }

    fn next(&mut self) -> Option<Next> {
        self.left = self.left.checked_sub(1)?;
        if self.left.is_multiple_of(STEPS_A_FRAME) {
            return Some(Next::Look);
        }
        Some(match self.below(400) {
            0..2 => Next::Play(Step::Say(1)),
            2 => Next::Play(Step::Remember("the train")),
            3 if self.below(4) == 0 => Next::Play(Step::Wait(Duration::from_secs(70))),
            4..12 => {
                let size = (self.below(160) as u16 + 1, self.below(40) as u16 + 1);
                self.size.set(size);
                Next::Event(Event::Resize(size.0, size.1))
            }
            12..44 => Next::Event(Event::Mouse(self.mouse())),
            44..56 => {
                let at = self.below(FOREIGN.len() as u64) as usize;
                Next::Event(self.press(KeyEvent::new(
                    KeyCode::Char(FOREIGN[at]),
                    KeyModifiers::NONE,
                )))
            }
            _ => {
                let key = self.key();
                Next::Event(self.press(key))
            }
        })
    }

    /// Any key; those that quit seldom, or nothing else would ever happen.
    fn key(&mut self) -> KeyEvent {
        loop {
            let at = self.below(self.keys.len() as u64) as usize;
            let key = self.keys[at];
            if !quits(key) || self.below(40) == 0 {
                return key;
            }
        }
    }

    fn press(&mut self, key: KeyEvent) -> Event {
        match key.code {
            KeyCode::Char(':') => self.commanding = true,
            KeyCode::Esc => self.commanding = false,
            _ => {}
        }
        self.last = Some(key);
        Event::Key(key)
    }

    fn mouse(&mut self) -> MouseEvent {
        let kinds = [
            MouseEventKind::Down(MouseButton::Left),
            MouseEventKind::Drag(MouseButton::Left),
            MouseEventKind::Up(MouseButton::Left),
            MouseEventKind::ScrollUp,
            MouseEventKind::ScrollDown,
            MouseEventKind::Down(MouseButton::Right),
        ];
        let (columns, rows) = self.size.get();
        MouseEvent {
            kind: kinds[self.below(kinds.len() as u64) as usize],
            column: self.below(u64::from(columns) + 2) as u16,
            row: self.below(u64::from(rows) + 2) as u16,
            modifiers: KeyModifiers::NONE,
        }
    }

    /// Whether the last key may have quit.
    fn asked_to_quit(&self) -> bool {
        let enter = |key: KeyEvent| key.code == KeyCode::Enter;
        self.last
            .is_some_and(|key| quits(key) || (self.commanding && enter(key)))
    }
}

fn quits(key: KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    matches!(
        (key.code, control),
        (KeyCode::Char('q'), false) | (KeyCode::Char('c'), true)
    )
}

/// All keys of a keyboard, but the one that lists the sound cards of the machine.
fn keyboard() -> Vec<KeyEvent> {
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let mut keys: Vec<_> = (' '..='~')
        .filter(|letter| *letter != 'o')
        .map(|letter| plain(KeyCode::Char(letter)))
        .collect();
    let control = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    keys.extend(('a'..='z').map(control));
    keys.extend((1..=12).map(|number| plain(KeyCode::F(number))));
    let named = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
    ];
    keys.extend(named.map(plain));
    keys
}

/// What is true of every frame.
fn check(screen: &str, (columns, rows): (u16, u16), step: usize) {
    let told = || format!("{columns}x{rows}, {step} steps before the end:\n{screen}");
    let controls = screen.chars().any(|c| c.is_control() && c != '\n');
    assert!(!controls, "a control character: {}", told());
    assert_eq!(screen.split('\n').count(), usize::from(rows), "{}", told());
    if columns < 40 || rows < 8 {
        return;
    }
    let covered = [
        "Help", "Command", "Search", "Connect", "Devices", "Note", "Name", "Find", "Replay",
    ];
    if covered
        .iter()
        .any(|name| screen.contains(&format!("╭ {name} ")))
    {
        return;
    }
    let lines: Vec<_> = screen.split('\n').collect();
    assert!(lines[0].starts_with(" omiscope "), "{}", told());
    assert!(
        !lines[lines.len() - 1].trim().is_empty(),
        "no hints: {}",
        told()
    );
    for list in ["╭ Memories ─ ", "╭ Actions ─ "] {
        // Unless the row of the cursor is still being read.
        let filled = lines[1].starts_with(list) && !screen.contains("\n│ …");
        let empty = ["No memory yet", "Nothing to do yet", " reading"];
        if filled && !empty.iter().any(|words| screen.contains(words)) {
            assert!(screen.contains('▌'), "no cursor: {}", told());
        }
    }
}

/// The storm as what the terminal tells.
fn events(storm: Rc<RefCell<Storm>>, player: Player) -> impl Stream<Item = io::Result<Event>> {
    stream::unfold((storm, player), |(storm, mut player)| async {
        loop {
            let next = storm.borrow_mut().next()?;
            match next {
                Next::Event(event) => return Some((Ok(event), (storm, player))),
                Next::Play(step) => player.play(step).await,
                Next::Look => {
                    player.play(Step::Wait(MOMENT)).await;
                    let (size, left) = {
                        let storm = storm.borrow();
                        (storm.size.get(), storm.left)
                    };
                    check(&player.drawn.borrow().screen, size, left);
                }
            }
        }
    })
}

#[tokio::test(start_paused = true)]
async fn whatever_is_pressed_it_goes_on() {
    let losses = LossCounter::default();
    let kept = store(&losses);
    let mut surface = TestSurface::new((140, 40));
    let storm = Rc::new(RefCell::new(Storm {
        random: Random::new(20_261_120),
        keys: keyboard(),
        left: STEPS,
        size: Rc::clone(&surface.size),
        last: None,
        commanding: false,
    }));
    // Where nobody listens.
    let session = Session {
        local: WebhookUrl::local("127.0.0.1:9".parse().unwrap()),
        ..scene::session()
    };
    // What is typed must not become files.
    let exporting = Arc::<Watch>::default();
    let start = || App {
        errands: Errands::new(kept.clone(), session.clone()).exporting(&exporting),
        playback: Playback::deaf(Arc::new(Nothing)),
        ..app(&kept, &losses, session.clone())
    };
    let mut app = start();
    loop {
        let player = Player {
            store: kept.clone(),
            drawn: Rc::clone(&surface.drawn),
            said: (STEPS - storm.borrow().left) as u32,
            clock: app.clock.clone(),
        };
        let events = events(Rc::clone(&storm), player);
        let running = app.run(&mut surface, events, CancellationToken::new());
        Box::pin(running).await.unwrap();
        let after = storm.borrow();
        assert!(
            after.left == 0 || after.asked_to_quit(),
            "{:?} quit",
            after.last
        );
        if after.left == 0 {
            break;
        }
        let clock = app.clock;
        app = App { clock, ..start() };
    }
    assert!(surface.drawn.borrow().frames > STEPS / STEPS_A_FRAME / 2);
    drop(exporting);
    calm(&mut app, &kept, &mut surface).await;
}

/// After the storm everything still works: what comes is counted where it is looked for.
async fn calm(app: &mut App, store: &Store, surface: &mut TestSurface) {
    surface.size.set((140, 40));
    let player = Player {
        store: store.clone(),
        drawn: Rc::clone(&surface.drawn),
        said: STEPS as u32 * 2,
        clock: app.clock.clone(),
    };
    let count = store.latest().0 + 1;
    let events = stream::unfold((0, player), |(phase, mut player)| async move {
        let pressed = |code| {
            let key = KeyEvent::new(code, KeyModifiers::NONE);
            Some(Ok(Event::Key(key)))
        };
        let shows = |words| player.drawn.borrow().screen.contains(words);
        let event = match phase {
            0..8 => pressed(KeyCode::Esc),
            8 => pressed(KeyCode::Char('5')),
            10 if shows("frozen") => pressed(KeyCode::Char(' ')),
            11 if shows("all panes") => pressed(KeyCode::Char('z')),
            12 => {
                player.play(Step::Say(1)).await;
                player.play(Step::Wait(MOMENT)).await;
                None
            }
            _ => {
                player.play(Step::Wait(MOMENT)).await;
                Some(Ok(Event::FocusGained))
            }
        };
        event.map(|event| (event, (phase + 1, player)))
    });
    let running = app.run(surface, events, CancellationToken::new());
    Box::pin(running).await.unwrap();
    let screen = surface.drawn.borrow().screen.clone();
    let expected = format!("╭ Deliveries ─ {count}");
    assert!(screen.contains(&expected), "{expected}\n{screen}");
}
