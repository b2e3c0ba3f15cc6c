"""The example company: a year of a sales organisation that never was, and its life from then on."""

from __future__ import annotations

from sandbox.company.building import build

__all__ = ["build"]
