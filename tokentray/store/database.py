"""Opens the history's file, keeps it sound, and lends its transactions."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from types import TracebackType

from tokentray.core.errors import HistoryDamaged, HistoryError, HistoryFull, HistoryTooNew, Unreadable
from tokentray.store import rollup
from tokentray.store.stillness import lies_still

BUSY_SECONDS = 5
# Writing the log back waits for the disk: seldom enough that a resident program's commits stay under a millisecond.
WAL_KEPT_BYTES = 16 * 1024 * 1024
APPLICATION_ID = 0x544F4B54  # "TOKT"; written by 0001_usage.sql

CONNECTION = f"""
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = {WAL_KEPT_BYTES};
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA wal_autocheckpoint = {WAL_KEPT_BYTES // 4096};
"""
TABLES = "SELECT count(*) FROM sqlite_schema"
ZONE = "SELECT value FROM meta WHERE key = 'zone'"
SAMPLE = "SELECT 1 FROM meta WHERE key = 'sample' AND value = '1'"
COMMITS_OF_OTHERS = "PRAGMA data_version"
MARK_SAMPLE = "INSERT OR REPLACE INTO meta (key, value) VALUES ('sample', '1')"
SET_ZONE = "INSERT INTO meta (key, value) VALUES ('zone', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class History:
    """
    The open history; belongs to the thread that opened it.

    `names` remembers the numbers of texts seen in this connection (see names.py); a rollback forgets them. `hidden` remembers
    what was worked out last in cost_state_table.py.
    """

    __slots__ = ("_marker", "_suspect", "db", "hidden", "names", "path", "read_only")

    def __init__(self, db: sqlite3.Connection, path: str, read_only: bool, marker: _Marker | None) -> None:
        self.db = db
        self.path = path
        self.read_only = read_only
        self.names: dict[str, int] = {}
        self.hidden: tuple[tuple[int, int | None], int] | None = None
        self._marker = marker
        self._suspect = False

    def close(self) -> None:
        """Ends the connection. Unless the file looked damaged, the next one to open it need not check it."""
        self.db.close()
        if self._marker is not None:
            self._marker.close(keep=self._suspect)
            self._marker = None

    def suspect(self) -> None:
        """Has the next writer check the whole file before it uses it."""
        self._suspect = True

    def __enter__(self) -> History:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Damage met in reading is said in our words, as `transaction` does it for writing; the next writer then checks the file."""
        ours = _in_our_words(error, self) if isinstance(error, sqlite3.Error) else error
        self.close()
        if ours is not None and ours is not error:
            raise ours from error


def open_history(path: str, *, zone: str | None = None, read_only: bool = False) -> History:
    """
    The history at `path`, made with its folders if there is none; with `zone`, its days are those of that IANA zone.

    An older history is migrated after a copy was laid beside it as `<path>.before-<number of the first migration>`. After an unclean
    end of a writer the whole file is checked. A reader never makes, migrates or checks anything.

    Raises:
        HistoryTooNew: a newer TokenTray wrote it.
        HistoryDamaged: it is not sound; a writer has renamed it to `<path>.damaged-<stamp>`, so that opening again begins a new one.
        HistoryFull: the disk is full, or the file may not be written.
        HistoryError: it is another program's file, it is locked, or (for a reader) it is missing or older than this program.
    """
    if read_only:
        return _open_reader(path)
    _make_private(path)
    around = _look_around(path)
    marker = _Marker(path)
    try:
        history = History(_open_sound(path, around), path, False, marker)
    except BaseException:
        marker.close()
        raise
    if zone is not None:
        try:
            set_zone(history, zone)
        except BaseException:
            history.close()
            raise
    return history


class transaction:  # noqa: N801  reads as a verb: `with transaction(history):`
    """
    All of it or nothing; takes the right to write at its start, and waits up to five seconds for it. Not nested.

    Raises:
        HistoryFull, HistoryDamaged, HistoryError: what the disk or another writer did to it.
        Unreadable: a count, or a sum of counts, is beyond 2^63 - 1 and so cannot be true.
    """

    __slots__ = ("_history",)

    def __init__(self, history: History) -> None:
        self._history = history

    def __enter__(self) -> None:
        try:
            self._history.db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _in_our_words(error, self._history) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None:
            try:
                self._history.db.execute("COMMIT")
                return
            except sqlite3.Error as refused:
                error = refused
        self._history.names.clear()
        if self._history.db.in_transaction:
            self._history.db.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error | OverflowError):
            raise _in_our_words(error, self._history) from error
        if kind is None:
            raise error


