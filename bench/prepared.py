"""`python -m bench.prepared FOLDER --ca-out FILE`: an organisation that only reads out what was prepared beforehand.

It knows a page of Bulk results for each file in FOLDER/<object>/, and nothing else, so that a benchmark of reading
measures reading and not how long it takes to find the rows.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sandbox.server.certificates import issue

_IDENTITY = "/id/00D000000000001AAA/005000000000001AAA"
_OBJECT = re.compile(r"FROM (\w+)")


class Prepared:
    """One object's pages."""

    def __init__(self, folder: Path) -> None:
        self.fields: dict[str, str] = json.loads((folder / "fields.json").read_text())
        self.pages = sorted(folder.glob("page-*.csv"))

    @cached_property
    def row_counts(self) -> list[int]:
        """The rows of each page."""
        counts = []
        for page in self.pages:
            with page.open("rb") as file:
                counts.append(sum(1 for _ in file) - 1)
        return counts


class Answers(BaseHTTPRequestHandler):
    """What reading asks for, answered from files."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = (
        True  # as servers do: else the client waits 40 ms for the second part of an answer
    )
    objects: dict[str, Prepared]
    url: str

    def do_POST(self) -> None:
        """A token, or a job that is done before it begins."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if "/oauth2/" in self.path:
            self._tell({"access_token": "prepared", "instance_url": self.url, "id": self.url + _IDENTITY})
        else:
            self._tell({"id": _object_in(json.loads(body)["query"]), "state": "UploadComplete"})

    def do_GET(self) -> None:
        """Fields, counts, jobs and their pages; of small windows nothing."""
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        words = parts.path.split("/")
        if "sobjects" in words:
            fields = self.objects[words[-2]].fields
            self._tell({"fields": [{"name": name, "type": kind} for name, kind in fields.items()]})
        elif words[-1] == "results":
            self._page(self.objects[words[-2]], int(asked.get("locator", ["0"])[0]))
        elif "jobs" in words:
            counts = self.objects[words[-1]].row_counts
            self._tell({"id": words[-1], "state": "JobComplete", "numberRecordsProcessed": sum(counts)})
        else:
            soql = asked["q"][0]
            is_count = "COUNT()" in soql and "WHERE" not in soql
            total = sum(self.objects[_object_in(soql)].row_counts) if is_count else 0
            self._tell({"totalSize": total, "done": True, "records": []})

    def _page(self, one: Prepared, number: int) -> None:
        page = one.pages[number]
        self.send_response(200)
        self.send_header("Content-Length", str(page.stat().st_size))
        self.send_header("Sforce-NumberOfRecords", str(one.row_counts[number]))
        self.send_header("Sforce-Locator", str(number + 1) if number + 1 < len(one.pages) else "null")
        self.end_headers()
        with page.open("rb") as file:
            shutil.copyfileobj(file, self.wfile, 1 << 20)

    def _tell(self, told: object) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _object_in(soql: str) -> str:
    match = _OBJECT.search(soql)
    assert match is not None
    return match[1]


def main() -> None:
    """Serve until ended; the first line tells the address."""
    parser = argparse.ArgumentParser(prog="python -m bench.prepared")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ca-out", type=Path, required=True)
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.socket = issue(arguments.ca_out).wrap_socket(server.socket, server_side=True)
    Answers.url = f"https://localhost:{server.server_address[1]}"
    Answers.objects = {one.name: Prepared(one) for one in arguments.folder.iterdir()}
    for one in Answers.objects.values():
        assert one.row_counts is not None
    print(Answers.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
