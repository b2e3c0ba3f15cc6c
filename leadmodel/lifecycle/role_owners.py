"""Who was the first of each role to hold a person: what is kept at every hand-over (M14, R137). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from leadmodel.lifecycle.cycles import Person, Span
from leadmodel.lifecycle.explain import Sentence, Teller, Topic
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.settings import Role, RoleOwner


class Original(NamedTuple):
    """The original owner of a role, and the span that made them so."""

    role: Role
    rep: str
    span: Span


def original_owners(person: Person, owners: Mapping[Role, RoleOwner], directory: Directory) -> list[Original]:
    """For each role the first human of its teams, as of then, who held the person in any cycle."""
    spans = [
        (span, team)
        for cycle in person.cycles
        for span in cycle.spans
        if span.holder is not None
        and directory.is_human(span.holder)
        and (team := directory.team_of(span.holder, span.started_at)) is not None
    ]
    found = []
    for role, owner in owners.items():
        first = next((span for span, team in spans if team in owner.teams), None)
        rep = directory.named(first.holder) if first is not None else None
        if first is not None and rep is not None:
            found.append(Original(role, rep, first))
    return found


def tell_original_owners(
    person: Person, teller: Teller, directory: Directory, kept: Mapping[str, object] | None = None
) -> list[Sentence]:
    """A sentence for each role; with `kept`, who Salesforce's field for the role names now (role → user Id)."""
    owners = teller.settings.role_owners
    told = []
    for role, rep, span in original_owners(person, owners, directory):
        text = (
            f"{teller.names(rep)} is the original owner of {role.replace('_', ' ')}:"
            f" the first of it to hold the person, from {teller.when(span.started_at)}"
        )
        if kept is not None and role in kept:
            text += f"; {owners[role].field} {_names(kept[role], rep, teller)}"
        told.append(Sentence(f"{text}.", "M14", Topic.HOLDER, teller.grounds.start(span)))
    return told


def _names(kept: object, rep: str, teller: Teller) -> str:
    if not kept:
        return "is empty until they hand over to another role"
    return "says so too" if kept == rep else f"names {teller.names(str(kept))}"
