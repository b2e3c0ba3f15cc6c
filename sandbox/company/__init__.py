"""The example company: a year of a sales organisation that never was, and its life from then on."""

from __future__ import annotations

from sandbox.company.building import build
from sandbox.company.ledger import Ledger, read_ledger
from sandbox.company.live import NoCompany, live

__all__ = ["Ledger", "NoCompany", "build", "live", "read_ledger"]
