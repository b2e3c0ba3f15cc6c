"""What every page of figures has around its board: what narrows it, the instants it tells of, its files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from base.downloads import csv_file
from base.pages import at_address
from leadmodel.pages.shell import read_shell
from metrics.pages.address import CUSTOM, PERIODS, PRIORITIES, RELATIONS, Asked
from metrics.pages.scope import Scope, known_at, read_choices, told_at, total_name
from metrics.query import ask
from metrics.report import as_csv, build
from metrics.selection import By

Context = dict[str, Any]


def part_of(request: HttpRequest) -> str | None:
    """The part of the page that htmx asks for alone: its board, or the list behind a number."""
    return request.headers.get("HX-Target") if request.headers.get("HX-Request") else None


def begin(asked: Asked) -> Context:
    """What the page and each part of it show."""
    return {"asked": asked, "kept": asked.kept()}


def show_list(request: HttpRequest, page: str, asked: Asked, context: Context) -> HttpResponse:
    """The list behind a number alone."""
    here = reverse(page) + asked.query(after=asked.after)
    return at_address(render(request, "team/behind.html", context | {"is_fragment": True}), here)


def show(
    request: HttpRequest, page: str, asked: Asked, scope: Scope, context: Context, *, current: str = ""
) -> HttpResponse:
    """The page, or its board alone: the templates `page/page.html` and `page/board.html`.

    `context` goes before what all pages have; `current` is the menu's page, where it is another.
    """
    teams, sources = read_choices(asked.selection(scope.reps))
    around: Context = {
        "shell": read_shell(scope.user, current=current or page, now=asked.now),
        "scope": scope,
        "title": total_name(scope, asked),
        "periods": [(name, label, asked.period == name) for name, (label, _) in PERIODS.items()]
        + [(CUSTOM, "Days of your own", asked.period == CUSTOM)],
        "teams": teams,
        "sources": sources,
        "priorities": PRIORITIES,
        "relations": RELATIONS,
        "told_at": told_at(asked, scope),
        "known_at": known_at(asked, scope),
        "now_href": asked.query(as_of=None, known_by=None),
    }
    folder = page.replace("-", "_")
    template = f"{folder}/board.html" if part_of(request) == "board" else f"{folder}/page.html"
    here = reverse(page) + asked.query(after=asked.after)
    return at_address(render(request, template, around | context), here)


def report_file(asked: Asked, scope: Scope, *, by: By, name: str) -> HttpResponse:
    """The whole report of the selection by a split: what `manage.py report --by … --format csv` prints."""
    selection = asked.selection(scope.reps)
    report = build(ask(selection, by=by), selection, by=by, first=asked.first, until=asked.until)
    return csv_file(name, as_csv(report))
