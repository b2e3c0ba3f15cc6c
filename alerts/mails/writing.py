"""A mail in words: subject, text and HTML of one and the same view, of the part of one's role and what automation did.

One mail a morning: what automation did is a section of whatever somebody gets anyway, and a mail of its own for who
gets no other.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.template.loader import render_to_string
from django.urls import reverse

from alerts.did import Between
from alerts.mails.days import Recipient, covered
from alerts.mails.digest import gather_did
from alerts.mails.links import site
from alerts.mails.morning import write_morning
from alerts.mails.parts import Own
from alerts.mails.room import write_room
from base.models import Role, User
from base.words import ago
from leadmodel.lifecycle.settings import ModelSettings

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_OWN = {Role.MANAGER: write_room, Role.REP: write_morning}
_NONE = Own("alerts/digest", "", {}, is_empty=True)


@dataclass(frozen=True)
class Written:
    """A mail that can be sent as it is; an empty one is not. `has_own`, `has_digest`: of which parts it is."""

    subject: str
    text: str
    html: str
    is_empty: bool
    has_own: bool
    has_digest: bool


def style_hashes(html: str) -> list[str]:
    """Of a mail's style sheets, as content security policies name them."""
    return [
        "'sha256-" + b64encode(sha256(style.encode()).digest()).decode() + "'"
        for style in _STYLE.findall(html)
    ]


def write(
    user: User, recipient: Recipient, settings: ModelSettings, *, at: datetime, now: datetime, until: datetime
) -> Written:
    """The parts this user wants, as they are written `now`.

    `at`: up to when Salesforce was read; `until`: up to when it tells what automation did.
    """
    zone, has_own = recipient.zone, recipient.wants_it and Role(user.role) in _OWN
    own = _OWN[Role(user.role)](user, settings, zone=zone, at=at, now=now) if has_own else _NONE
    between, most = Between(*covered(recipient, until)), settings.clean_your_room.rows_per_rep
    did = gather_did(user, between, zone=zone, now=now, most=most) if recipient.wants_digest else None
    done = did.subject if did is not None else ""
    told = [own.subject] if not own.is_empty else []
    told += [f"automation: {done}" if told else f"Automation: {done}"] if done else []
    local = at.astimezone(zone)
    subject = (
        f"{', '.join(told) or own.subject or 'Nothing to tell'}, {local:%a} {local.day} {local:%b %H:%M}"
    )
    view = {
        **own.view,
        "did": did,
        "subject": subject,
        "heading": own.subject or done,
        "at": f"{local:%A %Y-%m-%d %H:%M:%S} {zone.key}",
        "freshness": ago((now - at).total_seconds()),
        "page_href": site(reverse("mails")),
    }
    return Written(
        subject=subject,
        text=_plain(render_to_string(f"{own.template}.txt", view)),
        html=_plain(render_to_string(f"{own.template}.html", view)),
        is_empty=own.is_empty and not done,
        has_own=has_own,
        has_digest=did is not None,
    )


def _plain(text: str) -> str:
    """What templates render passes for safe markup in a page; a mail's text is none."""
    return "".join((text,))  # noqa: FLY002 - a formatted string would stay what it is
