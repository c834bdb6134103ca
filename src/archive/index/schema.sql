-- The index: a cache of the log, deterministic for a given log, rebuilt whenever it does not fit.
-- seq names an entry: the log's number shifted left by 40 bits, plus the entry's. Times are milliseconds since 1970, UTC.
CREATE TABLE meta      (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE log       (id INTEGER PRIMARY KEY, vantage TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL);
CREATE TABLE file      (id INTEGER PRIMARY KEY, key TEXT NOT NULL);
-- Where bytes lie: part 0 is a record's block, part 1 the body in it.
CREATE TABLE record    (digest BLOB NOT NULL, part INTEGER NOT NULL, file INTEGER NOT NULL, offset INTEGER NOT NULL,
                        length INTEGER NOT NULL, PRIMARY KEY (digest, part, file, offset)) WITHOUT ROWID;
CREATE TABLE statement (id BLOB PRIMARY KEY, source TEXT NOT NULL, minted TEXT NOT NULL, url TEXT NOT NULL, title TEXT, published TEXT,
                        language TEXT, text BLOB, body BLOB, first_seen INTEGER NOT NULL, last_seen INTEGER, last_look INTEGER NOT NULL,
                        entry INTEGER NOT NULL, revisions INTEGER NOT NULL, state TEXT NOT NULL, flags TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE address   (key TEXT NOT NULL, statement BLOB NOT NULL, url TEXT NOT NULL, PRIMARY KEY (key, statement)) WITHOUT ROWID;
CREATE TABLE capture   (seq INTEGER PRIMARY KEY, statement BLOB NOT NULL, source TEXT NOT NULL, round INTEGER NOT NULL, time INTEGER NOT NULL,
                        url TEXT NOT NULL, status INTEGER, verdict TEXT NOT NULL, body BLOB, keeping INTEGER, response BLOB, equals INTEGER,
                        confirm INTEGER, final INTEGER NOT NULL, reason TEXT, same_as INTEGER, sameness TEXT, marks TEXT);
CREATE TABLE reading   (seq INTEGER PRIMARY KEY, capture INTEGER NOT NULL, reader TEXT NOT NULL, text BLOB, visible BLOB, failed TEXT);
CREATE TABLE text      (digest BLOB PRIMARY KEY, title TEXT, published TEXT, language TEXT, wording BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE poll      (seq INTEGER PRIMARY KEY, source TEXT NOT NULL, round INTEGER NOT NULL, time INTEGER NOT NULL, url TEXT NOT NULL,
                        verdict TEXT NOT NULL, links BLOB, body BLOB, keeping INTEGER, reason TEXT, how TEXT, items INTEGER);
-- In which round a source's listing first held an address.
CREATE TABLE listed    (source TEXT NOT NULL, key TEXT NOT NULL, round INTEGER NOT NULL, PRIMARY KEY (source, key)) WITHOUT ROWID;
CREATE TABLE tally     (seq INTEGER NOT NULL, source TEXT NOT NULL, round INTEGER NOT NULL, ended INTEGER NOT NULL, asked INTEGER NOT NULL,
                        answered INTEGER NOT NULL, failed INTEGER NOT NULL, unwell INTEGER NOT NULL, reshaped INTEGER NOT NULL, PRIMARY KEY (source, seq)) WITHOUT ROWID;
CREATE TABLE note      (seq INTEGER PRIMARY KEY, statement BLOB NOT NULL, time INTEGER NOT NULL, text TEXT NOT NULL);
-- What the pages of a source taught, each time that it was learnt; its bytes lie in a segment.
CREATE TABLE rules     (seq INTEGER PRIMARY KEY, source TEXT NOT NULL, time INTEGER NOT NULL, pages INTEGER NOT NULL, rules BLOB NOT NULL);
-- Which checkpoints were stamped, and where the answers lie.
CREATE TABLE stamp     (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, authority TEXT NOT NULL, size INTEGER NOT NULL, gen_time INTEGER NOT NULL,
                        note BLOB NOT NULL, note_key TEXT NOT NULL, response BLOB NOT NULL, response_key TEXT NOT NULL);
-- Not from the log, and not compared with it: what the next request may be made conditional on.
CREATE TABLE validator (url TEXT PRIMARY KEY, etag TEXT, modified TEXT) WITHOUT ROWID;
-- Not from the log either: how each host that was ever asked wants to be asked, so that the next run knows.
CREATE TABLE host      (host TEXT PRIMARY KEY, last INTEGER, busy_until INTEGER, failing_since INTEGER, failed_rounds INTEGER NOT NULL,
                        left_until INTEGER) WITHOUT ROWID;
CREATE TABLE robots    (host TEXT PRIMARY KEY, fetched INTEGER, body BLOB, unreachable_since INTEGER) WITHOUT ROWID;
