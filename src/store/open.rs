//! Opening: the parts of a store are made in the order in which they need each other.

use std::sync::{Arc, Mutex};

use super::{
    Index, Inner, LIMITS, Location, OpenError, RECORDED, Settings, Store,
    change::Changes,
    database::{Readers, Target},
    doorbell::Doorbell,
    error::is_damage,
    folder::DataFolder,
    generation,
    index::{self, IndexFile, IndexReaders},
    keep, log,
    queue::Queue,
    recorder::{self, Files, Recorder},
    retention::{self, Keep},
    rows, schema,
    status::Liveness,
    writer::{self, Writer},
};
use crate::{
    bucket::Bucket,
    feed::{Feed, Point, Source},
    losses::LossCounter,
};

impl Store {
    /// Opens (or makes) the store and starts its writer.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is left behind then.
    pub fn open(settings: Settings, losses: LossCounter) -> Result<Self, OpenError> {
        let place = settings.location.clone();
        Self::start(settings, losses).map_err(|error| match (error, place) {
            (OpenError::Sqlite(error), Location::Folder(folder)) if is_damage(&error) => {
                OpenError::Damaged {
                    folder,
                    reason: error.to_string(),
                }
            }
            (error, _) => error,
        })
    }

    fn start(settings: Settings, losses: LossCounter) -> Result<Self, OpenError> {
        let Settings {
            location,
            silence,
            retention,
        } = settings;
        let (folder, target, index) = match location {
            Location::Folder(path) => {
                let folder = DataFolder::claim(path)?;
                let target = Target::File(folder.database()?);
                let index = IndexFile::in_folder(folder.path());
                (Some(folder), target, Some(index))
            }
            // What is in memory is small enough to be searched without an index.
            Location::Memory => (None, Target::memory(), None),
        };
        let db = target.writer()?;
        let gate = target.gate();
        schema::migrate(&db)?;
        let readers = Arc::new(Readers::open(target)?);
        let last = rows::delivery::last_seq(&db)?;
        let point = Point {
            seq: last,
            past: generation::current(&db)?,
        };
        let feed = Arc::new(Feed::new(point, Arc::clone(&readers) as Arc<dyn Source>));
        let queue = Arc::new(Queue::new(LIMITS));
        let liveness = Liveness::default();
        let bell = Arc::new(Doorbell::default());
        let index = match index {
            Some(file) => {
                Some(Index::open(file, &readers, &bell, &losses).map_err(OpenError::Thread)?)
            }
            None => None,
        };
        let changes = Changes::new(Arc::clone(&queue));
        let upkeep = retention::Work {
            retention,
            readers: Arc::clone(&readers),
            changes: changes.clone(),
            index: index.as_ref().map(|index| index.file.clone()),
            recordings: folder.as_ref().map(DataFolder::recordings),
            bell: Arc::default(),
        };
        let pruner = retention::start(upkeep, losses.clone()).map_err(OpenError::Thread)?;
        let files = match &folder {
            Some(folder) if retention.sound != Keep::NOTHING => {
                Some(Files::new(folder.recordings(), rows::recording::next(&db)?))
            }
            _ => None,
        };
        let heard = recorder::Recent::load(&db)?;
        let recorder = Recorder::start(files, heard, Arc::clone(&readers), liveness.witness())
            .map_err(OpenError::Thread)?;
        let writer = Writer {
            others: writer::others(&db)?,
            bell,
            log: log::Log::of(&db),
            db,
            gate,
            keeper: keep::Keeper::new(silence),
            queue: Arc::clone(&queue),
            liveness: liveness.clone(),
            feed: Arc::clone(&feed),
            last,
            folder,
        };
        let writer = writer.start().map_err(OpenError::Thread)?;
        Ok(Self(Arc::new(Inner {
            queue,
            liveness,
            feed,
            readers,
            recorder,
            losses,
            refusals: Mutex::new(Bucket::of(RECORDED)),
            writer: Mutex::new(Some(writer)),
            changes,
            index,
            pruner,
        })))
    }
}

impl Index {
    fn open(
        file: IndexFile,
        readers: &Arc<Readers>,
        bell: &Arc<Doorbell>,
        losses: &LossCounter,
    ) -> std::io::Result<Self> {
        Ok(Self {
            file: file.clone(),
            readers: IndexReaders::new(file.clone()),
            indexer: index::start(Arc::clone(readers), file, Arc::clone(bell), losses.clone())?,
        })
    }
}
