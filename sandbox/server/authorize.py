"""The authorization page: a person lets a client act for one of the organisation's users, or does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, Response

from sandbox.org.org import Org
from sandbox.server.answers import Call
from sandbox.server.authorize_page import error_page, question_page
from sandbox.server.clients import LASTING, SCOPES, Client, Clients
from sandbox.server.codes import Codes, Consent
from sandbox.server.oauth import OAuthRefused, form_of
from sandbox.server.users import active_users, is_active

APPROVE_AS = "approve_as"
"""The setting that names a user by Id as whom every request is approved at once, without a page."""

_REST = frozenset(SCOPES) - LASTING
_KEPT = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "nonce",
)  # fmt: skip
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that is in order: what the client wants, and where the answer goes."""

    client: Client
    redirect_uri: str
    state: str | None
    scope: str
    challenge: str | None
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Authorize:
    """Handlers of /services/oauth2/authorize."""

    org: Org
    clients: Clients
    codes: Codes

    def ask(self, call: Call) -> Response:
        """GET: the page, or the answer at once where the organisation is set so."""
        return self._answered(call.query, decision=None)

    def decide(self, call: Call) -> Response:
        """POST: the request again with what the person chose; without a choice, as GET."""
        form = form_of(call)
        return self._answered({**call.query, **form}, decision=form.get("decision"))

    def _answered(self, told: Mapping[str, str], decision: str | None) -> Response:
        try:
            client, redirect_uri = self._returning(told)
        except OAuthRefused as refusal:
            # the client that asked is not known, so nobody may be sent anywhere
            return HTMLResponse(error_page(refusal.code, refusal.description), 400, _HEADERS)
        state = told.get("state")
        try:
            asked = _Asked(
                client, redirect_uri, state, _scope(client, told), _challenge(client, told), told.get("nonce")
            )
            return self._decided(asked, told, decision)
        except OAuthRefused as refusal:
            return _sent_back(
                redirect_uri,
                {"error": refusal.code, "error_description": refusal.description, "state": state},
            )

    def _returning(self, told: Mapping[str, str]) -> tuple[Client, str]:
        client = self.clients.get(told.get("client_id", ""))
        if client is None:
            raise OAuthRefused("invalid_client_id", "client identifier invalid")
        redirect_uri = told.get("redirect_uri") or (client.callbacks[0] if len(client.callbacks) == 1 else "")
        if not redirect_uri:
            raise OAuthRefused("redirect_uri_missing", "redirect_uri not provided")
        if not client.may_return_to(redirect_uri):
            raise OAuthRefused("redirect_uri_mismatch", "redirect_uri must match configuration")
        return client, redirect_uri

    def _decided(self, asked: _Asked, told: Mapping[str, str], decision: str | None) -> Response:
        if decision == "deny":
            raise OAuthRefused("access_denied", "end-user denied authorization")
        user_id = told.get("user_id") if decision == "allow" else self.org.store.setting(APPROVE_AS)
        if user_id is None:
            if "none" in told.get("prompt", "").split():
                raise OAuthRefused("login_required", "user is not logged in")
            kept = {name: told[name] for name in _KEPT if name in told}
            page = question_page(
                asked.client,
                active_users(self.org),
                scope=asked.scope,
                hint=told.get("login_hint", ""),
                kept=kept,
            )
            return HTMLResponse(page, headers=_HEADERS)
        if not is_active(self.org, user_id):
            raise OAuthRefused("inactive_user", "user is inactive")
        code = self.codes.give(
            Consent(user_id, asked.client.key, asked.redirect_uri, asked.scope, asked.challenge, asked.nonce),
            now=self.org.clock.now(),
        )
        return _sent_back(asked.redirect_uri, {"code": code, "state": asked.state})


def _scope(client: Client, told: Mapping[str, str]) -> str:
    """What is asked for in the client's order; everything the client may have where nothing is."""
    if told.get("response_type") != "code":
        raise OAuthRefused("unsupported_response_type", "response type not supported")
    wanted = told.get("scope", "").split()
    if not set(wanted) <= set(client.scopes) | _implied(client):
        raise OAuthRefused("invalid_scope", "the requested scope is not allowed")
    return " ".join(dict.fromkeys(wanted)) if wanted else " ".join(client.scopes)


def _implied(client: Client) -> set[str]:
    """Names that mean what the client may do under others: two for a lasting session, and `full` for all the rest."""
    may = set(client.scopes)
    implied = set() if may.isdisjoint(LASTING) else set(LASTING)
    if "full" in may:
        implied |= _REST
    elif may >= _REST:
        implied.add("full")
    return implied


def _challenge(client: Client, told: Mapping[str, str]) -> str | None:
    """The S256 challenge; other methods do not exist in Salesforce."""
    challenge = told.get("code_challenge")
    if not challenge:
        if client.pkce_required:
            raise OAuthRefused("invalid_request", "missing required code challenge")
        return None
    if told.get("code_challenge_method", "S256") != "S256":
        raise OAuthRefused("invalid_request", "invalid code challenge method")
    return challenge.rstrip("=")


def _sent_back(redirect_uri: str, answers: Mapping[str, str | None]) -> Response:
    told = urlencode({name: value for name, value in answers.items() if value is not None}, quote_via=quote)
    uri, hash_mark, fragment = redirect_uri.partition("#")
    joint = "&" if "?" in uri else "?"
    place = quote(uri, safe=":/?#[]@!$&'()*+,;=%~") + joint + told + hash_mark + quote(fragment)
    return Response(status_code=302, headers={"Location": place, **_HEADERS})
