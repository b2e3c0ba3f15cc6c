"""What forms about people send: read it, act, and answer with what the page shows next.

A part of a page gets the forms as they are then and the person's marks; the browser itself goes back to where it was.
What cannot be done is told beside the form, which keeps what was filled in (422).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from base import clock
from base.address import given
from base.leaving import is_htmx
from base.pages import action, back, viewer, viewer_zone
from leadmodel import actions
from leadmodel.access import access_person
from leadmodel.actions import Asked, NotPossible, Touched
from leadmodel.lifecycle.stages import Stage
from leadmodel.lists import list_exceptions
from leadmodel.models import Request
from leadmodel.outcomes import access_write
from leadmodel.pages.acting import (
    read_acting_page,
    read_date,
    read_once,
    read_one,
    read_panel,
    read_words,
)
from leadmodel.pages.ledger import read_ledger_address, view_ledger
from leadmodel.pages.links import person_href
from leadmodel.pages.marks import read_marks_of
from leadmodel.pages.requests import end_of, read_requests
from leadmodel.pages.shell import read_shell
from leadmodel.requests import access_request
from leadmodel.takers import takers

_NOT_WRITTEN = {"csrfmiddlewaretoken", "once", "next", "stays"}


@action
def log(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """A call or mail just made."""
    form = request.POST
    return _act(
        request,
        record_id,
        lambda asked: actions.log_touch(
            asked, record_id, how=read_one(form, "how", Touched), words=read_words(form, "words")
        ),
    )


@action
def close(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """A disposition with its reason."""
    form = request.POST
    return _act(
        request,
        record_id,
        lambda asked: actions.dispose(
            asked, record_id, kind=read_one(form, "kind", Stage), reason=given(form, "reason")
        ),
    )


@action
def follow_up(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """A follow-up on a day."""
    form = request.POST
    return _act(
        request,
        record_id,
        lambda asked: actions.follow_up(
            asked, record_id, day=read_date(form, "day"), words=read_words(form, "note")
        ),
    )


@action
def assign(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Over to a rep."""
    form = request.POST
    return _act(
        request,
        record_id,
        lambda asked: actions.assign(
            asked, record_id, to=given(form, "to") or "", is_override=given(form, "override") is not None
        ),
    )


