"""Settings → Write-back: look, switch, try again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from base.address import WrongAddress
from base.downloads import download
from base.hints import look_now
from base.ops_pages import ops_action, ops_page
from base.outbox import try_again
from base.pages import action, back, viewer
from leadmodel.outcomes import access_write
from leadmodel.pages.acting import read_one
from leadmodel.pages.shell import read_shell
from leadmodel.pages.write_back import (
    COLUMNS,
    SWITCHES,
    read_write_back,
    read_writes_address,
    write_lines,
)
from sync.models import WriteMode
from sync.tasks import write_back as deliver_now
from sync.writeback.modes import switch as set_mode


@ops_page
def write_back(request: HttpRequest) -> HttpResponseBase:
    """The switches, and what became of the writes."""
    user, now = viewer(request), timezone.now()
    asked = read_writes_address(request.GET)
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "write-back",
        "view": read_write_back(user, asked, now=now),
    }
    return render(request, "settings/write_back.html", context)


@ops_page
def write_back_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    asked = read_writes_address(request.GET)
    return download(
        f"write-back {asked.part.name} {timezone.now():%Y-%m-%dT%H%M}", COLUMNS, write_lines(asked)
    )


@ops_action
@action
def switch(request: HttpRequest) -> HttpResponseBase:
    """Write, only tell, or hold: everything or one kind."""
    kind = request.POST.get("kind", "")
    if kind not in SWITCHES:
        raise WrongAddress(f"“{kind[:40]}” is no kind of writes: open the page again and repeat it.")
    mode = read_one(request.POST, "mode", WriteMode.Mode)
    set_mode(kind, mode, by=viewer(request), now=timezone.now())
    messages.success(request, f"{SWITCHES[kind]}: {mode.label}.")
    look_now(deliver_now)
    return redirect(back(request, reverse("write-back")))


@ops_action
@action
def again(request: HttpRequest, number: int) -> HttpResponseBase:
    """Try a refused write once more."""
    effect = access_write(viewer(request), number)
    if try_again(effect, now=timezone.now()):
        look_now(deliver_now)
        messages.success(request, "It is tried again.")
    else:
        messages.error(request, "It is not refused any more: look at where it stands.")
    return redirect(back(request, reverse("write-back")))
