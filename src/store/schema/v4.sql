-- Which past this is: grows with every change that no record tells of. One row.
CREATE TABLE past (generation INTEGER NOT NULL);
INSERT INTO past VALUES (1);

-- The greatest number of a table's rows that is gone. Numbers are not given twice: users keep them, and the index knows rows by them.
CREATE TABLE retired (
    kind TEXT PRIMARY KEY,              -- the table
    id   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER conversations_retire AFTER DELETE ON conversations
WHEN old.id > (SELECT ifnull(max(id), 0) FROM conversations)
BEGIN
    INSERT INTO retired VALUES ('conversations', old.id) ON CONFLICT (kind) DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER segments_retire AFTER DELETE ON segments
WHEN old.id > (SELECT ifnull(max(id), 0) FROM segments)
BEGIN
    INSERT INTO retired VALUES ('segments', old.id) ON CONFLICT (kind) DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER memories_retire AFTER DELETE ON memories
WHEN old.id > (SELECT ifnull(max(id), 0) FROM memories)
BEGIN
    INSERT INTO retired VALUES ('memories', old.id) ON CONFLICT (kind) DO UPDATE SET id = max(id, excluded.id);
END;

-- So a conversation can keep the number of a memory that is gone. It was turned round before; where it was given again since, one
-- that never was takes its place.
INSERT INTO retired
SELECT 'memories', 1 + max(ifnull((SELECT max(id) FROM memories), 0), max(abs(memory_id)))
FROM conversations WHERE memory_id IS NOT NULL HAVING min(memory_id) < 0;
UPDATE conversations SET memory_id = (SELECT id FROM retired WHERE kind = 'memories')
WHERE memory_id < 0 AND -memory_id IN (SELECT id FROM memories);
UPDATE conversations SET memory_id = -memory_id WHERE memory_id < 0;
