"""Controls that change records in ways the REST API has no request for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from sandbox.org import drift, rules
from sandbox.org.errors import ApiError, no_such_record
from sandbox.org.org import Org
from sandbox.server.answers import Call, answer, nothing
from sandbox.server.describe import described


@dataclass(frozen=True, slots=True)
class Interventions:
    """Handlers of the paths under `/__sandbox__/` that change records."""

    org: Org

    def convert(self, call: Call) -> Response:
        """POST convert: `{"lead_id": …, "status": …, "opportunity": {…}}`, as the convertLead call would."""
        told = call.json()
        done = self.org.convert(
            required(told, "lead_id"),
            user_id=told.get("user_id") or call.user_id,
            status=told.get("status"),
            account_id=told.get("account_id"),
            contact_id=told.get("contact_id"),
            opportunity=told.get("opportunity"),
        )
        return answer(
            {
                "lead_id": done.lead_id,
                "account_id": done.account_id,
                "contact_id": done.contact_id,
                "opportunity_id": done.opportunity_id,
            }
        )

    def merge(self, call: Call) -> Response:
        """POST merge: `{"winner_id": …, "loser_ids": […]}`, as the merge call would."""
        told = call.json()
        self.org.merge(
            required(told, "winner_id"),
            _ids(told, "loser_ids"),
            user_id=told.get("user_id") or call.user_id,
            values=told.get("values"),
        )
        return nothing()

    def undelete(self, call: Call) -> Response:
        """POST undelete: `{"object": "Lead", "id": …}`."""
        told = call.json()
        self.org.undelete(required(told, "object"), required(told, "id"), told.get("user_id") or call.user_id)
        return nothing()

    def purge(self, call: Call) -> Response:
        """POST purge: `{"ids": […]}` are deleted for good, out of the recycle bin or past it."""
        with self.org.store.transaction():
            for record_id in _ids(call.json(), "ids"):
                one = self.org.store.schema.by_prefix(record_id[:3])
                if one is None:
                    raise no_such_record()
                self.org.hard_delete(one.name, record_id, call.user_id)
        return nothing()

    def empty_bin(self, call: Call) -> Response:
        """POST empty-bin: `{"days": 15}` keeps what was deleted in the last so many days; 0 unless given."""
        days = call.json().get("days", 0)
        if not isinstance(days, int | float):
            raise ApiError(400, "INVALID_ARGUMENT", "days must be a number")
        return answer(self.org.empty_bin(self.org.clock.now() - timedelta(days=days)))

    def touch(self, call: Call) -> Response:
        """POST touch: `{"ids": […]}` get a new SystemModstamp and nothing else."""
        with self.org.store.transaction():
            for record_id in _ids(call.json(), "ids"):
                self.org.touch(record_id)
        return nothing()

    def archive(self, _call: Call) -> Response:
        """POST archive: activities that were over a year ago by the organisation's clock."""
        return answer(self.org.archive())

    def late(self, _call: Call) -> Response:
        """GET late."""
        return answer({"seconds": self.org.lateness.seconds})

    def set_late(self, call: Call) -> Response:
        """PUT late: `{"seconds": 300}` lets changes become visible so long after their stamp."""
        seconds = call.json().get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise ApiError(400, "INVALID_ARGUMENT", "seconds must be a number from 0")
        self.org.lateness.set(seconds)
        return self.late(call)

    def rules(self, _call: Call) -> Response:
        """GET rules."""
        return answer(self.org.store.setting(rules.SETTING, {}))

    def set_rules(self, call: Call) -> Response:
        """PUT rules: what `rules.checked` tells; it replaces those of before."""
        self.org.store.set_setting(rules.SETTING, rules.checked(self.org.store.schema, call.json()))
        return self.rules(call)

    def add_field(self, call: Call) -> Response:
        """POST fields: `{"object": "Task", "name": "Lead_Ops_Key__c", "length": 80, "external_id": true}`."""
        told = call.json()
        object_name = required(told, "object")
        field = drift.add(self.org.store, self.org.lateness, object_name, _without(told, "object"))
        return answer(described(field), 201)

    def change_field(self, call: Call) -> Response:
        """PATCH fields: `{"object": "Lead", "name": "Score__c", "to": {"name": "Points__c", "type": "string"}}`."""
        told = call.json()
        changes = told.get("to")
        if not isinstance(changes, dict):
            raise ApiError(400, "MISSING_ARGUMENT", "to must be what differs")
        field = drift.change(
            self.org.store, self.org.lateness, required(told, "object"), required(told, "name"), changes
        )
        return answer(described(field))

    def remove_field(self, call: Call) -> Response:
        """DELETE fields: `{"object": "Lead", "name": "Score__c"}`."""
        told = call.json()
        drift.remove(self.org.store, self.org.lateness, required(told, "object"), required(told, "name"))
        return nothing()


def required(told: Mapping[str, Any], name: str) -> str:
    """A text that a control needs. Raises ApiError."""
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise ApiError(400, "MISSING_ARGUMENT", f"{name} must be given")
    return value


def _ids(told: Mapping[str, Any], name: str) -> list[str]:
    value = told.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ApiError(400, "MISSING_ARGUMENT", f"{name} must be a list of Ids")
    return value


def _without(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key != name}
