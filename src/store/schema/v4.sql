-- Which past this is: grows with every change that no record tells of. One row.
CREATE TABLE past (generation INTEGER NOT NULL);
INSERT INTO past VALUES (1);
