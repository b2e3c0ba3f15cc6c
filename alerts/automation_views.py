"""Settings → Automation: look, stop, let it go on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from alerts.pages.automation import view_automation
from alerts.stops import LABELS
from alerts.tasks import act_on_all_due, send_mails, send_notices
from base import clock
from base.address import WrongAddress
from base.hints import look_now
from base.ops_pages import ops_action, ops_page
from base.pages import viewer
from leadmodel.actions import NotPossible
from leadmodel.pages.acting import read_one, read_words
from leadmodel.pages.shell import read_shell
from sync.writeback.modes import Mode
from sync.writeback.modes import switch as set_mode


@ops_page
def automation(request: HttpRequest) -> HttpResponseBase:
    """What may act by itself."""
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "automation",
        "view": view_automation(user, now=now),
    }
    return render(request, "settings/automation.html", context)


@ops_action
def switch(request: HttpRequest) -> HttpResponseBase:
    """Stop a kind, or everything; or let it go on. Who stops something says why."""
    kind, mode = request.POST.get("kind", ""), read_one(request.POST, "mode", Mode)
    if kind not in LABELS or mode == Mode.DRY:
        raise WrongAddress(
            f"“{kind[:40]}” is no such switch of automation: open the page again and repeat it."
        )
    try:
        why = read_words(request.POST, "why")
        if mode == Mode.OFF and not why.strip():
            raise NotPossible(f"Say why: whoever wonders where {LABELS[kind].lower()} went reads it.")
    except NotPossible as problem:
        messages.error(request, str(problem))
        return redirect("automation")
    set_mode(kind, mode, by=viewer(request), why=why, now=clock.now())
    messages.success(request, f"{LABELS[kind]}: {'stopped' if mode == Mode.OFF else 'on'}.")
    for task in (act_on_all_due, send_notices, send_mails):
        look_now(task)
    return redirect("automation")
