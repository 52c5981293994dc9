"""
All cryptography of the team board (TTB/1): who may send, that nobody can tell who sent, and that the server cannot read cards.

The primitives (hashes, PSS verification, Ed25519, AES-GCM, HKDF, HPKE) are those of `cryptography`. Written here is only what it lacks:
the blinding of RFC 9474 (EMSA-PSS encoding, blind, blind sign, finalize), the structures of RFC 9577 and 9578, and the formats of TTB/1.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from math import gcd
from os import urandom
from secrets import randbelow, randbits
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tokentray.core.errors import Mistyped, NotGenuine
from tokentray.core.fragment import CARD_SIZES
from tokentray.core.manifest import Invite, Manifest

try:  # GMP's power takes the same steps whatever the exponent; a server may have it, members need not
    from gmpy2 import powmod_sec as _power  # type: ignore[import-not-found, import-untyped, attr-defined, unused-ignore]
except ModuleNotFoundError:
    _power = pow

TOKEN_TYPE: Final = b"\x00\x02"
TOKEN_BYTES: Final = 354
KEY_BITS: Final = 2048
SALT_BYTES: Final = 48
ENVELOPE_BYTES: Final = 8192

# Crockford's: no I, L, O, U, which are read or typed as something else.
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# RFC 9578, section 6.5: a type 2 key travels as RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes; for a modulus of
# 2048 bits and the exponent 65537 everything before the PKCS #1 key is constant.
PSS_HEAD: Final = bytes.fromhex(
    "30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202"
    "a11a301806092a864886f70d010108300b0609608648016503040202a2030201300382010f00"
)


# --- Blind RSA: RFC 9474, RSABSSA-SHA384-PSS -------------------------------------------------------------------------------------------


def pss_encoded(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017, section 9.1.1, with SHA-384 and MGF1 of SHA-384; `bits` is the modulus' length less one."""
    length = (bits + 7) // 8
    # Steps 2, 5 and 6: M' is eight zeros, the message's hash and the salt; H is its hash.
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    # Steps 7 and 8: DB is zeros, a one and the salt.
    block = bytes(length - len(salt) - 48 - 2) + b"\x01" + salt
    # Steps 9 and 10: masked by MGF1 of H.
    masked = bytearray(a ^ b for a, b in zip(block, _mgf1(digest, len(block)), strict=True))
    # Step 11: what is more than `bits` is zero.
    masked[0] &= 0xFF >> (8 * length - bits)
    # Step 12.
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
    # Steps 1 to 3: the message as a number.
    encoded = int.from_bytes(pss_encoded(message, public.key_size - 1, salt))
    # Steps 4, 5, 7 and 8: both have to have an inverse. Step 6, the random number, is the caller's.
    if gcd(encoded, n) != 1 or gcd(factor, n) != 1:
        raise NotGenuine("The issuer's key is not sound.")
    # Steps 9 to 11: times the e-th power of the factor, which makes it any number with the same chance.
    return (encoded * pow(factor, e, n) % n).to_bytes(_width(n))


