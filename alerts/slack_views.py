"""Settings → Slack: the webhook by which people are told there."""

from __future__ import annotations

from time import sleep

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from alerts.telling import slack as webhook
from alerts.telling.posts import write_test
from base import clock
from base.address import given
from base.audit import Noted, note
from base.ops_pages import ops_action, ops_page
from base.pages import viewer, viewer_zone
from base.words import instant
from leadmodel.pages.shell import read_shell
from sync.connection.cipher import NoKey, has_keys


@ops_page
def slack(request: HttpRequest) -> HttpResponseBase:
    """Whether Slack is connected, by whom, and whether it works. The address itself is shown to nobody."""
    user, now = viewer(request), clock.now()
    found = webhook.connected()
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "slack",
        "has_keys": has_keys(),
        "slack": found,
        "entered": instant(found.entered_at, now=now, zone=viewer_zone(user)) if found is not None else None,
    }
    return render(request, "settings/slack.html", context)


@ops_action
def connect(request: HttpRequest) -> HttpResponseBase:
    """Keep the webhook that was entered, in place of an earlier one."""
    try:
        webhook.connect(given(request.POST, "address") or "", by=viewer(request), now=clock.now())
    except (webhook.WrongWebhook, NoKey) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Kept. Post a test message to see whether it arrives.")
    return redirect("slack")


@ops_action
def test(request: HttpRequest) -> HttpResponseBase:
    """Post a message that tells nothing, and say how it ended."""
    outcome = webhook.post(write_test(), clock=clock.now, pause=sleep)
    note([Noted("slack", "tested", viewer(request).pk)], now=clock.now())
    if outcome.is_sent:
        messages.success(request, "Slack took the test message.")
    else:
        messages.error(request, f"The test message did not arrive. {outcome.said}")
    return redirect("slack")


@ops_action
def disconnect(request: HttpRequest) -> HttpResponseBase:
    """Forget the webhook."""
    webhook.disconnect()
    messages.success(request, "Forgotten: nothing more is told in Slack. Remove the webhook there too.")
    return redirect("slack")
