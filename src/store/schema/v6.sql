-- Whether a request came with a signature, and what it was worth. Outlives the request.
ALTER TABLE records ADD COLUMN signature TEXT;      -- NULL: none came
-- Names of headers are kept in lower case, and a quote in a value is escaped.
UPDATE records SET signature = 'not_checked'
WHERE seq IN (SELECT seq FROM requests WHERE instr(headers, '["x-omi-signature",') > 0);
