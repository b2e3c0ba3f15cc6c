"""The check-up before the first read, and the read itself: started, watched, paused, resumed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from base import clock
from base.downloads import download
from base.hints import look_now
from base.ops_pages import ops_action, ops_page
from base.pages import viewer, viewer_zone
from leadmodel.ops.checkup import view_checkup
from leadmodel.ops.health import view_health
from leadmodel.ops.reading import view_reading
from leadmodel.ops.runs import COLUMNS, read_runs, read_runs_address, run_lines
from leadmodel.ops.salesforce import view_connection
from leadmodel.pages.shell import read_shell
from sync import control
from sync.checkup.run import ask
from sync.tasks import check_up, poll


@ops_page
def checkup(request: HttpRequest) -> HttpResponseBase:
    """What is missing and what it costs; below, the read."""
    user, now = viewer(request), clock.now()
    zone = viewer_zone(user)
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "checkup",
        "connection": view_connection(now=now, zone=zone),
        "checkup": view_checkup(now=now, zone=zone),
        "reading": view_reading(now=now, zone=zone),
    }
    return render(request, "settings/checkup.html", context)


@ops_page
def reading(request: HttpRequest) -> HttpResponseBase:
    """The part of pages that shows how reading goes on."""
    now = clock.now()
    context = {"reading": view_reading(now=now, zone=viewer_zone(viewer(request)))}
    return render(request, "settings/reading.html", context)


@ops_page
def checkup_result(request: HttpRequest) -> HttpResponseBase:
    """The part of the page that waits for a check-up."""
    now = clock.now()
    context = {"checkup": view_checkup(now=now, zone=viewer_zone(viewer(request)))}
    return render(request, "settings/checkup_result.html", context)


@ops_action
def ask_checkup(request: HttpRequest) -> HttpResponseBase:
    """Have one made."""
    ask(viewer(request), now=clock.now())
    look_now(check_up)
    return redirect("salesforce-checkup")


@ops_action
def start(request: HttpRequest) -> HttpResponseBase:
    """Begin to read, or go on."""
    del request
    control.resume()
    look_now(poll)
    return redirect("salesforce-checkup")


@ops_action
def pause(request: HttpRequest) -> HttpResponseBase:
    """Read nothing from now on."""
    control.pause(viewer(request), now=clock.now())
    return redirect("salesforce-checkup")


@ops_page
def health(request: HttpRequest) -> HttpResponseBase:
    """Whether everything is read in time, and what to do where it is not."""
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "health",
        "health": view_health(now=now, zone=viewer_zone(user)),
    }
    return render(request, "settings/health.html", context)


@ops_page
def runs(request: HttpRequest) -> HttpResponseBase:
    """What reading did, run by run."""
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "health",
        "runs": read_runs(read_runs_address(request.GET), now=now, zone=viewer_zone(user)),
    }
    return render(request, "settings/runs.html", context)


@ops_page
def runs_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    asked = read_runs_address(request.GET)
    name = f"runs {asked.name or ''} {clock.now():%Y-%m-%dT%H%M}"
    return download(name, COLUMNS, run_lines(asked))
