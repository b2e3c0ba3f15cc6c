"""Browsers that go to Salesforce to log in, and all that come back from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from base import clock
from base.address import given
from base.admin_site import is_ops
from base.leaving import go_to
from base.models import User
from sync.accounts import NoAccount, account_of
from sync.connection import log_in
from sync.connection.asking import Asked, Purpose, recall, remember
from sync.connection.making import finish
from sync.salesforce.http import OrganisationError


class LogIn(LoginView):
    """Log-in by password, and with Salesforce where it is connected by the web server flow."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether Salesforce is offered."""
        return super().get_context_data(**kwargs) | {"offers_salesforce": log_in.offered() is not None}


def locked_out(
    request: HttpRequest, _response: HttpResponseBase | None, _credentials: Mapping[str, object] | None
) -> HttpResponseBase:
    """The answer where a user name got too many wrong passwords from one address; also the right one waits."""
    pause: timedelta = settings.AXES_COOLOFF_TIME
    told = {
        "locked_minutes": int(pause / timedelta(minutes=1)),
        "next": request.POST.get("next", ""),
        "offers_salesforce": log_in.offered() is not None,
    }
    answer = render(request, "registration/login.html", told, status=429)
    answer.headers["Retry-After"] = str(int(pause.total_seconds()))
    return answer


@require_POST
def log_in_with_salesforce(request: HttpRequest) -> HttpResponseBase:
    """Send the browser to the organisation, which says who it is."""
    connection = log_in.offered()
    if connection is None:
        raise Http404("Nobody logs in with Salesforce here.")
    callback = request.build_absolute_uri(reverse("salesforce-callback"))
    try:
        asked = log_in.ask(
            connection, callback=callback, following=request.POST.get("next", ""), now=clock.now()
        )
        remember(request.session, asked)
    except OrganisationError as error:
        return _refused(request, str(error))
    return go_to(request, asked.address())


@require_GET
def callback(request: HttpRequest) -> HttpResponseBase:
    """The answer to a question that this browser's session asked.

    A GET that acts, since OAuth is so; it does for a `state` of this session, once, and for nothing else.
    """
    asker = request.user.pk if request.user.is_authenticated else None
    state = given(request.GET, "state") or ""
    try:
        asked = recall(request.session, state, by=asker, now=clock.now())
    except OrganisationError as error:
        return render(request, "400.html", {"exception": str(error)}, status=400)
    return _connect(request, asked) if asked.purpose is Purpose.CONNECT else _log_in(request, asked)


def _connect(request: HttpRequest, asked: Asked) -> HttpResponseBase:
    if not is_ops(request) or not isinstance(request.user, User):
        raise Http404("Connecting is for operations.")
    try:
        made = finish(asked, _answered_code(request), by=request.user, now=clock.now())
        messages.success(request, f"Connected as {made.username or made.user_id}.")
    except OrganisationError as error:
        messages.error(request, str(error))
    return redirect("salesforce")


def _log_in(request: HttpRequest, asked: Asked) -> HttpResponseBase:
    try:
        user = account_of(log_in.who(asked, _answered_code(request)))
    except (OrganisationError, NoAccount) as error:
        return _refused(request, str(error))
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    is_ours = url_has_allowed_host_and_scheme(
        asked.following, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(asked.following if is_ours else settings.LOGIN_REDIRECT_URL)


def _refused(request: HttpRequest, said: str) -> HttpResponseBase:
    messages.error(request, said)
    return go_to(request, reverse("login"))


def _answered_code(request: HttpRequest) -> str:
    """The code that Salesforce's answer brings. Raises OrganisationError with its reason when it brings none."""
    code = given(request.GET, "code")
    if code is None:
        why = given(request.GET, "error_description") or given(request.GET, "error") or "no reason told"
        raise OrganisationError(
            f"Salesforce did not let us in ({why[:200]}). Nothing was changed; try again."
        )
    return code
