"""Pages of figures: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from base import clock
from base.address import WrongAddress
from base.downloads import download
from base.pages import page, viewer
from leadmodel.lifecycle.aliases import MEANINGS
from leadmodel.pages.shell import read_shell
from metrics import now as present
from metrics.definitions import BY_NAME, FIGURES, LEFT_OUT
from metrics.pages.address import Asked, read_address
from metrics.pages.downloads import BEHIND, WAITING, behind_lines, waiting_lines
from metrics.pages.frame import begin, part_of, report_file, show, show_list
from metrics.pages.grid import ask_columns, read_grid
from metrics.pages.lists import Open, group_asked, read_list, rep_name, tile_rows
from metrics.pages.queue import queue_rows, read_queue, read_queue_address, read_reps
from metrics.pages.queue import rep_name as queue_name
from metrics.pages.scope import Scope, read_scope
from metrics.pages.since import since_query
from metrics.pages.strip import idle_accounts, read_tiles
from metrics.pages.styleguide import read_styleguide
from metrics.query import derived
from metrics.selection import By


def _asked(request: HttpRequest, scope: Scope) -> Asked:
    zone = scope.settings.organisation.zone
    return read_address(request.GET, zone=zone, now=clock.now())


@page
def team(request: HttpRequest) -> HttpResponseBase:
    """Where the team is behind, how its reps stand, who is behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    context = begin(asked)
    if part_of(request) == "behind":
        return show_list(request, "team", asked, context | {"list": read_list(asked, scope)})
    with derived(asked.selection(scope.reps)) as state:
        answer = ask_columns(asked, scope, state)
        context["list"] = read_list(asked, scope, state=state, told=answer)
    closed = asked.query(figure=None, rep=None, tile=None, sort=None)
    context |= {
        "grid": read_grid(asked, scope, answer),
        "tiles": read_tiles(asked, scope),
        "since_query": since_query(asked),
        "grid_csv": f"grid.csv{closed}",
    }
    return show(request, "team", asked, scope, context)


@page
def grid_csv(request: HttpRequest) -> HttpResponseBase:
    """The whole report of the selection, a line per rep: what `manage.py report --format csv` prints."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    return report_file(asked, scope, by=By.REP, name=f"team-{_period(asked)}")


@page
def rows_csv(request: HttpRequest) -> HttpResponseBase:
    """All rows behind the selected cell."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    if asked.figure is None and asked.left_out is None:
        raise WrongAddress("The address names no figure: open a number of the table, then its CSV.")
    by, group = group_asked(asked, scope)
    figure = LEFT_OUT if asked.figure is None else BY_NAME[asked.figure]
    rows = Open(figure, asked.selection(scope.reps), by, group).rows()
    name = f"{figure.name} {rep_name(asked, scope)} {_period(asked)}"
    return download(name, BEHIND, behind_lines(rows))


@page
def now_csv(request: HttpRequest) -> HttpResponseBase:
    """All people a tile of the Now strip speaks of."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    if asked.tile is None:
        raise WrongAddress("The address names no tile: open a tile of the Now strip, then its CSV.")
    rows = tile_rows(asked, scope, present.BY_NAME[asked.tile])
    return download(f"now {asked.tile} {_minute(asked.as_of or asked.now)}", WAITING, waiting_lines(rows))


@page
def queue(request: HttpRequest) -> HttpResponseBase:
    """The viewer's own open people, or those of a rep they look after."""
    scope = read_scope(viewer(request))
    now = clock.now()
    asked = read_queue_address(request.GET, scope, now=now)
    context = {
        "shell": read_shell(scope.user, current="queue", now=now),
        "scope": scope,
        "queue": read_queue(asked, scope, now=now) if asked else None,
        "reps": read_reps(scope, asked.rep if asked else None, now=now),
    }
    return render(request, "queue/page.html", context)


@page
def queue_csv(request: HttpRequest) -> HttpResponseBase:
    """All people of a queue."""
    scope = read_scope(viewer(request))
    now = clock.now()
    asked = read_queue_address(request.GET, scope, now=now)
    if asked is None:
        raise WrongAddress("The address names no rep: open a rep's queue, then its CSV.")
    rows = queue_rows(asked, now=now, limit=None)
    return download(
        f"queue {queue_name(asked.rep)} {asked.tile.name} {_minute(now)}", WAITING, waiting_lines(rows)
    )


@page
def figures(request: HttpRequest) -> HttpResponseBase:
    """What every figure counts and leaves out."""
    scope = read_scope(viewer(request))
    now = clock.now()
    context = {
        "shell": read_shell(scope.user, current="figures", now=now),
        "figures": FIGURES,
        "tiles": [*present.TILES, *idle_accounts(scope, frozenset(), now=now)],
        "aliases": [(alias.value, MEANINGS[alias]) for alias in scope.settings.aliases.show],
        "settings": scope.settings,
    }
    return render(request, "figures/page.html", context)


@page
def styleguide(request: HttpRequest) -> HttpResponseBase:
    """Every component with invented data; only where the app is developed."""
    if not (settings.DEBUG or settings.LOCAL):
        raise Http404("The style guide is shown in development only.")
    now = clock.now()
    context = {"shell": read_shell(viewer(request), current="styleguide", now=now)}
    return render(request, "styleguide/page.html", context | read_styleguide(now=now))


def _period(asked: Asked) -> str:
    as_of = f"-as-of-{_minute(asked.as_of)}" if asked.as_of is not None else ""
    known_by = f"-known-by-{_minute(asked.known_by)}" if asked.known_by is not None else ""
    return f"{asked.first}-through-{asked.through}{as_of}{known_by}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H%M}"