class reading:  # noqa: N801  as `transaction`: `with reading(history):`
    """
    What is read of the history in it, without a right to write; a `transaction` may stand inside.

    Raises:
        HistoryFull, HistoryDamaged, HistoryError: what the disk or another writer did to it; after damage the next writer checks it.
    """

    __slots__ = ("_history",)

    def __init__(self, history: History) -> None:
        self._history = history

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, sqlite3.Error) and (ours := _in_our_words(error, self._history)) is not error:
            raise ours from error


def zone_of(history: History) -> str:
    """The IANA zone whose days day_total is made by."""
    row = history.db.execute(ZONE).fetchone()
    return str(row[0]) if row else "UTC"


def set_zone(history: History, zone: str) -> None:
    """Makes the history's days those of another IANA zone; nothing to do if they are already."""
    with reading(history):
        known = zone_of(history)
    if known == zone:
        return
    with transaction(history):
        history.db.execute(SET_ZONE, (zone,))
        rollup.remake_days(history)


def change_mark(history: History) -> tuple[int, int]:
    """Something that is another one as soon as anybody has written into the history; costs microseconds."""
    (others,) = history.db.execute(COMMITS_OF_OTHERS).fetchone()
    return (others, history.db.total_changes)


def is_sample(history: History) -> bool:
    """Whether what it holds is made up, for a demonstration."""
    return history.db.execute(SAMPLE).fetchone() is not None


def mark_sample(history: History) -> None:
    """Says once and for all that what it holds is made up."""
    history.db.execute(MARK_SAMPLE)


def newest_version() -> int:
    """The number of the last migration of this program."""
    return _migrations()[-1][0]


def another_writes(path: str) -> bool:
    """Whether any program has the history open for writing."""
    return os.path.exists(path) and _look_around(path).alive


