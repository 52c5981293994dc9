"""The board's cryptography gives the RFCs' bytes, and whatever was changed is refused."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from contextlib import suppress
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from tokentray.core.board_crypto import (
    ENVELOPE_BYTES,
    LETTERS,
    PSS_HEAD,
    blind,
    blind_sign,
    blinded_book,
    challenge,
    circle_of,
    finalize,
    finished_book,
    invite_link,
    new_recovery_code,
    new_root_key,
    new_seal_key,
    new_signer,
    nonce_of,
    opened_card,
    opened_envelope,
    opened_manifest,
    parse_invite,
    parse_recovery_code,
    pss_encoded,
    public_of,
    recovery_text,
    root_hash_of,
    seal_key_of,
    seal_public_of,
    sealed_card,
    sealed_envelope,
    secret_of,
    signed_manifest,
    signer_of,
    spki_of,
    token_input,
    token_key,
    verified_nonce,
)
from tokentray.core.errors import Mistyped, NotGenuine
from tokentray.core.manifest import Function, Invite, Manifest

VECTORS = os.path.join(os.path.dirname(__file__), "vectors")
BOARD = "https://board.example"
CODE = bytes(range(16))
TEAM = bytes(range(32))


def vectors(name: str) -> list[dict[str, str]]:
    with open(os.path.join(VECTORS, name), encoding="utf-8") as file:
        return json.load(file)


def number(text: str) -> int:
    return int(text, 16)


def private_key(vector: dict[str, str]) -> rsa.RSAPrivateKey:
    p, q, n, e, d = (number(vector[name]) for name in "pqned")
    exponents = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *exponents, rsa.RSAPublicNumbers(e, n)).private_key()


def pkcs8(private: rsa.RSAPrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


# --- RFC 9474, appendix A --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", vectors("rfc9474.json"), ids=lambda vector: vector["name"])
def test_rfc_9474_byte_for_byte(vector):
    private = private_key(vector)
    public = private.public_key()
    message = bytes.fromhex(vector["input_msg"])
    assert message == bytes.fromhex(vector["msg_prefix"]) + bytes.fromhex(vector["msg"])
    salt = bytes.fromhex(vector["salt"])
    factor = pow(number(vector["inv"]), -1, number(vector["n"]))

    blinded = blind(public, message, salt, factor)
    answer = blind_sign(signer_of(pkcs8(private), None), blinded)
    signature = finalize(public, message, answer, number(vector["sLen"]), factor)

    if "encoded_msg" in vector:
        assert pss_encoded(message, 4095, salt).hex() == vector["encoded_msg"]
    assert blinded.hex() == vector["blinded_msg"]
    assert answer.hex() == vector["blind_sig"]
    assert signature.hex() == vector["sig"]


def test_all_four_variants_of_rfc_9474_are_here():
    assert [vector["name"] for vector in vectors("rfc9474.json")] == [
        "RSABSSA-SHA384-PSS-Randomized",
        "RSABSSA-SHA384-PSSZERO-Randomized",
        "RSABSSA-SHA384-PSS-Deterministic",
        "RSABSSA-SHA384-PSSZERO-Deterministic",
    ]


# --- RFC 9578, appendix A, type 2 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", vectors("rfc9578-type2.json"), ids=range(5))
def test_rfc_9578_type_2_byte_for_byte(vector):
    raw = {name: bytes.fromhex(text) for name, text in vector.items()}
    private = serialization.load_pem_private_key(raw["skS"], None)
    key = replace(token_key("", "", "", raw["pkS"]), challenge_digest=hashlib.sha256(raw["token_challenge"]).digest())
    message = token_input(raw["nonce"], key)
    factor = int.from_bytes(raw["blind"])

    blinded = blind(key.public, message, raw["salt"], factor)
    answer = blind_sign(signer_of(pkcs8(private), None), blinded)
    token = message + finalize(key.public, message, answer, 48, factor)

    assert spki_of(private.public_key()) == raw["pkS"]
    assert b"\x00\x02" + key.key_id[-1:] + blinded == raw["token_request"]
    assert answer == raw["token_response"]
    assert token == raw["token"]
    assert verified_nonce(token, key) == raw["nonce"]


def test_a_challenge_has_the_structure_of_rfc_9577():
    context = hashlib.sha256(b"TTB1 2026-W40/c1").digest()

    assert challenge("b.example", "2026-W40", "c1") == (
        b"\x00\x02" + b"\x00\x09b.example" + b"\x20" + context + b"\x00\x09b.example"
    )


# --- A season with two weeks ------------------------------------------------------------------------------------------------------------

SIGNERS = {f"2026-W4{week}/{kind}": new_signer() for week in (0, 1) for kind in ("c1", "card")}
MANIFEST = Manifest(
    v=1,
    board=BOARD,
    scheme="rfc9578-2",
    season="2026-Q4",
    weeks=("2026-W40", "2026-W41"),
    kinds={"c1": 1, "card": 3},
    keys={name: signer.spki for name, signer in SIGNERS.items()},
    seal=seal_public_of(bytes(96)),
    functions=(Function("design", "10-24"),),
    categories=("coding",),
    tools=("codex",),
)


def signed(book, manifest=MANIFEST):
    return [blind_sign(SIGNERS[f"{week}/{kind}"], blinded) for week, kind, blinded in book]


BOOK = finished_book(CODE, MANIFEST, signed(blinded_book(CODE, MANIFEST)))
KEY = token_key(BOARD, "2026-W40", "c1", SIGNERS["2026-W40/c1"].spki)


def test_a_book_holds_every_token_of_the_season():
    assert [(ticket.week, ticket.kind, ticket.index) for ticket in BOOK] == [
        ("2026-W40", "c1", 0),
        ("2026-W40", "card", 0),
        ("2026-W40", "card", 1),
        ("2026-W40", "card", 2),
        ("2026-W41", "c1", 0),
        ("2026-W41", "card", 0),
        ("2026-W41", "card", 1),
        ("2026-W41", "card", 2),
    ]
    for ticket in BOOK:
        key = token_key(BOARD, ticket.week, ticket.kind, MANIFEST.keys[f"{ticket.week}/{ticket.kind}"])
        assert len(ticket.token) == 354
        assert verified_nonce(ticket.token, key) == ticket.nonce == nonce_of(ticket.secret)


def test_a_second_device_rebuilds_the_identical_book():
    code = parse_recovery_code(recovery_text(CODE).lower())

    request = blinded_book(code, MANIFEST)

    assert request == blinded_book(CODE, MANIFEST)
    assert finished_book(code, MANIFEST, signed(request)) == BOOK


def test_the_secret_is_what_the_protocol_says():
    key_id = hashlib.sha256(SIGNERS["2026-W40/c1"].spki).digest()
    extracted = hmac.digest(bytes(32), CODE, "sha256")
    expanded = hmac.digest(extracted, f"2026-W40/c1/0/{key_id.hex()}".encode() + b"\x01", "sha256")

    assert secret_of(CODE, "2026-W40", "c1", 0, key_id) == expanded == BOOK[0].secret
    assert BOOK[0].nonce == hashlib.sha256(b"TTB1 nonce" + expanded).digest()


def test_two_people_have_nothing_in_common():
    other = blinded_book(bytes(16), MANIFEST)
    values = [blinded for _, _, blinded in blinded_book(CODE, MANIFEST) + other]

    assert len(set(values)) == 16


def test_secrets_do_not_show():
    assert BOOK[0].secret.hex() not in repr(BOOK[0])
    assert repr(BOOK[0].secret) not in repr(BOOK[0])
    assert str(SIGNERS["2026-W40/c1"].p) not in repr(SIGNERS["2026-W40/c1"])


def test_an_issuers_key_comes_back_from_its_store():
    signer = SIGNERS["2026-W40/c1"]

    again = signer_of(signer.pkcs8(b"of the host"), b"of the host")

    assert again.spki == signer.spki
    with pytest.raises(ValueError, match="password"):
        signer_of(signer.pkcs8(b"of the host"), b"another")


@given(st.integers(0, 353), st.integers(0, 7))
def test_a_token_with_any_bit_changed_is_refused(place, bit):
    forged = bytearray(BOOK[0].token)
    forged[place] ^= 1 << bit

    with pytest.raises(NotGenuine):
        verified_nonce(bytes(forged), KEY)


@pytest.mark.parametrize("token", [b"", BOOK[0].token[:-1], BOOK[0].token + b"\x00", bytes(354), b"\xff" * 354])
def test_a_token_of_another_length_or_of_nothing_is_refused(token):
    with pytest.raises(NotGenuine):
        verified_nonce(token, KEY)


@pytest.mark.parametrize(
    ("board", "week", "kind"),
    [("https://other.example", "2026-W40", "c1"), (BOARD, "2026-W41", "c1"), (BOARD, "2026-W40", "card")],
)
def test_a_token_for_another_board_week_or_kind_is_refused(board, week, kind):
    with pytest.raises(NotGenuine):
        verified_nonce(BOOK[0].token, token_key(board, week, kind, SIGNERS["2026-W40/c1"].spki))


def test_a_token_under_another_key_is_refused():
    with pytest.raises(NotGenuine):
        verified_nonce(BOOK[0].token, token_key(BOARD, "2026-W40", "c1", SIGNERS["2026-W41/c1"].spki))


def test_an_issuer_that_answers_wrongly_is_found_out():
    answers = signed(blinded_book(CODE, MANIFEST))

    for bad in (answers[:-1], [*answers, answers[0]], [answers[1], answers[0], *answers[2:]], [b"", *answers[1:]]):
        with pytest.raises(NotGenuine):
            finished_book(CODE, MANIFEST, bad)


def test_a_manifest_without_a_key_is_found_out():
    lacking = msgspec.structs.replace(MANIFEST, keys={})

    with pytest.raises(NotGenuine):
        blinded_book(CODE, lacking)


def test_the_signer_refuses_what_is_no_blinded_message():
    signer = SIGNERS["2026-W40/c1"]

    for bad in (b"", bytes(256), bytes(255), bytes(257), signer.n.to_bytes(256), b"\xff" * 256):
        with pytest.raises(NotGenuine):
            blind_sign(signer, bad)


def test_a_fault_while_signing_gives_nothing_away():
    # One wrong half is all that a thief needs for factoring n (Boneh, DeMillo, Lipton).
    faulty = replace(SIGNERS["2026-W40/c1"], dp=SIGNERS["2026-W40/c1"].dp ^ 2)

    with pytest.raises(ArithmeticError, match="kept back"):
        blind_sign(faulty, blinded_book(CODE, MANIFEST)[0][2])


def test_the_smallest_and_largest_messages_are_signed_right():
    signer = SIGNERS["2026-W40/c1"]

    for value in (1, 2, signer.p, signer.n - 1):
        assert pow(int.from_bytes(blind_sign(signer, value.to_bytes(256))), 65537, signer.n) == value


@pytest.mark.parametrize(
    "spki",
    [
        b"",
        PSS_HEAD,
        SIGNERS["2026-W40/c1"].spki[:-1],
        SIGNERS["2026-W40/c1"].spki + b"\x00",
        b"\x30" + bytes(341),
        SIGNERS["2026-W40/c1"]
        .private.public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        spki_of(rsa.generate_private_key(65537, 3072).public_key()),
        spki_of(rsa.generate_private_key(3, 2048).public_key()),
    ],
)
def test_a_public_key_of_another_form_is_refused(spki):
    with pytest.raises(NotGenuine):
        public_of(spki)


# --- Recovery code ----------------------------------------------------------------------------------------------------------------------


def test_a_recovery_code_on_paper():
    text = recovery_text(CODE)

    assert text == "000G-40R4-0M30-E209-185G-R38E-1WV4"
    assert parse_recovery_code(text) == CODE
    assert len(new_recovery_code()) == 16


@given(st.binary(min_size=16, max_size=16), st.sampled_from((" ", "", "\n", " - ", "—")))
def test_a_recovery_code_is_read_however_it_is_written(code, between):
    text = recovery_text(code).replace("-", between).replace("0", "o").replace("1", "l").lower()

    assert parse_recovery_code(text) == code


def test_nearly_every_wrong_letter_is_noticed():
    good = recovery_text(CODE)
    noticed = 0
    tries = [
        good[:place] + letter + good[place + 1 :]
        for place, old in enumerate(good)
        for letter in LETTERS
        if old not in ("-", letter)
    ]
    for text in tries:
        try:
            parse_recovery_code(text)
        except Mistyped:
            noticed += 1

    assert noticed >= len(tries) - 2
    assert len(tries) == 868


@pytest.mark.parametrize("text", ["", "YN5K", "U" * 28, "000G-40R4-0M30-E209-185G-R38E-1WV4-0", "ä" * 28])
def test_what_is_no_recovery_code_is_refused(text):
    with pytest.raises(Mistyped):
        parse_recovery_code(text)


# --- Manifest and invite ----------------------------------------------------------------------------------------------------------------

ROOT = bytes(range(32))
DOCUMENT = signed_manifest(MANIFEST, ROOT)


def test_a_manifest_signed_by_the_pinned_key_is_opened():
    assert opened_manifest(DOCUMENT, root_hash_of(ROOT)) == MANIFEST
    assert signed_manifest(MANIFEST, ROOT) == DOCUMENT
    assert MANIFEST.vocabulary.functions == ("design",)


def test_a_manifest_may_be_spelled_otherwise_but_says_the_same():
    spelled = json.dumps(json.loads(DOCUMENT), indent=2).encode()

    assert opened_manifest(spelled, root_hash_of(ROOT)) == MANIFEST


def test_a_manifest_signed_by_another_key_is_refused():
    with pytest.raises(NotGenuine, match="another key"):
        opened_manifest(signed_manifest(MANIFEST, new_root_key()), root_hash_of(ROOT))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("k", 2),
        ("relay", "https://relay.example"),
        ("season", "2027-Q1"),
        ("keys", {}),
        ("noise", {"eps": 9.0, "from": 25}),
        ("members", 8),
        ("v", 2),
    ],
)
def test_a_manifest_with_anything_changed_is_refused(field, value):
    changed = json.loads(DOCUMENT)
    changed["manifest"][field] = value

    with pytest.raises(NotGenuine):
        opened_manifest(json.dumps(changed).encode(), root_hash_of(ROOT))


@given(st.integers(0, len(DOCUMENT) - 1), st.integers(0, 255))
def test_a_manifest_with_any_byte_changed_says_the_same_or_is_refused(place, byte):
    changed = DOCUMENT[:place] + bytes([byte]) + DOCUMENT[place + 1 :]

    with suppress(NotGenuine):
        assert opened_manifest(changed, root_hash_of(ROOT)) == MANIFEST


@pytest.mark.parametrize("document", [b"", b"{}", b"\xff", b"null", b'{"manifest":{},"root":"","signature":""}'])
def test_what_is_no_manifest_is_refused(document):
    with pytest.raises(NotGenuine):
        opened_manifest(document, root_hash_of(ROOT))


INVITE = Invite(board=BOARD, code=CODE, root_hash=root_hash_of(ROOT), team_key=TEAM)


def test_an_invite_keeps_all_that_matters_in_the_fragment():
    link = invite_link(INVITE)

    assert parse_invite(f"  {link}\n") == INVITE
    assert link.partition("#")[0] == "https://board.example/i"
    assert link.partition("#")[2].startswith("v=1&c=AAECAwQFBgcICQoLDA0ODw&r=")
    assert "AAEC" not in repr(INVITE)
    assert repr(CODE) not in repr(INVITE)


def test_an_invite_to_this_very_machine_needs_no_certificate():
    local = Invite(board="http://127.0.0.1:8700", code=CODE, root_hash=bytes(32), team_key=TEAM)

    assert parse_invite(invite_link(local)) == local


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://board.example/i",
        invite_link(INVITE)[:-1],
        invite_link(INVITE) + "A",
        invite_link(INVITE).replace("v=1", "v=2"),
        invite_link(INVITE).replace("https:", "http:"),
        invite_link(INVITE).replace("https:", "file:"),
        invite_link(INVITE).replace("/i#", "/j#"),
        invite_link(INVITE).replace("&t=", "&u="),
        "https://[/i#v=1",
    ],
)
def test_an_invite_that_is_not_whole_is_refused(link):
    with pytest.raises(Mistyped):
        parse_invite(link)


# --- Envelopes --------------------------------------------------------------------------------------------------------------------------

SEALS = {"hybrid": bytes(range(96)), "X25519 alone": bytes(range(32))}


@pytest.mark.parametrize("private", SEALS.values(), ids=SEALS)
@pytest.mark.parametrize("length", [2, 3000, 7056])
def test_every_envelope_has_one_size(private, length):
    message = b"{" + b"x" * (length - 2) + b"}"

    envelope = sealed_envelope(message, seal_public_of(private), BOARD)

    assert len(envelope) == ENVELOPE_BYTES
    assert opened_envelope(envelope, seal_key_of(private), BOARD) == message


def test_a_message_that_does_not_fit_is_not_cut():
    with pytest.raises(ValueError, match="7057 bytes"):
        sealed_envelope(b"x" * 7057, seal_public_of(new_seal_key()), BOARD)


def test_the_same_message_never_looks_the_same():
    seal = seal_public_of(SEALS["hybrid"])

    assert sealed_envelope(b"{}", seal, BOARD) != sealed_envelope(b"{}", seal, BOARD)


@pytest.mark.parametrize("private", SEALS.values(), ids=SEALS)
@settings(max_examples=25)
@given(place=st.integers(0, ENVELOPE_BYTES - 1), bit=st.integers(0, 7))
def test_an_envelope_with_any_bit_changed_is_refused(private, place, bit):
    forged = bytearray(sealed_envelope(b"{}", seal_public_of(private), BOARD))
    forged[place] ^= 1 << bit

    with pytest.raises(NotGenuine):
        opened_envelope(bytes(forged), seal_key_of(private), BOARD)


def test_an_envelope_for_another_board_or_key_or_of_another_size_is_refused():
    envelope = sealed_envelope(b"{}", seal_public_of(SEALS["hybrid"]), BOARD)
    key = seal_key_of(SEALS["hybrid"])

    for bad, opener, board in (
        (envelope, key, "https://other.example"),
        (envelope, seal_key_of(new_seal_key()), BOARD),
        (envelope, seal_key_of(SEALS["X25519 alone"]), BOARD),
        (envelope[:-1], key, BOARD),
        (b"", key, BOARD),
    ):
        with pytest.raises(NotGenuine):
            opened_envelope(bad, opener, board)


# --- Cards ------------------------------------------------------------------------------------------------------------------------------

NONCE = bytes(32)


@pytest.mark.parametrize(
    ("length", "size"), [(0, 512), (483, 512), (484, 1024), (995, 1024), (996, 2048), (2019, 2048)]
)
def test_a_card_has_one_of_three_sizes(length, size):
    text = b"x" * length

    ct = sealed_card(text, TEAM, NONCE, BOARD, "2026-W40")

    assert len(ct) == size
    assert opened_card(ct, TEAM, NONCE, BOARD, "2026-W40") == text


@given(st.binary(max_size=2019))
def test_a_card_comes_back_whatever_it_ends_with(text):
    ct = sealed_card(text, TEAM, NONCE, BOARD, "2026-W40")

    assert opened_card(ct, TEAM, NONCE, BOARD, "2026-W40") == text


def test_a_card_that_is_too_long_is_not_cut():
    with pytest.raises(ValueError, match="too long"):
        sealed_card(b"x" * 2020, TEAM, NONCE, BOARD, "2026-W40")


def test_a_card_sent_again_is_the_same_and_another_text_shares_nothing_with_it():
    first, again, other = (sealed_card(text, TEAM, NONCE, BOARD, "2026-W40") for text in (b"one", b"one", b"two"))

    assert first == again
    assert first[:12] != other[:12]
    assert first[15:60] != other[15:60]


def test_a_card_opens_for_its_team_board_week_and_token_only():
    ct = sealed_card(b"tried", TEAM, NONCE, BOARD, "2026-W40")

    for bad in (
        (ct, bytes(32), NONCE, BOARD, "2026-W40"),
        (ct, TEAM, bytes(31) + b"\x01", BOARD, "2026-W40"),
        (ct, TEAM, NONCE, "https://other.example", "2026-W40"),
        (ct, TEAM, NONCE, BOARD, "2026-W41"),
        (ct[:-1], TEAM, NONCE, BOARD, "2026-W40"),
        (b"", TEAM, NONCE, BOARD, "2026-W40"),
        (bytes([ct[0] ^ 1]) + ct[1:], TEAM, NONCE, BOARD, "2026-W40"),
    ):
        with pytest.raises(NotGenuine):
            opened_card(*bad)


def test_a_circle_is_told_by_the_team_key():
    assert circle_of(TEAM) == hashlib.sha256(b"TTB1 circle" + TEAM).hexdigest()[:16]
    assert circle_of(TEAM) != circle_of(bytes(32))