def finalize(public: rsa.RSAPublicKey, message: bytes, blind_signature: bytes, salt_length: int, factor: int) -> bytes:
    """
    RFC 9474, section 4.4: the signature over `message`, unblinded and verified.

    Raises:
        NotGenuine: the issuer's answer is no signature under this key.
    """
    n = public.public_numbers().n
    # Step 1.
    if len(blind_signature) != _width(n):
        raise NotGenuine("The issuer's signature has the wrong length.")
    # Steps 2 to 4: (m · r^e)^d is m^d · r, so the factor's inverse takes it off again.
    signature = (int.from_bytes(blind_signature) * _inverse(factor, n) % n).to_bytes(_width(n))
    # Steps 5 and 6.
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
    # OpenSSL's validation takes 80 ms a key, 4 s a season; `blind_sign` checks each result anyway.
    private = serialization.load_der_private_key(pkcs8, password, unsafe_skip_rsa_key_validation=True)
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
        NotGenuine: `blinded` is not of the modulus' length, not below it, or zero.
        ArithmeticError: the machine miscalculated; the result is kept back.
    """
    # Steps 1 and 2: zero, which has no inverse, is refused as well.
    n, number = signer.n, int.from_bytes(blinded)
    if len(blinded) != _width(n) or not 0 < number < n:
        raise NotGenuine("This is no blinded message under the issuer's key.")
    # Base blinding (RFC 9474, section 7.1): the private key works on a number that nobody outside knows or chose. n is added so
    # that a small message has as many digits as a large one.
    factor = randbelow(n - 1) + 1
    undo = _inverse(factor, n)
    masked = (number + n) * pow(factor, signer.e, n) % n
    # Step 3.
    root = _private_power(signer, masked)
    # Steps 4 and 5, before the factor is taken off: one wrong half would give n's factors away.
    if pow(root, signer.e, n) != masked:
        raise ArithmeticError("The signature came out wrong and is kept back.")
    # Step 6.
    return (root * undo % n).to_bytes(_width(n))


def _private_power(signer: Signer, number: int) -> int:
    """RSASP1 by the Chinese remainder theorem: RFC 8017, section 5.2.1, step 2b."""
    first = _masked_power(number, signer.dp, signer.p)
    second = _masked_power(number, signer.dq, signer.q)
    return second + (first - second) * signer.q_inverse % signer.p * signer.q


def _masked_power(base: int, exponent: int, prime: int) -> int:
    """
    `base ** exponent % prime`, with an exponent and a modulus that are other ones each time.

    With GMP the time does not depend on the numbers. Without it Python's own power is used, whose time does; what it then works on is the
    product of secrets with fresh random numbers (base, exponent and modulus each), so that times neither follow the message nor add up to
    the key over many signatures. That holds against who measures over the network or on the same machine. It does not hold against who sees
    single steps of one signature (caches, power, a shared core). tests/board/side_channel.py measures both.
    """
    wide = prime * (randbits(64) | 1 << 63 | 1)
    longer = exponent + (randbits(64) | 1 << 63) * (prime - 1)
    return int(_power(base % wide, longer, wide)) % prime


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
    except (ValueError, UnsupportedAlgorithm) as error:
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
    RFC 9577, section 2.2 and RFC 9578, section 6.4: the nonce (32 bytes) of a token that is genuine for the week and kind of `key`.

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
    """The code for paper: seven groups of four letters and digits, twelve bits of which check the others."""
    number = int.from_bytes(code) << 12 | _check_bits(code)
    letters = "".join(LETTERS[number >> shift & 31] for shift in range(135, -1, -5))
    return "-".join(letters[start : start + 4] for start in range(0, 28, 4))


def parse_recovery_code(text: str) -> bytes:
    """
    The code from what a person typed: any case, any spaces and hyphens, O for 0, I or L for 1.

    Raises:
        Mistyped: too short, too long, or the checksum says no.
    """
    letters = re.sub(r"[\s\-–—_.]", "", text).upper().replace("O", "0").replace("I", "1").replace("L", "1")
    if len(letters) != 28 or not set(letters) <= set(LETTERS):
        raise Mistyped("A recovery code has 28 letters and digits.")
    number = 0
    for letter in letters:
        number = number << 5 | LETTERS.index(letter)
    code = (number >> 12).to_bytes(16)
    if number & 0xFFF != _check_bits(code):
        raise Mistyped("This recovery code has a letter wrong somewhere.")
    return code


def _check_bits(code: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"TTB1 recovery" + code).digest()[:2]) >> 4


def blinded_book(code: bytes, manifest: Manifest) -> list[tuple[str, str, bytes]]:
    """(week, kind, blinded message) for each token of the season, in the order the issuer answers in; the same for the same code."""
    return [
        (key.week, key.kind, blind(key.public, token_input(nonce_of(secret), key), salt, factor))
        for key, _, secret, salt, factor in _seeds(code, manifest)
    ]


def finished_book(code: bytes, manifest: Manifest, signatures: Sequence[bytes]) -> tuple[Ticket, ...]:
    """
    The season's tokens from the issuer's answer to `blinded_book`, each verified.

    Raises:
        NotGenuine: a signature is missing or does not hold; then no token of that book may be used.
    """
    seeds = list(_seeds(code, manifest))
    if len(seeds) != len(signatures):
        raise NotGenuine("The issuer's answer does not have a signature for each token.")
    # The keys of closed weeks are destroyed: those weeks, which are the first ones, have empty signatures and give no tokens.
    closed = len(seeds) - len(list(dropwhile(lambda given: not given, signatures)))
    if closed % sum(manifest.kinds.values()):
        raise NotGenuine("The issuer's answer has a part of a week.")
    seeds, signatures = seeds[closed:], signatures[closed:]
    return tuple(
        _ticket(key, index, secret, finalize(key.public, token_input(nonce_of(secret), key), given, SALT_BYTES, factor))
        for (key, index, secret, _, factor), given in zip(seeds, signatures, strict=True)
    )


def _ticket(key: TokenKey, index: int, secret: bytes, signature: bytes) -> Ticket:
    return Ticket(key.week, key.kind, index, token_input(nonce_of(secret), key) + signature, secret)


def _seeds(code: bytes, manifest: Manifest) -> Iterator[tuple[TokenKey, int, bytes, bytes, int]]:
    """For each token of the season: its key, index, secret, PSS salt and blinding factor."""
    for week in manifest.weeks:
        for kind, count in sorted(manifest.kinds.items()):
            key = token_key(manifest.board, week, kind, _spki_in(manifest, week, kind))
            for index in range(count):
                name = f"{week}/{kind}/{index}/{key.key_id.hex()}"
                secret = secret_of(code, week, kind, index, key.key_id)
                salt = _derived(code, f"salt/{name}".encode(), SALT_BYTES)
                yield key, index, secret, salt, _factor(code, name, key.public.public_numbers().n)


def _factor(code: bytes, name: str, n: int) -> int:
    """Uniform in [1, n): 128 bits more than n has leave a bias below 2^-128 (RFC 9474, section 4.2, random_integer_uniform)."""
    return int.from_bytes(_derived(code, f"blind/{name}".encode(), _width(n) + 16)) % (n - 1) + 1


def _spki_in(manifest: Manifest, week: str, kind: str) -> bytes:
    try:
        return manifest.keys[f"{week}/{kind}"]
    except KeyError as error:
        raise NotGenuine(f"The manifest has no key for {week}/{kind}.") from error


def _derived(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA-256 without salt: RFC 5869; the inputs are uniform keys already."""
    return HKDF(hashes.SHA256(), length, None, info).derive(key)


