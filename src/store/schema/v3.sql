-- Files of sound, and where the samples of each chunk are in them.
CREATE TABLE recordings (
    id            INTEGER PRIMARY KEY,
    uid           TEXT    NOT NULL,
    rate          INTEGER NOT NULL,
    path          TEXT    NOT NULL UNIQUE,  -- below recordings/, with / between its parts
    started       INTEGER NOT NULL,         -- when the file was begun
    first_arrived INTEGER NOT NULL,         -- least and greatest arrival of its chunks
    last_arrived  INTEGER NOT NULL,
    samples       INTEGER NOT NULL          -- that chunks know of; after a crash the file may hold more
);

ALTER TABLE sound_chunks ADD COLUMN recording_id INTEGER;   -- NULL: the samples are not kept, or no longer
ALTER TABLE sound_chunks ADD COLUMN first_sample INTEGER;   -- position in the file
ALTER TABLE sound_chunks ADD COLUMN hash INTEGER;           -- of the bytes as they came; compared within seconds only

-- What was heard of a wearer in a stretch of time.
CREATE INDEX sound_chunks_by_arrival ON sound_chunks (uid, arrived);
