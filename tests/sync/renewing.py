"""A process of its own that reads from the organisation: arguments are the database's name and how often it reads.

It says `ready` with its session in hand, and reads each time it is told to.
"""

from __future__ import annotations

import sys

import django
from django.conf import settings
from django.db import connections

django.setup()


def main() -> None:
    # after the set-up, which reads the settings of the run
    from sync.salesforce.client import connect  # noqa: PLC0415

    connections["default"].settings_dict["NAME"] = sys.argv[1]
    organisation = connect()
    assert settings.SALESFORCE_ALLOW_LOCAL
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        organisation.describe("Lead")
        sys.stdout.write("read\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
