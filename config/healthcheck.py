"""`python -m config.healthcheck`: asks the web process of this container whether it can do its work."""

from __future__ import annotations

import http.client
import sys

from base.env import env_list

PORT = 8000
SECONDS = 4


def main() -> int:
    """0 if it can."""
    # Django refuses names it does not know; a leading dot stands for a domain and all below it.
    host = next(iter(env_list("ALLOWED_HOSTS")), "localhost").lstrip(".").replace("*", "localhost")
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        answer = connection.getresponse()
        sys.stdout.write(answer.read().decode(errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        sys.stdout.write(f"No answer: {error}\n")
        return 1
    finally:
        connection.close()
    return 0 if answer.status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
