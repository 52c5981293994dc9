"""T1: whoever has every issuer key cannot tell which issuance a token came from; every pair fits."""

from __future__ import annotations

import hashlib

import pytest

from tokentray.core.board_crypto import (
    Signer,
    blind,
    blind_sign,
    blinded_book,
    finalize,
    finished_book,
    new_signer,
    nonce_of,
    token_input,
    token_key,
    verified_nonce,
)
from tokentray.core.errors import NotGenuine
from tokentray.core.manifest import Manifest

BOARD, WEEK = "https://board.example", "2026-W40"
PEOPLE = [bytes([person]) * 16 for person in range(8)]
SIGNER = new_signer()


def manifest(signer: Signer) -> Manifest:
    return Manifest(
        v=1,
        board=BOARD,
        scheme="rfc9578-2",
        season="2026-Q4",
        weeks=(WEEK,),
        kinds={"c2": 1},
        keys={f"{WEEK}/c2": signer.spki},
        seal=bytes(32),
    )


def season(signer: Signer) -> tuple[list[bytes], list[bytes]]:
    """What the issuer saw of eight people, in their order, and the tokens they got."""
    seen, tokens = [], []
    for code in PEOPLE:
        request = [blinded for _, _, blinded in blinded_book(code, manifest(signer))]
        book = finished_book(code, manifest(signer), [blind_sign(signer, blinded) for blinded in request])
        seen += request
        tokens += [ticket.token for ticket in book]
    return seen, tokens


def factor_between(signer: Signer, blinded: bytes, token: bytes) -> int:
    """The one blinding factor with which `blinded` would have become `token`; only the private key finds it."""
    encoded = pow(int.from_bytes(token[98:]), signer.e, signer.n)
    ratio = int.from_bytes(blinded) * pow(encoded, -1, signer.n) % signer.n
    return int.from_bytes(blind_sign(signer, ratio.to_bytes(256)))


def possible(signer: Signer, seen: list[bytes], token: bytes, plausible) -> list[int]:
    """The people whose issuance may have become `token`."""
    return [
        person
        for person, blinded in enumerate(seen)
        if plausible(factor_between(signer, blinded, token), blinded, token)
    ]


def carries_over(factor: int, blinded: bytes, token: bytes) -> bool:
    """Replayed with that factor, the client's own steps give the very bytes that were seen and the very token."""
    key = token_key(BOARD, WEEK, "c2", SIGNER.spki)
    encoded = pow(int.from_bytes(token[98:]), SIGNER.e, SIGNER.n)
    again = encoded * pow(factor, SIGNER.e, SIGNER.n) % SIGNER.n
    signature = finalize(key.public, token[:98], blind_sign(SIGNER, blinded), 48, factor)
    return again.to_bytes(256) == blinded and token[:98] + signature == token


def test_every_issuance_fits_every_token():
    seen, tokens = season(SIGNER)

    for token in tokens:
        assert possible(SIGNER, seen, token, carries_over) == [0, 1, 2, 3, 4, 5, 6, 7]


def test_the_true_factor_does_not_stand_out():
    seen, tokens = season(SIGNER)
    sizes = [[factor_between(SIGNER, blinded, token).bit_length() for blinded in seen] for token in tokens]

    assert all(size > 2048 - 64 for row in sizes for size in row)


def test_a_factor_that_is_too_short_is_caught():
    """The protection taken out: 64 random bits blind nobody, for only the true pair needs so few."""
    key = token_key(BOARD, WEEK, "c2", SIGNER.spki)
    seen, tokens = [], []
    for code in PEOPLE:
        message = token_input(nonce_of(code), key)
        short = int.from_bytes(hashlib.sha256(code).digest()[:8])
        seen.append(blind(key.public, message, code * 3, short))
        tokens.append(message + finalize(key.public, message, blind_sign(SIGNER, seen[-1]), 48, short))

    found = [
        possible(SIGNER, seen, token, lambda factor, blinded, token: factor.bit_length() <= 64) for token in tokens
    ]

    assert found == [[0], [1], [2], [3], [4], [5], [6], [7]]


def test_an_issuer_with_a_key_for_each_person_is_caught():
    """Tagging by key would link everybody; a member's app refuses signatures by another key than the manifest's."""
    tagging = new_signer()
    request = blinded_book(PEOPLE[0], manifest(SIGNER))
    below = [int.from_bytes(blinded) % tagging.n for _, _, blinded in request]

    with pytest.raises(NotGenuine):
        finished_book(PEOPLE[0], manifest(SIGNER), [blind_sign(tagging, number.to_bytes(256)) for number in below])


def test_an_issuer_that_marks_its_signatures_is_caught():
    """RSA signatures are unique: nothing can be hidden in one that still holds."""
    request = blinded_book(PEOPLE[0], manifest(SIGNER))
    marked = [(int.from_bytes(blind_sign(SIGNER, blinded)) ^ 1).to_bytes(256) for _, _, blinded in request]

    with pytest.raises(NotGenuine):
        finished_book(PEOPLE[0], manifest(SIGNER), marked)


def test_nothing_the_issuer_saw_is_in_what_the_board_gets():
    seen, tokens = season(SIGNER)
    key = token_key(BOARD, WEEK, "c2", SIGNER.spki)
    answers = [blind_sign(SIGNER, blinded) for blinded in seen]
    pieces = {value[start : start + 8] for value in seen + answers for start in range(249)}

    for token in tokens:
        verified_nonce(token, key)
        assert not any(token[start : start + 8] in pieces for start in range(347))