def secret_of(code: bytes, week: str, kind: str, index: int, key_id: bytes) -> bytes:
    """The owner's secret of a token (32 bytes); revealing it takes the fragment back and tells nothing about any other."""
    return _derived(code, f"{week}/{kind}/{index}/{key_id.hex()}".encode(), 32)


def nonce_of(secret: bytes) -> bytes:
    """SHA-256("TTB1 nonce" ‖ secret)."""
    return hashlib.sha256(b"TTB1 nonce" + secret).digest()


# --- The manifest and the invite that pins its key -------------------------------------------------------------------------------------


def new_root_key() -> bytes:
    """A private Ed25519 key (32 bytes) for signing a board's manifests."""
    return urandom(32)


def root_hash_of(root: bytes) -> bytes:
    """SHA-256 of the public key that belongs to the private `root`."""
    return hashlib.sha256(_root_public(root)).digest()


def _root_public(root: bytes) -> bytes:
    return ed25519.Ed25519PrivateKey.from_private_bytes(root).public_key().public_bytes_raw()


def signed_manifest(manifest: Manifest, root: bytes) -> bytes:
    """The document the board serves: JSON with the manifest, the public root key and an Ed25519 signature (RFC 8032)."""
    signature = ed25519.Ed25519PrivateKey.from_private_bytes(root).sign(_to_be_signed(manifest))
    return msgspec.json.encode(_Document(manifest, _root_public(root), signature), order="sorted")


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signed manifest as it travels; bytes in base64."""

    manifest: Manifest
    root: bytes
    signature: bytes


def _to_be_signed(manifest: Manifest) -> bytes:
    """Canonical JSON of what was understood, not of what came: keys sorted, no spaces, every field present."""
    return b"TTB1 manifest\n" + msgspec.json.encode(manifest, order="sorted")


def opened_manifest(document: bytes, root_hash: bytes) -> Manifest:
    """
    The manifest of a document whose key is the pinned one.

    Raises:
        NotGenuine: another key, a signature that does not hold, or a manifest of another shape.
    """
    try:
        signed = msgspec.json.decode(document, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotGenuine(f"The manifest cannot be read: {error}") from error
    if hashlib.sha256(signed.root).digest() != root_hash:
        raise NotGenuine("The manifest is signed by another key than the invite's.")
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(signed.root).verify(signed.signature, _to_be_signed(signed.manifest))
    except (InvalidSignature, ValueError) as error:
        raise NotGenuine("The manifest's signature does not hold.") from error
    return signed.manifest


def invite_link(invite: Invite) -> str:
    """https://BOARD/i#…: what matters stands in the fragment, which no browser sends to a server."""
    parts = (("c", invite.code), ("r", invite.root_hash), ("t", invite.team_key))
    return f"{invite.board}/i#v=1" + "".join(
        f"&{name}={urlsafe_b64encode(value).decode().rstrip('=')}" for name, value in parts
    )


