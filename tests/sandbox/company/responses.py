"""First answers straight from the rows: a reading of the rules of its own, for people routed straight to a rep."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sandbox.company.statuses import BY_STAGE
from tests.sandbox.company.conftest import Company


@dataclass(frozen=True)
class Answer:
    """One lead's first assignment: to whom, how long until the rep's first touch, and how many touches in all."""

    lead_id: str
    rep: str
    seconds: float | None
    touches: int
    status: str


def answers(company: Company) -> dict[str, list[Answer]]:
    """By rep, the leads whose only owner ever was that rep, given by the router with the status Assigned."""
    touches = defaultdict(list)
    for who, owner, done in company.all(
        """SELECT "WhoId", "OwnerId", "CompletedDateTime" FROM "Task" WHERE "IsClosed"
           AND "Subject" NOT LIKE 'Automatic: %' AND "Subject" NOT LIKE 'Reply received: %'"""
    ):
        touches[who, owner].append(done)
    machines = ", ".join(f"'{one}'" for one in company.ledger["machines"])
    marks = ", ".join("?" * len(BY_STAGE["assigned"]))
    found = defaultdict(list)
    for lead_id, contact, status, at, rep in company.all(
        f"""SELECT l."Id", l."ConvertedContactId", l."Status", s."CreatedDate", o."NewValue"
            FROM "Lead" l
            JOIN "LeadHistory" s ON s."LeadId" = l."Id" AND s."Field" = 'Status' AND s."NewValue" IN ({marks})
                 AND s."CreatedById" IN ({machines})
            JOIN "LeadHistory" o ON o."LeadId" = l."Id" AND o."Field" = 'Owner' AND o."DataType" = 'EntityId'
                 AND o."CreatedDate" = s."CreatedDate"
            WHERE NOT l."IsDeleted" AND (SELECT count(*) FROM "LeadHistory" h WHERE h."LeadId" = l."Id"
                  AND h."Field" = 'Owner') = 2""",
        *BY_STAGE["assigned"],
    ):
        done = sorted(one for one in touches[lead_id, rep] + touches[contact, rep] if one >= at)
        seconds = (_instant(done[0]) - _instant(at)).total_seconds() if done else None
        found[rep].append(Answer(lead_id, rep, seconds, len(done), status))
    return found


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
