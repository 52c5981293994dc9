"""A fragment whose time has come, for a board at which nobody listens."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

from tokentray.core.board_crypto import new_root_key, root_hash_of, signed_manifest
from tokentray.core.manifest import Manifest
from tokentray.store.database import open_history, transaction
from tokentray.store.outbox_table import queue_parcel, set_team

BOARD = "http://127.0.0.1:9"


def queue_one(history_path: str, planned_at: datetime) -> None:
    """Makes the history one of a team's member, who shared how often AI was used."""
    root = new_root_key()
    manifest = Manifest(
        v=1, board=BOARD, scheme="rfc9578-2", season="2026-Q4", weeks=("2026-W47",), kinds={}, keys={}, seal=b""
    )
    team = {"board": BOARD, "root": root_hash_of(root).hex(), "key_from": "keyring"}
    with open_history(history_path) as history, transaction(history):
        set_team(history, manifest=b64encode(signed_manifest(manifest, root)).decode(), **team)
        queue_parcel(history, "put", "2026-W47", "c1", 0, b"{}", None, planned_at)