def parse_invite(link: str) -> Invite:
    """
    The invite in a link.

    Raises:
        Mistyped: it is no invite, or not all of it.
    """
    try:
        url = urlsplit(link.strip())
        said = dict(parse_qsl(url.fragment, strict_parsing=True))
        code, root_hash, team_key = (_unwrapped(said[name], size) for name, size in (("c", 16), ("r", 32), ("t", 32)))
    except (KeyError, ValueError) as error:
        raise Mistyped("This invite is not complete: copy the whole link.") from error
    local = url.hostname in ("127.0.0.1", "::1", "localhost")
    if said.get("v") != "1" or url.path != "/i" or not url.hostname or not (url.scheme == "https" or local):
        raise Mistyped("This is no invite to a team board that this version knows.")
    return Invite(board=f"{url.scheme}://{url.netloc}", code=code, root_hash=root_hash, team_key=team_key)


def _unwrapped(text: str, size: int) -> bytes:
    value = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(value) != size:
        raise ValueError(f"{len(value)} bytes instead of {size}")
    return value


# --- Envelopes: HPKE, RFC 9180 ---------------------------------------------------------------------------------------------------------


SealKey = hpke.MLKEM768X25519PrivateKey | x25519.X25519PrivateKey


def new_seal_key() -> bytes:
    """A private key for opening envelopes (96 bytes: the seed of ML-KEM-768, then X25519)."""
    return urandom(96)


def seal_key_of(private: bytes) -> SealKey:
    """The key in 96 bytes (ML-KEM-768 with X25519) or 32 (X25519 alone), ready for use."""
    if len(private) == 32:
        return x25519.X25519PrivateKey.from_private_bytes(private)
    return hpke.MLKEM768X25519PrivateKey(
        mlkem.MLKEM768PrivateKey.from_seed_bytes(private[:64]), x25519.X25519PrivateKey.from_private_bytes(private[64:])
    )


def seal_public_of(private: bytes) -> bytes:
    """What the manifest gives as `seal` for the private key: 1216 bytes or 32."""
    tail = x25519.X25519PrivateKey.from_private_bytes(private[-32:]).public_key().public_bytes_raw()
    if len(private) == 32:
        return tail
    return mlkem.MLKEM768PrivateKey.from_seed_bytes(private[:64]).public_key().public_bytes_raw() + tail


