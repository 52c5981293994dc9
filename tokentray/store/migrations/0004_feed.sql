-- The team's feed and its published weeks, as this machine last got them. Instants are milliseconds since 1970, weeks are ISO ("2026-W47").

-- A colleague's card, decrypted here; a copy of what the board still has, renewed with each asking.
CREATE TABLE feed_card (
    nonce TEXT PRIMARY KEY,           -- its token's, 64 hex digits; the first 16 are its id here and in the board's public list
    week TEXT NOT NULL,
    category TEXT NOT NULL, outcome TEXT NOT NULL, level TEXT NOT NULL,
    tried TEXT NOT NULL, worked TEXT NOT NULL, learned TEXT NOT NULL, next TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the person noted on such a card, by its id. It never leaves, and stays when the card goes.
CREATE TABLE feed_note (
    id TEXT PRIMARY KEY,
    reproduced INTEGER NOT NULL DEFAULT 0,
    still_true TEXT NOT NULL DEFAULT '',  -- yes, no; empty while it was not answered
    imported_as TEXT NOT NULL DEFAULT ''  -- the id of the own card it became
) STRICT, WITHOUT ROWID;

-- A closed week as the board published it, for good: JSON, a list of its kinds.
CREATE TABLE published_week (week TEXT PRIMARY KEY, kinds TEXT NOT NULL, fetched_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
