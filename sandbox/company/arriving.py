"""While the company lives: new leads come, are routed, taken from queues and pools, and merged."""

from __future__ import annotations

from sandbox.company import statuses
from sandbox.company.duplicates import ONE_IN
from sandbox.company.living import Living
from sandbox.company.names import company_name
from sandbox.company.people import ENGAGEMENT, INBOUND_QUEUES, OUTBOUND_ROLE, POOL, ROUTER, WEBSITE
from sandbox.company.person import draw_person
from sandbox.company.setup import campaign_id
from sandbox.company.sink import Row
from sandbox.company.sources import COMING_BACK, Source, draw_source
from sandbox.company.story import AUTOMATIC

_QUEUE_WAIT_S = 25 * 60
_LOOK_AT = 200
"""How many of the newest records one step looks at, however many there are."""


def arrive(living: Living) -> None:
    """One new lead, now; the router acts on it in the same breath."""
    rng = living.rng
    source = draw_source(rng)
    if not source.inbound:
        source = rng.choice(COMING_BACK)
    number = living.org.store.connection.execute('SELECT max(row_number) FROM "Lead"').fetchone()[0]
    double = _somebody_known(living) if rng.random() < 1 / ONE_IN else None
    lead_id = _create(living, number, source) if double is None else _create_again(living, double, source)
    living.create(
        "CampaignMember",
        {"CampaignId": campaign_id(living.campaign(source)), "LeadId": lead_id, "Status": "Responded"},
        WEBSITE.id,
    )
    if rng.random() < source.assigned:
        _route(living, lead_id, statuses.ASSIGNED)


def come_back(living: Living) -> None:
    """Somebody in nurture does something new; the router assigns them again."""
    newest = living.org.store.connection.execute('SELECT max(row_number) FROM "Lead"').fetchone()[0]
    # by row numbers: the share in nurture is large, and counting them would read every lead there is
    numbers = sorted({living.rng.randint(1, newest) for _ in range(20)})
    resting = living.leads(
        f"row_number IN ({', '.join('?' * len(numbers))}) AND \"Status\" LIKE 'Nurture%' "
        'AND NOT "IsConverted" AND NOT "IsDeleted"',
        tuple(numbers),
    )
    if not resting:
        return
    lead_id = str(living.rng.choice(resting)["Id"])
    campaign = campaign_id(living.campaign(living.rng.choice(COMING_BACK)))
    known = living.pick("CampaignMember", '"CampaignId" = ? AND "LeadId" = ?', (campaign, lead_id))
    if known is None:
        living.create(
            "CampaignMember", {"CampaignId": campaign, "LeadId": lead_id, "Status": "Responded"}, WEBSITE.id
        )
    _route(living, lead_id, statuses.RECYCLED)


def _create(living: Living, number: int, source: Source) -> str:
    person = draw_person(
        number=number, arrival=living.at, source=source, accounts=living.accounts, rng=living.rng
    )
    values: Row = {
        "FirstName": person.first,
        "LastName": person.last,
        "Title": person.title,
        "Company": company_name(person.company),
        "Country": person.country.name,
        "Email": person.email,
        "LeadSource": source.name,
        "Status": statuses.NEW,
        "Rating": person.rating,
        "Lead_Score__c": person.score,
        "Grade__c": person.grade,
        "OwnerId": INBOUND_QUEUES[person.country.territory].id,
    }
    return living.create("Lead", values, WEBSITE.id)


def _somebody_known(living: Living) -> Row | None:
    """Somebody of the last leads, open still, who fills in another form."""
    rows = living.leads(
        'row_number > (SELECT max(row_number) FROM "Lead") - ? AND NOT "IsConverted" AND NOT "IsDeleted"',
        (_LOOK_AT,),
    )
    return living.rng.choice(rows) if rows else None


def _create_again(living: Living, known: Row, source: Source) -> str:
    names = (
        "FirstName",
        "LastName",
        "Title",
        "Company",
        "Country",
        "Email",
        "Rating",
        "Lead_Score__c",
        "Grade__c",
    )
    values = {name: known[name] for name in names}
    owner = INBOUND_QUEUES[living.territory(known)].id
    return living.create(
        "Lead", {**values, "LeadSource": source.name, "Status": statuses.NEW, "OwnerId": owner}, WEBSITE.id
    )


def _route(living: Living, lead_id: str, status: str) -> None:
    lead = living.org.live_row("Lead", lead_id)
    team = living.crew.inbound(living.territory(lead))
    values: Row = {"Status": status, "Assigned_Date__c": living.text}
    if team and living.rng.random() < 0.7:
        rep = living.rng.choice(team)
        values["OwnerId"] = rep.id
        living.update("Lead", lead_id, values, ROUTER.id)
        living.done_task(
            lead_id, AUTOMATIC + "Thanks for your interest", "Email", owner=rep.id, by=ENGAGEMENT.id
        )
    else:
        values["OwnerId"] = INBOUND_QUEUES[living.territory(lead)].id
        living.update("Lead", lead_id, values, ROUTER.id)


def take_from_queues(living: Living) -> None:
    """Reps take what waits in their queue; marketing's queue and the pool are not theirs."""
    queues = [queue.id for queue in INBOUND_QUEUES.values()]
    marks = ", ".join("?" * len(queues))
    assigned = ", ".join("?" * len(statuses.BY_STAGE["assigned"]))
    waiting = living.leads(
        f'"OwnerId" IN ({marks}) AND "Status" IN ({assigned}) AND NOT "IsDeleted" '
        f'ORDER BY "SystemModstamp" DESC LIMIT {_LOOK_AT}',
        (*queues, *statuses.BY_STAGE["assigned"]),
    )
    for lead in waiting:
        if living.stopped():
            return
        team = [one for one in living.crew.inbound(living.territory(lead)) if not one.away]
        if team and living.pace.happens(_QUEUE_WAIT_S, living.passed):
            rep = living.rng.choice(team)
            living.update("Lead", str(lead["Id"]), {"OwnerId": rep.id}, rep.id)


def pull_from_pool(living: Living) -> None:
    """An outbound rep takes somebody out of the pool and starts at once."""
    team = [one for one in living.crew.kind(OUTBOUND_ROLE) if not one.away]
    lead = living.pick("Lead", '"OwnerId" = ? AND NOT "IsDeleted"', (POOL.id,))
    if not team or lead is None:
        return
    rep = living.rng.choice(team)
    lead_id = str(lead["Id"])
    values: Row = {"Status": statuses.PULLED, "OwnerId": rep.id, "Assigned_Date__c": living.text}
    living.update("Lead", lead_id, values, rep.id)
    living.done_task(lead_id, "Email: quick question", "Email", owner=rep.id, by=rep.id)


def merge_somebody(living: Living) -> None:
    """Operations finds two of the newest leads to be one human, and merges the younger into the older."""
    pair = living.org.store.connection.execute(
        'SELECT a."Id", b."Id" FROM "Lead" b '
        'JOIN "Lead" a ON a."Email" = b."Email" AND a.row_number < b.row_number '
        'WHERE b.row_number > (SELECT max(row_number) FROM "Lead") - ? '
        'AND NOT a."IsDeleted" AND NOT b."IsDeleted" AND NOT a."IsConverted" AND NOT b."IsConverted" '
        "ORDER BY b.row_number LIMIT 1",
        (10 * _LOOK_AT,),
    ).fetchone()
    if pair is not None:
        living.org.merge(pair[0], [pair[1]], user_id=living.operations, now=living.now)
