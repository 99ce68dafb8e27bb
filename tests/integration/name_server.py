#!/usr/bin/python3
"""A name server on the loopback interface: some names, silence, or "no such name" for all others.

By itself it serves the names that its command line gives, and prints 'PORT <n>':

    name_server.py localhost=10.0.2.2 localhost=fec0::2

It stops when its standard input ends.
"""

import ipaddress
import sys
from collections import defaultdict
from collections.abc import Iterable

from dnslib import AAAA, QTYPE, RCODE, RR, A, DNSError, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSLogger, DNSServer

SILENT = "silent.example"


class _Resolver(BaseResolver):
    """Answers with the addresses of the family that is asked for; a name without any is unknown.

    `*.example` stands for every name in example that has no addresses of its own. To questions of a
    type in `instead` it answers with the named error, or not at all if that is "DROP".
    """

    def __init__(self, addresses: dict[str, list[str]], instead: dict[str, str]) -> None:
        self._addresses = addresses
        self._instead = instead
        self.asked: list[tuple[str, str]] = []
        self.knows_addresses = True

    def _find(self, name: str) -> list[str] | None:
        parent = "*." + name.partition(".")[2]
        while name not in self._addresses and parent not in self._addresses and "." in parent[2:]:
            parent = "*." + parent[2:].partition(".")[2]
        return self._addresses.get(name, self._addresses.get(parent))

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord | None:
        name, kind = str(request.q.qname).rstrip("."), QTYPE[request.q.qtype]
        self.asked.append((name, kind))
        instead = self._instead.get(kind, "")
        if name == SILENT or instead == "DROP":
            raise DNSError("the server drops such a question, and says nothing")
        reply = request.reply()
        known = self._find(name)
        if instead:
            reply.header.rcode = getattr(RCODE, instead)
            return reply
        if known is None:
            reply.header.rcode = RCODE.NXDOMAIN
        for address in known if known and self.knows_addresses else []:
            version = ipaddress.ip_address(address).version
            if kind == {4: "A", 6: "AAAA"}[version]:
                data = A(address) if version == 4 else AAAA(address)
                reply.add_answer(RR(request.q.qname, request.q.qtype, rdata=data, ttl=60))
        return reply


class NameServer:
    """For the length of a `with` block."""

    def __init__(self, *names: tuple[str, str], port: int = 0, **instead: str) -> None:
        addresses = defaultdict(list)
        for name, address in names:
            addresses[name].append(address)
        self._resolver = _Resolver(dict(addresses), instead)
        self._server = DNSServer(
            self._resolver,
            address="127.0.0.1",
            port=port,
            logger=DNSLogger("-request,-reply,-truncated,-error", prefix=False),
        )
        self.port: int = self._server.server.server_address[1]

    def __enter__(self) -> "NameServer":
        self._server.start_thread()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._server.server.server_close()

    def forget_addresses(self) -> None:
        """From now on the names exist, and have none."""
        self._resolver.knows_addresses = False

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Name and type of each question so far."""
        return list(self._resolver.asked)


def main(arguments: Iterable[str]) -> None:
    names = [tuple(argument.split("=", 1)) for argument in arguments]
    with NameServer(*names) as server:
        print("PORT", server.port, flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main(sys.argv[1:])
