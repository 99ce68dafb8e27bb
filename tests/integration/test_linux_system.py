"""The tool on different Linux systems: location of the roots, configuration of the resolver."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

import built
from names import unshare, with_file
from servers import PYTHON, Certificates
from tool import Result, Tool, expect_error, expect_success

PLACES = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/pki/tls/cacert.pem",
    "/etc/certs/ca-certificates.crt",
    "/opt/etc/ssl/certs/ca-certificates.crt",
    "/usr/share/ssl/certs/ca-bundle.crt",
    "/usr/local/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    "/etc/openssl/certs/ca-certificates.crt",
]


def bare_system(*lines: str) -> tuple[str, ...]:
    """A command prefix for a system without any roots, in which these lines of a shell are run."""
    script = [
        "set -e",
        *(f"mount -t tmpfs none {folder}" for folder in ("/etc", "/var/lib", "/opt", "/usr/local")),
        "mount -t tmpfs none /usr/share",
        'echo "127.0.0.1 localhost" >/etc/hosts',
        *lines,
        'exec "$@"',
    ]
    return (*unshare("--mount"), "/bin/sh", "-c", "\n".join(script), "sh")


def copy(source: object, place: str) -> tuple[str, str]:
    folder = place.rpartition("/")[0]
    return f"mkdir -p {folder}", f"cp {shlex.quote(str(source))} {place}"


# Roots


@pytest.mark.parametrize("place", PLACES)
def test_roots_are_found_where_systems_keep_them(
    ask: Tool, certificates: Certificates, place: str
) -> None:
    unset = ask.without("SSL_CERT_FILE")
    asking = unset.behind(*bare_system(*copy(certificates.pem("ca"), place)))
    expect_success(asking.run("me"))


def test_a_system_without_roots(ask: Tool, certificates: Certificates) -> None:
    asking = ask.without("SSL_CERT_FILE").behind(*bare_system())
    expect_error(asking.run("me"), "TRUST_MISSING", 3)


@pytest.mark.parametrize("first", ["cp /dev/null", "mkdir -p"], ids=["empty", "folder"])
def test_a_place_without_content_is_passed_over(
    ask: Tool, certificates: Certificates, first: str
) -> None:
    lines = (*copy(certificates.pem("ca"), PLACES[3]), "mkdir -p /etc/ssl/certs")
    asking = ask.without("SSL_CERT_FILE").behind(*bare_system(*lines, f"{first} {PLACES[0]}"))
    expect_success(asking.run("me"))


def test_an_empty_variable_is_unset(ask: Tool, certificates: Certificates) -> None:
    asking = ask.using(SSL_CERT_FILE="")
    place = copy(certificates.pem("ca"), PLACES[2])
    expect_success(asking.behind(*bare_system(*place)).run("me"))


# Names

ETHERNET = ("eth0", ["192.0.2.9/24"])
BOTH = ("eth0", ["192.0.2.9/24", "2001:db8::9/64"])
HOST = "elsewhere.example"  # which is the one that the certificate names


def in_network(
    tool: Tool,
    *arguments: str,
    interfaces: tuple[tuple[str, list[str]], ...] = (ETHERNET,),
    names: tuple[tuple[str, str], ...] = ((HOST, "127.0.0.1"),),
    resolver: str = "",
    host: str = HOST,
    default: str = "eth0",
    **instead: str,
) -> tuple[Result, dict[str, Any]]:
    record = tool.home / "record.json"
    specification = {
        "interfaces": interfaces,
        "default": default,
        "names": names,
        "instead": instead,
        "certificates": str(built.CERTIFICATES),
        "identity": "wrong_host",
        "record": str(record),
    }
    files = (
        *with_file(tool.home, "/etc/nsswitch.conf", "hosts: dns\n"),
        *with_file(tool.home, "/etc/resolv.conf", f"nameserver 127.0.0.1\n{resolver}"),
    )
    script = Path(__file__).with_name("small_network.py")
    program = ("env", f"PYTHONPATH={script.parents[1]}", *PYTHON, str(script))
    inside = (*unshare("--net"), *program, json.dumps(specification))
    asking = tool.behind(*files, *inside).using(ARDOQ_API_HOST=host, ARDOQ_TIMEOUT_MS="10000")
    result = asking.run(*(arguments or ("me",)))
    return result, json.loads(record.read_text())


@pytest.mark.parametrize("search", ["corp.example", "corp.example lab.example"])
@pytest.mark.parametrize("dots", [1, 5])
def test_an_absolute_name_stays_absolute(ask: Tool, search: str, dots: int) -> None:
    """The server hears it without its dot."""
    resolver = f"search {search}\noptions ndots:{dots}\n"
    names = ((HOST, "127.0.0.1"), ("*.corp.example", "127.0.0.9"), ("*.lab.example", "127.0.0.9"))
    result, record = in_network(ask, names=names, resolver=resolver, host=f"{HOST}.")
    expect_success(result)
    assert record == {"asked": [[HOST, "A"]], "names": [HOST], "hosts": [HOST]}


def test_another_name_is_searched_for(ask: Tool) -> None:
    """As the person who wrote resolv.conf wants it."""
    names = ((HOST, "127.0.0.9"), (f"{HOST}.corp.example", "127.0.0.1"))
    resolver = "search corp.example\noptions ndots:5\n"
    result, record = in_network(ask, names=names, resolver=resolver)
    expect_success(result)
    assert record["asked"] == [[f"{HOST}.corp.example", "A"]]


@pytest.mark.parametrize("addresses", [["192.0.2.9/24"], ["192.0.2.9/24", "fe80::9/64"]])
def test_a_family_without_an_address_is_not_asked_for(ask: Tool, addresses: list[str]) -> None:
    result, record = in_network(ask, interfaces=(("eth0", addresses),), AAAA="DROP")
    expect_success(result)
    assert result.seconds < 5
    assert record["asked"] == [[HOST, "A"]]


@pytest.mark.parametrize(
    "instead", ["", "DROP", "SERVFAIL", "NXDOMAIN", "REFUSED", "NOTIMP", "FORMERR"]
)
@pytest.mark.parametrize("interfaces", [(BOTH,), ()], ids=["both", "loopback"])
def test_no_answer_for_ipv6_does_not_hold_ipv4_up(
    ask: Tool, instead: str, interfaces: tuple[tuple[str, list[str]], ...]
) -> None:
    result, record = in_network(ask, interfaces=interfaces, AAAA=instead)
    expect_success(result)
    assert result.seconds < 4
    assert [HOST, "A"] in record["asked"]


@pytest.mark.parametrize("instead", ["DROP", "SERVFAIL", "NXDOMAIN"])
def test_no_answer_for_ipv4_does_not_hold_ipv6_up(ask: Tool, instead: str) -> None:
    """Nobody listens there, which is told at once."""
    result, _ = in_network(ask, interfaces=(BOTH,), names=((HOST, "::1"),), A=instead)
    expect_error(result, "CONNECTION_REFUSED", 5)
    assert result.seconds < 4


@pytest.mark.parametrize(
    ("instead", "error"),
    [
        ("SERVFAIL", "RESOLVE_FAILED"),
        ("REFUSED", "RESOLVE_FAILED"),
        ("NOTIMP", "RESOLVE_FAILED"),
        ("NXDOMAIN", "HOST_NOT_FOUND"),
    ],
)
@pytest.mark.parametrize("interfaces", [(ETHERNET,), (BOTH,)], ids=["ipv4", "both"])
def test_a_failing_name_server_is_not_an_unknown_host(
    ask: Tool, instead: str, error: str, interfaces: tuple[tuple[str, list[str]], ...]
) -> None:
    result, _ = in_network(ask, interfaces=interfaces, A=instead, AAAA=instead)
    assert result.error == error
    assert "\n  failed in phase: resolve\n" in result.err


# The device's own address

DOCKER = ("docker0", ["172.17.0.1/16"])


@pytest.mark.parametrize(
    ("interfaces", "expected"),
    [
        ([("eth0", ["2001:db8::10/64"]), DOCKER], "2001:db8::10"),
        ([("eth0", ["192.0.2.10/24"]), DOCKER], "192.0.2.10"),
        ([("eth0", ["2001:db8::10/64", "192.0.2.10/24"]), DOCKER], "192.0.2.10"),
        ([("wlan0", ["10.1.2.3/8", "10.1.2.4/8"]), DOCKER], "10.1.2.3"),
    ],
)
@pytest.mark.parametrize("is_last", [False, True])
def test_the_address_is_the_one_that_the_kernel_sends_from(
    ask: Tool, interfaces: list[tuple[str, list[str]]], expected: str, is_last: bool
) -> None:
    """Not that of the first interface, nor of the first one with IPv4."""
    fields = "serial=sn, ip_address=ip, mac=mac"
    arguments = ("report", "--dry-run", "--set", "serial=S")
    asking = ask.using(ARDOQ_FIELDS=fields)
    shown = [*interfaces[1:], interfaces[0]] if is_last else interfaces
    result, _ = in_network(
        asking, *arguments, interfaces=tuple(shown), default=interfaces[0][0]
    )
    expect_success(result)
    fields_of = result.json["components"]["upsert"][0]["body"]["customFields"]
    mac = f"02:00:00:00:00:{shown.index(interfaces[0]):02x}"
    assert fields_of == {"sn": "S", "ip": expected, "mac": mac}
