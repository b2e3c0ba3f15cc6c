"""K7: what Salesforce deletes with a person, a deal or a company says what it said; what was mended before stays so."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from leadmodel.models import Cycle
from leadmodel.settings_store import enter
from tests.sync.likeness import assert_like
from tests.sync.world import World, dump

PAST = ["leadmodel_cycle", "leadmodel_span"]
MODEL = """
stages: {raw: [New], assigned: [Assigned], working: [Working], qualified: [Qualified], nurture: [Nurture],
         unqualified: [Unqualified]}
assignment: {owner: true}
touches: {automated_users: [router@desk.example]}
qualified: {by: opportunity, definition: pipeline, stages: {pipeline: [Negotiation]}}
lead_types: {target_account: {all: [{field: Account.Industry, operator: is, value: Energy}]}}
"""


@dataclass
class Desk:
    """Ada of an energy company, whom Alice got from a router after a fair, and called; what ties her is here."""

    world: World
    ada: str
    account: str
    campaign: str
    deal: str
    role: str
    demo: str
    """The event to which Ada was invited."""
    invitation: str

    def minutes_later(self, minutes: int = 5) -> None:
        self.world.pass_time(minutes=minutes)

    def negotiate(self) -> None:
        self.world.org.update("Opportunity", self.deal, {"StageName": "Negotiation"})
        self.minutes_later()

    def uninvite(self) -> None:
        """Somebody else came to the demo."""
        self.world.org.delete("EventRelation", self.invitation)
        self.minutes_later()

    def purge(self, *ids: str) -> None:
        """Delete for good, past the recycle bin, hours after all else."""
        self.world.pass_time(hours=7)
        self.world.purge(*ids)
        self.minutes_later()

    def sync(self) -> None:
        self.world.sync()
        assert_like(self.world)

    @property
    def cycles(self) -> list[Cycle]:
        return list(Cycle.objects.filter(person_id=self.ada).order_by("number"))


@pytest.fixture
def desk(world: World) -> Desk:
    enter(MODEL)
    org, alice = world.org, world.user("Alice")
    account = org.create("Account", {"Name": "Dynamo", "Industry": "Energy"})
    campaign = org.create("Campaign", {"Name": "Fair"})
    ada = org.create("Contact", {"LastName": "Ada", "AccountId": account, "OwnerId": world.user("Router")})
    org.create("CampaignMember", {"CampaignId": campaign, "ContactId": ada})
    world.pass_time(minutes=5)
    deal = org.create(
        "Opportunity",
        {"Name": "Engine", "AccountId": account, "StageName": "Prospecting", "CloseDate": "2026-06-30"},
    )
    role = org.create("OpportunityContactRole", {"OpportunityId": deal, "ContactId": ada, "IsPrimary": True})
    world.pass_time(minutes=5)
    org.update("Contact", ada, {"OwnerId": alice}, user_id=alice)
    world.pass_time(minutes=5)
    world.call(ada)
    demo = org.create(
        "Event",
        {"WhoId": world.contact("Bea"), "Subject": "Demo", "OwnerId": alice,
         "StartDateTime": "2026-03-05T09:00:00Z", "EndDateTime": "2026-03-05T10:00:00Z"},
        user_id=alice,
    )  # fmt: skip
    invitation = org.create("EventRelation", {"EventId": demo, "RelationId": ada})
    world.pass_time(minutes=5)
    return Desk(world, ada, account, campaign, deal, role, demo, invitation)


@pytest.mark.parametrize("what", ["ada", "deal", "account", "campaign", "demo"])
@pytest.mark.parametrize("way", ["into the bin", "for good"])
def test_k07_past_figures_stay_whatever_goes(desk: Desk, what: str, way: str) -> None:
    desk.negotiate()
    desk.sync()
    [cycle] = desk.cycles
    assert (cycle.outcome, cycle.campaign_id, cycle.touch_count) == ("qualified", desk.campaign, 2)
    assert (cycle.is_target_account, cycle.relation) == (True, "open_opportunity")
    before = dump(PAST)

    gone = getattr(desk, what)
    if way == "for good":
        desk.purge(gone)
    else:
        desk.world.org.delete(
            {"ada": "Contact", "deal": "Opportunity", "demo": "Event"}.get(what, what.title()), gone
        )
        desk.minutes_later()
    desk.sync()

    assert dump(PAST) == before


def test_k12_what_a_deal_comes_to_without_them_is_not_theirs(desk: Desk) -> None:
    desk.sync()
    desk.world.org.delete("OpportunityContactRole", desk.role)
    desk.minutes_later()
    desk.negotiate()
    desk.sync()
    assert [cycle.outcome for cycle in desk.cycles] == ["open"]
    before = dump(PAST)

    desk.purge(desk.ada)
    desk.sync()

    assert dump(PAST) == before, "nor is it when they are deleted as well"


def test_m03_what_it_came_to_with_them_stays_when_they_leave_it(desk: Desk) -> None:
    desk.negotiate()
    desk.sync()
    before = dump(PAST)

    desk.world.org.delete("OpportunityContactRole", desk.role)
    desk.minutes_later()
    desk.sync()

    assert dump(PAST) == before


def test_m05_a_deal_that_is_deleted_is_no_open_one_for_the_next_cycle(desk: Desk) -> None:
    desk.negotiate()
    desk.sync()
    desk.world.org.delete("Opportunity", desk.deal)
    for owner in ("Router", "Alice"):
        desk.minutes_later()
        desk.world.org.update("Contact", desk.ada, {"OwnerId": desk.world.user(owner)})
    desk.minutes_later()
    desk.sync()

    assert [cycle.relation for cycle in desk.cycles] == ["open_opportunity", "new_business"]


@pytest.mark.parametrize("way", ["into the bin", "for good"])
def test_k10_who_was_taken_off_an_activity_was_not_there(desk: Desk, way: str) -> None:
    """Before it, a mistake was mended; with the person, nothing is."""
    desk.sync()
    assert [cycle.touch_count for cycle in desk.cycles] == [2]
    desk.uninvite()
    desk.sync()
    assert [cycle.touch_count for cycle in desk.cycles] == [1]

    if way == "for good":
        desk.purge(desk.ada)
    else:
        desk.world.pass_time(hours=7)
        desk.world.org.delete("Contact", desk.ada)
        desk.minutes_later()
    desk.sync()

    assert [cycle.touch_count for cycle in desk.cycles] == [1]


def test_k10_where_nothing_tells_when_it_went_it_went_with_them(desk: Desk) -> None:
    """What is not found any more is found to be gone at different times, each object at its own."""
    desk.sync()
    for name, record in (("EventRelation", desk.invitation), ("Contact", desk.ada)):
        desk.world.lose(name, record)
        desk.world.pass_time(days=1)
        desk.sync()

    assert [cycle.touch_count for cycle in desk.cycles] == [2]


def test_k10_what_was_found_gone_long_before_went_by_itself(desk: Desk) -> None:
    desk.sync()
    desk.world.lose("EventRelation", desk.invitation)
    desk.world.pass_time(days=3)
    desk.sync()
    assert [cycle.touch_count for cycle in desk.cycles] == [1]

    desk.purge(desk.ada)
    desk.sync()

    assert [cycle.touch_count for cycle in desk.cycles] == [1]
