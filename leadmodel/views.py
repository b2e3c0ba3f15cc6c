"""Pages about people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from base.address import given, read_as_of, written_instant
from base.pages import page, viewer, viewer_zone
from leadmodel.access import access_person
from leadmodel.pages.links import person_href
from leadmodel.pages.people import MOST, SHORTEST, find_people
from leadmodel.pages.person import view_person
from leadmodel.pages.shell import read_shell
from leadmodel.settings_store import settings_in_force
from leadmodel.story import read_story


@page
def person(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """One person's story. A converted or merged record's address leads to the person's own."""
    user, now = viewer(request), timezone.now()
    found = access_person(user, record_id)
    as_of = read_as_of(request.GET, zone=settings_in_force().organisation.zone, now=now)
    # As of an instant a record may have been a person of its own.
    if as_of is None and found.person_id != record_id:
        return redirect(person_href(found.person_id))
    story = read_story(record_id, as_of=as_of)
    zone = viewer_zone(user)
    context = {
        "shell": read_shell(user, current="people", now=now),
        "person": view_person(story, as_of=as_of, now=now, zone=zone) if story else None,
        "record_id": record_id,
        "as_of": written_instant(as_of) or "",
        "zone": zone.key,
        "here": person_href(found.person_id),
    }
    return render(request, "people/person.html", context)


@page
def people(request: HttpRequest) -> HttpResponseBase:
    """Search among the people the viewer may see."""
    user, now = viewer(request), timezone.now()
    words = given(request.GET, "q") or ""
    is_asked = len(words) >= SHORTEST
    found = find_people(user, words) if is_asked else []
    context = {
        "shell": read_shell(user, current="people", now=now),
        "words": words,
        "is_asked": is_asked,
        "found": found[:MOST],
        "has_more": len(found) > MOST,
        "most": MOST,
    }
    return render(request, "people/search.html", context)
