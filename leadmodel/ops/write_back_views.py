"""Settings → Write-back: look, switch, try again, do after all."""

from __future__ import annotations

from collections.abc import Container

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from base import clock
from base.address import WrongAddress
from base.downloads import download
from base.hints import look_now
from base.models import Effect
from base.ops_pages import ops_action, ops_page
from base.outbox import do_after_all, try_again
from base.pages import back, viewer
from base.words import counted
from leadmodel.actions import NotPossible
from leadmodel.most_a_day import writes
from leadmodel.outcomes import access_write
from leadmodel.pages.acting import read_one, read_words
from leadmodel.pages.shell import read_shell
from leadmodel.pages.write_back import (
    COLUMNS,
    KINDS,
    MOVE_COLUMNS,
    SWITCHES,
    move_lines,
    read_write_back,
    read_writes_address,
    why_not_done,
    write_lines,
)
from leadmodel.settings_store import settings_in_force
from sync.tasks import write_back as deliver_now
from sync.writeback.modes import Mode, switches
from sync.writeback.modes import switch as set_mode


@ops_page
def write_back(request: HttpRequest) -> HttpResponseBase:
    """The switches, and what became of the writes."""
    user, now = viewer(request), clock.now()
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
    return download(f"write-back {asked.part.name} {clock.now():%Y-%m-%dT%H%M}", COLUMNS, write_lines(asked))


@ops_page
def switches_csv(_request: HttpRequest) -> HttpResponseBase:
    """Every move of a switch."""
    return download(f"write-back switches {clock.now():%Y-%m-%dT%H%M}", MOVE_COLUMNS, move_lines())


@ops_action
def switch(request: HttpRequest) -> HttpResponseBase:
    """Write, only tell, or hold: everything or one kind."""
    kind = _kind(request, SWITCHES)
    mode = read_one(request.POST, "mode", Mode)
    try:
        why = read_words(request.POST, "why")
    except NotPossible as problem:
        messages.error(request, str(problem))
        return redirect(back(request, reverse("write-back")))
    set_mode(kind, mode, by=viewer(request), why=why, now=clock.now())
    messages.success(request, f"{SWITCHES[kind]}: {mode.label}.")
    look_now(deliver_now)
    return redirect(back(request, reverse("write-back")))


@ops_action
def after_all(request: HttpRequest, number: int) -> HttpResponseBase:
    """Do what a dry run told of one write."""
    effect = access_write(viewer(request), number, now=clock.now())
    _do_after_all(request, effect.kind, Effect.objects.filter(pk=effect.pk))
    return redirect(back(request, reverse("write-back")))


@ops_action
def all_after_all(request: HttpRequest) -> HttpResponseBase:
    """Do what dry runs told of one kind."""
    kind = _kind(request, KINDS)
    _do_after_all(request, kind, Effect.objects.filter(kind=kind))
    return redirect(back(request, reverse("write-back")))


@ops_action
def again(request: HttpRequest, number: int) -> HttpResponseBase:
    """Try a refused write once more."""
    effect = access_write(viewer(request), number, now=clock.now())
    if try_again(effect, now=clock.now()):
        look_now(deliver_now)
        messages.success(request, "It is tried again.")
    else:
        messages.error(request, "It is not refused any more: look at where it stands.")
    return redirect(back(request, reverse("write-back")))


def _do_after_all(request: HttpRequest, kind: str, effects: QuerySet[Effect]) -> None:
    if why_not := why_not_done(kind, switches()):
        messages.error(request, why_not)
        return
    now = clock.now()
    cap = writes(kind, settings_in_force(), now=now)
    count = do_after_all(effects, now=now, most=None if cap is None else cap.left)
    wait = 0 if cap is None or count < cap.left else effects.filter(state=Effect.State.DRY).count()
    if count:
        look_now(deliver_now)
        told = counted(count, "write goes", "writes go")
        messages.success(request, f"{told} to Salesforce after all, compared with it afresh.")
    if wait:
        told = counted(wait, "dry run waits", "dry runs wait")
        messages.error(
            request, f"{told}: as many as may be within 24 hours went, by the settings (most_a_day)."
        )
    elif not count:
        messages.error(request, "No dry run waits there any more: look at where it stands.")


def _kind(request: HttpRequest, known: Container[str]) -> str:
    """Raises WrongAddress where the form is none of ours."""
    kind = request.POST.get("kind", "")
    if kind not in known:
        raise WrongAddress(f"“{kind[:40]}” is no kind of writes: open the page again and repeat it.")
    return kind
