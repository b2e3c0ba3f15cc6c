"""The OAuth endpoints: token (client credentials, refresh token), revoke, userinfo."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.responses import Response

from sandbox.org.org import Org
from sandbox.server.answers import Call, answer
from sandbox.server.tokens import RefusedToken, Tokens, organization_id, signature


@dataclass(frozen=True, slots=True)
class Client:
    """A connected application that may ask for tokens."""

    key: str = "sandbox"
    secret: str = "sandbox"  # noqa: S105 -- known to all; the server listens on this machine only


class OAuthRefused(Exception):
    """An OAuth error: its code and description. These answers are one object, not an array."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


@dataclass(frozen=True, slots=True)
class OAuth:
    """Handlers of the OAuth paths."""

    org: Org
    tokens: Tokens
    client: Client

    def token(self, call: Call) -> Response:
        """POST /services/oauth2/token."""
        form = _form(call)
        try:
            return answer(self._granted(call, form))
        except OAuthRefused as refusal:
            return answer({"error": refusal.code, "error_description": refusal.description}, 400)

    def _granted(self, call: Call, form: dict[str, str]) -> dict[str, str]:
        kind = form.get("grant_type")
        if kind is None:
            raise OAuthRefused("invalid_request", "must supply grant_type")
        if kind not in ("client_credentials", "refresh_token"):
            raise OAuthRefused("unsupported_grant_type", "grant type not supported")
        self._check_client(call, form)
        if kind == "client_credentials":
            user_id = self.org.api_user_id()
            return self._session(call, user_id, self.tokens.open_session(user_id), "api")
        if "refresh_token" not in form:
            raise OAuthRefused("invalid_request", "must supply refresh_token")
        try:
            user_id, access, refresh = self.tokens.refresh(form["refresh_token"])
        except RefusedToken:
            raise OAuthRefused("invalid_grant", "expired access/refresh token") from None
        told = self._session(call, user_id, access, "api refresh_token")
        return told if refresh is None else {**told, "refresh_token": refresh}

    def _check_client(self, call: Call, form: dict[str, str]) -> None:
        key, secret = _basic(call) or (form.get("client_id"), form.get("client_secret"))
        if not key:
            raise OAuthRefused("invalid_request", "missing required parameter: client_id")
        if not hmac.compare_digest(key.encode(), self.client.key.encode()):
            raise OAuthRefused("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest((secret or "").encode(), self.client.secret.encode()):
            raise OAuthRefused("invalid_client", "invalid client credentials")

    def _session(self, call: Call, user_id: str, token: str, scope: str) -> dict[str, str]:
        identity = f"{call.origin}/id/{organization_id(self.org)}/{user_id}"
        issued_at = str(int(time.time() * 1000))
        return {
            "access_token": token,
            "signature": signature(identity, issued_at, self.client.secret),
            "scope": scope,
            "instance_url": call.origin,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }

    def revoke(self, call: Call) -> Response:
        """POST or GET /services/oauth2/revoke."""
        token = _form(call).get("token") or call.query.get("token", "")
        if self.tokens.revoke(token):
            return Response(status_code=200)
        return answer(
            {"error": "unsupported_token_type", "error_description": "this token type is not supported"}, 400
        )

    def userinfo(self, call: Call) -> Response:
        """GET /services/oauth2/userinfo."""
        user = self.org.store.row("User", call.user_id) or {}
        organization = organization_id(self.org)
        rest = f"{call.origin}/services/data/v{{version}}/"
        return answer(
            {
                "sub": f"{call.origin}/id/{organization}/{call.user_id}",
                "user_id": call.user_id,
                "organization_id": organization,
                "preferred_username": user.get("Username"),
                "name": user.get("Name"),
                "email": user.get("Email"),
                "zoneinfo": user.get("TimeZoneSidKey") or "UTC",
                "locale": user.get("LocaleSidKey") or "en_US",
                "active": bool(user.get("IsActive")),
                "urls": {"rest": rest, "sobjects": f"{rest}sobjects/", "query": f"{rest}query/"},
            }
        )


def _form(call: Call) -> dict[str, str]:
    told = parse_qs(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in told.items()}


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthRefused("invalid_client", "invalid client credentials") from None
    return key, secret
