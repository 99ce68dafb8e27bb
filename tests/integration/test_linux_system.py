"""What the tool takes from a Linux system: where the roots are, what its resolver says."""

import shlex

import pytest

from names import unshare
from servers import Certificates
from tool import Tool, expect_error, expect_success

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
