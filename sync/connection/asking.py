"""Asking Salesforce in somebody's browser: where to send them, and what is remembered until they come back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase

from sync.connection.cipher import seal, unseal
from sync.connection.store import App
from sync.models.connection import Connection
from sync.salesforce.http import OrganisationError

LASTS = timedelta(minutes=10)
"""Somebody who takes longer begins anew."""
_KEPT_AS = "salesforce_asked"


class Purpose(StrEnum):
    """What the answer is for."""

    CONNECT = "connect"
    LOG_IN = "log in"


SCOPES = {Purpose.CONNECT: "api refresh_token openid", Purpose.LOG_IN: "openid"}


class NotAsked(OrganisationError):
    """An answer nobody in this browser waits for. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is under way. `state` leads its answer here, `verifier` and `nonce` prove that it is ours.

    `by` is the app user who asks (None: nobody has logged in), `following` the page to go on to.
    """

    purpose: Purpose
    app: App
    callback: str
    asked_at: datetime
    by: int | None = None
    following: str = ""
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def address(self) -> str:
        """Where the browser goes: Salesforce's page that asks for consent (PKCE, S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": self.callback,
            "scope": SCOPES[self.purpose],
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if self.purpose is Purpose.CONNECT:
            # as the integration user, who is seldom the one logged in to Salesforce in this browser
            asked["prompt"] = "login"
        return f"{self.app.url}/services/oauth2/authorize?{urlencode(asked)}"

    def code_form(self, code: str) -> dict[str, str]:
        """What the token endpoint is shown for the code that came back."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "client_id": self.app.client_id,
            "client_secret": self.app.secret,
            "code_verifier": self.verifier,
        }


def remember(session: SessionBase, asked: Asked) -> None:
    """Keep the question in the browser's session, in the place of an earlier one. Raises cipher.NoKey."""
    app = asked.app
    session[_KEPT_AS] = seal(
        json.dumps(
            {
                "purpose": asked.purpose,
                "app": [app.flow, app.url, app.client_id, app.secret, app.username],
                "callback": asked.callback,
                "asked_at": asked.asked_at.isoformat(),
                "by": asked.by,
                "following": asked.following,
                "state": asked.state,
                "verifier": asked.verifier,
                "nonce": asked.nonce,
            }
        )
    )


def recall(session: SessionBase, state: str, *, by: int | None, now: datetime) -> Asked:
    """The question that `state` answers, once. Raises NotAsked where there is none, or it is another's or too old."""
    kept = session.get(_KEPT_AS)
    if not kept:
        raise NotAsked(_BEGIN_ANEW)
    told = json.loads(unseal(kept))
    if not hmac.compare_digest(told["state"].encode(), state.encode()):
        raise NotAsked(_BEGIN_ANEW)
    # only now: a stranger's link with a state of its own must not undo a question under way
    del session[_KEPT_AS]
    flow, url, client_id, secret, username = told.pop("app")
    asked = Asked(
        purpose=Purpose(told.pop("purpose")),
        app=App(Connection.Flow(flow), url, client_id, secret, username),
        asked_at=datetime.fromisoformat(told.pop("asked_at")),
        **told,
    )
    if asked.by != by or now - asked.asked_at > LASTS:
        raise NotAsked(_BEGIN_ANEW)
    return asked


_BEGIN_ANEW = (
    "Nobody here waits for this answer from Salesforce: it was asked too long ago, in another browser, or answered"
    " already. Nothing was changed; begin anew."
)
