"""Pages and actions of operations. For everybody else they do not exist (404)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponseBase

from base.admin_site import is_ops
from base.pages import action, page

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
    """Something that operations do: an action that does not exist for others."""
    act = action(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            _refuse_others(request)
        return act(request, *args, **kwargs)

    return cast("View[P]", guarded)


def _refuse_others(request: HttpRequest) -> None:
    if not is_ops(request):
        raise Http404("This page is for operations.")
