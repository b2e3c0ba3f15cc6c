"""An address that makes no sense is answered with a sentence: what is wrong, what to write instead."""

from __future__ import annotations

import base64
import json

from django.test import Client

from tests.pages.world import ALICE, World


def cursor(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


ADDRESSES = {
    "/team/?period=year": "“year” is no period: choose one of today, 7, 30, 90, custom.",
    "/team/?from=2026-01-01": "A period of your own needs both days: “through” is missing.",
    "/team/?from=1.1.2026&through=2026-02-01": "from “1.1.2026” is no date: write it like 2011-10-01.",
    "/team/?from=2026-02-30&through=2026-03-01": "from “2026-02-30” is no date",
    "/team/?from=2026-03-02&through=2026-03-01": "turn the two days round",
    "/team/?from=0001-01-01&through=0001-01-02": "lies outside all records",
    "/team/?from=1950-01-01&through=2026-01-02": "longer than ten years",
    "/team/?as_of=yesterday": "as_of “yesterday” is no instant: write it like 2011-11-15T12:00:00Z.",
    "/team/?as_of=2999-01-01T00:00:00Z": "is in the future",
    "/team/?as_of=0001-01-01T00:00:00Z": "lies outside all records",
    "/team/?tz=Berlin": "“Berlin” is no time zone: write one like Europe/Berlin.",
    "/team/?path=sideways": "“sideways” is no path: choose one of inbound, outbound.",
    "/team/?priority=P9": "“P9” is no priority: choose one of P1, P2, P3, P4.",
    "/reasons/?relation=luck": "“luck” is no relation",
    "/team/?figure=luck": "“luck” is no figure",
    "/team/?tile=luck": "“luck” is no tile of the Now strip",
    "/team/?sort=luck": "“luck” is no column to sort by",
    "/team/?figure=open&after=next": "“next” is no place in this list",
    "/team/?figure=open&after=%F0%9F%92%A9": "is no place in this list",
    f"/team/?figure=open&after={base64.urlsafe_b64encode(b'[' * 1500).decode()}": "is no place in this list",
    f"/team/?figure=open&after={cursor(1)}": "is no place in this list",
    f"/team/?figure=open&after={cursor(1.0, 'a' + chr(0), 1, 1)}": "is no place in this list",
    f"/team/?figure=open&after={cursor(1.0, 'a', 10**30, 1)}": "is no place in this list",
    f"/team/?figure=open&after={cursor(1.0, chr(0xD800), 1, 1)}": "is no place in this list",
    f"/team/?tile=outside_sla&after={cursor('x', 1.0, 'a')}": "is no place in this list",
    "/team/?source=%00": "The address holds a NUL character",
    "/team/rows.csv": "The address names no figure",
    "/team/now.csv": "The address names no tile",
    f"/queue/?rep={ALICE}&show=luck": "“luck” is no part of a queue",
    f"/queue/?rep={ALICE}&after=luck": "“luck” is no place in this list",
    "/settings/salesforce/write-back/?show=luck": "“luck” is no list of writes",
    "/settings/salesforce/write-back/?kind=luck": "“luck” is no kind of writes",
    "/settings/salesforce/write-back/?after=-1": "“-1” is no place in this list",
    "/reasons/?kind=luck": "“luck” is no disposition with reasons: choose one of nurture, unqualified, lost.",
    "/reasons/?reason=No+time": "The address names a reason but no disposition",
    "/reasons/?show=luck": "“luck” is no part of the dispositions",
    "/reasons/?untouched=no": "choose one of yes.",
    "/reasons/?kind=nurture&after=luck": "“luck” is no place in this list",
    "/reasons/?kind=nurture&reason=%00": "The address holds a NUL character",
    "/reasons/rows.csv": "The address names no number",
    "/queue/rows.csv": "The address names no rep",
    "/pulls/?path=inbound": "pulls are counted whole, against the band: leave “path” out.",
    "/pulls/?part=luck": "“luck” is no part of the pulls",
    "/pulls/?part=days.3": "No group of days begins with 3 pulls, the band being 10 to 15",
    "/pulls/?day=2026-01-05": "A day is one rep",
    "/pulls/?part=pulls&after=luck": "“luck” is no place in this list",
    "/pulls/rows.csv": "The address names no number",
    "/team/since/?since=luck": "since “luck” is no instant",
    "/team/since/?news=none": "“none” is no choice of facts",
    "/team/since/?as_of=2026-01-01T00:00:00Z": "write since and until instead of as_of",
    "/team/since/?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z": "write the earlier instant as since",
    "/team/?known_by=luck": "known_by “luck” is no instant",
    "/reasons/?known_by=2999-01-01T00:00:00Z": "is in the future",
    "/team/?left_out=no": "choose one of yes.",
    "/team/?left_out=yes&figure=open": "The address names a number and what is left out of it",
    "/assignments/?show=luck": "“luck” is no list of re-assignments: choose one of all, could_not",
    "/assignments/?after=luck": "“luck” is no place in this list",
    "/replay/?days=31": "“31” is no number of days: choose one of 7, 30, 90",
    "/replay/?what=luck": "“luck” is no part of the replay: choose one of missed_target",
    "/replay/?after=luck": "“luck” is no place in this list",
    f"/replay/?after={cursor('luck', '', 1, '')}": "is no place in this list",
    "/escalations/?show=luck": "“luck” is no list of escalations: choose one of all, waiting",
    "/escalations/?act=luck": "“luck” is no step of the ladder: choose one of remind_rep, tell_manager",
    "/escalations/?after=luck": "“luck” is no place in this list",
    f"/escalations/?after={cursor('luck', '', 1)}": "is no place in this list",
    "/mails/sent/?show=luck": "“luck” is no list of mails",
    "/automation/?after=50": "“50” is no place in this list",
    f"/automation/?after={cursor('luck', 'dry', 1)}": "is no place in this list",
    "/mails/sent/?after=luck": "“luck” is no place in this list",
    "/exceptions/?state=luck": "“luck” is no state of an exception",
    "/exceptions/?after=request-x": "“request-x” is no line of the ledger",
}


def test_it_is_told_in_a_sentence(world: World, otto: Client) -> None:
    for address, told in ADDRESSES.items():
        response = otto.get(address)

        assert response.status_code == 400, address
        page = response.content.decode()
        assert told in page, address
        assert "Traceback" not in page, address


def test_what_the_address_says_is_never_markup(world: World, otto: Client) -> None:
    page = otto.get("/team/?figure=<script>alert(1)</script>").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_filter_that_fits_nothing_shows_an_empty_page(world: World, otto: Client) -> None:
    page = otto.get("/team/?source=Carrier+pigeon&figure=assigned").content.decode()

    assert "Nobody was assigned in this period" in page
    assert "Nobody: the list is empty." in page


def test_an_address_of_ones_own_days_in_another_zone_is_kept(world: World, otto: Client) -> None:
    response = otto.get("/team/?from=2026-01-01&through=2026-01-31&tz=Asia/Tokyo&team=&path=inbound")
    asked = response.context["asked"]

    assert asked.selection(None).start.isoformat() == "2026-01-01T00:00:00+09:00"
    assert asked.selection(None).end.isoformat() == "2026-02-01T00:00:00+09:00"
    assert asked.query() == "?period=custom&from=2026-01-01&through=2026-01-31&tz=Asia%2FTokyo&path=inbound"
