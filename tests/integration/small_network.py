#!/usr/bin/python3
"""A network of its own, with a name server and a TLS server in it, around one run of the tool.

    small_network.py SPECIFICATION COMMAND...

It must be started in a network namespace. The specification is JSON: `interfaces` are pairs of a
name and its addresses, `default` is the one with the default routes; `names` and `instead` are what
the name server takes; `identity` is the server's certificate. What both were asked is in the file
`record` afterwards.
"""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from name_server import NameServer
from peers import Scripted, answer
from servers import Certificates

ME = b'{"user":{"email":"device@example.com"},"organization":{"label":"acme"}}'


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def make_interfaces(interfaces: list[tuple[str, list[str]]], default: str) -> None:
    ip("link", "set", "lo", "up")
    for number, (name, addresses) in enumerate(interfaces):
        # The other end only has to be there.
        mac = f"02:00:00:00:00:{number:02x}"
        ip("link", "add", name, "address", mac, "type", "veth", "peer", "name", f"{name}-peer")
        ip("link", "set", f"{name}-peer", "up")
        ip("link", "set", name, "up")
        for address in addresses:
            six = ":" in address
            ip("addr", "add", address, "dev", name, *(["nodad"] if six else []))
            if name == default:
                ip(*(["-6"] if six else []), "route", "replace", "default", "dev", name)


def main(specification: str, *command: str) -> int:
    given: dict[str, Any] = json.loads(specification)
    make_interfaces(given["interfaces"], given["default"])
    named: list[str | None] = []
    names = NameServer(*map(tuple, given["names"]), port=53, **given["instead"])
    me = answer("200 OK", "application/json", ME)
    where = ("127.0.0.1", 443)
    server = Scripted(Certificates(Path(given["certificates"])), me, given["identity"], *where)
    server.context.sni_callback = lambda tls, name, context: named.append(name)
    with names, server:
        code = subprocess.run(command).returncode
    record = {
        "asked": names.asked,
        "names": named,
        "hosts": [head.decode().split("\r\nHost: ")[1].split("\r\n")[0] for head in server.requests],
    }
    with suppress(FileNotFoundError):
        Path(given["record"]).write_text(json.dumps(record))
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
