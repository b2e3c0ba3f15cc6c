"""JSON Web Tokens signed with RS256: the organisation's own, and the assertions clients send."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.org.org import Org

_SETTING = "signing_key"
_BITS = 2048


class BadToken(ValueError):
    """The text is no JSON Web Token of the form expected here, or its signature does not fit."""


class SigningKey:
    """The key the organisation signs identity tokens with. Made when first needed, and kept in the file."""

    def __init__(self, org: Org) -> None:
        self._store = org.store
        self._lock = threading.Lock()
        self._key: rsa.RSAPrivateKey | None = None

    def signed(self, claims: Mapping[str, object]) -> str:
        """A token of these claims."""
        key = self._private()
        head = {"typ": "JWT", "alg": "RS256", "kid": _key_id(key.public_key())}
        told = f"{_encoded_json(head)}.{_encoded_json(claims)}"
        return f"{told}.{_encoded(key.sign(told.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def public(self) -> dict[str, str]:
        """The public key as `/id/keys` tells it."""
        key = self._private().public_key()
        numbers = key.public_numbers()
        return {
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": _key_id(key),
            "n": _encoded(_big_endian(numbers.n)), "e": _encoded(_big_endian(numbers.e)),
        }  # fmt: skip

    def _private(self) -> rsa.RSAPrivateKey:
        with self._lock:
            if self._key is None:
                self._key = self._kept() or self._made()
            return self._key

    def _kept(self) -> rsa.RSAPrivateKey | None:
        pem = self._store.setting(_SETTING)
        if pem is None:
            return None
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    def _made(self) -> rsa.RSAPrivateKey:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._store.set_setting(_SETTING, pem.decode())
        return key


def claims_of(token: str) -> dict[str, Any]:
    """What a token claims; nobody has checked yet who says so. Raises BadToken."""
    return _decoded_json(_parts(token)[1])


def check_signature(token: str, key: rsa.RSAPublicKey) -> None:
    """Refuses a token that was not signed by this key with RS256. Raises BadToken."""
    head, claims, signature = _parts(token)
    if _decoded_json(head).get("alg") != "RS256":
        raise BadToken("not RS256")
    try:
        key.verify(_decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise BadToken("signature does not fit") from error


def half_hash(text: str) -> str:
    """What an identity token tells of the access token it came with (`at_hash`)."""
    return _encoded(hashlib.sha256(text.encode()).digest()[:16])


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a code verifier."""
    return _encoded(hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest())


def _parts(token: str) -> tuple[str, str, str]:
    parts = token.split(".")
    if len(parts) != 3:
        raise BadToken("not three parts")
    return parts[0], parts[1], parts[2]


def _key_id(key: rsa.RSAPublicKey) -> str:
    return hashlib.sha256(_big_endian(key.public_numbers().n)).hexdigest()[:16]


def _big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encoded_json(told: Mapping[str, object]) -> str:
    return _encoded(json.dumps(told, separators=(",", ":")).encode())


def _decoded_json(text: str) -> dict[str, Any]:
    try:
        told = json.loads(_decoded(text))
        # half a character can be spelled in JSON, and nowhere else
        json.dumps(told, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadToken("not JSON") from error
    if not isinstance(told, dict):
        raise BadToken("not a JSON object")
    return told


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadToken("not base64url") from error
