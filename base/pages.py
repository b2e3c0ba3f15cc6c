"""What every page and every form has in common: who may ask, how, and what makes no sense is answered with."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from base.address import WrongAddress
from base.leaving import is_htmx
from base.models import User
from base.past import too_early
from base.words import counted
from base.zones import zone_called

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(view: View[P]) -> View[P]:
    """A page for people who have logged in: only read, and a WrongAddress is told in a sentence (400).

    So is who asks for other instants all too often (429).
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _log_in(request, request.get_full_path())
        try:
            if "%00" in request.META.get("QUERY_STRING", ""):
                raise WrongAddress("The address holds a NUL character, which no text has: remove it.")
            if seconds := too_early(viewer(request), request.GET):
                return _told_to_wait(request, seconds)
            return view(request, *args, **kwargs)
        except WrongAddress as error:
            return render(request, "400.html", {"exception": str(error)}, status=400)

    # wraps keeps the parameters, require_safe the type
    return require_safe(cast("View[P]", guarded))


def _told_to_wait(request: HttpRequest, seconds: int) -> HttpResponse:
    words = (
        "What stood or was known at another instant is derived anew each time, and you asked for more of it within a"
        f" minute than one may. Ask again in {counted(seconds, 'second', 'seconds')}; pages of now wait for nothing."
    )
    response = render(request, "429.html", {"words": words}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def action(view: View[P]) -> View[P]:
    """What a form sends, for people who have logged in: only POST; a WrongAddress is told in a sentence (400).

    No text of it holds a NUL, which PostgreSQL keeps in none.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _log_in(request, back(request, "/"))
        try:
            if any("\x00" in text for name, texts in request.POST.lists() for text in (name, *texts)):
                raise WrongAddress("What was sent holds a NUL character, which no text has: remove it.")
            return view(request, *args, **kwargs)
        except WrongAddress as error:
            return render(request, "400.html", {"exception": str(error)}, status=400)

    return require_POST(cast("View[P]", guarded))


def _log_in(request: HttpRequest, then: str) -> HttpResponse:
    login = redirect_to_login(then)
    if is_htmx(request):
        # a part of a page would be replaced by the log-in: the whole page goes there
        return HttpResponse(headers={"HX-Redirect": login.url})
    return login


def at_address(response: HttpResponse, address: str) -> HttpResponse:
    """One address, several bodies, which no cache may mix; htmx shows the address without empty parameters."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    response.headers["HX-Push-Url"] = address
    return response


def back(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that a form or link was on, as its `next` says."""
    then = (request.POST or request.GET).get("next", "")
    is_ours = then.startswith("/") and url_has_allowed_host_and_scheme(then, allowed_hosts=None)
    return then if is_ours else otherwise


def viewer(request: HttpRequest) -> User:
    """Who looks or acts; only behind `page` and `action`."""
    assert isinstance(request.user, User)
    return request.user


def viewer_zone(user: User) -> ZoneInfo:
    """The zone instants are shown in; UTC where the user's is unknown."""
    return zone_called(user.time_zone)
