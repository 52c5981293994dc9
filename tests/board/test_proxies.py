"""The snippets for Caddy and nginx, run as they are: a relay and a board's door that hand on envelopes and tell nothing about who sent them."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.board.people import TRIED, Member
from tests.board.stores import free_port
from tests.board.test_serving import WEEK, live, server
from tokentray.board.command import run_board
from tokentray.core.board_crypto import ENVELOPE_BYTES

ROOT = Path(__file__).parents[2]
SNIPPETS = ROOT / "packaging" / "board"
SENDER = "127.0.0.77"
"""Where requests come from in these tests; all of 127.0.0.0/8 is this machine."""

TELLING = {
    "User-Agent": "Zebra/1.2 (somebody's machine)",
    "Accept-Language": "zebra-DE",
    "Cookie": "zebra=1",
    "Referer": "https://zebra.example/",
    "Via": "1.1 zebra",
    "Forwarded": "for=zebra",
    "X-Forwarded-For": "10.9.8.7",
    "X-Real-IP": "10.9.8.7",
    "X-Request-Id": "zebra",
    "Traceparent": "zebra",
    "Content-Type": "application/zebra",
}
ENVELOPE = bytes(range(256)) * (ENVELOPE_BYTES // 256)


@dataclass
class Heard:
    """What a board behind the proxies gets: each request's first line, headers and body."""

    port: int
    lines: list[str] = field(default_factory=list)
    headers: list[list[tuple[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {name.lower() for headers in self.headers for name, _ in headers}

    def everything(self) -> str:
        return repr((self.lines, self.headers))


@contextmanager
def a_board_that_listens(certificate: Path | None = None) -> Iterator[Heard]:
    """With a certificate it speaks TLS, so that a relay alone stands before it."""

    class Ear(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            heard.lines.append(self.requestline)
            heard.headers.append(list(self.headers.items()))
            heard.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(201)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PUT = answer  # noqa: N815  the names of the standard library

        def log_message(self, *_):
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    if certificate:
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own.load_cert_chain(certificate / "own.pem", certificate / "own.key")
        listening.socket = own.wrap_socket(listening.socket, server_side=True)
    heard = Heard(listening.server_port)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    try:
        yield heard
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A folder with a certificate for localhost that signs itself, and its key."""
    made = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (made / "own.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (made / "own.key").write_bytes(encoded)
    return made


@dataclass(frozen=True)
class Proxies:
    """Both sites of a snippet, running. `folder` is all they could write to, `told` is what they said."""

    folder: Path
    certificate: Path
    behind: int
    relay_port: int
    board_port: int
    relayed_to: int

    @property
    def relay(self) -> str:
        return f"https://localhost:{self.relay_port}"

    @property
    def board(self) -> str:
        return f"https://localhost:{self.board_port}"

    def client(self, address: str) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.certificate / "own.pem"))
        # IPv4, so that the sender's address is the one we look for.
        return httpx.Client(
            base_url=address, transport=httpx.HTTPTransport(verify=trusted, local_address=SENDER), timeout=20
        )

    def written(self) -> str:
        found = (path for path in self.folder.rglob("*") if path.is_file() and "certificates" not in path.parts)
        return "\n".join(f"{path.name}: {path.read_text(errors='replace')}" for path in found)


def caddy(snippet: str, proxies: Proxies) -> tuple[str, list[str]]:
    files = f"tls {proxies.certificate}/own.pem {proxies.certificate}/own.key"
    text = snippet.replace("board.example {", f"{proxies.board} {{\n\t{files}", 1)
    text = text.replace("relay.example {", f"{proxies.relay} {{\n\t{files}", 1)
    text = text.replace("https://board.example", f"https://localhost:{proxies.relayed_to}").replace(
        "127.0.0.1:8743", f"127.0.0.1:{proxies.behind}"
    )
    # No certificate authority is asked, port 80 stays free, and no other Caddy is disturbed.
    text = text.replace("{\n\tlog", "{\n\tadmin off\n\tauto_https off\n\tlog", 1)
    return text, ["caddy", "run", "--adapter", "caddyfile", "--config"]


def nginx(snippet: str, proxies: Proxies) -> tuple[str, list[str]]:
    text = snippet.replace("443", str(proxies.board_port), 1).replace("443", str(proxies.relay_port), 1)
    for path in ("/etc/ssl/board", "/etc/ssl/relay"):
        text = text.replace(path, f"{proxies.certificate}/own")
    text = text.replace("/etc/ssl/certs/ca-certificates.crt", f"{proxies.certificate}/own.pem")
    # A name would be looked up as IPv6 too, where nobody listens.
    text = text.replace("https://board.example", f"https://127.0.0.1:{proxies.relayed_to}")
    text = text.replace("server_name board.example", "server_name localhost").replace("relay.example", "localhost")
    text = text.replace("Host board.example;", "Host board.example;\n    proxy_ssl_name localhost;", 1)
    text = text.replace("127.0.0.1:8743", f"127.0.0.1:{proxies.behind}")
    temporary = "".join(
        f"{kind}_temp_path {proxies.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr info;\nevents {}\n"
    whole = f"{head}http {{\naccess_log {proxies.folder}/usual.log;\n{temporary}{text}}}\n"
    return whole, [shutil.which("nginx", path=USUAL) or "nginx", "-p", str(proxies.folder), "-c"]


USUAL = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
SERVERS = {"caddy": (caddy, "Caddyfile"), "nginx": (nginx, "nginx.conf")}


@contextmanager
def running(
    name: str, folder: Path, certificate: Path, behind: int, *, relayed_to: int = 0, snippet: str | None = None
) -> Iterator[Proxies]:
    """
    `behind` is the port of the board itself, `relayed_to` the one the relay turns to, by itself the board's door.

    `snippet` replaces the one in packaging/.
    """
    if shutil.which(name, path=USUAL) is None:
        pytest.skip(f"{name} is not installed here")
    made, file = SERVERS[name]
    folder.mkdir(exist_ok=True)
    relay_port, board_port = free_port(), free_port()
    proxies = Proxies(folder, certificate, behind, relay_port, board_port, relayed_to or board_port)
    text, command = made(snippet or (SNIPPETS / file).read_text(encoding="utf-8"), proxies)
    (folder / file).write_text(text, encoding="utf-8")
    environment = {**os.environ, "HOME": str(folder), "SSL_CERT_FILE": str(certificate / "own.pem"), "PATH": USUAL}
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        environment[variable] = str(folder)
    with open(folder / "told", "wb") as told:
        process = subprocess.Popen(
            [*command, str(folder / file)], stdout=told, stderr=subprocess.STDOUT, env=environment
        )
    try:
        for port in (proxies.relay_port, proxies.board_port):
            wait_for(port, process, folder)
        yield proxies
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, (folder / "told").read_text()
        threading.Event().wait(0.05)
    raise AssertionError((folder / "told").read_text())


every_proxy = pytest.mark.parametrize("name", SERVERS)


@every_proxy
def test_a_relay_hands_on_envelopes_of_one_size_and_nothing_about_the_sender(name, tmp_path, certificate):
    with (
        a_board_that_listens(certificate) as heard,
        running(name, tmp_path / "proxies", certificate, free_port(), relayed_to=heard.port) as proxies,
        proxies.client(proxies.relay) as client,
    ):
        assert client.post("/v1/relay?who=zebra", content=ENVELOPE, headers=TELLING).status_code == 201
        assert client.get("/v1/manifest?who=zebra", headers=TELLING).status_code == 201
        assert (heard.lines, heard.bodies) == (
            ["POST /v1/sealed HTTP/1.1", "GET /v1/manifest HTTP/1.1"],
            [ENVELOPE, b""],
        )
        for size in (0, 1, ENVELOPE_BYTES - 1, ENVELOPE_BYTES + 1, 9 * 1024 + 1, 70_000):
            assert client.post("/v1/relay", content=bytes(size)).status_code in (400, 413), size
        assert client.post("/v1/relay", content=iter([ENVELOPE])).status_code == 400
        assert client.get("/v1/relay").status_code in (400, 404, 405)
        for path in ("/", "/v1/board", "/v1/sealed", "/v1/relay/x", "/v1/books"):
            assert client.post(path, content=ENVELOPE).status_code == 404, path
        assert len(heard.lines) == 2

    assert nothing_told(heard)
    # The relay's own words, the same for everybody.
    assert heard.names <= {"host", "connection", "content-length", "content-type", "accept-encoding", "user-agent"}


def nothing_told(heard: Heard) -> bool:
    everything = heard.everything().lower()
    for word in ("zebra", "10.9.8.7", SENDER, "127.0.0.1, "):
        assert word not in everything, (word, everything)
    assert "x-forwarded-for" not in everything
    return True


@every_proxy
def test_a_boards_door_hands_on_what_the_board_needs_and_nothing_about_the_sender(name, tmp_path, certificate):
    needed = {"Authorization": 'PrivateToken token="abc"', "Owner-Secret": "def"}
    with (
        a_board_that_listens() as heard,
        running(name, tmp_path / "proxies", certificate, heard.port) as proxies,
        proxies.client(proxies.board) as client,
    ):
        telling = {key: value for key, value in TELLING.items() if key not in ("Traceparent", "Content-Type")}
        client.put("/v1/fragments/2026-W47/c1", content=b"{}", headers={**telling, **needed})

    assert nothing_told(heard)
    assert heard.lines == ["PUT /v1/fragments/2026-W47/c1 HTTP/1.1"]
    assert set(needed.items()) <= set(heard.headers[0])


@every_proxy
def test_whatever_goes_wrong_no_line_is_written_about_anybody(name, tmp_path, certificate):
    with running(name, tmp_path / "proxies", certificate, free_port()) as proxies:
        make_trouble(proxies)
        written = proxies.written()

    assert SENDER not in written
    assert "zebra" not in written


def make_trouble(proxies: Proxies) -> None:
    """No board behind it, wrong sizes, no such path, bytes that are no TLS, a client that goes away."""
    for address in (proxies.relay, proxies.board):
        with proxies.client(address) as client:
            assert client.post("/v1/relay?zebra", content=ENVELOPE, headers=TELLING).status_code >= 400
            client.get("/v1/manifest?zebra", headers=TELLING)
            client.post("/v1/relay?zebra", content=bytes(70_000), headers=TELLING)
            client.get("/zebra", headers=TELLING)
    for port in (proxies.relay_port, proxies.board_port):
        for words in (b"GET /zebra HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05zebra"):
            with socket.create_connection(("127.0.0.1", port), 20, source_address=(SENDER, 0)) as line:
                line.sendall(words)
                line.settimeout(0.2)
                try:
                    line.recv(100)
                except OSError:
                    continue


# The protections one by one, and what is seen without them.
SPOILED = {
    "nginx's access log": ("nginx", "access_log off;", ""),
    "nginx's lines about errors": ("nginx", "error_log stderr emerg;", "error_log stderr error;"),
    "nginx's lines about handshakes": ("nginx", "error_log stderr emerg;", "error_log stderr info;"),
    "Caddy's access log": ("caddy", "request_body {", "log\n\trequest_body {"),
    "Caddy's lines about errors": ("caddy", "exclude http.log http.handlers", "level info"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_line_about_somebody_would_be_found(what, tmp_path, certificate):
    name, protection, nothing = SPOILED[what]
    snippet = (SNIPPETS / SERVERS[name][1]).read_text(encoding="utf-8").replace(protection, nothing)
    if "access log" in what and name == "caddy":
        snippet = snippet.replace("exclude http.log http.handlers", "level info")
    with running(name, tmp_path / "proxies", certificate, free_port(), snippet=snippet) as proxies:
        make_trouble(proxies)

    assert SENDER in proxies.written()


@pytest.mark.parametrize(
    ("name", "protection", "nothing"),
    [
        ("nginx", "proxy_pass_request_headers off;", ""),
        ("caddy", "header_up -**", ""),
        ("caddy", "/v1/sealed?", "/v1/sealed"),
    ],
    ids=["nginx's headers", "Caddy's headers", "Caddy's query"],
)
def test_a_word_handed_on_would_be_found(name, protection, nothing, tmp_path, certificate):
    snippet = (SNIPPETS / SERVERS[name][1]).read_text(encoding="utf-8").replace(protection, nothing)
    with (
        a_board_that_listens(certificate) as heard,
        running(
            name, tmp_path / "proxies", certificate, free_port(), relayed_to=heard.port, snippet=snippet
        ) as proxies,
        proxies.client(proxies.relay) as client,
    ):
        client.post("/v1/relay?who=zebra", content=ENVELOPE, headers=TELLING)

    with pytest.raises(AssertionError, match="zebra"):
        nothing_told(heard)


@every_proxy
def test_a_members_pieces_go_through_relay_and_door_to_a_real_board(name, season_folder, tmp_path, certificate, capsys):
    folder = str(shutil.copytree(season_folder, tmp_path / "board"))
    assert run_board(["invite", "--data", folder]) == 0
    link = capsys.readouterr().out.strip()
    with ExitStack() as stack:
        _, board = stack.enter_context(server(folder))
        behind = int(board.rpartition(":")[2])
        proxies = stack.enter_context(running(name, tmp_path / "proxies", certificate, behind))
        direct, relayed = (stack.enter_context(proxies.client(at)) for at in (proxies.board, proxies.relay))
        member = Member(direct, link).claim()
        ticket = member.ticket(WEEK, "c1")

        assert relayed.get("/v1/manifest").content == direct.get("/v1/manifest").content
        member.client = relayed
        assert member.send(member.envelope("put", ticket, TRIED), "/v1/relay").status_code == 201
        assert live(direct) == {ticket.nonce[:8].hex()}
        assert member.send(member.envelope("delete", ticket), "/v1/relay").status_code == 204
        assert live(direct) == set()
        assert "Content-Security-Policy" in direct.get("/").headers
