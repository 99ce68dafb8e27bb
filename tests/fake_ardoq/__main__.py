"""The command line: `serve` and `show`."""

import argparse
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import show
from answers import ERROR_BODIES, FRAMINGS, Answers
from app import Api, Application, Look
from batch import Limits, Mixing, Rules
from components import Components
from errors import STATUS_SWITCHES, Statuses
from journal import Journal
from live import LivePage
from references import References
from rules import Bucket, Gate, Organisation
from seeds import FIELD_TYPES, Field
from server import TLS_VERSIONS, Server, configure, listen
from store import Seed, Store



def _status(first: int, last: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        # A 304 has no body, so it could not carry an error.
        if not text.isdecimal() or not first <= int(text) <= last or int(text) == 304:
            raise argparse.ArgumentTypeError(f"{text!r} is not a status from {first} to {last}")
        return int(text)

    return read


def _count(lowest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {lowest} up")
        return int(text)

    return read


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"no such file: {text}")
    return path


def _field(text: str) -> Field:
    """KEY=TYPE[,OPTION...][,readOnly], for component types as in seeds.py."""
    key, _, rest = text.partition("=")
    kind, *options = rest.split(",")
    if not re.fullmatch("[a-z][a-z0-9_]*", key) or kind not in FIELD_TYPES:
        types = ", ".join(FIELD_TYPES)
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=TYPE; types: {types}")
    read_only = options[-1:] == ["readOnly"]
    options = options[: len(options) - read_only]
    return Field(key, kind, tuple(options), read_only=read_only)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return rate


def _add_listening(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument_group("listening").add_argument
    add("--certificate", type=_file, required=True, metavar="PEM", help="server certificate chain")
    add("--key", type=_file, required=True, metavar="PEM", help="its private key")
    add("--address", default="127.0.0.1", help="such as ::1; default %(default)s")
    add("--port", type=_count(0), default=0, help="default 0: any free port")
    add("--page-port", type=_count(0), metavar="PORT",
        help="also show its content in a browser on this machine: http://localhost:PORT/, without "
        "TLS or token; 0: the kernel chooses; default: no page")
    add("--tls-max", choices=TLS_VERSIONS, default="1.3", help="default %(default)s")
    add("--client-ca", type=_file, metavar="PEM", help="require a client certificate of this CA")
    add("--stop-with-stdin", action="store_true", help="stop when standard input ends")
    add("--journal", type=Path, metavar="FILE", help="append one JSON line per request received")


def _add_holdings(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument_group("content, created at every start if missing").add_argument
    add("--field", type=_field, action="append", default=[], metavar="KEY=TYPE[,OPTION...]",
        help="a custom field of devices, or another type for an existing one; readOnly as the "
        "last option refuses values")
    add("--org-label", default="acme", metavar="L", help="as in X-org; default %(default)s")
    add("--org-name", default="Acme Corporation", metavar="NAME", help="default %(default)s")


def _add_demands(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument_group("requirements").add_argument
    add("--token", default="test-token", metavar="T", help="default %(default)s")
    add("--shared-host", action="store_true", help="X-org is mandatory, as on app.ardoq.com")
    add("--rate", type=_rate, metavar="N",
        help="requests per second, answered 429 above; default: no limit")
    add("--retry-after", type=_count(0), default=1, metavar="SECONDS",
        help="sent with 429, and with 503 of --fail-with; default %(default)s")
    add("--fail-with", type=_status(300, 599), metavar="STATUS",
        help="answer every authorised request with this status; 3xx has a Location")


def _add_choices(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument_group("what Ardoq does not document").add_argument
    add("--error-body", choices=ERROR_BODIES, default="message",
        help="JSON object with this key, text/plain, text/html, or with reitit what that library "
        "says of a 400; default %(default)s")
    for field in STATUS_SWITCHES:
        switch = f"--{field.name.replace('_', '-')}-status"
        add(switch, type=_status(400, 599), default=field.default, metavar="STATUS",
            help=f"for {field.metadata['meaning']}; default %(default)s")
    add("--mix-upserts", action="store_true",
        help="allow upserts together with other operations of the same kind; default: refused")
    add("--reference-root-workspace", action="store_true",
        help="also accept rootWorkspace for source.rootWorkspace in a reference's uniqueBy")
    add("--max-operations", type=_count(1), metavar="N",
        help="the most in a batch, answered 413 above; default: no limit")
    add("--login-page", action="store_true",
        help="answer an unauthorised request with 200 and an HTML page instead of 401")
    add("--framing", choices=FRAMINGS, default="content-length",
        help="how the end of an answer is marked; default %(default)s")
    add("--page-size", type=_count(1), default=300, metavar="N", help="default %(default)s")
    add("--reverse-keys", action="store_true", help="object keys of answers in reverse order")
    add("--no-nulls", action="store_true",
        help="leave out component fields that are unset; default: they are null")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="fake_ardoq", description="A strict local stand-in for the Ardoq REST API v2."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="serve the API over HTTPS",
        description="Serves the API, and prints 'PORT <n>' once it accepts connections.",
    )
    serve.set_defaults(run=_serve)
    serve.add_argument("--database", type=Path, required=True, metavar="FILE",
        help="SQLite file with all state; created if missing")
    for add_group in (_add_listening, _add_holdings, _add_demands, _add_choices):
        add_group(serve)
    shower = commands.add_parser("show", help="print the server's content")
    shower.set_defaults(run=_show)
    shower.add_argument("--database", type=_file, required=True, metavar="FILE",
        help="SQLite file of a server, running or not")
    return parser.parse_args()


def _statuses(arguments: argparse.Namespace) -> Statuses:
    return Statuses(
        **{field.name: getattr(arguments, f"{field.name}_status") for field in STATUS_SWITCHES}
    )


def _application(arguments: argparse.Namespace, store: Store, journal: Journal) -> Application:
    statuses = _statuses(arguments)
    answers = Answers(arguments.error_body, arguments.framing, arguments.reverse_keys)
    components = Components(store, statuses)
    by_root_workspace = arguments.reference_root_workspace
    rules = Rules(
        components,
        References(store, statuses, components, by_root_workspace),
        Mixing(arguments.mix_upserts, statuses.mixed),
        Limits(arguments.max_operations),
    )
    look = Look(arguments.page_size, not arguments.no_nulls)
    gate = Gate(
        arguments.token,
        Organisation(arguments.org_label, arguments.shared_host, statuses.missing_org),
        Bucket(arguments.rate) if arguments.rate else None,
        arguments.retry_after,
        arguments.fail_with,
    )
    api = Api(store, rules, answers, look)
    return Application(api, gate, answers, journal, arguments.login_page)


def _serve(arguments: argparse.Namespace) -> None:
    with Store(arguments.database) as store, Journal(arguments.journal) as journal:
        store.seed(Seed(arguments.org_label, arguments.org_name, tuple(arguments.field)))
        config = configure(
            _application(arguments, store, journal),
            certificate=arguments.certificate,
            key=arguments.key,
            client_ca=arguments.client_ca,
            tls_max=arguments.tls_max,
            close_delimited=arguments.framing == "close",
        )
        with listen(arguments.address, arguments.port) as listener:
            page = None if arguments.page_port is None else LivePage(store)
            server = Server(config, page, arguments.page_port or 0)
            if arguments.stop_with_stdin:
                server.stop_with_stdin()
            server.run(sockets=[listener])


def _show(arguments: argparse.Namespace) -> None:
    # On a terminal without UTF-8 the rest is still readable.
    sys.stdout.reconfigure(errors="replace")
    with Store(arguments.database, read_only=True) as store:
        for line in show.lines(store):
            print(line)


def main() -> None:
    arguments = _arguments()
    try:
        arguments.run(arguments)
    except (OSError, sqlite3.Error) as error:
        sys.exit(f"fake_ardoq: {error}")


if __name__ == "__main__":
    main()
