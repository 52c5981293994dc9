"""Posts a digest to Slack or Teams, where a webhook's address is a secret: whoever has it can write there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tokentray.core.api_key import ApiKey
from tokentray.core.clock import Clock
from tokentray.core.errors import BoardRefused, Mistyped, SourceError
from tokentray.http_client import Limits, Web, is_loopback
from tokentray.share.board_client import HEADERS, Note

if TYPE_CHECKING:
    import httpx

SERVICES: Final = ("slack", "teams")
TAKEN: Final = (200, 201, 202, 204)
LIMITS: Final = Limits(largest_bytes=1024 * 1024)
HIDDEN: Final = "/…"


def vault_name(service: str) -> str:
    """Under which name the keyring has the address."""
    return f"share/{service}"


def checked_webhook(text: str) -> ApiKey:
    """
    The address of a webhook.

    Raises:
        Mistyped: it is none, or would send the digest in the open; the message does not repeat it.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    is_plain = url.isascii() and url.isprintable() and " " not in url and parts.username is None and not parts.fragment
    if not (host and is_safe and is_plain and parts.path.strip("/")):
        raise Mistyped("This is no webhook’s address: copy it whole; it begins with https://.")
    return ApiKey(url)


def post(
    webhook: ApiKey,
    body: bytes,
    words: str,
    note: Note,
    clock: Clock | None = None,
    transport: httpx.BaseTransport | None = None,
) -> None:
    """
    Posts a digest's JSON; `note` writes into the log what leaves and to which host, without the secret part of the address.

    Raises:
        BoardRefused: it was not taken; neither the message nor its cause's has the address.
    """
    parts = urlsplit(checked_webhook(webhook.reveal()).reveal())
    origin = f"{parts.scheme}://{parts.netloc}"
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    told = note("POST", origin + HIDDEN, words, b"", body)
    status: int | None = None
    with Web(origin, HEADERS, clock=clock, transport=transport, limits=LIMITS) as web:
        try:
            status = web.post_bytes(path, body, TAKEN, kind="application/json")
        except SourceError as error:
            # Its message names the path, which is the secret.
            status = error.status
    if status is not None:
        told(status)
    if status is None:
        raise BoardRefused(f"{parts.netloc} could not be reached; the digest was not posted.")
    if status not in TAKEN:
        refused = BoardRefused(
            f"{parts.netloc} did not take the digest ({status}); perhaps the webhook was removed there."
        )
        refused.status = status
        raise refused
