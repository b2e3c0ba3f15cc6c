"""Pages about people."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from base import clock
from base.address import given
from base.downloads import download
from base.leaving import is_htmx
from base.models import Role
from base.pages import back, page, viewer
from leadmodel.access import access_person
from leadmodel.pages.acting import read_acting_page, read_panel
from leadmodel.pages.ledger import CSV, ledger_lines, read_ledger_address, view_ledger
from leadmodel.pages.links import person_href
from leadmodel.pages.marks import read_marks_of
from leadmodel.pages.people import MOST, SHORTEST, find_people
from leadmodel.pages.requests import read_requests
from leadmodel.pages.shell import read_shell


@page
def act(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """The actions on one person: below their row, or on a page of their own."""
    user, now = viewer(request), clock.now()
    found = access_person(user, record_id)
    panel = read_panel(user, found, now=now, stays=False)
    then = back(request, person_href(found.person_id))
    if is_htmx(request):
        return render(request, "people/acting.html", {"panel": panel, "next": then})
    context = read_acting_page(user, found, panel, now=now) | {"next": then}
    return render(request, "people/act.html", context)


@page
def marks(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """What became of the actions on one person: the small part of a page that asks again while something waits."""
    user, now = viewer(request), clock.now()
    found = access_person(user, record_id)
    told = read_marks_of(user, found, shown_as=record_id, now=now)
    return render(request, "people/marks.html", {"marks": told})


@page
def people(request: HttpRequest) -> HttpResponseBase:
    """Search among the people the viewer may see."""
    user, now = viewer(request), clock.now()
    words = given(request.GET, "q") or ""
    is_asked = len(words) >= SHORTEST or not words.isascii()  # one ideograph is a word
    found = find_people(user, words) if is_asked else None
    context = {
        "shell": read_shell(user, current="people", now=now),
        "words": words,
        "is_asked": is_asked,
        "found": found,
        "most": MOST,
    }
    return render(request, "people/search.html", context)


@page
def requests(request: HttpRequest) -> HttpResponseBase:
    """What reps ask of whoever looks after them."""
    user, now = viewer(request), clock.now()
    if user.role == Role.REP:
        raise Http404("Requests are answered by managers and operations.")
    context = {
        "shell": read_shell(user, current="requests", now=now),
        "requests": read_requests(user, now=now),
    }
    return render(request, "people/requests.html", context)


@page
def ledger(request: HttpRequest) -> HttpResponseBase:
    """Whom the figures leave out or left out, and what was asked."""
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="ledger", now=now),
        "ledger": view_ledger(user, read_ledger_address(request.GET), now=now),
        "written": {"record_id": given(request.GET, "person") or ""},
    }
    return render(request, "people/ledger.html", context)


@page
def ledger_csv(request: HttpRequest) -> HttpResponseBase:
    """All lines of the ledger that the address selects."""
    user, now = viewer(request), clock.now()
    lines = ledger_lines(user, read_ledger_address(request.GET).narrowed, now=now)
    return download(f"exceptions {now:%Y-%m-%dT%H%M}", CSV, lines)
