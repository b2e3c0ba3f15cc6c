"""Pages of mails: one's own as it would be now, for operations all that were decided about."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from alerts.mails.writing import style_hashes
from alerts.pages.mine import access_recipient, choose, read_choices, read_choosing, read_mine, written_now
from alerts.pages.sent import (
    COLUMNS,
    access_mail,
    can_try_again,
    mail_lines,
    read_latest,
    read_rows,
    read_sent,
    read_sent_address,
)
from alerts.tasks import send_mails
from base import clock
from base.address import WrongAddress, given, whole_number
from base.downloads import download
from base.hints import look_now
from base.ops_pages import ops_action, ops_page
from base.outbox import try_again
from base.pages import action, back, page, viewer, viewer_zone
from leadmodel.access import sees_all
from leadmodel.pages.shell import read_shell


@page
def mails(request: HttpRequest) -> HttpResponseBase:
    """The viewer's own mail as it would be now; of operations, that of whom they name."""
    user, now = viewer(request), clock.now()
    number = _number(request)
    found = access_recipient(user, number, now=now)
    context: dict[str, object] = {
        "shell": read_shell(user, current="mails", now=now),
        "choices": read_choices(user, number, now=now),
        "choosing": read_choosing(user),
        "is_ops": sees_all(user),
        "here": reverse("mails") + (f"?to={number}" if number is not None else ""),
    }
    if found is not None:
        to, recipient = found
        context |= {
            "mine": read_mine(user, to, recipient, now=now),
            "latest": read_latest(to, now=now, zone=viewer_zone(user)),
        }
    return render(request, "mails/mine.html", context)


@page
def preview(request: HttpRequest) -> HttpResponseBase:
    """The mail's HTML as it would be now, for a frame of the page."""
    now = clock.now()
    found = access_recipient(viewer(request), _number(request), now=now)
    mail = written_now(*found, now=now) if found is not None else None
    if mail is None:
        raise Http404("There is no mail to show.")
    return _framed(mail.html)


@page
def mail(request: HttpRequest, number: int) -> HttpResponseBase:
    """A mail as it was written, and what became of it."""
    user, now = viewer(request), clock.now()
    effect = access_mail(user, number)
    (row,) = read_rows([effect], now=now, zone=viewer_zone(user))
    context = {
        "shell": read_shell(user, current="mails", now=now),
        "row": row,
        "text": effect.payload.get("text", ""),
    }
    return render(request, "mails/mail.html", context)


@page
def body(request: HttpRequest, number: int) -> HttpResponseBase:
    """A mail's HTML as it was written, for a frame of its page."""
    effect = access_mail(viewer(request), number)
    if "html" not in effect.payload:
        raise Http404("This mail was never written.")
    return _framed(effect.payload["html"])


@action
def choice(request: HttpRequest) -> HttpResponseBase:
    """Whether, of what and when somebody gets the own mail."""
    user, now = viewer(request), clock.now()
    comes = choose(user, request.POST, now=now)
    messages.success(request, "Kept." if comes else "Kept: no mail comes, and operations see that.")
    return redirect(back(request, reverse("mails")))


@ops_page
def sent(request: HttpRequest) -> HttpResponseBase:
    """Every mail that was decided about."""
    user, now = viewer(request), clock.now()
    asked = read_sent_address(request.GET)
    context = {
        "shell": read_shell(user, current="mails", now=now),
        "view": read_sent(user, asked, now=now),
    }
    return render(request, "mails/sent.html", context)


@ops_page
def sent_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    asked = read_sent_address(request.GET)
    return download(f"mails {asked.part.name} {clock.now():%Y-%m-%dT%H%M}", COLUMNS, mail_lines(asked))


@ops_action
def again(request: HttpRequest, number: int) -> HttpResponseBase:
    """Try a failed mail once more, under its Message-ID."""
    effect, now = access_mail(viewer(request), number), clock.now()
    if can_try_again(effect, now) and try_again(effect, now=now):
        look_now(send_mails)
        messages.success(request, "It is tried again.")
    else:
        messages.error(request, "It is not to be tried again: it did not fail, or its day is over.")
    return redirect(back(request, reverse("mails-sent")))


def _number(request: HttpRequest) -> int | None:
    """Whom an address names. Raises WrongAddress."""
    text = given(request.GET, "to")
    if text is None:
        return None
    number = whole_number(text)
    if number is None:
        raise WrongAddress(f"“{text[:40]}” is nobody's number: choose one of the list.")
    return number


def _framed(html: str) -> HttpResponse:
    """A mail in a frame of ours: its own style sheet, links that lead out of the frame, and nothing else."""
    policy = (
        f"default-src 'none'; style-src {' '.join(style_hashes(html))}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
    )
    return HttpResponse(
        html.replace("<head>", '<head><base target="_top">', 1),
        headers={"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"},
    )
