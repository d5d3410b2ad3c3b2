-- Times are microseconds since 1970 (UTC) unless a name ends in _s (seconds) or _ms. Flags are 0 or 1.

-- What was committed, in order: the feed, and the memory of idempotency keys. Small, without gaps, and never pruned.
CREATE TABLE records (
    seq             INTEGER PRIMARY KEY,
    received        INTEGER NOT NULL,
    uid             TEXT,
    kind            TEXT    NOT NULL,
    size            INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    idempotency_key TEXT,
    warnings        TEXT,               -- JSON: [text, …]; NULL: none
    took_us         INTEGER NOT NULL,
    repeat_of       INTEGER             -- the record with the same key that was applied
);
CREATE INDEX records_by_key ON records (idempotency_key, uid, kind)
    WHERE idempotency_key IS NOT NULL AND repeat_of IS NULL AND status BETWEEN 200 AND 299;

-- The request behind a record as it came, and our answer. Evidence, which may be pruned.
CREATE TABLE requests (
    seq     INTEGER PRIMARY KEY REFERENCES records (seq) ON DELETE CASCADE,
    remote  TEXT,
    method  TEXT    NOT NULL,
    path    TEXT    NOT NULL,
    query   TEXT    NOT NULL,
    headers TEXT    NOT NULL,           -- JSON: [[name, value], …]
    reply   TEXT    NOT NULL,
    body    BLOB                        -- NULL: sound, a repeat, or empty
);

-- The last accepted delivery of each kind from each wearer.
CREATE TABLE last_seen (
    kind     TEXT    NOT NULL,
    uid      TEXT    NOT NULL,          -- empty: it named none
    seq      INTEGER NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (kind, uid)
) WITHOUT ROWID;

CREATE TABLE conversations (
    id             INTEGER PRIMARY KEY,
    uid            TEXT    NOT NULL,
    seq            INTEGER NOT NULL,    -- the record that last changed it
    started        INTEGER NOT NULL,
    first_arrival  INTEGER,             -- of a live segment; NULL: only a memory told of it
    last_arrival   INTEGER NOT NULL,
    last_end_s     REAL    NOT NULL,
    title          TEXT,
    emoji          TEXT,
    memory_id      INTEGER,             -- NULL: no memory closed it yet
    lines_replaced INTEGER              -- the record that last made all its lines void
);
CREATE INDEX conversations_live ON conversations (uid, last_arrival) WHERE first_arrival IS NOT NULL;
CREATE INDEX conversations_by_seq ON conversations (seq);
CREATE INDEX conversations_replaced ON conversations (lines_replaced) WHERE lines_replaced IS NOT NULL;

CREATE TABLE segments (
    id              INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    first_seq       INTEGER NOT NULL,   -- the record that brought it first, and when: what a rebuild places it by
    first_arrived   INTEGER NOT NULL,
    seq             INTEGER NOT NULL,   -- the record that last changed it
    arrived         INTEGER NOT NULL,
    revision        INTEGER NOT NULL,
    from_memory     INTEGER NOT NULL,   -- 0: heard live
    superseded_by   INTEGER,            -- the record whose memory replaced it; kept, but no longer shown
    segment_id      TEXT,               -- Omi's id
    start_ms        INTEGER NOT NULL,
    start_s         REAL    NOT NULL,
    end_s           REAL    NOT NULL,
    text            TEXT    NOT NULL,
    speaker         TEXT,
    speaker_id      INTEGER,
    is_user         INTEGER NOT NULL,
    person_id       TEXT,
    speaker_name    TEXT,
    translations    TEXT                -- JSON, NULL for none
);
CREATE INDEX segments_by_segment_id ON segments (segment_id) WHERE segment_id IS NOT NULL;
CREATE INDEX segments_by_place ON segments (conversation_id, start_ms);
CREATE INDEX segments_current ON segments (seq) WHERE superseded_by IS NULL;

CREATE TABLE memories (
    id              INTEGER PRIMARY KEY,
    uid             TEXT    NOT NULL,
    omi_id          TEXT,
    seq             INTEGER NOT NULL,   -- the record that last changed it
    conversation_id INTEGER,
    revision        INTEGER NOT NULL,
    arrived         INTEGER NOT NULL,
    created_at      INTEGER,
    started_at      INTEGER,
    title           TEXT    NOT NULL,
    discarded       INTEGER NOT NULL,
    deleted         INTEGER NOT NULL,
    detail          TEXT    NOT NULL    -- JSON: all of it but segments, action items and events
);
CREATE UNIQUE INDEX memories_by_omi_id ON memories (uid, omi_id) WHERE omi_id IS NOT NULL;
CREATE INDEX memories_without_id ON memories (uid, created_at) WHERE omi_id IS NULL;
CREATE INDEX memories_by_seq ON memories (seq);

CREATE TABLE action_items (
    memory_id   INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    description TEXT    NOT NULL,
    completed   INTEGER NOT NULL,
    due_at      INTEGER,
    PRIMARY KEY (memory_id, position)
) WITHOUT ROWID;

CREATE TABLE calendar_events (
    memory_id    INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    title        TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    start        INTEGER,
    duration_min INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    PRIMARY KEY (memory_id, position)
) WITHOUT ROWID;

CREATE TABLE progress (
    seq    INTEGER PRIMARY KEY,
    uid    TEXT NOT NULL,
    detail TEXT NOT NULL                -- JSON
);

CREATE TABLE summaries (
    seq        INTEGER PRIMARY KEY,
    uid        TEXT NOT NULL,
    created_at INTEGER,
    day        TEXT,                    -- YYYY-MM-DD
    detail     TEXT NOT NULL            -- JSON
);

CREATE TABLE buttons (
    seq      INTEGER PRIMARY KEY,
    uid      TEXT NOT NULL,
    press    TEXT NOT NULL,             -- as sent, e.g. single_tap
    device   TEXT,
    press_id TEXT,
    at       INTEGER
);

CREATE TABLE sound_chunks (
    seq      INTEGER PRIMARY KEY,
    uid      TEXT    NOT NULL,
    arrived  INTEGER NOT NULL,
    rate     INTEGER NOT NULL,
    codec    TEXT,                      -- NULL: signed 16-bit PCM
    samples  INTEGER NOT NULL,
    rms      REAL    NOT NULL,          -- dBFS
    peak     REAL    NOT NULL,          -- dBFS
    clipped  INTEGER NOT NULL,
    envelope BLOB    NOT NULL
);
