"""The commands: serve an organisation, load one from a data export, make the example company."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sandbox import company
from sandbox.loading.load import load
from sandbox.loading.source import ExportRefused
from sandbox.org.org import Org
from sandbox.org.store import Store, StoreError
from sandbox.server.certificates import issue
from sandbox.server.clients import BadCertificate, Clients
from sandbox.server.listening import PortTaken, listen, port_number
from sandbox.server.serving import Service


def main(arguments: Sequence[str]) -> int:
    """Runs one command; answers the exit status. What went wrong is one sentence on standard error."""
    options = _parser().parse_args(arguments)
    try:
        done: int = options.run(options)
    except (StoreError, _Refused) as refusal:
        _complain(f"sandbox: {refusal}")
        return 1
    except sqlite3.Error as error:
        _complain(f"sandbox: {options.data} cannot be used: {error}.")
        return 1
    except KeyboardInterrupt:
        return 130
    return done


class _Refused(Exception):
    """A command cannot be done; the message is a sentence for whoever gave it."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve an organisation over HTTP, on this machine only")
    _add_data(serve)
    serve.add_argument("--port", type=port_number, default=0, help="http port; 0 takes a free one")
    serve.add_argument("--https-port", type=port_number, help="https port; 0 takes a free one")
    serve.add_argument(
        "--ca-out", type=Path, metavar="FILE", help="where to write the authority https clients trust"
    )
    serve.add_argument(
        "--proxy-port", type=port_number, help="port of a proxy that leads *.salesforce.com to the https port"
    )
    serve.add_argument(
        "--jwt-certificate",
        type=Path,
        metavar="FILE",
        help="what checks the JWT assertions of the client sandbox",
    )
    serve.add_argument("--token", help="an access token that always works")
    serve.add_argument(
        "--live", type=_speed, metavar="SPEED", help="let the example company live, at this speed"
    )
    serve.set_defaults(run=_serve)

    load = commands.add_parser("load", help="make an organisation from a Salesforce data export")
    load.add_argument("export", type=Path, help="folder or zip file with one CSV per object")
    _add_data(load)
    load.add_argument(
        "--without", default="", metavar="OBJECT,…", help="objects that API users shall not see"
    )
    load.set_defaults(run=_load)

    company = commands.add_parser("company", help="make the example company")
    company.add_argument("--leads", type=int, default=20_000)
    company.add_argument("--seed", type=int, default=1)
    company.add_argument(
        "--now", type=_instant, help="when the company's twelve months end; now unless given"
    )
    _add_data(company)
    company.set_defaults(run=_company)
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="the organisation's file")


def _speed(text: str) -> float:
    speed = float(text)
    if not speed > 0:
        raise argparse.ArgumentTypeError(f"the speed must be above 0, not {text}")
    return speed


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _serve(options: argparse.Namespace) -> int:
    if (options.https_port is None) != (options.ca_out is None):
        raise _Refused(
            "--https-port and --ca-out go together: clients need the authority to trust the certificate."
        )
    if options.proxy_port is not None and options.https_port is None:
        raise _Refused("--proxy-port needs --https-port: that is where the proxy leads to.")
    store = Store.open(options.data)
    store.finish_bulk()
    org = Org(store)
    if options.live is not None and company.read_ledger(store) is None:
        raise _Refused(
            f"{options.data} is not the example company, so nobody in it can live: leave out --live."
        )
    org.ensure_organization()
    if options.jwt_certificate is not None:
        _certify(org, options.jwt_certificate)
    try:
        service = Service(org, listen(options.port), token=options.token)
        if options.https_port is not None:
            service.https = listen(options.https_port)
            service.context = issue(options.ca_out)
        if options.proxy_port is not None:
            service.proxy = listen(options.proxy_port)
    except PortTaken as error:
        raise _Refused(str(error)) from error
    except OSError as error:
        raise _Refused(f"{options.ca_out} cannot be written: {error.strerror}.") from error
    asyncio.run(_run(service, org, options.live))
    return 0


def _certify(org: Org, path: Path) -> None:
    try:
        Clients(org).certify(path.read_text())
    except OSError as error:
        raise _Refused(f"{path} cannot be read: {error.strerror}.") from error
    except (BadCertificate, UnicodeDecodeError) as error:
        raise _Refused(f"{path} is no certificate in PEM form of an RSA key.") from error


async def _run(service: Service, org: Org, speed: float | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, service.stop)
    addresses = " ".join(address for address in (service.http_url, service.https_url) if address)
    if service.proxy_url is not None:
        addresses += f" proxy {service.proxy_url}"
    with _living(org, speed) if speed is not None else contextlib.nullcontext():
        _say(f"sandbox ready: {addresses}")
        await service.run()


@contextlib.contextmanager
def _living(org: Org, speed: float) -> Iterator[None]:
    """The example company's people at work in the background."""
    stop = threading.Event()
    thread = threading.Thread(
        target=company.live, args=(org,), kwargs={"speed": speed, "stop": stop}, name="company"
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _load(options: argparse.Namespace) -> int:
    without = [name.strip() for name in options.without.split(",") if name.strip()]
    try:
        report = load(options.export, options.data, without=without)
    except ExportRefused as refusal:
        raise _Refused(str(refusal)) from refusal
    for line in report.lines():
        _say(line)
    for rejected in report.told_rejections():
        _complain(rejected)
    return 0


def _company(options: argparse.Namespace) -> int:
    if options.leads < 1:
        raise _Refused(f"--leads must be at least 1, not {options.leads}.")
    store = Store.create(options.data)
    try:
        company.build(store, leads=options.leads, seed=options.seed, now=options.now or datetime.now(UTC))
        store.finish_bulk()
    except BaseException:
        store.discard()
        raise
    _say(f"The example company is in {options.data}: {options.leads} leads, seed {options.seed}.")
    return 0


def _say(line: str) -> None:
    """To whoever waits for it, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(line: str) -> None:
    sys.stderr.write(line + "\n")
