-- One row for each invite. `code_hash`: SHA-256 of the invite's code; `book_hash`: of the one book it may have, NULL before it is claimed.
CREATE TABLE seat (
  code_hash BLOB PRIMARY KEY,
  season TEXT NOT NULL,
  book_hash BLOB
) WITHOUT ROWID;

-- One key for each week and kind, encrypted; the row is destroyed when the week closes.
CREATE TABLE issuer_key (
  week TEXT NOT NULL,
  kind TEXT NOT NULL,
  pkcs8 BLOB NOT NULL,
  PRIMARY KEY (week, kind)
) WITHOUT ROWID;
