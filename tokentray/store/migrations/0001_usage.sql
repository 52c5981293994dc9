-- Units: `start`, `at`, `*_at` are milliseconds since 1970-01-01T00:00Z; `span` is seconds; `slot` is start div 900000 (quarter hours);
-- `day` is a local date in the zone of meta.zone, as days since 1970-01-01. A name of 0 means: nobody said. A NULL count means: nobody said.

-- Marks the file as TokenTray's: "TOKT".
PRAGMA application_id = 0x544F4B54;

-- zone: the IANA zone whose days day_total is made by.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Every model, project, session, key, feed, line item and tier, once. 0 is reserved for "nobody said".
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO name (id, text) VALUES (0, '');

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,        -- source/label
    origin TEXT NOT NULL              -- billed, logged, imported, manual
) STRICT;

-- An agent's own sessions: `first_at` is the first instant in its file; the older one owns what two files share.
CREATE TABLE session (
    id INTEGER PRIMARY KEY REFERENCES name (id),
    first_at INTEGER NOT NULL,
    parent INTEGER NOT NULL DEFAULT 0 -- the session it was forked from, if the log names it
) STRICT;

-- What Claude Code says a session has used so far, hidden calls included, as often as it said so: not part of any total.
CREATE TABLE cost_state (
    session INTEGER NOT NULL REFERENCES name (id), at INTEGER NOT NULL, model INTEGER NOT NULL,
    input INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_1h INTEGER, output INTEGER,
    cost TEXT NOT NULL,               -- USD as decimal text, the agent's own estimate; '' where it did not say
    PRIMARY KEY (session, at, model)
) STRICT, WITHOUT ROWID;

-- One row for each response of an agent, or each combination of dimensions in a provider's bucket.
-- id: for agents 63 bits of BLAKE2b over agent and response, whichever account it was found in; for providers over account, feed and the usage's id.
CREATE TABLE usage (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    start INTEGER NOT NULL,
    span INTEGER NOT NULL DEFAULT 0,
    feed INTEGER NOT NULL DEFAULT 0,
    model INTEGER NOT NULL DEFAULT 0,
    project INTEGER NOT NULL DEFAULT 0,
    session INTEGER NOT NULL DEFAULT 0,
    api_key INTEGER NOT NULL DEFAULT 0,
    tier INTEGER NOT NULL DEFAULT 0,  -- a name: batch, priority, flex, fast
    band INTEGER NOT NULL DEFAULT 0,  -- prompt tokens of one request, in bands where prices differ: core/usage.py band_of
    input INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_1h INTEGER,
    output INTEGER, reasoning INTEGER, unsplit INTEGER,
    requests INTEGER,
    flags INTEGER NOT NULL DEFAULT 0  -- 1: output incomplete, 2: a subagent's, 4: the owner is named in the log itself, 8: hidden remainder (cost-state)
) STRICT;
CREATE INDEX usage_by_time ON usage (account, start);

-- Sums by quarter hour (of the bucket's middle, so that a day's bucket falls on its own date), made from usage again whenever a slot is touched.
CREATE TABLE slot_total (
    account INTEGER NOT NULL, slot INTEGER NOT NULL, span INTEGER NOT NULL,
    model INTEGER NOT NULL, project INTEGER NOT NULL, session INTEGER NOT NULL, tier INTEGER NOT NULL, band INTEGER NOT NULL,
    input INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_1h INTEGER,
    output INTEGER, reasoning INTEGER, unsplit INTEGER, requests INTEGER,
    PRIMARY KEY (account, slot, span, model, project, session, tier, band)
) STRICT, WITHOUT ROWID;

-- Sums by local day, made from slot_total again whenever a day is touched or the zone changes.
CREATE TABLE day_total (
    day INTEGER NOT NULL, account INTEGER NOT NULL, model INTEGER NOT NULL, tier INTEGER NOT NULL, band INTEGER NOT NULL,
    input INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_1h INTEGER,
    output INTEGER, reasoning INTEGER, unsplit INTEGER, requests INTEGER,
    PRIMARY KEY (day, account, model, tier, band)
) STRICT, WITHOUT ROWID;