def version_of(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def is_sound(db: sqlite3.Connection) -> bool:
    """Whether SQLite finds nothing wrong in the whole file; reads all of it."""
    try:
        return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def refuse_strangers(db: sqlite3.Connection, path: str) -> None:
    """
    Raises:
        HistoryError: the file is another program's.
        HistoryTooNew: a newer TokenTray wrote it.
    """
    # The tables first: whoever makes them at this very moment sets their version in the same transaction.
    has_tables = bool(db.execute(TABLES).fetchone()[0])
    version = version_of(db)
    if version == 0 and has_tables:
        raise HistoryError(f"{path} is another program's file; TokenTray leaves it alone.")
    if version > 0 and db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise HistoryError(f"{path} is another program's file; TokenTray leaves it alone.")
    if version > newest_version():
        raise HistoryTooNew(f"{path} was written by a newer TokenTray: update this one. The file was not touched.")


def connect(path: str, *, read_only: bool = False) -> sqlite3.Connection:
    """A bare connection without implicit transactions."""
    uri = (
        "file:"
        + ("/" if sys.platform == "win32" else "")
        + path.replace("\\", "/" if sys.platform == "win32" else "\\")
    )
    for sign, code in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
        uri = uri.replace(sign, code)
    mode = ("?mode=ro&immutable=1" if lies_still(path) else "?mode=ro") if read_only else "?mode=rwc"
    return sqlite3.connect(uri + mode, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def free_name(path: str) -> str:
    """The path itself, or with -2, -3 … if something lies there already."""
    number, name = 1, path
    while os.path.lexists(name):
        number += 1
        name = f"{path}-{number}"
    return name


def copy_whole(source: sqlite3.Connection, target: str) -> None:
    """Copies a database as one moment's state, with what still stands in its -wal; a half copy never bears the target's name."""
    part = target + ".part"
    try:
        copy = connect(part)
        try:
            source.backup(copy)
        finally:
            copy.close()
        os.replace(part, target)
    finally:
        if os.path.exists(part):
            os.remove(part)


def error_in_our_words(error: sqlite3.Error | OverflowError, path: str) -> Exception:
    """Our error for what the disk, the file or another writer did; a bug (bad SQL, a broken constraint) comes back as it is."""
    if isinstance(error, OverflowError) or "integer overflow" in str(error):
        return Unreadable("A count is beyond 2^63 - 1 and cannot be true; nothing of it was kept.")
    code = getattr(error, "sqlite_errorcode", 0)
    if "decode to UTF-8" in str(error):  # Python's own word, without a code: all that was ever written is UTF-8
        code = sqlite3.SQLITE_CORRUPT
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for the index of the -wal
        code = sqlite3.SQLITE_FULL
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return HistoryFull("The disk is full: make room and try again. The history is as it was before.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return HistoryFull(
                f"{path} cannot be written: see that the disk is writable and the file and its folder are yours."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return HistoryDamaged(f"{path} is damaged: start TokenTray again to have it checked and set aside.")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return HistoryError(
                f"Another program has been writing {path} for more than {BUSY_SECONDS} seconds: try again later."
            )
        case sqlite3.SQLITE_IOERR:
            return HistoryError(f"The disk could not read or write {path}: see that it is connected and healthy.")
    return error


def _in_our_words(error: sqlite3.Error | OverflowError, history: History) -> Exception:
    ours = error_in_our_words(error, history.path)
    if isinstance(ours, HistoryDamaged):
        history.suspect()
    return ours


def _open_reader(path: str) -> History:
    if not os.path.exists(path):
        raise HistoryError(f"There is no history yet at {path}: run `tokentray sync` first.")
    db = None
    try:
        db = connect(path, read_only=True)
        refuse_strangers(db, path)
        if version_of(db) < newest_version():
            raise HistoryError(
                f"{path} was written by an older TokenTray: run `tokentray sync` once to bring it up to date."
            )
        return History(db, path, True, None)
    except BaseException as error:
        if db is not None:
            db.close()
        if isinstance(error, sqlite3.Error):
            raise error_in_our_words(error, path) from error
        raise


def _open_sound(path: str, around: _Around) -> sqlite3.Connection:
    db = None
    try:
        if around.unclean:
            _check(path)
            around.forget_the_dead()
        db = connect(path)
        refuse_strangers(db, path)
        _go_to_wal(db)
        _migrate(db, path)
        db.executescript(CONNECTION)
        return db
    except BaseException as error:
        if db is not None:
            db.close()
        if isinstance(error, sqlite3.Error):
            raise _damaged_or_other(error, path, around) from error
        raise


def _check(path: str) -> None:
    # A reader: closing it does not write what stands in the -wal into a file that may be damaged.
    db = connect(path, read_only=True)
    try:
        refuse_strangers(db, path)
        if not is_sound(db):
            raise sqlite3.DatabaseError("unsound after an unclean end")
    finally:
        db.close()


def _damaged_or_other(error: sqlite3.Error, path: str, around: _Around) -> Exception:
    damaged = type(error) is sqlite3.DatabaseError  # malformed, not a database, or found unsound
    if not damaged:
        return error_in_our_words(error, path)
    if around.alive:
        return HistoryDamaged(f"{path} is damaged, and another TokenTray has it open: stop that one, then start again.")
    kept = set_aside(path, "damaged")
    around.forget_the_dead()
    return HistoryDamaged(
        f"The history was damaged. It has been kept as {kept}; starting again begins a new one, or restore a backup with `tokentray restore`."
    )


def set_aside(path: str, why: str) -> str:
    """Renames a history with its -wal to `<path>.<why>-<stamp of its own last change>`, a name that was free; gives that name."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(os.stat(path).st_mtime))
    kept = free_name(f"{path}.{why}-{stamp}")
    for suffix in ("-wal", ""):
        if os.path.exists(path + suffix):
            os.replace(path + suffix, kept + suffix)
    if os.path.exists(path + "-shm"):
        os.remove(path + "-shm")  # an index of the -wal, made again when needed
    return kept


def _go_to_wal(db: sqlite3.Connection) -> None:
    # Two programs that make a new history at once: SQLite refuses this switch without waiting.
    for attempt in range(BUSY_SECONDS * 50):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or attempt == BUSY_SECONDS * 50 - 1:
                raise
            time.sleep(0.02)


def _migrate(db: sqlite3.Connection, path: str) -> None:
    version = version_of(db)
    pending = [(number, file) for number, file in _migrations() if number > version]
    if pending and version > 0:
        copy_whole(db, free_name(f"{path}.before-{pending[0][0]}"))
    for number, file in pending:
        _run_migration(db, number, file)


def _run_migration(db: sqlite3.Connection, number: int, file: str) -> None:
    with open(file, encoding="utf-8") as script:
        statements = _statements(script.read())
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("BEGIN IMMEDIATE")
    try:
        if version_of(db) < number:  # another program may have been quicker
            for statement in statements:
                db.execute(statement)
            if db.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise sqlite3.IntegrityError(f"migration {number} breaks a foreign key")
            db.execute(f"PRAGMA user_version = {number}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _migrations() -> list[tuple[int, str]]:
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "migrations")
    return sorted((int(name[:4]), os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(".sql"))


def _statements(script: str) -> list[str]:
    statements, begun = [], ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            statements.append(begun)
            begun = ""
    return statements


def _make_private(path: str) -> None:
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise _no_room(path, error) from error


def _no_room(path: str, error: OSError) -> HistoryFull:
    return HistoryFull(f"{path} cannot be written ({error.strerror}): make room, or see that its folder is yours.")


class _Around:
    """What lies beside a history: whether another writer has it open, and markers of writers that ended without closing it."""

    __slots__ = ("alive", "dead", "unclean")

    def __init__(self, alive: bool, dead: list[str], unclean: bool) -> None:
        self.alive = alive
        self.dead = dead
        self.unclean = unclean

    def forget_the_dead(self) -> None:
        for marker in self.dead:
            if os.path.exists(marker):
                os.remove(marker)


def _look_around(path: str) -> _Around:
    folder, start = os.path.dirname(path) or ".", os.path.basename(path) + ".writing-"
    markers = [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(start)]
    dead = [marker for marker in markers if not _is_alive(marker)]
    alive = len(dead) < len(markers)
    left_over = not alive and os.path.exists(path + "-wal") and os.path.getsize(path + "-wal") > 0
    return _Around(alive, dead, bool(dead) or left_over)


def _is_alive(marker: str) -> bool:
    try:
        file = os.open(marker, os.O_RDWR)
    except FileNotFoundError:
        return True  # its writer closed it this very moment
    try:
        if not _lock(file):
            return True
    finally:
        os.close(file)
    return False


class _Marker:
    """
    A file beside the history that its writer keeps locked while it lives.

    The lock ends with its process however that ends; the file only when the history was closed.
    """

    __slots__ = ("_file", "_path")

    def __init__(self, path: str) -> None:
        number = 0
        while True:
            self._path = f"{path}.writing-{os.getpid()}-{number}"
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                break
            except FileExistsError:
                number += 1
            except OSError as error:
                raise _no_room(path, error) from error
        _lock(self._file)

    def close(self, keep: bool = False) -> None:
        os.close(self._file)
        if not keep and os.path.exists(self._path):
            os.remove(self._path)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks: one check too many does no harm
        return True
