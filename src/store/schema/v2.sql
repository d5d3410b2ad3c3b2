-- What the user adds: stars and notes on lines, names of speakers, ticks on action items.
ALTER TABLE segments ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE segments ADD COLUMN note TEXT;
CREATE INDEX segments_marked ON segments (id) WHERE starred <> 0 OR note IS NOT NULL;

CREATE TABLE speaker_names (
    uid        TEXT    NOT NULL,
    person_id  TEXT    NOT NULL,        -- Omi's person; empty: the number counts
    speaker_id INTEGER NOT NULL,        -- -1: the person counts
    name       TEXT    NOT NULL,
    PRIMARY KEY (uid, person_id, speaker_id)
) WITHOUT ROWID;

CREATE TABLE ticks (
    source      INTEGER NOT NULL,       -- 0: a memory; 1: a day summary
    source_id   INTEGER NOT NULL,       -- memories.id or summaries.seq
    description TEXT    NOT NULL,       -- of the item: a revision writes its items anew
    PRIMARY KEY (source, source_id, description)
) WITHOUT ROWID;

-- The record that brought a memory first: what a rebuild places it by.
ALTER TABLE memories ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 0;
UPDATE memories SET first_seq = coalesce(
    (SELECT min(s.first_seq) FROM segments s WHERE s.conversation_id = memories.conversation_id AND s.from_memory = 1),
    seq
);

-- What changed without a record of its own, so that the index of words looks at it again.
CREATE TABLE touched (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL,              -- as in the index
    row  INTEGER NOT NULL
);
CREATE INDEX segments_void ON segments (superseded_by) WHERE superseded_by IS NOT NULL;

-- Retention and exports walk conversations by time.
CREATE INDEX conversations_by_start ON conversations (started);
CREATE INDEX memories_by_conversation ON memories (conversation_id) WHERE conversation_id IS NOT NULL;
