"""Settings → Salesforce: connect, look, disconnect."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from base import clock
from base.leaving import go_to
from base.ops_pages import ops_action, ops_page
from base.pages import viewer, viewer_zone
from leadmodel.ops.forms import FLOWS, PLACES, ConnectForm, entered
from leadmodel.ops.salesforce import kept_app, view_connection
from leadmodel.pages.shell import read_shell
from sync.connection import making
from sync.connection.asking import Asked, Purpose, remember
from sync.connection.cipher import has_keys
from sync.models import Connection
from sync.salesforce.http import OrganisationError


@ops_page
def salesforce(request: HttpRequest) -> HttpResponseBase:
    """What is connected, and the way to connect."""
    return _page(request, ConnectForm(initial=entered(kept_app())))


@ops_action
def connect(request: HttpRequest) -> HttpResponseBase:
    """Connect: between servers at once, else by sending the browser to Salesforce. Mistakes stand at their fields."""
    user, now = viewer(request), clock.now()
    form = ConnectForm(request.POST, kept=kept_app())
    if not form.is_valid():
        return _page(request, form)
    app = form.app()
    try:
        if app.flow is Connection.Flow.WEB:
            callback = request.build_absolute_uri(reverse("salesforce-callback"))
            asked = Asked(Purpose.CONNECT, app, callback, now, by=user.pk)
            remember(request.session, asked)
            return go_to(request, asked.address())
        making.connect(app, by=user, now=now)
    except OrganisationError as error:
        form.add_error(None, str(error))
        return _page(request, form)
    messages.success(request, "Connected.")
    return go_to(request, reverse("salesforce"))


@ops_action
def disconnect(request: HttpRequest) -> HttpResponseBase:
    """Revoke and forget the tokens. What was read stays."""
    said = making.disconnect()
    if said:
        messages.error(request, said)
    else:
        messages.success(request, "Disconnected: the tokens are revoked and forgotten. What was read stays.")
    return redirect("salesforce")


def _page(request: HttpRequest, form: ConnectForm) -> HttpResponseBase:
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "salesforce",
        "connection": view_connection(now=now, zone=viewer_zone(user)),
        "form": form,
        "places": PLACES,
        "flows": FLOWS,
        "has_keys": has_keys(),
        "has_kept_secret": kept_app() is not None,
        "callback": request.build_absolute_uri(reverse("salesforce-callback")),
    }
    return render(request, "settings/salesforce.html", context)
