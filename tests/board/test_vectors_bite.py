"""T13: the official vectors hold for our code (tests/core/test_board_crypto.py), and fail for code that is wrong in any one step."""

from __future__ import annotations

import hashlib

import pytest

from tests.core import test_board_crypto as checks
from tokentray.core import board_crypto
from tokentray.core.errors import NotGenuine

# Of the files as the protocol's authors gave them: a vector that was dropped or mended would be noticed.
SHA256 = {
    "rfc9474.json": "c0d45eaa85c42906e0e0a60efc69b8744e0e05be35a3863fa5040037ecc9606a",
    "rfc9578-type2.json": "5763eaee9a556e577acad86e571bae7d7ede8db19e1623449eedfebf83de5a36",
}


def all_vectors():
    for vector in checks.vectors("rfc9578-type2.json"):
        checks.test_rfc_9578_type_2_byte_for_byte(vector)
    for vector in checks.vectors("rfc9474.json"):
        checks.test_rfc_9474_byte_for_byte(vector)


def test_t13_the_vectors_are_the_official_ones():
    for name, digest in SHA256.items():
        with open(f"{checks.VECTORS}/{name}", "rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == digest


def test_t13_all_vectors_hold():
    all_vectors()


def shorter_salt(message, bits, salt):
    return PSS(message, bits, salt[:-1] if salt else b"\0")


def another_message(message, bits, salt):
    return PSS(message + b"\0", bits, salt)


def one_bit_less(message, bits, salt):
    return PSS(message, bits - 1, salt)


def unblinded_wrongly(public, message, answer, length, factor):
    return FINALIZE(public, message, answer, length, factor + 1)


def of_another_type(nonce, key):
    return b"\x00\x01" + INPUT(nonce, key)[2:]


PSS, FINALIZE, INPUT = board_crypto.pss_encoded, board_crypto.finalize, board_crypto.token_input
MUTANTS = {
    "a shorter salt": (board_crypto, "pss_encoded", shorter_salt),
    "another message": (board_crypto, "pss_encoded", another_message),
    "one bit less": (board_crypto, "pss_encoded", one_bit_less),
    "another factor when unblinding": (checks, "finalize", unblinded_wrongly),
    "another type of token": (checks, "token_input", of_another_type),
    "a signer that gives back what it got": (checks, "blind_sign", lambda _signer, blinded: blinded),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_t13_code_that_is_wrong_in_one_step_is_caught(monkeypatch, name):
    monkeypatch.setattr(*MUTANTS[name])

    with pytest.raises((AssertionError, NotGenuine, OverflowError)):
        all_vectors()
