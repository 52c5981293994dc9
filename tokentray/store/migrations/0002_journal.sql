-- The journal. Units as in 0001_usage.sql; `until` of a work_edit and `end` of a run are milliseconds, too. Texts are the person's own words, "" where
-- nothing was said. Projects and models are texts here, not names: a card speaks for itself on whichever machine it is read, and takes them along when it is removed.

CREATE TABLE card (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL, edited_at INTEGER NOT NULL,
    day INTEGER,                      -- the date of use that no log knows, as days since 1970-01-01
    at INTEGER NOT NULL,              -- where it stands in the journal if it has no day: the first link's anchor, else created_at
    title TEXT NOT NULL, tried TEXT NOT NULL, worked TEXT NOT NULL, learned TEXT NOT NULL, next TEXT NOT NULL,
    outcome TEXT,                     -- worked, partly, failed, unclear; NULL: not said yet
    level TEXT NOT NULL,              -- me, team, company
    function TEXT NOT NULL,
    effort_minutes INTEGER, saved_least INTEGER, saved_most INTEGER,
    url TEXT NOT NULL,
    follows TEXT,                     -- the id of the card it tries again
    draft INTEGER NOT NULL,
    sitting TEXT NOT NULL DEFAULT ''  -- who saved it last: what one sitting saves within ten minutes is one edit
) STRICT;

-- What a card said before an edit, as JSON; `at` is when it was last saved like that.
CREATE TABLE card_edit (card TEXT NOT NULL, at INTEGER NOT NULL, texts TEXT NOT NULL, PRIMARY KEY (card, at)) STRICT, WITHOUT ROWID;

CREATE TABLE card_tag (card TEXT NOT NULL, place INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (card, place)) STRICT, WITHOUT ROWID;
CREATE TABLE card_link (
    card TEXT NOT NULL, place INTEGER NOT NULL, project TEXT, anchor INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    PRIMARY KEY (card, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE card_model (card TEXT NOT NULL, place INTEGER NOT NULL, model TEXT NOT NULL, PRIMARY KEY (card, place)) STRICT, WITHOUT ROWID;

-- Colours that the person gave to tags.
CREATE TABLE tag (name TEXT PRIMARY KEY, colour INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- What search looks into: rowid is card.number; `about` has tags, function, projects and models.
CREATE VIRTUAL TABLE card_text USING fts5 (title, tried, worked, learned, next, about, tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE saved_search (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Answers and cards are JSON lists; week is ISO, such as 2026-W47.
CREATE TABLE checkin (week TEXT PRIMARY KEY, answers TEXT NOT NULL, cards TEXT NOT NULL, edited_at INTEGER, done INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Cards that were offered for another try, once each; again: NULL while there is no answer.
CREATE TABLE retry (card TEXT PRIMARY KEY, model TEXT NOT NULL, offered_at INTEGER NOT NULL, again INTEGER) STRICT, WITHOUT ROWID;

-- Stretches of work cut and joined by hand, in the order in which that was done; kind: split, join.
CREATE TABLE work_edit (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, project TEXT, at INTEGER NOT NULL, until INTEGER) STRICT;

-- Use with no pause over five minutes, by UTC day (since 1970-01-01), account, project and span; a bucket of an hour or more is a run of its own. The
-- rows of one run share `start` and `end` and tell its models, tiers and bands apart. `end` is the last response's instant, or the end of the last bucket. Made again from usage, see work_table.py.
CREATE TABLE run (
    day INTEGER NOT NULL, account INTEGER NOT NULL, project INTEGER NOT NULL, span INTEGER NOT NULL, start INTEGER NOT NULL,
    model INTEGER NOT NULL, tier INTEGER NOT NULL, band INTEGER NOT NULL, "end" INTEGER NOT NULL,
    input INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_1h INTEGER,
    output INTEGER, reasoning INTEGER, unsplit INTEGER, requests INTEGER,
    PRIMARY KEY (day, account, project, span, start, model, tier, band)
) STRICT, WITHOUT ROWID;

-- UTC days of accounts of which usage rows have changed since their runs were made.
CREATE TABLE stale_day (day INTEGER NOT NULL, account INTEGER NOT NULL, PRIMARY KEY (day, account)) STRICT, WITHOUT ROWID;
INSERT INTO stale_day (day, account)
    SELECT (slot * 900000 - span * 500) / 86400000, account FROM slot_total WHERE span < 86400
    UNION SELECT (slot * 900000 + 899999 - span * 500) / 86400000, account FROM slot_total WHERE span < 86400;
