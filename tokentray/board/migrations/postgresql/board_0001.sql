-- The same as in SQLite. What stands here already is kept: a sharded `frag` is made before, by whoever runs the shards.
CREATE TABLE IF NOT EXISTS frag (
  week TEXT NOT NULL,
  kind TEXT NOT NULL,
  nonce BYTEA NOT NULL,
  a TEXT,
  b TEXT,
  ct BYTEA,
  PRIMARY KEY (week, kind, nonce)
);

CREATE TABLE IF NOT EXISTS cell (
  week TEXT NOT NULL,
  kind TEXT NOT NULL,
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  n INTEGER,
  band TEXT,
  PRIMARY KEY (week, kind, a, b)
);

CREATE TABLE IF NOT EXISTS board_meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
