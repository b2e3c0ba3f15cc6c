"""Pages and actions of operations. For everybody else they do not exist (404)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from base.admin_site import is_ops
from base.leaving import is_htmx
from base.pages import page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def ops_page(view: View[P]) -> View[P]:
    """A page that operations only read."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        _refuse_others(request)
        return view(request, *args, **kwargs)

    return page(cast("View[P]", guarded))


def ops_action(view: View[P]) -> View[P]:
    """Something that operations do: only by POST, and a stranger logs in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            login = redirect_to_login("/")
            return HttpResponse(headers={"HX-Redirect": login.url}) if is_htmx(request) else login
        _refuse_others(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(request, *args, **kwargs)

    return cast("View[P]", guarded)


def _refuse_others(request: HttpRequest) -> None:
    if not is_ops(request):
        raise Http404("This page is for operations.")
