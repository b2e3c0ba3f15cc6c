"""The settings that the control of this name takes, and what each may be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from starlette.responses import Response

from sandbox.org import defaults, stages
from sandbox.org.errors import ApiError
from sandbox.org.instants import BadInstant, normal_instant
from sandbox.org.org import API_USER, Org
from sandbox.server import authorize, grants, hosts, limits, query, replication, soap, tokens, users
from sandbox.server.answers import Call, nothing

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a setting may be: a check, and the words for what passes it."""

    is_so: Callable[[object, Org], bool]
    what: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Handler of the control."""

    org: Org

    def change(self, call: Call) -> Response:
        """PUT settings: some of the settings by name; null is what is usual."""
        told = call.json()
        for name, value in told.items():
            kind = _KINDS.get(name)
            if kind is None:
                raise ApiError(
                    400, "INVALID_SETTING", f"There is no setting {name}; there are {', '.join(_KINDS)}."
                )
            if value is not None and not kind.is_so(value, self.org):
                raise ApiError(400, "INVALID_SETTING", f"{name} must be {kind.what}.")
        with self.org.store.transaction():
            for name, value in told.items():
                self.org.store.set_setting(name, value)
        return nothing()


def _is_number(value: object, _org: Org) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    )


def _is_whole(value: object, _org: Org) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_text(value: object, _org: Org) -> bool:
    return isinstance(value, str) and _can_be_written(value)


def _is_user(value: object, org: Org) -> bool:
    return isinstance(value, str) and _can_be_written(value) and org.store.row("User", value) is not None


def _is_instant(value: object, _org: Org) -> bool:
    try:
        return isinstance(value, str) and bool(normal_instant(value))
    except BadInstant:
        return False


def _are_passwords(value: object, org: Org) -> bool:
    return isinstance(value, dict) and all(_is_text(text, org) for text in value.values())


def _are_values(value: object, _org: Org) -> bool:
    return isinstance(value, dict) and all(
        one is None or isinstance(one, str | int | float) for one in value.values()
    )


def _are_stages(value: object, _org: Org) -> bool:
    if not isinstance(value, dict):
        return False
    try:
        return all(isinstance(stages.Stage(**parts).probability, int | float) for parts in value.values())
    except TypeError:
        return False


def _can_be_written(text: str) -> bool:
    """Half a character, which JSON can spell, has no place in a file."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


_NUMBER = Kind(_is_number, "a number from 0")
_WHOLE = Kind(_is_whole, "a whole number from 0")
_TRUTH = Kind(lambda value, _: isinstance(value, bool), "true or false")
_USER = Kind(_is_user, "the Id of a user, with 18 characters")

_KINDS: Mapping[str, Kind] = {
    API_USER: _USER,
    query.TIME_ZONE: Kind(
        lambda value, _: isinstance(value, str) and value in available_timezones(),
        "a time zone such as Europe/Paris",
    ),
    tokens.SESSION_SECONDS: _NUMBER,
    tokens.ROTATE: _TRUTH,
    authorize.APPROVE_AS: _USER,
    grants.PASSWORD_FLOW: _TRUTH,
    users.PASSWORDS: Kind(_are_passwords, "an object of texts by username"),
    users.SECURITY_TOKEN: Kind(_is_text, "a text"),
    soap.SOAP_LOGIN: _TRUTH,
    hosts.MY_DOMAIN: Kind(
        lambda value, _: isinstance(value, str) and _LABEL.fullmatch(value) is not None,
        "letters, digits and hyphens",
    ),
    limits.DAILY_REQUESTS: _WHOLE,
    limits.CONCURRENT_REQUESTS: _WHOLE,
    limits.LONG_REQUEST_SECONDS: _NUMBER,
    defaults.SETTING: Kind(_are_values, "an object of values by Object.Field"),
    stages.SETTING: Kind(
        _are_stages, "an object by name of probability, is_closed, is_won and forecast_category"
    ),
    replication.DELETIONS_SINCE: Kind(_is_instant, "an instant"),
    replication.MOST_IDS: _WHOLE,
}
