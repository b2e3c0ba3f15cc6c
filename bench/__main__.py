"""`python -m bench [--only NAME] [--leads N]`: run the benchmarks, print a table, write bench/latest.json."""

from __future__ import annotations

import argparse
import json
import logging
import os
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LEADMODEL_PURPOSE", "bench")

import django
from django.core.management import call_command

from bench.measure import Line
from config.servers import ensure_servers

LATEST = Path(__file__).parent / "latest.json"
NAMES = {
    "load": ("load",),
    "rebuild": ("rebuild", "rebuild_sql", "rebuild_changed"),
    "pages": ("team_page", "person_page", "since_page"),
    "due_scan": ("due_scan",),
    "ladder_scan": ("ladder_scan", "ladder_find"),
    "business_time": ("business_time",),
    "polls": ("pull_bulk", "empty_poll", "increment", "edit_to_mirror"),
}
"""Module → the benchmarks it runs."""


def main() -> None:
    """Run all, or those of the module that has the one asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--only", choices=[name for names in NAMES.values() for name in names])
    parser.add_argument("--leads", type=int, default=100_000)
    arguments = parser.parse_args()
    ensure_servers()
    django.setup()
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    lines: list[Line] = []
    for module, names in NAMES.items():
        if arguments.only is None or arguments.only in names:
            done: list[Line] = import_module(f"bench.{module}").run(arguments.leads)
            lines += [told for told in done if arguments.only in (None, told["name"])]
            for told in done:
                print(_row(told), flush=True)
    LATEST.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


def _row(told: Line) -> str:
    each = told["value"] / told["n"] * 1e6
    return (
        f"{told['name']:<16} n={told['n']:>9,}  {told['value']:>9.3f} s  {each:>9.1f} µs each"
        f"  floor {told['floor']:>8.3f} s  ratio {told['ratio']:>6.2f}  {told['rss_mb']:>6.0f} MB"
        f"   floor: {told['floor_is']}"
    )


if __name__ == "__main__":
    main()
