"""Controls of who may enter and what they see: clients, sessions, hidden objects and fields, under `/__sandbox__/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sandbox.org.errors import ApiError, malformed_id
from sandbox.org.ids import MalformedId, id18
from sandbox.org.org import Org
from sandbox.org.store import HIDDEN_FROM_PROFILES, HIDDEN_FROM_USERS
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
        if not isinstance(user_id, str):
            raise ApiError(400, "MISSING_ARGUMENT", "user_id must be given")
        if not isinstance(client, str) or self.clients.get(client) is None:
            raise ApiError(400, "INVALID_CLIENT", f"The organisation has no client {client!r}.")
        try:
            user_id = id18(user_id)
        except MalformedId:
            raise malformed_id(user_id, "user_id") from None
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

    def hidden(self, _call: Call) -> Response:
        """GET hidden."""
        setting = self.org.store.setting
        return answer(
            {
                "objects": setting("hidden_objects", []),
                "fields": setting("hidden_fields", []),
                "users": setting(HIDDEN_FROM_USERS, {}),
                "profiles": setting(HIDDEN_FROM_PROFILES, {}),
            }
        )

    def set_hidden(self, call: Call) -> Response:
        """PUT hidden: `{"objects": ["Event"], "fields": ["Lead.Rating"]}` that nobody sees.

        The same under `{"users": {Id: …}}` and `{"profiles": {Id: …}}` for single users and those of a profile.
        """
        told = call.json()
        nobody = self._checked(told)
        users, profiles = self._by_id(told, "users", "User"), self._by_id(told, "profiles", "Profile")
        store = self.org.store
        with store.transaction():
            store.set_setting("hidden_objects", nobody["objects"])
            store.set_setting("hidden_fields", nobody["fields"])
            store.set_setting(HIDDEN_FROM_USERS, users)
            store.set_setting(HIDDEN_FROM_PROFILES, profiles)
        return self.hidden(call)

    def _by_id(self, told: Mapping[str, Any], name: str, object_name: str) -> dict[str, dict[str, list[str]]]:
        given = told.get(name, {})
        if not isinstance(given, dict):
            raise ApiError(400, "MISSING_ARGUMENT", f"{name} must be an object of Ids")
        checked = {}
        for text, hiding in given.items():
            try:
                record_id = id18(text)
            except MalformedId:
                raise ApiError(400, "MALFORMED_ID", f"{name}: {text} is no Id") from None
            if self.org.store.row(object_name, record_id) is None:
                raise ApiError(
                    400, "INVALID_CROSS_REFERENCE_KEY", f"The organisation has no {object_name} {text}."
                )
            if not isinstance(hiding, dict):
                raise ApiError(400, "MISSING_ARGUMENT", f"{name}: {text} must have objects or fields")
            checked[record_id] = self._checked(hiding)
        return checked

    def _checked(self, told: Mapping[str, Any]) -> dict[str, list[str]]:
        """The objects and fields named, all of which there must be."""
        names = {}
        for kind in ("objects", "fields"):
            given = told.get(kind, [])
            if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
                raise ApiError(400, "MISSING_ARGUMENT", f"{kind} must be a list of names")
            names[kind] = given
        schema = self.org.store.schema
        for name in names["objects"]:
            if name not in schema.objects:
                raise ApiError(400, "INVALID_TYPE", f"The organisation has no object {name}.")
        for path in names["fields"]:
            object_name, _, field_name = path.partition(".")
            one = schema.objects.get(object_name)
            if one is None or field_name not in {field.name for field in one.fields}:
                raise ApiError(400, "INVALID_FIELD", f"The organisation has no field {path}.")
        return names
