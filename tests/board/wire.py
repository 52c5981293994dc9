"""A tap on a wire: forwards what goes to one port on loopback to another, and keeps every byte that went there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.board.stores import free_port

END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Tap:
    """`sent` has what each connection sent, in the order of connecting; `to` may be changed, None refuses everybody."""

    port: int
    to: int | None
    rewrite: Callable[[bytes], bytes] = bytes
    sent: list[bytearray] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def heads(self) -> set[bytes]:
        """The different request lines with their headers."""
        return {bytes(each).partition(END_OF_HEAD)[0] for each in self.sent if each}

    def sizes(self) -> set[int]:
        """The different lengths of bodies."""
        return {len(bytes(each).partition(END_OF_HEAD)[2]) for each in self.sent if each}


@contextmanager
def tapped(to: int | None = None, rewrite: Callable[[bytes], bytes] = bytes) -> Iterator[Tap]:
    """A tap in front of the port `to`; `rewrite` changes what goes on."""
    tap = Tap(free_port(), to, rewrite)
    with socket.create_server(("127.0.0.1", tap.port)) as ear:
        threading.Thread(target=_listen, args=(ear, tap), daemon=True).start()
        try:
            yield tap
        finally:
            with suppress(OSError):
                ear.shutdown(socket.SHUT_RDWR)


def _listen(ear: socket.socket, tap: Tap) -> None:
    while True:
        try:
            caller, _ = ear.accept()
        except OSError:
            return
        threading.Thread(target=_forward, args=(caller, tap), daemon=True).start()


def _forward(caller: socket.socket, tap: Tap) -> None:
    with caller:
        if tap.to is None:
            return
        heard = bytearray()
        tap.sent.append(heard)
        with suppress(OSError), socket.create_connection(("127.0.0.1", tap.to), timeout=20) as far:
            back = threading.Thread(target=_copy, args=(far, caller), daemon=True)
            back.start()
            while data := caller.recv(65_536):
                heard += data
                far.sendall(tap.rewrite(data))
            with suppress(OSError):
                far.shutdown(socket.SHUT_WR)
            back.join(20)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
