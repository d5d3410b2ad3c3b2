//! A screen over a real store.

use std::time::Duration;

use bytes::Bytes;
use crossterm::event::KeyEvent;
use ratatui::{Terminal, backend::TestBackend};

use super::scene::{dark, now, text};
use crate::{
    event::{Delivery, Event},
    losses::LossCounter,
    monitor::{Monitor, WINDOW},
    store::{Location, Settings, Store, Submission, retention::Retention},
    ui::{Library, Moment, View, action::Action},
};

/// What every list is read from, and what it is called while it cannot be.
const TABLES: [(&str, &str); 2] = [("memories", "memories_away"), ("requests", "requests_away")];

/// A screen over a store.
pub(super) struct Stage {
    pub(super) store: Store,
    library: Library,
    pub(super) view: View,
    folder: tempfile::TempDir,
}

impl Stage {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            location: Location::Folder(folder.path().to_owned()),
            silence: Duration::from_mins(2),
            retention: Retention::FOREVER,
        };
        let store = Store::open(settings, LossCounter::default()).unwrap();
        Self {
            library: Library::start(store.clone()).unwrap(),
            store,
            view: dark(),
            folder,
        }
    }

    pub(super) async fn keep(&self, delivery: Delivery, body: &[u8], event: Option<Event>) {
        let submission = Submission {
            body: Some(Bytes::copy_from_slice(body)).filter(|body| !body.is_empty()),
            delivery: Delivery {
                size: body.len() as u64,
                ..delivery
            },
            event,
        };
        self.store.commit(submission).await.unwrap();
    }

    /// What is on the screen after some actions, once all that was asked for has come.
    pub(super) async fn shown(&mut self, size: (u16, u16), actions: &[Action]) -> String {
        let monitor = Monitor::new(self.store.view(WINDOW).unwrap().0);
        let mut screen = self.settled(&monitor, size).await;
        for action in actions {
            self.view.act(*action, Moment::new(&monitor, size, now()));
            screen = self.settled(&monitor, size).await;
        }
        screen
    }

    /// What is on the screen after some keys, once all that was asked for has come.
    pub(super) async fn typed(&mut self, size: (u16, u16), keys: &[KeyEvent]) -> String {
        let monitor = Monitor::new(self.store.view(WINDOW).unwrap().0);
        for key in keys {
            self.view.key(*key, Moment::new(&monitor, size, now()));
        }
        self.settled(&monitor, size).await
    }

    /// The same while the store cannot be read.
    pub(super) async fn shown_unread(&mut self, size: (u16, u16), actions: &[Action]) -> String {
        let monitor = Monitor::new(self.store.view(WINDOW).unwrap().0);
        self.rename(TABLES);
        let mut screen = String::new();
        for action in actions {
            self.view.act(*action, Moment::new(&monitor, size, now()));
            screen = self.settled(&monitor, size).await;
        }
        self.rename(TABLES.map(|(table, away)| (away, table)));
        screen
    }

    /// Gives tables of the store other names.
    fn rename(&self, tables: [(&str, &str); TABLES.len()]) {
        let db = rusqlite::Connection::open(self.folder.path().join("omiscope.db")).unwrap();
        db.busy_timeout(Duration::from_secs(5)).unwrap();
        db.execute_batch("PRAGMA legacy_alter_table = ON").unwrap();
        for (from, to) in tables {
            let rename = format!("ALTER TABLE {from} RENAME TO {to}");
            db.execute_batch(&rename).unwrap();
        }
    }

    async fn settled(&mut self, monitor: &Monitor, size: (u16, u16)) -> String {
        let moment = Moment::new(monitor, size, now());
        // The list, then one of them, then how often it was repeated.
        for _ in 0..3 {
            self.view.update(&self.library, moment);
            let last = self.library.ask(|_| Ok(()));
            while last.answer().is_none() {
                self.library.answered().await;
            }
        }
        self.view.update(&self.library, moment);
        let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
        terminal
            .draw(|frame| self.view.render(frame, monitor))
            .unwrap();
        text(terminal.backend().buffer())
    }
}
