"""External Client Apps: the programs that may ask for tokens, and what each may do."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sandbox.org.errors import ApiError
from sandbox.org.org import Org

SCOPES = ("api", "id", "openid", "profile", "email", "web", "refresh_token")
"""What a client may ask for unless it is told otherwise, in the order answers tell of it."""

LASTING = frozenset({"refresh_token", "offline_access"})
"""The scopes that give a refresh token."""

_SETTING = "clients"
_SCOPE_NAMES = frozenset({*SCOPES, "full", "offline_access", "address", "phone", "custom_permissions"})
_HALF = re.compile("[\ud800-\udfff]")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class BadCertificate(ValueError):
    """The text is no X.509 certificate in PEM form of an RSA key; the message is a sentence that says so."""


@dataclass(frozen=True, slots=True)
class Client:
    """A program that may ask for tokens.

    Without `callbacks`, codes may go to any address on this machine. `user_id` is whom the client credentials
    flow acts as; empty for the API's own user. `certificate` (PEM) checks the assertions of the JWT bearer flow.
    Where users are not `pre_authorized`, each must have approved the client before it may assert to be them.
    """

    key: str = "sandbox"
    secret: str = "sandbox"  # noqa: S105 -- known to all; the server listens on this machine only
    name: str = "Sandbox"
    callbacks: tuple[str, ...] = ()
    scopes: tuple[str, ...] = SCOPES
    pkce_required: bool = False
    secret_required: bool = True
    pre_authorized: bool = True
    user_id: str = ""
    certificate: str = field(default="", repr=False)

    def has_secret(self, secret: str) -> bool:
        """Whether this is the client's secret."""
        return hmac.compare_digest(secret.encode(), self.secret.encode())

    def may_return_to(self, uri: str) -> bool:
        """Whether codes may go to this address: one that is registered, else any on this machine."""
        if self.callbacks:
            return uri in self.callbacks
        try:
            parts = urlsplit(uri)
            return parts.scheme in ("http", "https") and parts.hostname in _HERE and (parts.port or 1) > 0
        except ValueError:
            return False

    def public_key(self) -> RSAPublicKey | None:
        """The key that assertions of this client are checked with; None where no certificate is registered."""
        return certified_key(self.certificate) if self.certificate else None


DEFAULT = Client()
"""The client that is always there."""


def certified_key(pem: str) -> RSAPublicKey:
    """The RSA key that a certificate is of. Raises BadCertificate."""
    try:
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    except ValueError as error:
        raise BadCertificate("The certificate must be X.509 in PEM form.") from error
    if not isinstance(key, RSAPublicKey):
        raise BadCertificate("The certificate must be of an RSA key: assertions are signed with RS256.")
    return key


class Clients:
    """The organisation's clients. They live in its settings; `sandbox` is always among them."""

    def __init__(self, org: Org) -> None:
        self._store = org.store

    def get(self, key: str) -> Client | None:
        """The client of this Id; None when there is none."""
        return self._all().get(key)

    def all(self) -> list[Client]:
        """Every client."""
        return list(self._all().values())

    def register(self, *clients: Client) -> None:
        """Adds clients, each in the place of one that has its Id."""
        self._keep({**self._all(), **{client.key: client for client in clients}})

    def replace_all(self, clients: list[Client]) -> None:
        """Keeps these clients only, and `sandbox`."""
        self._keep({client.key: client for client in clients})

    def certify(self, pem: str) -> None:
        """Registers a certificate for the client `sandbox`. Raises BadCertificate."""
        certified_key(pem)
        self.register(replace(self._all()[DEFAULT.key], certificate=pem))

    def _all(self) -> dict[str, Client]:
        kept = [_from_kept(told) for told in self._store.setting(_SETTING, [])]
        return {DEFAULT.key: DEFAULT, **{client.key: client for client in kept}}

    def _keep(self, clients: Mapping[str, Client]) -> None:
        self._store.set_setting(_SETTING, [asdict(client) for client in clients.values()])


def client_of(told: object) -> Client:
    """A client as a control names it: `id` and `secret` are required, the rest has defaults. Raises ApiError."""
    if not isinstance(told, dict):
        raise _bad("a client is a JSON object")
    values: dict[str, Any] = {("key" if name == "id" else name): value for name, value in told.items()}
    for one in fields(Client):
        if one.name in values:
            values[one.name] = _checked(one.name, values[one.name])
    unknown = values.keys() - {one.name for one in fields(Client)}
    if unknown or "key" in told:
        raise _bad(f"a client has no {min(unknown, default='key')}")
    if not values.get("key") or not values.get("secret"):
        raise _bad("a client has an id and a secret")
    return Client(**{"name": values["key"], **values})


def told_client(client: Client) -> dict[str, object]:
    """The client as a control tells of it."""
    told = asdict(client)
    return {"id": told.pop("key"), **told}


def _checked(name: str, value: object) -> object:
    if name in ("callbacks", "scopes"):
        if not isinstance(value, list) or not all(
            isinstance(one, str) and not _HALF.search(one) for one in value
        ):
            raise _bad(f"{name} must be a list of texts")
        if name == "scopes" and not _SCOPE_NAMES.issuperset(value):
            raise _bad(f"scopes are {', '.join(sorted(_SCOPE_NAMES))}")
        return tuple(value)
    if isinstance(getattr(DEFAULT, name), bool) is not isinstance(value, bool):
        raise _bad(f"{name} cannot be {value!r}")
    if not isinstance(value, str | bool) or (isinstance(value, str) and _HALF.search(value)):
        raise _bad(f"{name} must be a text")
    if name == "certificate" and isinstance(value, str) and value:
        try:
            certified_key(value)
        except BadCertificate as error:
            raise _bad(str(error)) from error
    return value


def _from_kept(told: dict[str, Any]) -> Client:
    return Client(**{**told, "callbacks": tuple(told["callbacks"]), "scopes": tuple(told["scopes"])})


def _bad(why: str) -> ApiError:
    return ApiError(400, "INVALID_CLIENT", why)
