"""Controls of who may enter: clients and sessions, under `/__sandbox__/`."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from sandbox.org.errors import ApiError
from sandbox.org.org import Org
from sandbox.server.answers import Call, answer, nothing
from sandbox.server.clients import DEFAULT, Clients, client_of, told_client
from sandbox.server.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Access:
    """Handlers of these controls."""

    org: Org
    tokens: Tokens
    clients: Clients

    def list_clients(self, _call: Call) -> Response:
        """GET clients."""
        return answer([told_client(client) for client in self.clients.all()])

    def set_clients(self, call: Call) -> Response:
        """PUT clients: `{"clients": [{"id": …, "secret": …}]}`, in the place of those that were; `sandbox` stays."""
        told = call.json().get("clients")
        if not isinstance(told, list):
            raise ApiError(400, "MISSING_ARGUMENT", "clients must be a list")
        self.clients.replace_all([client_of(one) for one in told])
        return self.list_clients(call)

    def open_session(self, call: Call) -> Response:
        """POST session: `{"user_id": …}` opens a session of that user, with a refresh token of `client_id`."""
        told = call.json()
        user_id, client = told.get("user_id"), told.get("client_id", DEFAULT.key)
        if not isinstance(user_id, str) or not isinstance(client, str):
            raise ApiError(400, "MISSING_ARGUMENT", "user_id must be given")
        self.org.live_row("User", user_id)
        return answer(
            {
                "access_token": self.tokens.open_session(user_id, client=client),
                "refresh_token": self.tokens.grant(user_id, client=client),
            },
            201,
        )

    def end_sessions(self, _call: Call) -> Response:
        """DELETE session: every access token is expired."""
        self.tokens.expire_all()
        return nothing()
