"""Pages of target accounts: for everybody, of those whose owners one sees."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from alerts.pages.target_accounts import (
    CSV,
    account_lines,
    read_accounts_address,
    view_account,
    view_accounts,
)
from base import clock
from base.downloads import download
from base.pages import page, viewer
from leadmodel.pages.shell import read_shell


@page
def target_accounts(request: HttpRequest) -> HttpResponseBase:
    """Target accounts by how long their owners have been in touch with nobody of them."""
    user, now = viewer(request), clock.now()
    asked = read_accounts_address(user, request.GET)
    context = {
        "shell": read_shell(user, current="target-accounts", now=now),
        "view": view_accounts(user, asked, now=now),
    }
    return render(request, "alerts/target_accounts.html", context)


@page
def target_accounts_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    user, now = viewer(request), clock.now()
    asked = read_accounts_address(user, request.GET)
    name = f"target accounts {asked.part.name} {now:%Y-%m-%dT%H%M}"
    return download(name, CSV, account_lines(user, asked, now=now))


@page
def target_account(request: HttpRequest, account_id: str) -> HttpResponseBase:
    """One of them, with the people on it."""
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="target-accounts", now=now),
        "view": view_account(user, account_id, now=now),
    }
    return render(request, "alerts/target_account.html", context)
