"""The Pick-up page and its files: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from base.downloads import download, file_name
from base.pages import at_address, page, viewer
from leadmodel.pages.shell import read_shell
from metrics.pages.address import CUSTOM, PERIODS, PRIORITIES, RELATIONS
from metrics.pages.downloads import BEHIND, behind_lines
from metrics.pages.pick_up import open_asked, read_board, read_pick_up_list, rows_behind, whose
from metrics.pages.pick_up_address import PickUpAsked, read_pick_up_address
from metrics.pages.response_address import SPLITS
from metrics.pages.scope import Scope, known_at, read_choices, read_scope, told_at, total_name
from metrics.query import ask, derived
from metrics.reasons import Z
from metrics.report import as_csv, build


def _asked(request: HttpRequest, scope: Scope) -> PickUpAsked:
    zone = scope.settings.organisation.zone
    return read_pick_up_address(request.GET, zone=zone, now=timezone.now())


@page
def pick_up(request: HttpRequest) -> HttpResponseBase:
    """Who is picked up and who is not, who stands out, what was closed in bulk; who is behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    context: dict[str, object] = {"asked": asked, "kept": asked.kept()}
    here = reverse("pick-up") + asked.query(after=asked.after)
    target = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    with derived(asked.selection(scope.reps)) as state:
        context["list"] = read_pick_up_list(asked, scope, state)
        if target == "behind":
            return at_address(render(request, "team/behind.html", context | {"is_fragment": True}), here)
        context["board"] = read_board(asked, scope, state)
    teams, sources = read_choices(asked.selection(scope.reps))
    context |= {
        "shell": read_shell(scope.user, current="pick-up", now=asked.now),
        "scope": scope,
        "title": total_name(scope, asked),
        "z": Z,
        "split": SPLITS[asked.by],
        "periods": [(name, label, asked.period == name) for name, (label, _) in PERIODS.items()]
        + [(CUSTOM, "Days of your own", asked.period == CUSTOM)],
        "teams": teams,
        "sources": sources,
        "priorities": PRIORITIES,
        "relations": RELATIONS,
        "told_at": told_at(asked, scope),
        "known_at": known_at(asked, scope),
        "now_href": asked.query(as_of=None, known_by=None),
        "csv_href": "split.csv"
        + asked.query(figure=None, group=None, is_nameless=False, pick=None, rep=None),
    }
    template = "pick_up/board.html" if target == "board" else "pick_up/page.html"
    return at_address(render(request, template, context), here)


@page
def split_csv(request: HttpRequest) -> HttpResponseBase:
    """The whole report of the selection, split as the page is: what `manage.py report --by … --format csv` prints."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    selection = asked.selection(scope.reps)
    report = build(ask(selection, by=asked.by), selection, by=asked.by, first=asked.first, until=asked.until)
    name = file_name(f"pick up by {asked.by.value} {asked.first} through {asked.through}")
    return HttpResponse(
        "\ufeff" + as_csv(report),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@page
def rows_csv(request: HttpRequest) -> HttpResponseBase:
    """All people behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    rows = rows_behind(asked, scope)
    what = open_asked(asked, scope).figure.label
    name = f"pick up {what} {whose(asked, scope)} {asked.first} through {asked.through}"
    return download(name, BEHIND, behind_lines(rows))
