"""The OAuth endpoints that programs call: token, revoke, introspect."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.responses import Response

from sandbox.org.org import Org
from sandbox.server.answers import Call, answer
from sandbox.server.clients import Client, Clients
from sandbox.server.identity import identity_url
from sandbox.server.tokens import Session, Tokens
from sandbox.server.users import is_active


class OAuthRefused(Exception):
    """An OAuth error: its code and description. These answers are one object, not an array."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.status = status

    def answered(self) -> Response:
        """The error's answer."""
        return answer({"error": self.code, "error_description": self.description}, self.status)


@dataclass(frozen=True, slots=True)
class OAuth:
    """Handlers of revoke and introspect."""

    org: Org
    tokens: Tokens
    clients: Clients

    def revoke(self, call: Call) -> Response:
        """POST or GET /services/oauth2/revoke."""
        token = form_of(call).get("token") or call.query.get("token", "")
        if self.tokens.revoke(token):
            return Response(status_code=200)
        return OAuthRefused("unsupported_token_type", "this token type is not supported").answered()

    def introspect(self, call: Call) -> Response:
        """POST /services/oauth2/introspect: what a token of the asking client stands for."""
        form = form_of(call)
        try:
            client = authenticated(self.clients, call, form)
        except OAuthRefused as refusal:
            return OAuthRefused("invalid_client", refusal.description, 401).answered()
        token = form.get("token")
        if not token:
            return OAuthRefused("invalid_request", "missing required parameter: token").answered()
        session = self.tokens.session(token)
        if session is not None:
            return answer(self._told(call, client, session, "access_token"))
        granted = self.tokens.refreshable(token)
        return answer(self._told(call, client, granted, "refresh_token"))

    def _told(self, call: Call, client: Client, session: Session | None, kind: str) -> dict[str, object]:
        if session is None or session.client != client.key or not is_active(self.org, session.user_id):
            return {"active": False}
        user = self.org.store.row("User", session.user_id) or {}
        told = {
            "active": True,
            "scope": session.scope,
            "client_id": session.client,
            "username": user.get("Username"),
            "sub": identity_url(call, self.org, session.user_id),
            "token_type": kind,
            "iat": int(session.opened_at),
            "nbf": int(session.opened_at),
        }
        return told if kind == "refresh_token" else {**told, "exp": int(session.expires_at)}


def form_of(call: Call) -> dict[str, str]:
    """The body as an HTML form; of a field given twice the first."""
    told = parse_qs(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in told.items()}


def claimed(clients: Clients, call: Call, form: Mapping[str, str]) -> tuple[Client, str | None]:
    """The client that a request names, and the secret it shows, if any. Raises OAuthRefused."""
    key, secret = _basic(call) or (form.get("client_id"), form.get("client_secret"))
    if not key:
        raise OAuthRefused("invalid_request", "missing required parameter: client_id")
    client = clients.get(key)
    if client is None:
        raise OAuthRefused("invalid_client_id", "client identifier invalid")
    return client, secret


def authenticated(
    clients: Clients, call: Call, form: Mapping[str, str], *, may_be_public: bool = False
) -> Client:
    """The client a request comes from. A wrong secret never passes; none does where `may_be_public` and its app allow.

    Raises OAuthRefused.
    """
    client, secret = claimed(clients, call, form)
    if secret is None and may_be_public and not client.secret_required:
        return client
    if secret is None or not client.has_secret(secret):
        raise OAuthRefused("invalid_client", "invalid client credentials")
    return client


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthRefused("invalid_client", "invalid client credentials") from None
    return key, secret
