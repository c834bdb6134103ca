-- What makes the other ways in quick. Where a whole index is built, these are made at its end: in order, and at once.
CREATE INDEX statement_source ON statement (source, first_seen);
CREATE INDEX statement_seen ON statement (first_seen);
CREATE INDEX capture_statement ON capture (statement);
CREATE INDEX reading_capture ON reading (capture);
CREATE INDEX reading_text ON reading (text);
CREATE INDEX text_wording ON text (wording);
CREATE INDEX poll_body ON poll (body);
CREATE INDEX capture_body ON capture (body);
CREATE INDEX poll_source ON poll (source, time);
CREATE INDEX poll_round ON poll (source, round, time);
CREATE INDEX address_statement ON address (statement);
CREATE INDEX rules_source ON rules (source);
