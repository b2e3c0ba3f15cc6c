"""The token endpoint: what a client shows, and the session it gets for that."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.org.org import Org
from sandbox.server.answers import Call, answer
from sandbox.server.clients import LASTING, Client, Clients
from sandbox.server.codes import Codes, Consent, SpentCode, UnknownCode
from sandbox.server.hosts import instance_url, is_login_host, my_domain_url
from sandbox.server.identity import identity_url, profile_claims
from sandbox.server.oauth import OAuthRefused, authenticated, form_of
from sandbox.server.signing import BadToken, SigningKey, challenge_of, check_signature, claims_of, half_hash
from sandbox.server.tokens import RefusedToken, Tokens, new_family
from sandbox.server.users import by_username, fits, is_active

PASSWORD_FLOW = "allow_password_flow"  # noqa: S105 -- the name of a setting
"""The setting that allows the username-password flow, which new organisations refuse."""

_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
_LONGEST_ASSERTION_S = 300
_IDENTITY_TOKEN_S = 120

Form = Mapping[str, str]
Granted = dict[str, object]


@dataclass(frozen=True, slots=True)
class Grants:
    """Handler of the token endpoint."""

    org: Org
    tokens: Tokens
    clients: Clients
    codes: Codes
    key: SigningKey

    def token(self, call: Call) -> Response:
        """POST /services/oauth2/token."""
        try:
            return answer(self._granted(call, form_of(call)), headers={"Cache-Control": "no-store"})
        except OAuthRefused as refusal:
            return refusal.answered()

    def _granted(self, call: Call, form: Form) -> Granted:
        kinds: dict[str, Callable[[Call, Form], Granted]] = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh_token,
            "client_credentials": self._by_client,
            "urn:ietf:params:oauth:grant-type:jwt-bearer": self._by_assertion,
            "password": self._by_password,
        }
        kind = form.get("grant_type")
        if kind is None:
            raise OAuthRefused("invalid_request", "must supply grant_type")
        if kind not in kinds:
            raise OAuthRefused("unsupported_grant_type", "grant type not supported")
        return kinds[kind](call, form)

    def _by_code(self, call: Call, form: Form) -> Granted:
        client = authenticated(self.clients, call, form, may_be_public=True)
        try:
            consent = self.codes.take(_given(form, "code"), now=self.org.clock.now())
        except UnknownCode:
            raise OAuthRefused("invalid_grant", "invalid authorization code") from None
        except SpentCode:
            raise OAuthRefused("invalid_grant", "expired authorization code") from None
        if consent.client != client.key:
            raise OAuthRefused("invalid_grant", "invalid authorization code")
        if _given(form, "redirect_uri") != consent.redirect_uri:
            raise OAuthRefused("redirect_uri_mismatch", "redirect_uri must match configuration")
        _check_verifier(consent, form.get("code_verifier"))
        self._refuse_inactive(consent.user_id)
        lasts = not LASTING.isdisjoint(consent.scope.split())
        family = new_family() if lasts else None
        access = self.tokens.open_session(
            consent.user_id, client=client.key, scope=consent.scope, family=family
        )
        told = self._session(call, client, consent.user_id, access, consent.scope)
        if lasts:
            told["refresh_token"] = self.tokens.grant(
                consent.user_id, client=client.key, scope=consent.scope, family=family
            )
        return self._with_identity(call, client, consent.user_id, told, nonce=consent.nonce)

    def _by_refresh_token(self, call: Call, form: Form) -> Granted:
        client = authenticated(self.clients, call, form, may_be_public=True)
        held = self.tokens.refreshable(_given(form, "refresh_token"))
        if held is not None:
            # who comes back to work must find the token unused
            self._refuse_inactive(held.user_id)
        try:
            fresh = self.tokens.refresh(form["refresh_token"], client.key)
        except RefusedToken:
            raise OAuthRefused("invalid_grant", "expired access/refresh token") from None
        told = self._session(call, client, fresh.user_id, fresh.access_token, fresh.scope)
        if fresh.refresh_token is not None:
            told["refresh_token"] = fresh.refresh_token
        return self._with_identity(call, client, fresh.user_id, told)

    def _by_client(self, call: Call, form: Form) -> Granted:
        if is_login_host(call):
            raise OAuthRefused("invalid_grant", "request not supported on this domain")
        client = authenticated(self.clients, call, form)
        user_id = client.user_id or self.org.api_user_id()
        if not is_active(self.org, user_id):
            raise OAuthRefused("invalid_grant", "no client credentials user enabled")
        return self._open(call, client, user_id)

    def _by_assertion(self, call: Call, form: Form) -> Granted:
        assertion = _given(form, "assertion")
        try:
            claims = claims_of(assertion)
        except BadToken:
            raise OAuthRefused("invalid_grant", "invalid assertion") from None
        client = self.clients.get(str(claims.get("iss")))
        if client is None:
            raise OAuthRefused("invalid_client_id", "client identifier invalid")
        key = client.public_key()
        try:
            if key is None:
                raise BadToken("no certificate is registered")
            check_signature(assertion, key)
        except BadToken:
            raise OAuthRefused("invalid_grant", "invalid assertion") from None
        if str(claims.get("aud")).rstrip("/") not in (*_AUDIENCES, call.origin, my_domain_url(self.org)):
            raise OAuthRefused("invalid_grant", "audience is invalid")
        _check_expiry(claims.get("exp"))
        user = by_username(self.org, str(claims.get("sub")))
        if user is None:
            raise OAuthRefused("invalid_grant", "user hasn't approved this consumer")
        user_id = str(user["Id"])
        self._refuse_inactive(user_id)
        if not client.pre_authorized and not self.tokens.has_approved(user_id, client.key):
            raise OAuthRefused("invalid_grant", "user hasn't approved this consumer")
        return self._open(call, client, user_id)

    def _by_password(self, call: Call, form: Form) -> Granted:
        client = authenticated(self.clients, call, form)
        user = by_username(self.org, _given(form, "username"))
        password = _given(form, "password")
        if (
            not self.org.store.setting(PASSWORD_FLOW)
            or user is None
            or not user["IsActive"]
            or not fits(self.org, user, password)
        ):
            raise OAuthRefused("invalid_grant", "authentication failure")
        return self._open(call, client, str(user["Id"]))

    def _open(self, call: Call, client: Client, user_id: str) -> Granted:
        """A session of all that the client may do, which cannot be refreshed."""
        scope = " ".join(name for name in client.scopes if name not in LASTING)
        access = self.tokens.open_session(user_id, client=client.key, scope=scope)
        return self._session(call, client, user_id, access, scope)

    def _refuse_inactive(self, user_id: str) -> None:
        if not is_active(self.org, user_id):
            raise OAuthRefused("inactive_user", "user is inactive")

    def _session(self, call: Call, client: Client, user_id: str, token: str, scope: str) -> Granted:
        identity = identity_url(call, self.org, user_id)
        issued_at = str(int(self.org.clock.now().timestamp() * 1000))
        return {
            "access_token": token,
            "signature": _signature(identity, issued_at, client.secret),
            "scope": scope,
            "instance_url": instance_url(call, self.org),
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }

    def _with_identity(
        self, call: Call, client: Client, user_id: str, told: Granted, nonce: str | None = None
    ) -> Granted:
        """With the scope `openid`, a token that says who signed in. Clients check its times by the machine's clock."""
        if "openid" not in str(told["scope"]).split():
            return told
        now = int(time.time())
        claims: dict[str, object] = {
            "at_hash": half_hash(str(told["access_token"])),
            "sub": told["id"],
            "aud": client.key,
            "iss": call.origin,
            "iat": now,
            "exp": now + _IDENTITY_TOKEN_S,
            **profile_claims(call, self.org, user_id),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return {**told, "id_token": self.key.signed(claims)}


def _given(form: Form, name: str) -> str:
    value = form.get(name)
    if not value:
        raise OAuthRefused("invalid_request", f"missing required parameter: {name}")
    return value


def _check_verifier(consent: Consent, verifier: str | None) -> None:
    if consent.challenge is None:
        return
    if not verifier:
        raise OAuthRefused("invalid_request", "missing required code verifier")
    if not hmac.compare_digest(challenge_of(verifier), consent.challenge):
        raise OAuthRefused("invalid_grant", "invalid code verifier")


def _check_expiry(told: object) -> None:
    """An assertion lives for five minutes at most, by the machine's clock: its client has no other."""
    try:
        expires_at = float(str(told))
    except ValueError:
        raise OAuthRefused("invalid_grant", "invalid assertion") from None
    left = expires_at - time.time()
    if not math.isfinite(left) or left > _LONGEST_ASSERTION_S:
        raise OAuthRefused("invalid_grant", "invalid assertion")
    if left <= 0:
        raise OAuthRefused("invalid_grant", "expired authorization code")


def _signature(identity: str, issued_at: str, secret: str) -> str:
    """What proves to a client that the identity address was not changed."""
    digest = hmac.new(secret.encode(), (identity + issued_at).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
