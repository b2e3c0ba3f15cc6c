"""Looking at an organisation: objects and fields that can be read, rows there are, calls that are left."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError
from sync.salesforce.objects import OBJECTS, MirroredObject
from sync.salesforce.outcomes import ObjectHidden
from sync.schema import wanted

WHERE_SHARING_COUNTS = ("Lead", "Contact", "Task", "Opportunity")
"""Of these we count what our user sees, to hold against what there is."""
SYSTEM_FIELDS = frozenset(
    {
        "Id",
        "IsDeleted",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
    }
)
"""Nobody can hide these; where one is missing, the object never has it."""
TRACKED = {"LeadHistory": ("Status", "Owner"), "ContactHistory": ("Owner",)}
"""The history that figures of the past rest on. Field names are history's own."""


@dataclass(frozen=True)
class ObjectSeen:
    """One object as our user sees it.

    `rows` is how many there are in the organisation, about; `visible` how many our user sees, deleted ones too.
    None: not known, or not asked.
    """

    name: str
    is_readable: bool
    missing: tuple[str, ...] = ()
    rows: int | None = None
    visible: int | None = None


@dataclass(frozen=True)
class Seen:
    """The organisation. `untracked`: (history object, field) pairs without a single row."""

    objects: tuple[ObjectSeen, ...]
    untracked: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    calls_left: int | None = None
    calls_allowed: int | None = None

    def named(self, name: str) -> ObjectSeen:
        """One of the mirrored objects."""
        return next(seen for seen in self.objects if seen.name == name)


def look(organisation: Organisation) -> Seen:
    """Ask Salesforce: some forty calls. Raises OrganisationError when it cannot be reached."""
    missing = {spec.name: _missing(organisation, spec) for spec in OBJECTS}
    readable = [name for name, fields in missing.items() if fields is not None]
    rows = _rows(organisation, readable)
    calls = organisation.json("limits").get("DailyApiRequests", {})
    return Seen(
        tuple(_seen(organisation, name, fields, rows.get(name)) for name, fields in missing.items()),
        frozenset(_untracked(organisation, readable)),
        calls_left=calls.get("Remaining"),
        calls_allowed=calls.get("Max"),
    )


def _missing(organisation: Organisation, spec: MirroredObject) -> tuple[str, ...] | None:
    """The fields we want and cannot read; None where the whole object is hidden."""
    try:
        types = organisation.describe(spec.name).types
    except ObjectHidden:
        return None
    return tuple(name for name in wanted(spec) if name not in types and name not in SYSTEM_FIELDS)


def _seen(
    organisation: Organisation, name: str, missing: tuple[str, ...] | None, rows: int | None
) -> ObjectSeen:
    if missing is None:
        return ObjectSeen(name, is_readable=False)
    visible = _count(organisation, f"FROM {name}") if name in WHERE_SHARING_COUNTS else None
    return ObjectSeen(name, is_readable=True, missing=missing, rows=rows, visible=visible)


def _rows(organisation: Organisation, names: Collection[str]) -> dict[str, int]:
    """How many rows there are of each object, by Salesforce's own statistics, whoever may see them."""
    if not names:
        return {}
    told = organisation.json("limits/recordCount", params={"sObjects": ",".join(names)})
    return {str(one["name"]): int(one["count"]) for one in told.get("sObjects", [])}


def _untracked(organisation: Organisation, readable: Collection[str]) -> Iterable[tuple[str, str]]:
    for name, fields in TRACKED.items():
        for one in fields if name in readable else ():
            # one row tells; counting all of a large history may take minutes
            if _count(organisation, f"FROM {name} WHERE Field = '{one}' LIMIT 1") == 0:
                yield name, one


def _count(organisation: Organisation, scope: str) -> int | None:
    """A count, None where Salesforce takes too long for it or refuses it."""
    try:
        return organisation.count(scope)
    except OrganisationError:
        return None