@action
def give_back(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Not mine."""
    form = request.POST
    return _act(
        request, record_id, lambda asked: actions.give_back(asked, record_id, why=read_words(form, "why"))
    )


@action
def contest(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Leave this person out of the figures."""
    form = request.POST
    return _act(
        request, record_id, lambda asked: actions.contest(asked, record_id, why=read_words(form, "grounds"))
    )


@action
def undo(request: HttpRequest, number: int) -> HttpResponseBase:
    """Take back what one of our writes did."""
    user, now = viewer(request), clock.now()
    effect = access_write(user, number, now=now)
    problem = ""
    try:
        actions.undo(Asked(user, "", now), effect)
    except NotPossible as error:
        problem = str(error)
    if is_htmx(request):
        person = access_person(user, effect.subject)
        marks = read_marks_of(user, person, shown_as=effect.subject, now=now)
        context = {"marks": marks, "problem": problem}
        return render(request, "people/marks.html", context, status=422 if problem else 200)
    if problem:
        return _refused(request, effect.subject, now, problem)
    return redirect(back(request, person_href(effect.subject)))


@action
def grant(request: HttpRequest, number: int) -> HttpResponseBase:
    """Yes: left out until a day, or over to somebody else."""
    form = request.POST

    def do(asked: Asked, what: Request) -> None:
        words = read_words(form, "words")
        if what.kind == Request.Kind.EXCEPTION:
            until = end_of(read_date(form, "until"), viewer_zone(asked.by))
            actions.grant(asked, what, words=words, until=until)
        else:
            known = {taker.record_id for taker in takers(asked.by)}
            to = given(form, "to")
            actions.grant(asked, what, words=words, to=to if to in known else None)

    return _answer(request, number, do)


@action
def refuse(request: HttpRequest, number: int) -> HttpResponseBase:
    """No, and why."""
    return _answer(
        request,
        number,
        lambda asked, what: actions.refuse(asked, what, words=read_words(request.POST, "words")),
    )


@action
def leave_out(request: HttpRequest) -> HttpResponseBase:
    """Leave a person out without being asked: for managers and ops."""
    user, now, form = viewer(request), clock.now(), request.POST
    record_id = given(form, "record_id") or ""
    try:
        until = end_of(read_date(form, "until"), viewer_zone(user))
        actions.leave_out(Asked(user, "", now), record_id, until=until, why=read_words(form, "why"))
    except NotPossible as problem:
        return _ledger_refused(request, now, {"problem": str(problem)})
    return redirect(back(request, reverse("ledger")))


@action
def end_exception(request: HttpRequest, number: int) -> HttpResponseBase:
    """End an exception before its time, and say why."""
    user, now = viewer(request), clock.now()
    found = list_exceptions(user, {"number": number}, limit=1)
    if not found:
        raise Http404(f"There is no exception {number} about people you may see.")
    try:
        actions.end_exception(Asked(user, "", now), found[0], why=read_words(request.POST, "words"))
    except NotPossible as problem:
        told = {"wrong": number, "problem": str(problem), "written": given(request.POST, "words") or ""}
        return _ledger_refused(request, now, {}, **told)
    return redirect(back(request, reverse("ledger")))


def _ledger_refused(
    request: HttpRequest, now: datetime, context: dict[str, object], **wrong: Any
) -> HttpResponseBase:
    """The ledger with why it could not be done: beside its line, or above all."""
    user = viewer(request)
    asked = read_ledger_address(QueryDict(urlsplit(back(request, "")).query))
    context |= {
        "shell": read_shell(user, current="ledger", now=now),
        "ledger": view_ledger(user, asked, now=now, **wrong),
        "written": _written(request),
    }
    return render(request, "people/ledger.html", context, status=422)


def _answer(request: HttpRequest, number: int, do: Callable[[Asked, Request], None]) -> HttpResponseBase:
    """Answer a request; what cannot be is told beside it. Raises Http404 where it is none of the user's."""
    user, now = viewer(request), clock.now()
    what = access_request(user, number)
    try:
        do(Asked(user, f"answer:{number}", now), what)
    except NotPossible as problem:
        view = read_requests(user, now=now, wrong=number, problem=str(problem), written=_written(request))
        context = {"shell": read_shell(user, current="requests", now=now), "requests": view}
        return render(request, "people/requests.html", context, status=422)
    return redirect(back(request, reverse("requests")))


def _act(request: HttpRequest, record_id: str, do: Callable[[Asked], object]) -> HttpResponseBase:
    """Do it. Raises Http404 where the user may not see the person, WrongAddress where the form is none of ours."""
    user, now = viewer(request), clock.now()
    try:
        do(Asked(user, read_once(request.POST), now))
    except NotPossible as problem:
        return _refused(request, record_id, now, str(problem))
    if not is_htmx(request):
        return redirect(back(request, person_href(record_id)))
    person = access_person(user, record_id)
    context = {
        "marks": read_marks_of(user, person, shown_as=record_id, now=now),
        "panel": read_panel(user, person, now=now, stays=True) if _stays(request) else None,
        "next": back(request, ""),
    }
    return render(request, "people/acted.html", context)


def _refused(request: HttpRequest, record_id: str, now: datetime, problem: str) -> HttpResponseBase:
    user = viewer(request)
    person = access_person(user, record_id)
    panel = read_panel(
        user, person, now=now, stays=_stays(request), problem=problem, written=_written(request)
    )
    if is_htmx(request):
        context = {"panel": panel, "next": back(request, "")}
        return render(request, "people/acting.html", context, status=422)
    context = read_acting_page(user, person, panel, now=now) | {"next": back(request, person_href(record_id))}
    return render(request, "people/act.html", context, status=422)


def _stays(request: HttpRequest) -> bool:
    """Whether the forms are part of their page and open again after an action."""
    return given(request.POST, "stays") is not None


def _written(request: HttpRequest) -> dict[str, str]:
    """What somebody filled in."""
    return {name: str(value) for name, value in request.POST.items() if name not in _NOT_WRITTEN}
