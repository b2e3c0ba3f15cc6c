"""Builds the company: person by person, so that the millionth costs no more memory than the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

from sandbox.company.duplicates import ONE_IN, tell_duplicate
from sandbox.company.happenings import Happening
from sandbox.company.hours import DAY
from sandbox.company.journey import happened_at, tell
from sandbox.company.ledger import SETTING, Notes, ledger_of
from sandbox.company.person import Person, draw_person
from sandbox.company.planted import fresh_age, fresh_kind, tell_fresh, tell_show
from sandbox.company.rows import Parent, Winner, lead_id, write
from sandbox.company.setup import write_setup
from sandbox.company.sink import Sink
from sandbox.company.sources import BY_NAME, TRADE_SHOW, draw_source
from sandbox.company.stamps import instant
from sandbox.company.world import World
from sandbox.org.org import Org
from sandbox.org.recycling import note_deletion
from sandbox.org.store import Store

Progress = Callable[[int, int], None]


def build(store: Store, *, leads: int, seed: int, now: datetime, progress: Progress | None = None) -> None:
    """Fills an empty store with the company of this seed: so many leads in the twelve months before `now`.

    The same leads, seed and now give the same rows. `progress` is told the leads written and their
    number. Raises TooFewLeads below 500, ValueError for a `now` without a zone.
    """
    world = World.of(leads=leads, seed=seed, now=now)
    sink = Sink(store)
    notes = Notes()
    write_setup(store, sink, world)
    done = 0
    for group in _groups(world.leads - world.show_size - world.fresh):
        _write_group(sink, world, notes, group)
        done += len(group)
        if progress is not None:
            progress(done, leads)
    _write_show(sink, world, notes, done)
    _write_fresh(sink, world, notes, done + world.show_size)
    sink.flush()
    _note_merges(store, world)
    store.set_setting(SETTING, ledger_of(world, notes))
    store.finish_bulk()
    if progress is not None:
        progress(leads, leads)


def _note_merges(store: Store, world: World) -> None:
    """What getDeleted tells: the merged leads of the last fifteen days, which is as far as it remembers."""
    org = Org(store)
    lead = store.object("Lead")
    merged = store.rows("Lead", '"IsDeleted" AND "SystemModstamp" >= ?', (instant(world.now - 15 * DAY),))
    with store.transaction():
        for row in list(merged):
            note_deletion(org, lead, str(row["Id"]), str(row["SystemModstamp"]))


def _groups(ordinary: int) -> Iterator[range]:
    for first in range(0, ordinary, ONE_IN):
        yield range(first, min(first + ONE_IN, ordinary))


def _write_group(sink: Sink, world: World, notes: Notes, group: range) -> None:
    """Twenty leads: nineteen people and the duplicate of one of them."""
    ordinary = world.leads - world.show_size - world.fresh
    people = group[:-1] if len(group) == ONE_IN else group
    told = [_tell_one(world, number, ordinary) for number in people]
    if len(group) < ONE_IN:
        for person, happenings in told:
            write(sink, world, person, happenings)
        return
    number = group[-1]
    rng = world.rng(number)
    duplicate = tell_duplicate(world, number, told, rng)
    if duplicate is None:
        told.append(_tell_one(world, number, ordinary))
    else:
        story = told[duplicate.winner][1]
        story.append(duplicate.absorbed)
        story.sort(key=happened_at)
        notes.merged += 1
    parents: list[Parent] = [write(sink, world, person, happenings) for person, happenings in told]
    if duplicate is not None:
        winner = Winner(lead_id(told[duplicate.winner][0].number), parents[duplicate.winner])
        write(sink, world, duplicate.person, duplicate.happenings, winner=winner)


def _tell_one(world: World, number: int, ordinary: int) -> tuple[Person, list[Happening]]:
    rng = world.rng(number)
    arrival = world.arrivals.at((number + rng.random()) / ordinary)
    person = draw_person(
        number=number, arrival=arrival, source=draw_source(rng), accounts=world.accounts, rng=rng
    )
    return person, tell(world, person, rng)


def _write_show(sink: Sink, world: World, notes: Notes, first: int) -> None:
    for number in range(first, first + world.show_size):
        rng = world.rng(number)
        person = _planted_person(world, number, world.show_at + (number - first) // 5, TRADE_SHOW.name, rng)
        notes.show.append(lead_id(number))
        write(sink, world, person, tell_show(world, person, rng))


def _write_fresh(sink: Sink, world: World, notes: Notes, first: int) -> None:
    for index in range(world.fresh):
        number = first + index
        rng = world.rng(number)
        waiting = fresh_kind(index)
        age = fresh_age(waiting, rng)
        before = 90 if not waiting.kind.startswith("meeting") else 4 * 86_400
        person = _planted_person(world, number, world.now - age - before, "Demo request", rng)
        notes.fresh.setdefault(waiting.kind, []).append(lead_id(number))
        write(sink, world, person, tell_fresh(world, person, waiting, age, rng))


def _planted_person(world: World, number: int, arrival: int, source: str, rng: Random) -> Person:
    return draw_person(
        number=number, arrival=arrival, source=BY_NAME[source], accounts=world.accounts, rng=rng
    )
