"""A window of rows into a spool, by the way that suits its size; halved where Salesforce finds it too long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from sync.salesforce.bulk import read_bulk
from sync.salesforce.calls import Calls
from sync.salesforce.outcomes import NotByBulk, QueryTooLong
from sync.salesforce.rest import Heard, TooLarge, read_rest
from sync.salesforce.soql import Selection
from sync.salesforce.spool import Spool

log = structlog.get_logger(__name__)

BULK_FROM_ROWS = 20_000
"""Larger windows are read by Bulk 2.0; REST gives 2,000 rows a call."""


def unheard(rows: int, expected: int | None) -> None:
    """Tell nobody of the progress."""


@dataclass(frozen=True)
class Reading:
    """What is read, and into what. `types` are the fields' types as described."""

    calls: Calls
    types: Mapping[str, str]
    spool: Spool
    now: datetime
    heard: Heard = unheard

    def read(self, selection: Selection, *, expected: int | None = None) -> None:
        """The selection's rows. With `expected` rows beyond what REST is good for, Bulk is asked first.

        A query that runs too long is asked for in halves, down to a minute; such a minute is asked of Bulk.
        """
        mark = self.spool.mark()
        is_large = expected is not None and expected > BULK_FROM_ROWS
        try:
            self._by_either(selection, is_large=is_large)
        except QueryTooLong:
            self.spool.back_to(mark)
            halves = selection.window.halves(self.now)
            if halves is None:
                if is_large:
                    raise
                self._bulk(selection)
                return
            log.info("window_halved", object=selection.name, start=selection.window.start)
            self.spool.is_pieced = True
            for half in halves:
                self.read(selection.within(half))

    def _by_either(self, selection: Selection, *, is_large: bool) -> None:
        mark = self.spool.mark()
        if is_large:
            try:
                self._bulk(selection)
            except NotByBulk as error:
                log.info("read_by_rest_instead", object=selection.name, error=str(error))
                self.spool.back_to(mark)
                self._rest(selection, most=None)
            return
        try:
            self._rest(selection, most=BULK_FROM_ROWS)
        except TooLarge:
            # rows may have come while it was read, and Bulk gives them all
            self.spool.back_to(mark)
            self._by_either(selection, is_large=True)

    def _rest(self, selection: Selection, *, most: int | None) -> None:
        read_rest(self.calls, selection, self.types, self.spool, most=most, heard=self.heard)

    def _bulk(self, selection: Selection) -> None:
        read_bulk(self.calls, selection.soql(), self.spool, heard=self.heard)
