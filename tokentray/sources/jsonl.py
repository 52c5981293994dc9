"""Reads the lines that were appended to a JSON Lines file, whatever state its writer left it in."""

from __future__ import annotations

from _blake2 import blake2b  # hashlib has the same one, and costs ten times as much to import
from collections.abc import Callable, Iterator

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    Decode = Callable[[bytes], Any]

from_bytes = int.from_bytes
PAGE = 256 * 1024
HEAD_BYTES = 4096


def open_log(path: bytes) -> BinaryIO:
    """The file, unbuffered and read-only; a `.zst` file gives what it was compressed from."""
    file = open(path, "rb", buffering=0)  # noqa: SIM115  the caller closes it
    return _Unpacked(file) if path.endswith(b".zst") else file  # type: ignore[return-value]


def blocks(file: BinaryIO, size: int = PAGE) -> Iterator[tuple[bytes, int]]:
    """
    Reads on from where the file stands: in each (page, end), `page[:end]` holds whole lines; so what was consumed is the sum of all ends.

    An unfinished last line is left out. Pages have `size` bytes, more only where a line is longer.
    """
    offset, want = file.tell(), size
    while True:
        page = file.read(want)
        end = page.rfind(b"\n") + 1
        if end:
            yield page, end
            offset, want = offset + end, size
        elif len(page) < want:
            return
        else:
            want *= 2
        # To the beginning of the line that was cut: to read its piece again costs less than to join the pieces.
        file.seek(offset)


def head_of(file: BinaryIO) -> int:
    """A hash of the first line (of its first 4 kB), 0 while that line is not whole. Leaves the file where it stands."""
    position = file.tell()
    file.seek(0)
    start = file.read(HEAD_BYTES)
    file.seek(position)
    line = start.partition(b"\n")[0]
    return 0 if len(line) == len(start) < HEAD_BYTES else number_of(line)


def ends_a_line(file: BinaryIO, offset: int) -> bool:
    """Whether a line ends just before the offset; leaves the file at the offset."""
    file.seek(offset - 1)
    return file.read(1) == b"\n"


def number_of(data: bytes) -> int:
    """63 bits of BLAKE2b, above 0."""
    return from_bytes(blake2b(data, digest_size=8).digest(), "big") >> 1 or 1


def decode_line(line: bytes, decode: Decode) -> dict[str, Any] | None:
    """
    The object on a line, None if there is none.

    Writers that were cut off leave NULs, half characters, and half lines to which the next line was joined; in the last case the last
    whole object of the line is given.
    """
    found = _object(line, decode)
    if found is not None or b'"' not in line:
        return found
    clean = line.replace(b"\0", b"").decode("utf-8", "replace").encode()
    found = _object(clean, decode)
    start = clean.find(b'{"', 1)
    for _ in range(64):
        if found is not None or start < 0:
            break
        found = _object(clean[start:], decode)
        start = clean.find(b'{"', start + 1)
    return found


def light_decoder() -> Decode:
    """A JSON decoder that needs neither `json` nor `msgspec`: for little news, importing those would cost more than reading."""
    from _json import make_scanner

    scan = make_scanner(_ScannerOptions())  # type: ignore[arg-type]

    def decode(line: bytes) -> Any:
        text = str(line, "utf-8").strip()
        try:
            found, end = scan(text, 0)
        except StopIteration as stop:
            raise ValueError("no JSON") from stop
        if end != len(text):
            raise ValueError("more than one value")
        return found

    return decode


def typed_decoder(shape: Any) -> Decode:
    """A JSON decoder that reads of a line only what `shape` (a TypedDict) names, or everything if the line is of another shape."""
    import msgspec  # 30 ms

    typed, untyped = msgspec.json.Decoder(shape).decode, msgspec.json.Decoder().decode

    def decode(line: bytes) -> Any:
        try:
            return typed(line)
        except msgspec.ValidationError:
            return untyped(line)

    return decode


class _Unpacked:
    """What a `.zst` file was compressed from; damage is an OSError."""

    def __init__(self, file: Any) -> None:
        import zstandard  # 20 ms, and only a few machines have compressed rollouts

        self._error = zstandard.ZstdError
        # The page that was read last, where it began, and what of it is to be read again.
        self._page, self._start, self._kept = b"", 0, b""
        self._stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True, closefd=True)

    def tell(self) -> int:
        return self._start + len(self._page)

    def seek(self, position: int) -> None:
        """Back, but not beyond the page that was read last."""
        self._kept = self._page[position - self._start :]
        self._start, self._page = position, b""

    def read(self, size: int) -> bytes:
        try:
            page = self._kept + self._stream.read(size - len(self._kept))
        except self._error as error:
            raise OSError("damaged zstd data") from error
        self._start, self._page, self._kept = self.tell(), page, b""
        return page

    def __enter__(self) -> _Unpacked:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()  # type: ignore[no-untyped-call]


class _ScannerOptions:
    strict = False
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo: dict[str, str] = {}  # noqa: RUF012  the scanner asks for the attribute, and keeps its own


def _object(line: bytes, decode: Decode) -> dict[str, Any] | None:
    try:
        found = decode(line)
    except (ValueError, RecursionError):
        return None
    return found if type(found) is dict else None


def count_of(value: Any) -> int | None:
    """A count of tokens, None if it is not one."""
    return value if type(value) is int and 0 <= value < 1 << 53 else None


def text_of(value: Any) -> str:
    """A short text, "" if it is not one."""
    return value if type(value) is str and len(value) < 4096 else ""


# Milliseconds of each day and minute seen, by its first 10 or 16 characters.
MOST_MINUTES = 4096
_minutes: dict[str, int] = {}


def instant_of(stamp: Any) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 instant, None if it is not one."""
    try:
        if len(stamp) != 24 or stamp[23] != "Z" or stamp[19] != ".":
            return _other_instant(stamp)
        minute = _minutes.get(stamp[:16])
        if minute is None:
            if len(_minutes) > MOST_MINUTES:
                _minutes.clear()
            day = _minutes.get(stamp[:10])
            if day is None:
                day = _minutes[stamp[:10]] = _other_instant(stamp[:10] + "T00:00:00Z")
            minute = _minutes[stamp[:16]] = day + int(stamp[11:13]) * 3_600_000 + int(stamp[14:16]) * 60_000
        return minute + int(stamp[17:19]) * 1000 + int(stamp[20:23])
    except (TypeError, ValueError, OverflowError):
        return None


def _other_instant(stamp: str) -> int:
    from datetime import UTC, datetime  # for the first line of a day only; 2 ms that a quick sync saves

    instant = datetime.fromisoformat(stamp)
    return round((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)
