//! A transcript export comes back: a JSON object on each line, those of one conversation after another.

mod row;

use std::{
    collections::{HashMap, HashSet},
    io::BufRead,
    sync::Arc,
};

use super::{
    Counts, ImportError, Tell, Told, delivery,
    lines::{Lines, Numbered},
};
use crate::{
    event::{ConversationId, Kind, Seq, Uid},
    store::{
        Store, Submission,
        bring::{Brought, BroughtLine},
    },
};
use row::Row;

/// Lines of a conversation that are put in at once, and under one record: whoever follows holds a record as a whole.
const MOST: usize = 500;
/// Bad lines before the first good one; with more, the file is something else.
const PATIENCE: usize = 20;
/// What the file should hold.
const EXPECTED: &str = "the lines of omiscope export --format jsonl: objects with uid, conversation, start, at and text; for Omi's own export add --omi";

/// Brings a transcript back.
///
/// # Errors
/// [`ImportError`]; what came before it is kept.
pub async fn import(
    store: &Store,
    input: impl BufRead,
    tell: Tell<'_>,
) -> Result<Counts, ImportError> {
    let mut import = Import::new(store);
    let mut bad = Bad::default();
    for line in Lines::new(input) {
        let line = line?;
        match read(&line) {
            Ok(row) => {
                bad.release(tell);
                import.take(row).await?;
            }
            Err(why) => bad.add(line.number, why, tell)?,
        }
        tell(Told::Read(line.number));
    }
    import.flush().await?;
    bad.end()?;
    Ok(Counts {
        bad: bad.count,
        ..import.counts
    })
}

fn read(line: &Numbered) -> Result<Row, String> {
    let bytes = line.bytes.as_deref().ok_or("it is too long")?;
    serde_json::from_slice(bytes).map_err(|error| placed(&error))
}

/// An error in a line of the file: its place within that line, of which `serde_json` knows only that it is the first it saw.
fn placed(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match told.strip_suffix(&place) {
        Some(what) => format!("{what} at column {}", error.column()),
        None => told,
    }
}

/// Bad lines, which are held back until a good one shows that the file is the right one.
#[derive(Default)]
struct Bad {
    count: usize,
    held: Vec<(u64, String)>,
    good: bool,
}

impl Bad {
    fn add(&mut self, number: u64, why: String, tell: Tell<'_>) -> Result<(), ImportError> {
        self.count += 1;
        if self.good {
            tell(Told::Bad(number, &why));
            return Ok(());
        }
        self.held.push((number, why));
        if self.held.len() > PATIENCE {
            return self.end();
        }
        Ok(())
    }

    fn release(&mut self, tell: Tell<'_>) {
        self.good = true;
        for (number, why) in self.held.drain(..) {
            tell(Told::Bad(number, &why));
        }
    }

    /// What is held at the end is all there is.
    fn end(&self) -> Result<(), ImportError> {
        match self.held.first() {
            None => Ok(()),
            Some((number, why)) => Err(ImportError::Foreign {
                first: format!("line {number}: {why}"),
                expected: EXPECTED,
            }),
        }
    }
}

/// A conversation as the file names it.
type Name = (Uid, i64);

struct Import<'a> {
    store: &'a Store,
    /// The record that new lines come with, made once there is one; and how many came.
    seq: Option<Seq>,
    under: usize,
    /// The conversation that is being read, and its lines.
    open: Option<(Name, Brought)>,
    went: HashMap<Name, ConversationId>,
    taken: Arc<HashSet<ConversationId>>,
    grown: HashSet<ConversationId>,
    counts: Counts,
}

impl<'a> Import<'a> {
    fn new(store: &'a Store) -> Self {
        Self {
            store,
            seq: None,
            under: 0,
            open: None,
            went: HashMap::new(),
            taken: Arc::default(),
            grown: HashSet::new(),
            counts: Counts::default(),
        }
    }

    async fn take(&mut self, row: Row) -> Result<(), ImportError> {
        let name = (row.uid.clone(), row.conversation);
        let started = row.began();
        let line = row.into_line();
        if !self.goes_on(&name, &line) {
            self.flush().await?;
        }
        let into = self.went.get(&name).copied();
        let taken = &self.taken;
        let (_, open) = self.open.get_or_insert_with(|| {
            let brought = Brought {
                uid: name.0.clone(),
                started,
                lines: Vec::new(),
                into,
                taken: Arc::clone(taken),
            };
            (name, brought)
        });
        open.lines.push(line);
        Ok(())
    }

    /// Whether a line is put in together with those before it. Lines of one start stay together, within reason, since they may be
    /// twins.
    fn goes_on(&self, name: &Name, line: &BroughtLine) -> bool {
        self.open.as_ref().is_some_and(|(open, brought)| {
            let start = brought.lines.last().map(|last| last.segment.start_ms());
            let most = if start == Some(line.segment.start_ms()) {
                8 * MOST
            } else {
                MOST
            };
            open == name && brought.lines.len() < most
        })
    }

    async fn flush(&mut self) -> Result<(), ImportError> {
        let Some((name, brought)) = self.open.take() else {
            return Ok(());
        };
        let brought = Arc::new(brought);
        let taken = loop {
            let taken = self.store.bring(Arc::clone(&brought), self.seq).await?;
            match taken {
                Some(taken) => break taken,
                None => self.seq = Some(self.record().await?),
            }
        };
        drop(brought);
        self.under += taken.added;
        if self.under >= MOST {
            (self.seq, self.under) = (None, 0);
        }
        self.counts.lines += taken.added;
        self.counts.known += taken.known;
        if taken.added > 0 && self.grown.insert(taken.conversation) {
            self.counts.conversations += 1;
        }
        Arc::make_mut(&mut self.taken).insert(taken.conversation);
        self.went.insert(name, taken.conversation);
        Ok(())
    }

    async fn record(&self) -> Result<Seq, ImportError> {
        let submission = Submission {
            delivery: delivery(None, Kind::Import, 0, Vec::new()),
            body: None,
            event: None,
        };
        Ok(self.store.commit(submission).await?.seq)
    }
}
