"""The page of one person: what happened, why, which figures it counts in, and what automation does about it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from alerts.erasing import erase_what_was_told
from alerts.pages.steps import view_steps
from base import clock
from base.address import read_instant, written_instant
from base.ops_pages import ops_action
from base.pages import page, viewer, viewer_zone
from leadmodel import erasing
from leadmodel.access import access_person
from leadmodel.actions import NotPossible
from leadmodel.lifecycle.facts import Horizon
from leadmodel.may_act import assigns
from leadmodel.pages.acting import read_panel
from leadmodel.pages.aliases import read_aliases
from leadmodel.pages.erasing import read_erasing
from leadmodel.pages.links import person_href
from leadmodel.pages.marks import read_marks_of
from leadmodel.pages.person import view_person, writer_of
from leadmodel.pages.shell import read_shell
from leadmodel.settings_store import settings_in_force
from leadmodel.story import read_story
from metrics.membership import read_membership
from metrics.pages.counted import view_counted


@page
def person(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """One person's story. A converted or merged record's address leads to the person's own."""
    return _show(request, record_id)


def _show(request: HttpRequest, record_id: str, *, problem: str = "") -> HttpResponseBase:
    user, now = viewer(request), clock.now()
    found = access_person(user, record_id)
    in_zone = settings_in_force().organisation.zone
    as_of = read_instant(request.GET, "as_of", zone=in_zone, now=now)
    known_by = read_instant(request.GET, "known_by", zone=in_zone, now=now)
    is_past = as_of is not None or known_by is not None
    # As of an instant, or as known by one, a record may have been a person of its own.
    if not is_past and found.person_id != record_id:
        return redirect(person_href(found.person_id))
    story = read_story(record_id, as_of=as_of, known_by=known_by)
    zone = viewer_zone(user)
    context: dict[str, object] = {
        "shell": read_shell(user, current="people", now=now),
        "record_id": record_id,
        "as_of": written_instant(as_of) or "",
        "known_by": written_instant(known_by) or "",
        "zone": zone.key,
        "here": person_href(found.person_id),
        "audit_href": f"{reverse('audit')}?q={found.person_id}" if assigns(user) else "",
    }
    if story is not None:
        context["aliases"] = read_aliases(
            story.person, story.model.settings, Horizon(as_of, known_by), now=now, zone=zone
        )
        writer = writer_of(story, now=now, zone=zone)
        context["person"] = view_person(story, writer, as_of=as_of, known_by=known_by)
        context["steps"] = view_steps(story, as_of=as_of, known_by=known_by, now=now, zone=zone)
        context["counting"] = view_counted(
            read_membership(story, as_of=as_of, known_by=known_by, now=now), writer
        )
    if not is_past:
        context |= {
            "panel": read_panel(user, found, now=now, stays=True),
            "marks": read_marks_of(user, found, shown_as=found.person_id, now=now),
            "erasing": read_erasing(user, found, now=now, zone=zone, problem=problem),
            "next": person_href(found.person_id),
        }
    return render(request, "people/person.html", context, status=422 if problem else 200)


@ops_action
def erase(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Somebody who was deleted asked to be forgotten: empty their names now."""
    user, now = viewer(request), clock.now()
    found = access_person(user, record_id)
    try:
        erasing.erase(user, found, now=now, also=erase_what_was_told)
    except NotPossible as problem:
        return _show(request, record_id, problem=str(problem))
    return redirect(person_href(found.person_id))
