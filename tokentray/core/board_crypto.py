"""
All cryptography of the team board (TTB/1): who may send, that nobody can tell who sent, and that the server cannot read cards.

The primitives (hashes, PSS verification, Ed25519, AES-GCM, HKDF, HPKE) are those of `cryptography`. Written here is only what it lacks:
the blinding of RFC 9474 (EMSA-PSS encoding, blind, blind sign, finalize), the structures of RFC 9577 and 9578, and the formats of TTB/1.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tokentray.core.errors import Mistyped, NotGenuine
from tokentray.core.manifest import Invite, Manifest

TOKEN_TYPE: Final = b"\x00\x02"
TOKEN_BYTES: Final = 354
KEY_BITS: Final = 2048
SALT_BYTES: Final = 48
ENVELOPE_BYTES: Final = 8192

# RFC 9578, section 8.2.2 (6.5): a type 2 key travels as RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes; for a modulus of
# 2048 bits and the exponent 65537 everything before the PKCS #1 key is constant.
PSS_HEAD: Final = bytes.fromhex(
    "30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202"
    "a11a301806092a864886f70d010108300b0609608648016503040202a2030201300382010f00"
)


# --- Blind RSA: RFC 9474, RSABSSA-SHA384-PSS -------------------------------------------------------------------------------------------


def pss_encoded(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017, section 9.1.1, with SHA-384 and MGF1 of SHA-384; `bits` is the modulus' length less one."""
    length = (bits + 7) // 8
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - 48 - 2) + b"\x01" + salt
    masked = bytearray(a ^ b for a, b in zip(block, _mgf1(digest, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    """RFC 8017, appendix B.2.1."""
    blocks = (hashlib.sha384(seed + count.to_bytes(4)).digest() for count in range(-(-length // 48)))
    return b"".join(blocks)[:length]


def blind(public: rsa.RSAPublicKey, message: bytes, salt: bytes, factor: int) -> bytes:
    """
    RFC 9474, section 4.2: what the issuer signs without seeing the message. `factor` is uniform in [1, n) and used for one message only.

    Raises:
        NotGenuine: the message or the factor is not invertible, so the issuer's key is no honest one.
    """
    numbers = public.public_numbers()
    n, e = numbers.n, numbers.e
    encoded = int.from_bytes(pss_encoded(message, public.key_size - 1, salt))
    _inverse(encoded, n)
    _inverse(factor, n)
    return (encoded * pow(factor, e, n) % n).to_bytes(_width(n))


def finalize(public: rsa.RSAPublicKey, message: bytes, blind_signature: bytes, salt_length: int, factor: int) -> bytes:
    """
    RFC 9474, section 4.4: the signature over `message`, unblinded and verified.

    Raises:
        NotGenuine: the issuer's answer is no signature under this key.
    """
    n = public.public_numbers().n
    if len(blind_signature) != _width(n):
        raise NotGenuine("The issuer's signature has the wrong length.")
    signature = (int.from_bytes(blind_signature) * _inverse(factor, n) % n).to_bytes(_width(n))
    _verify_pss(public, message, signature, salt_length)
    return signature


def _verify_pss(public: rsa.RSAPublicKey, message: bytes, signature: bytes, salt_length: int) -> None:
    """RFC 8017, section 8.1.2."""
    scheme = padding.PSS(padding.MGF1(hashes.SHA384()), salt_length)
    try:
        public.verify(signature, message, scheme, hashes.SHA384())
    except InvalidSignature as error:
        raise NotGenuine("The signature does not hold.") from error


def _inverse(number: int, n: int) -> int:
    try:
        return pow(number, -1, n)
    except ValueError as error:
        raise NotGenuine("The issuer's key is not sound.") from error


def _width(n: int) -> int:
    return (n.bit_length() + 7) // 8


# --- The issuer: RFC 9474, section 4.3 -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signer:
    """An issuer's private key for one week and kind, ready for signing; made by `new_signer` or `signer_of`."""

    n: int
    e: int
    p: int = field(repr=False)
    q: int = field(repr=False)
    dp: int = field(repr=False)
    dq: int = field(repr=False)
    q_inverse: int = field(repr=False)
    private: rsa.RSAPrivateKey = field(repr=False)

    @property
    def spki(self) -> bytes:
        """The public key as the manifest gives it."""
        return spki_of(self.private.public_key())

    def pkcs8(self, password: bytes) -> bytes:
        """The key for the issuer's store, encrypted under `password`."""
        return self.private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )


def new_signer() -> Signer:
    """A fresh key of 2048 bits."""
    return _signer(rsa.generate_private_key(65537, KEY_BITS))


def signer_of(pkcs8: bytes, password: bytes | None) -> Signer:
    """The key from what `Signer.pkcs8` gave, or from an unencrypted PKCS #8 if `password` is None."""
    private = serialization.load_der_private_key(pkcs8, password)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise NotGenuine("The issuer's key is no RSA key.")
    return _signer(private)


def _signer(private: rsa.RSAPrivateKey) -> Signer:
    numbers = private.private_numbers()
    public = numbers.public_numbers
    return Signer(public.n, public.e, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp, private)


def blind_sign(signer: Signer, blinded: bytes) -> bytes:
    """
    RFC 9474, section 4.3: the blind signature over `blinded`.

    Raises:
        NotGenuine: `blinded` is not of the modulus' length or not below it; or the result is wrong (a fault), and is not given away.
    """
    raise NotImplementedError


# --- Tokens: RFC 9577 and RFC 9578, type 2 ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The public key of one week and kind with all that a token under it must name; made by `token_key`, worth keeping."""

    week: str
    kind: str
    key_id: bytes
    challenge_digest: bytes
    public: rsa.RSAPublicKey = field(repr=False)


def token_key(board: str, week: str, kind: str, spki: bytes) -> TokenKey:
    """The key from the manifest's `spki` for that week and kind of `board`."""
    digest = hashlib.sha256(challenge(board, week, kind)).digest()
    return TokenKey(week, kind, hashlib.sha256(spki).digest(), digest, public_of(spki))


def spki_of(public: rsa.RSAPublicKey) -> bytes:
    """RFC 9578, section 6.5: the key of 2048 bits in DER as RSASSA-PSS."""
    return PSS_HEAD + public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def public_of(spki: bytes) -> rsa.RSAPublicKey:
    """
    The key in what `spki_of` gave.

    Raises:
        NotGenuine: it is no RSASSA-PSS key of 2048 bits with the exponent 65537 in that very form.
    """
    try:
        public = serialization.load_der_public_key(spki[len(PSS_HEAD) :])
    except ValueError as error:
        raise NotGenuine("The issuer's public key cannot be read.") from error
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size != KEY_BITS or spki_of(public) != spki:
        raise NotGenuine("The issuer's public key is not of the form that RFC 9578 asks for.")
    if public.public_numbers().e != 65537:
        raise NotGenuine("The issuer's public key has another exponent.")
    return public


def challenge(board: str, week: str, kind: str) -> bytes:
    """RFC 9577, section 2.1.1: TokenChallenge; issuer and origin are the board, the context is the week and kind."""
    context = hashlib.sha256(f"TTB1 {week}/{kind}".encode()).digest()
    name = board.encode()
    return TOKEN_TYPE + _prefixed(name, 2) + _prefixed(context, 1) + _prefixed(name, 2)


def token_input(nonce: bytes, key: TokenKey) -> bytes:
    """RFC 9578, section 6.1: what is signed, which is the token without its signature (98 bytes)."""
    return TOKEN_TYPE + nonce + key.challenge_digest + key.key_id


def verified_nonce(token: bytes, key: TokenKey) -> bytes:
    """
    RFC 9577, section 2.2 and RFC 9578, section 6.3: the nonce (32 bytes) of a token that is genuine for the week and kind of `key`.

    Raises:
        NotGenuine: another length, type, challenge or key, or a signature that does not hold.
    """
    if len(token) != TOKEN_BYTES:
        raise NotGenuine("The token has the wrong length.")
    nonce, signature = token[2:34], token[98:]
    if token[:98] != token_input(nonce, key):
        raise NotGenuine("The token is for something else.")
    _verify_pss(key.public, token[:98], signature, SALT_BYTES)
    return nonce


def _prefixed(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width) + data


# --- The recovery code and the book that grows from it ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ticket:
    """One token of the book with the secret that takes its fragment back; both belong in the keyring, not in a log."""

    week: str
    kind: str
    index: int
    token: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    @property
    def nonce(self) -> bytes:
        """What the board knows this token by."""
        return self.token[2:34]


def new_recovery_code() -> bytes:
    """128 random bits, from which a second device rebuilds the identical book."""
    return urandom(16)


def recovery_text(code: bytes) -> str:
    """The code for paper: seven groups of four letters and digits, the last of them checks the others."""
    raise NotImplementedError


def parse_recovery_code(text: str) -> bytes:
    """
    The code from what a person typed: any case, any spaces and hyphens, O for 0, I or L for 1.

    Raises:
        Mistyped: too short, too long, or the checksum says no.
    """
    raise NotImplementedError


def blinded_book(code: bytes, manifest: Manifest) -> list[tuple[str, str, bytes]]:
    """(week, kind, blinded message) for each token of the season, in the order the issuer answers in; the same for the same code."""
    raise NotImplementedError


def finished_book(code: bytes, manifest: Manifest, signatures: Sequence[bytes]) -> tuple[Ticket, ...]:
    """
    The season's tokens from the issuer's answer to `blinded_book`, each verified.

    Raises:
        NotGenuine: a signature is missing or does not hold; then no token of that book may be used.
    """
    raise NotImplementedError


def secret_of(code: bytes, week: str, kind: str, index: int, key_id: bytes) -> bytes:
    """The owner's secret of a token (32 bytes); revealing it takes the fragment back and tells nothing about any other."""
    raise NotImplementedError


def nonce_of(secret: bytes) -> bytes:
    """SHA-256("TTB1 nonce" ‖ secret)."""
    return hashlib.sha256(b"TTB1 nonce" + secret).digest()


# --- The manifest and the invite that pins its key -------------------------------------------------------------------------------------


def new_root_key() -> bytes:
    """A private Ed25519 key (32 bytes) for signing a board's manifests."""
    return urandom(32)


def root_hash_of(root: bytes) -> bytes:
    """SHA-256 of the public key that belongs to the private `root`."""
    raise NotImplementedError


def signed_manifest(manifest: Manifest, root: bytes) -> bytes:
    """The document the board serves: JSON with the manifest, the public root key and an Ed25519 signature (RFC 8032)."""
    raise NotImplementedError


def opened_manifest(document: bytes, root_hash: bytes) -> Manifest:
    """
    The manifest of a document whose key is the pinned one.

    Raises:
        NotGenuine: another key, a signature that does not hold, or a manifest of another shape.
    """
    raise NotImplementedError


def invite_link(invite: Invite) -> str:
    """https://BOARD/i#…: what matters stands in the fragment, which no browser sends to a server."""
    raise NotImplementedError


def parse_invite(link: str) -> Invite:
    """
    The invite in a link.

    Raises:
        Mistyped: it is no invite, or not all of it.
    """
    raise NotImplementedError


# --- Envelopes: HPKE, RFC 9180 ---------------------------------------------------------------------------------------------------------


SealKey = hpke.MLKEM768X25519PrivateKey | x25519.X25519PrivateKey


def new_seal_key() -> bytes:
    """A private key for opening envelopes (96 bytes: the seed of ML-KEM-768, then X25519)."""
    return urandom(96)


def seal_key_of(private: bytes) -> SealKey:
    """The key in 96 bytes (ML-KEM-768 with X25519) or 32 (X25519 alone), ready for use."""
    raise NotImplementedError


def seal_public_of(private: bytes) -> bytes:
    """What the manifest gives as `seal` for the private key: 1216 bytes or 32."""
    raise NotImplementedError


def sealed_envelope(message: bytes, seal: bytes, board: str) -> bytes:
    """`message` (JSON) for the board alone, in exactly 8192 bytes whatever its length; ValueError if it does not fit."""
    raise NotImplementedError


def opened_envelope(envelope: bytes, key: SealKey, board: str) -> bytes:
    """
    The message in an envelope, without padding.

    Raises:
        NotGenuine: another size, key or board, or a changed bit.
    """
    raise NotImplementedError


# --- Cards: AES-256-GCM under the team key ---------------------------------------------------------------------------------------------


def circle_of(team_key: bytes) -> str:
    """16 hex digits that say which team key opens a card, without saying anything about the key."""
    raise NotImplementedError


def sealed_card(text: bytes, team_key: bytes, nonce: bytes, board: str, week: str) -> bytes:
    """`text` for the team's eyes, as 512, 1024 or 2048 bytes; `nonce` is its token's. ValueError if it is longer than 2017 bytes."""
    raise NotImplementedError


def opened_card(ct: bytes, team_key: bytes, nonce: bytes, board: str, week: str) -> bytes:
    """
    The text in a card's ciphertext.

    Raises:
        NotGenuine: another team, board, week or token, or a changed bit.
    """
    raise NotImplementedError
