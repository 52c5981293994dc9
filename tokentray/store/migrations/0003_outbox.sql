-- Sharing. Instants are milliseconds since 1970, weeks are ISO ("2026-W47"). Nothing here is a key: the recovery code and the team key stand in the keyring.

-- What is known of the one team, by name: its address, the hash of its root key, its signed manifest and the like.
CREATE TABLE team (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The book: every token of the season, used or not.
CREATE TABLE token (
    week TEXT NOT NULL, kind TEXT NOT NULL, place INTEGER NOT NULL, token BLOB NOT NULL, PRIMARY KEY (week, kind, place)
) STRICT, WITHOUT ROWID;

-- Fragments and deletions that wait for their time, and what came of those that had it; one of each op for a token.
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    op TEXT NOT NULL,                 -- put, delete
    week TEXT NOT NULL, kind TEXT NOT NULL, place INTEGER NOT NULL,
    body BLOB NOT NULL,               -- the fragment as it is sent; empty for a deletion
    card TEXT,                        -- the id of the own card it speaks of; never leaves
    planned_at INTEGER NOT NULL,      -- drawn at random
    missed INTEGER NOT NULL DEFAULT 0,-- how often this machine slept over it
    state TEXT NOT NULL,              -- waiting, sent, refused, lapsed (its week closed before), cancelled
    why TEXT NOT NULL DEFAULT '',
    done_at INTEGER,
    seen_at INTEGER,                  -- when the public list said that it is there, or for a deletion that it is gone
    UNIQUE (op, week, kind, place)
) STRICT;

-- Weeks of which the person said: not this one.
CREATE TABLE skipped_week (week TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Everything that was ever sent to a board or its relay; written before it leaves. status: NULL while there is no answer.
CREATE TABLE departure (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL,
    words TEXT NOT NULL,              -- what it is, for the person
    inside BLOB NOT NULL,             -- what the sealed envelope holds; empty if there is none
    body BLOB NOT NULL,               -- the very bytes
    status INTEGER
) STRICT;
