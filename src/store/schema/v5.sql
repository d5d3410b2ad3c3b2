-- Repeats are counted on the record that they repeat.
CREATE INDEX records_repeats ON records (repeat_of) WHERE repeat_of IS NOT NULL;