-- Quantities that are not tokens; "bytes" is a level, the others are sums.
CREATE TABLE meter (
    account INTEGER NOT NULL REFERENCES account (id), feed INTEGER NOT NULL, start INTEGER NOT NULL, id TEXT NOT NULL,
    span INTEGER NOT NULL, unit TEXT NOT NULL, quantity INTEGER NOT NULL, model INTEGER NOT NULL, project INTEGER NOT NULL, api_key INTEGER NOT NULL,
    PRIMARY KEY (account, start, feed, id)
) STRICT, WITHOUT ROWID;

-- What a provider billed; amount is a decimal in whole units of its currency, as text.
CREATE TABLE cost (
    account INTEGER NOT NULL REFERENCES account (id), feed INTEGER NOT NULL, start INTEGER NOT NULL, id TEXT NOT NULL,
    span INTEGER NOT NULL, amount TEXT NOT NULL, currency TEXT NOT NULL, kind TEXT NOT NULL,
    line_item INTEGER NOT NULL, model INTEGER NOT NULL, project INTEGER NOT NULL,
    PRIMARY KEY (account, start, feed, id)
) STRICT, WITHOUT ROWID;

-- Samples of quota windows and balances; decimals as text; used_percent too.
CREATE TABLE gauge (
    account INTEGER NOT NULL REFERENCES account (id), name TEXT NOT NULL, at INTEGER NOT NULL,
    used_percent TEXT, used TEXT, "limit" TEXT, remaining TEXT, unit TEXT NOT NULL, window_minutes INTEGER, resets_at INTEGER,
    PRIMARY KEY (account, name, at)
) STRICT, WITHOUT ROWID;

-- How far each feed of an account has been read.
CREATE TABLE feed (
    account INTEGER NOT NULL REFERENCES account (id), feed TEXT NOT NULL,
    cursor TEXT, complete_since INTEGER, complete_until INTEGER,
    PRIMARY KEY (account, feed)
) STRICT, WITHOUT ROWID;

-- Stretches [start, until) inside complete_since..complete_until that could not be read.
CREATE TABLE gap (
    account INTEGER NOT NULL REFERENCES account (id), feed TEXT NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (account, feed, start)
) STRICT, WITHOUT ROWID;

-- How an account's last turns went; `state` is a word of ui/wording: ok, key_rejected, throttled, unreachable, unreadable, key_missing, vault_locked.
CREATE TABLE poll (
    account INTEGER PRIMARY KEY REFERENCES account (id),
    tried_at INTEGER, succeeded_at INTEGER, state TEXT NOT NULL DEFAULT 'ok', message TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0, not_before INTEGER, notes TEXT NOT NULL DEFAULT ''
) STRICT;

-- Readable names of a provider's ids (projects, keys, workspaces).
CREATE TABLE alias (account INTEGER NOT NULL REFERENCES account (id), name INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (account, name)) STRICT, WITHOUT ROWID;

-- How far each log file has been read: verified by device, inode, size, mtime (ns) and a hash of its first line. path is raw bytes.
CREATE TABLE log_file (
    path BLOB PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id),
    device INTEGER NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
    offset INTEGER NOT NULL, head INTEGER NOT NULL, state TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Prices in 10^-12 USD for one token, from a day on (days since 1970); all NULL: the list does not know this model
-- in this tier. Every band has its row; the newest since_day that is not after the day of use holds.
CREATE TABLE price (
    model INTEGER NOT NULL REFERENCES name (id), tier INTEGER NOT NULL DEFAULT 0, band INTEGER NOT NULL, since_day INTEGER NOT NULL,
    input INTEGER, cache_read INTEGER, cache_write_5m INTEGER, cache_write_1h INTEGER, output INTEGER,
    list TEXT NOT NULL,               -- "genai-prices 2026-11-20" or "own"
    PRIMARY KEY (model, tier, band, since_day)
) STRICT, WITHOUT ROWID;
