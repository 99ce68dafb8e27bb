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
    """Answers with the addresses of the family that is asked for; a name without any is unknown."""

    def __init__(self, addresses: dict[str, list[str]]) -> None:
        self._addresses = addresses
        self.asked: list[tuple[str, str]] = []
        self.knows_addresses = True

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord | None:
        name, kind = str(request.q.qname).rstrip("."), QTYPE[request.q.qtype]
        self.asked.append((name, kind))
        if name == SILENT:
            raise DNSError("the server drops such a question, and says nothing")
        reply = request.reply()
        if name not in self._addresses:
            reply.header.rcode = RCODE.NXDOMAIN
        known = self._addresses.get(name, []) if self.knows_addresses else []
        for address in known:
            version = ipaddress.ip_address(address).version
            if kind == {4: "A", 6: "AAAA"}[version]:
                data = A(address) if version == 4 else AAAA(address)
                reply.add_answer(RR(request.q.qname, request.q.qtype, rdata=data, ttl=60))
        return reply


class NameServer:
    """For the length of a `with` block."""

    def __init__(self, *names: tuple[str, str]) -> None:
        addresses = defaultdict(list)
        for name, address in names:
            addresses[name].append(address)
        self._resolver = _Resolver(dict(addresses))
        self._server = DNSServer(
            self._resolver,
            address="127.0.0.1",
            port=0,
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
