-- Fragments of open and kept weeks. `a`, `b`: the two values that are counted; `ct`: a card's sealed text.
-- All three NULL: spent and deleted, until the week closes. No time, no sequence, no rowid.
CREATE TABLE frag (
  week TEXT NOT NULL,
  kind TEXT NOT NULL,
  nonce BLOB NOT NULL,
  a TEXT,
  b TEXT,
  ct BLOB,
  PRIMARY KEY (week, kind, nonce)
) WITHOUT ROWID;

-- What a closed week says; written once. `n` has its noise already.
CREATE TABLE cell (
  week TEXT NOT NULL,
  kind TEXT NOT NULL,
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  n INTEGER,
  band TEXT,
  PRIMARY KEY (week, kind, a, b)
) WITHOUT ROWID;

-- schema: the number of the newest migration. closed/WEEK: that week takes nothing any more.
CREATE TABLE board_meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
