"""Browsers that come back from Salesforce."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from base.address import given
from base.admin_site import is_ops
from base.models import User
from sync.connection.asking import Asked, recall
from sync.connection.making import finish
from sync.salesforce.http import OrganisationError


@require_GET
def callback(request: HttpRequest) -> HttpResponseBase:
    """The answer to a question that this browser's session asked.

    A GET that acts, since OAuth is so; it does for a `state` of this session, once, and for nothing else.
    """
    asker = request.user.pk if request.user.is_authenticated else None
    state = given(request.GET, "state") or ""
    try:
        asked = recall(request.session, state, by=asker, now=timezone.now())
    except OrganisationError as error:
        return render(request, "400.html", {"exception": str(error)}, status=400)
    return _connect(request, asked)


def _connect(request: HttpRequest, asked: Asked) -> HttpResponseBase:
    if not is_ops(request) or not isinstance(request.user, User):
        raise Http404("Connecting is for operations.")
    try:
        made = finish(asked, answered_code(request), by=request.user, now=timezone.now())
        messages.success(request, f"Connected as {made.username or made.user_id}.")
    except OrganisationError as error:
        messages.error(request, str(error))
    return redirect("salesforce")


def answered_code(request: HttpRequest) -> str:
    """The code that Salesforce's answer brings. Raises OrganisationError with its reason when it brings none."""
    code = given(request.GET, "code")
    if code is None:
        why = given(request.GET, "error_description") or given(request.GET, "error") or "no reason told"
        raise OrganisationError(
            f"Salesforce did not let us in ({why[:200]}). Nothing was changed; try again."
        )
    return code
