"""The Response page and its files: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from base import clock
from base.downloads import download
from base.pages import page, viewer
from metrics.pages.downloads import BEHIND, behind_lines
from metrics.pages.frame import begin, part_of, report_file, show, show_list
from metrics.pages.response import open_asked, read_board, read_response_list, whose
from metrics.pages.response_address import SPLITS, ResponseAsked, read_response_address
from metrics.pages.scope import Scope, read_scope
from metrics.query import derived


def _asked(request: HttpRequest, scope: Scope) -> ResponseAsked:
    zone = scope.settings.organisation.zone
    return read_response_address(request.GET, zone=zone, now=clock.now())


@page
def response(request: HttpRequest) -> HttpResponseBase:
    """How long people wait, where the time goes, when they come; who is behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    context = begin(asked)
    with derived(asked.selection(scope.reps)) as state:
        context["list"] = read_response_list(asked, scope, state)
        if part_of(request) == "behind":
            return show_list(request, "response", asked, context)
        context["board"] = read_board(asked, scope, state)
    closed = asked.query(figure=None, group=None, is_nameless=False, part=None)
    context |= {"split": SPLITS[asked.by], "csv_href": f"split.csv{closed}"}
    return show(request, "response", asked, scope, context)


@page
def split_csv(request: HttpRequest) -> HttpResponseBase:
    """The whole report of the selection, split as the page is: what `manage.py report --by … --format csv` prints."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    name = f"response by {asked.by.value} {asked.first} through {asked.through}"
    return report_file(asked, scope, by=asked.by, name=name)


@page
def rows_csv(request: HttpRequest) -> HttpResponseBase:
    """All people behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    told = open_asked(asked, scope)
    name = f"response {told.figure.label} {whose(asked, scope)} {asked.first} through {asked.through}"
    return download(name, BEHIND, behind_lines(told.rows()))