def sealed_envelope(message: bytes, seal: bytes, board: str) -> bytes:
    """`message` (JSON) for the board alone, in exactly 8192 bytes whatever its length; ValueError if it does not fit."""
    tail = x25519.X25519PublicKey.from_public_bytes(seal[-32:])
    public = (
        tail
        if len(seal) == 32
        else hpke.MLKEM768X25519PublicKey(mlkem.MLKEM768PublicKey.from_public_bytes(seal[:-32]), tail)
    )
    suite, room = _suite(hybrid=len(seal) != 32)
    if len(message) > room:
        raise ValueError(f"{len(message)} bytes do not fit into an envelope of {room}")
    return suite.encrypt(message.ljust(room), public, _envelope_info(board))


def _suite(hybrid: bool) -> tuple[hpke.Suite, int]:
    """
    The suite, used in a single shot (RFC 9180, sections 6.1 and 7; ML-KEM with X25519 by its successor drafts), and how many bytes fit beside
    the encapsulated key and the tag of 16 bytes.
    """
    kem = hpke.KEM.MLKEM768_X25519 if hybrid else hpke.KEM.X25519
    return hpke.Suite(kem, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM), ENVELOPE_BYTES - kem.enc_length() - 16


def _envelope_info(board: str) -> bytes:
    """The `info` of RFC 9180, section 5.1: the envelope is for this board and this purpose only."""
    return b"TTB1 envelope\n" + board.encode()


def opened_envelope(envelope: bytes, key: SealKey, board: str) -> bytes:
    """
    The message in an envelope, without padding.

    Raises:
        NotGenuine: another size, key or board, or a changed bit.
    """
    if len(envelope) != ENVELOPE_BYTES:
        raise NotGenuine(f"An envelope has {ENVELOPE_BYTES} bytes.")
    suite, _ = _suite(hybrid=isinstance(key, hpke.MLKEM768X25519PrivateKey))
    try:
        return suite.decrypt(envelope, key, _envelope_info(board)).rstrip(b" ")
    except (InvalidTag, ValueError) as error:
        raise NotGenuine("The envelope cannot be opened.") from error


# --- Cards: AES-256-GCM under the team key ---------------------------------------------------------------------------------------------


def circle_of(team_key: bytes) -> str:
    """16 hex digits that say which team key opens a card, without saying anything about the key."""
    return hashlib.sha256(b"TTB1 circle" + team_key).hexdigest()[:16]


def sealed_card(text: bytes, team_key: bytes, nonce: bytes, board: str, week: str) -> bytes:
    """`text` for the team's eyes, as 512, 1024 or 2048 bytes; `nonce` is its token's. ValueError if it is longer than 2019 bytes."""
    size = next((size for size in CARD_SIZES if len(text) + 1 + 28 <= size), None)
    if size is None:
        raise ValueError("the card is too long")
    padded = (text + b"\x80").ljust(size - 28, b"\x00")
    key, hiding = _card_keys(team_key, nonce)
    # A key is meant for one text only; should a client break that, another text still gets another IV.
    start = hmac.digest(hiding, padded, "sha256")[:12]
    return start + AESGCM(key).encrypt(start, padded, _card_context(board, week))


def _card_keys(team_key: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    both = _derived(team_key, b"card" + nonce, 64)
    return both[:32], both[32:]


def _card_context(board: str, week: str) -> bytes:
    return f"{board}/{week}/card".encode()


def opened_card(ct: bytes, team_key: bytes, nonce: bytes, board: str, week: str) -> bytes:
    """
    The text in a card's ciphertext.

    Raises:
        NotGenuine: another team, board, week or token, or a changed bit.
    """
    key, _ = _card_keys(team_key, nonce)
    try:
        padded = AESGCM(key).decrypt(ct[:12], ct[12:], _card_context(board, week))
    except (InvalidTag, ValueError) as error:
        raise NotGenuine("The card cannot be opened with this team's key.") from error
    return padded.rstrip(b"\x00")[:-1]
