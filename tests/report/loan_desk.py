"""Where the loan desk is, and how tests that need it are left out, loudly, where it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LOAN_DESK = Path(os.environ.get("LOAN_DESK", REPOSITORY.parent / "shared" / "data" / "loan-desk")).resolve()
MODEL = REPOSITORY / "tests" / "data" / "loan-desk.yaml"
IS_THERE = (LOAN_DESK / "export.zip").exists()
SENTENCE = f"the loan desk is not at {LOAN_DESK}: set LOAN_DESK to its folder; its figures were NOT checked"

needs_loan_desk = pytest.mark.skipif(not IS_THERE, reason=SENTENCE)
