"""The bell, what is behind it, and what people choose about being told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from alerts.pages.choosing import keep_choices, read_choosing
from alerts.pages.message_list import (
    COLUMNS,
    access_message,
    message_lines,
    read_messages,
    read_messages_address,
)
from alerts.pages.mine import read_choosing as read_mail_choosing
from alerts.pages.told import mark_all_read, mark_read, read_bell, read_told
from alerts.tasks import send_notices
from base import clock
from base.address import WrongAddress, given, read_place, whole_number
from base.downloads import download
from base.hints import look_now
from base.leaving import is_htmx
from base.models import Role
from base.ops_pages import ops_action, ops_page
from base.outbox import try_again
from base.pages import action, back, page, viewer
from leadmodel.pages.shell import read_shell

STOP_POLLING = 286
"""What htmx takes for: this will not change any more."""


def bell(request: HttpRequest) -> HttpResponseBase:
    """The bell with its number, for the page it is part of."""
    if is_htmx(request) and not request.user.is_authenticated:
        # whoever logged out elsewhere keeps the page they read, and what they wrote on it
        return HttpResponse(status=STOP_POLLING, headers={"HX-Reswap": "none"})
    return _bell(request)


@page
def _bell(request: HttpRequest) -> HttpResponseBase:
    if not is_htmx(request):
        return redirect("told")
    return render(request, "parts/bell.html", {"bell": read_bell(viewer(request))})


@page
def told(request: HttpRequest) -> HttpResponseBase:
    """All the viewer was told."""
    user, now = viewer(request), clock.now()
    after = read_place(request.GET)
    context = {
        "shell": read_shell(user, current="told", now=now),
        "view": read_told(user, after, now=now),
        "is_ops": user.role == Role.OPS,
        "here": request.get_full_path(),
    }
    return render(request, "told/page.html", context)


@action
def read_one(request: HttpRequest, number: int) -> HttpResponseBase:
    """A line was read."""
    mark_read(viewer(request), number, now=clock.now())
    return redirect(back(request, reverse("told")))


@action
def read_all(request: HttpRequest) -> HttpResponseBase:
    """All lines up to one were read."""
    up_to = whole_number(given(request.POST, "up_to") or "")
    if up_to is None:
        raise WrongAddress("It is not said up to which line: open the page Told again and use its button.")
    mark_all_read(viewer(request), up_to, now=clock.now())
    return redirect("told")


@page
def choices(request: HttpRequest) -> HttpResponseBase:
    """What the viewer wants to be told of, and how."""
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="told", now=now),
        "view": read_choosing(user),
        "choosing": read_mail_choosing(user),
        "here": reverse("telling"),
    }
    return render(request, "told/choices.html", context)


@action
def choose(request: HttpRequest) -> HttpResponseBase:
    """Keep what the viewer chose."""
    keep_choices(viewer(request), request.POST, now=clock.now())
    messages.success(request, "Kept.")
    return redirect("telling")


@ops_page
def sent(request: HttpRequest) -> HttpResponseBase:
    """Every message that was decided about."""
    user, now = viewer(request), clock.now()
    view = read_messages(user, read_messages_address(request.GET), now=now)
    return render(
        request, "told/messages.html", {"shell": read_shell(user, current="told", now=now), "view": view}
    )


@ops_page
def sent_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    asked = read_messages_address(request.GET)
    name = f"messages {asked.part.name} {clock.now():%Y-%m-%dT%H%M}"
    return download(name, COLUMNS, message_lines(asked))


@ops_action
def again(request: HttpRequest, number: int) -> HttpResponseBase:
    """Try a failed message once more, under its key."""
    if try_again(access_message(number), now=clock.now()):
        look_now(send_notices)
        messages.success(request, "It is tried again.")
    else:
        messages.error(request, "It is not to be tried again: it did not fail.")
    return redirect(back(request, reverse("messages")))
