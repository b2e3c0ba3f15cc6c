"""Sending browsers on, also to other hosts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of a page asks, not the browser itself."""
    return "HX-Request" in request.headers


def go_to(request: HttpRequest, address: str) -> HttpResponseBase:
    """Send the browser on after a form.

    To another host not by a redirect: the content security policy lets a form lead to this app only, and who is asked
    to log in may be led on to anybody's log-in. A script may go anywhere; without scripts a page offers the link.
    """
    if is_htmx(request):
        return HttpResponse(headers={"HX-Redirect": address})
    if address.startswith("/"):
        return redirect(address)
    return render(request, "parts/go_on.html", {"address": address})
