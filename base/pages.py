"""What every page has in common: who may ask, how, and what an address that makes no sense is answered with."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base.address import WrongAddress
from base.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(view: View[P]) -> View[P]:
    """A page for people who have logged in: only read, and a WrongAddress is told in a sentence (400)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            login = redirect_to_login(request.get_full_path())
            if request.headers.get("HX-Request"):
                # a part of a page would be replaced by the log-in: the whole page goes there
                return HttpResponse(headers={"HX-Redirect": login.url})
            return login
        try:
            if "%00" in request.META.get("QUERY_STRING", ""):
                raise WrongAddress("The address holds a NUL character, which no text has: remove it.")
            return view(request, *args, **kwargs)
        except WrongAddress as error:
            return render(request, "400.html", {"exception": str(error)}, status=400)

    # wraps keeps the parameters, require_safe the type
    return require_safe(cast("View[P]", guarded))


def viewer(request: HttpRequest) -> User:
    """Who looks; only behind `page`."""
    assert isinstance(request.user, User)
    return request.user


def viewer_zone(user: User) -> ZoneInfo:
    """The zone instants are shown in; UTC where the user's is unknown."""
    return ZoneInfo(user.time_zone if user.time_zone in available_timezones() else "UTC")
