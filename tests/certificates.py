#!/usr/bin/python3
"""Makes throw-away certificates for tests and the demo: good ones, and one of each kind of bad."""

import argparse
import base64
import datetime
import hashlib
import ipaddress
import subprocess
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
DAY = datetime.timedelta(days=1)
VALID = (NOW - DAY, NOW + 30 * DAY)
EXPIRED = (NOW - 30 * DAY, NOW - DAY)
NOT_YET_VALID = (NOW + 10 * DAY, NOW + 30 * DAY)

# More than a record of 4 KB holds.
MANY_HOSTS = tuple(f"host-{number}.devices.example" for number in range(200))


class Certificate:
    """A certificate with its key, and with the certificate of its issuer if it has one."""

    def __init__(
        self, name, issuer=None, is_ca=False, hosts=(), usage=None, dates=VALID, key=None, more=()
    ):
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
        self.issuer = issuer or self
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(self.issuer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(dates[0])
            .not_valid_after(dates[1])
        )
        for extension, critical in self._extensions(is_ca, hosts, usage):
            builder = builder.add_extension(extension, critical)
        for extension in more:
            builder = builder.add_extension(extension, critical=True)
        is_ed25519 = isinstance(self.issuer.key, ed25519.Ed25519PrivateKey)
        self.certificate = builder.sign(self.issuer.key, None if is_ed25519 else hashes.SHA256())

    def _extensions(self, is_ca, hosts, usage):
        """All that a strict verifier asks for (RFC 5280, 4.2)."""
        yield x509.BasicConstraints(ca=is_ca, path_length=None), True
        yield _key_usage(is_ca, self.is_rsa), True
        yield x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False
        issuer_key = self.issuer.key.public_key()
        yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False
        if usage:
            yield x509.ExtendedKeyUsage([usage]), False
        if hosts:
            yield x509.SubjectAlternativeName([_general_name(host) for host in hosts]), False

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def chain(self):
        """What is between it and its root."""
        return b"" if self.issuer.issuer is self.issuer else self.issuer.pem + self.issuer.chain

    @property
    def key_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def pin(self):
        """Base64 of the SHA-256 of the public key, as the settings pin0 and pin1 take it."""
        spki = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(hashlib.sha256(spki).digest())


def _key_usage(is_ca, is_rsa):
    return x509.KeyUsage(
        digital_signature=not is_ca,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        content_commitment=False,
        # For the key exchange with RSA, which needs a twentieth of the time.
        key_encipherment=is_rsa and not is_ca,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def server(name, issuer, hosts=("localhost", "app.localhost"), **more):
    more.setdefault("usage", ExtendedKeyUsageOID.SERVER_AUTH)
    return Certificate(name, issuer, hosts=hosts, **more)


def rsa_key(bits=2048):
    return rsa.generate_private_key(65537, bits)


def renewed(get, dates):
    """The name and the key of "ca"."""
    return Certificate("Test CA", is_ca=True, key=get("ca").key, dates=dates)


def below(get, depth=1, **more):
    """A server below so many intermediate certificates."""
    issuer = get("ca")
    for number in range(depth):
        issuer = Certificate(f"Test CA {number}", issuer, is_ca=True, **more)
    return server("localhost", issuer)


def limited(get, extension):
    return below(get, more=[extension])


LOCALHOST = x509.DNSName("localhost")
CLIENT = {"usage": ExtendedKeyUsageOID.CLIENT_AUTH}

# How each is made, by its name. The only argument gives the others.
Get = Callable[[str], Certificate]
RECIPES: dict[str, Callable[[Get], Certificate]] = {
    "ca": lambda get: Certificate("Test CA", is_ca=True),
    "other_ca": lambda get: Certificate("Another CA", is_ca=True),
    "expired_ca": lambda get: renewed(get, EXPIRED),
    "namesake_ca": lambda get: Certificate("Test CA", is_ca=True),
    "ending_ca": lambda get: renewed(get, (NOW - DAY, NOW + 5 * DAY)),
    "intermediate": lambda get: Certificate("Test intermediate CA", get("ca"), is_ca=True),
    "client_ca": lambda get: Certificate("Test client CA", is_ca=True),
    "rsa_ca": lambda get: Certificate("Test RSA CA", is_ca=True, key=rsa_key()),
    "server": lambda get: server("localhost", get("ca")),
    "rsa": lambda get: server("localhost", get("ca"), key=rsa_key()),
    "rsa_server": lambda get: server("localhost", get("rsa_ca"), key=rsa_key()),
    "chained": lambda get: server("localhost", get("intermediate")),
    "no_intermediate": lambda get: get("chained"),
    "expired": lambda get: server("localhost", get("ca"), dates=EXPIRED),
    "not_yet_valid": lambda get: server("localhost", get("ca"), dates=NOT_YET_VALID),
    "wrong_host": lambda get: server("elsewhere", get("ca"), hosts=["elsewhere.example"]),
    "self_signed": lambda get: server("localhost", None),
    "weak_key": lambda get: server("localhost", get("ca"), key=rsa_key(1024)),
    "sha1": lambda get: server("localhost", get("ca")),
    "many_hosts": lambda get: server("localhost", get("ca"), hosts=("localhost", *MANY_HOSTS)),
    "wrong_usage": lambda get: server("localhost", get("ca"), **CLIENT),
    "name_constraints": lambda get: limited(get, x509.NameConstraints([LOCALHOST], None)),
    "policy_constraints": lambda get: limited(get, x509.PolicyConstraints(0, None)),
    "ed25519_intermediate": lambda get: below(get, key=ed25519.Ed25519PrivateKey.generate()),
    "ed25519_signed": lambda get: server("localhost", get("ed25519_ca")),
    "ed25519_ca": lambda get: Certificate(
        "Test Ed25519 CA", is_ca=True, key=ed25519.Ed25519PrivateKey.generate()
    ),
    "long_chain": lambda get: below(get, depth=10),
    "client": lambda get: Certificate("device", get("client_ca"), **CLIENT),
    "other_client": lambda get: Certificate("device", get("ca"), **CLIENT),
}


def make(folder: Path, names: Collection[str] = RECIPES) -> None:
    """Writes NAME.pem, NAME.key and NAME.pin of each certificate into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    get = cache(lambda name: RECIPES[name](get))
    for name in names:
        # A server sends its chain without the root (RFC 8446, 4.4.2).
        chain = b"" if name == "no_intermediate" else get(name).chain
        write(folder, name, get(name), chain)
    if "sha1" in names:
        sign_with_sha1(folder, get("sha1"))


def sign_with_sha1(folder: Path, certificate: Certificate) -> None:
    """Has OpenSSL sign it again, because new releases of python3-cryptography refuse to."""
    request = x509.CertificateSigningRequestBuilder().subject_name(certificate.name)
    for extension in certificate.certificate.extensions:
        request = request.add_extension(extension.value, extension.critical)
    pem = request.sign(certificate.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    command = ["openssl", "x509", "-req", "-sha1", "-days", "30", "-copy_extensions", "copyall"]
    command += ["-CA", "ca.pem", "-CAkey", "ca.key", "-out", "sha1.pem"]
    done = subprocess.run(command, cwd=folder, input=pem, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise RuntimeError(f"openssl x509 failed: {done.stderr.decode()}")


def write(folder, name, certificate, chain=b""):
    (folder / f"{name}.pem").write_bytes(certificate.pem + chain)
    (folder / f"{name}.key").write_bytes(certificate.key_pem)
    (folder / f"{name}.pin").write_bytes(certificate.pin)


def write_rsa_chain(folder, intermediates=1):
    """Writes a ca and a server as public ones may be: RSA, with 4096 bits at the root.

    Not among the others, because such a key takes seconds to make.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ca = Certificate("Test RSA CA", is_ca=True, key=rsa_key(4096))
    issuer, chain = ca, b""
    for number in range(intermediates):
        name = f"Test RSA intermediate CA {number}"
        issuer = Certificate(name, issuer, is_ca=True, key=rsa_key())
        chain = issuer.pem + chain
    leaf = server("localhost", issuer, key=rsa_key())
    write(folder, "ca", ca)
    write(folder, "server", leaf, chain)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="name", help="such as server; default: all")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(RECIPES)
    if unknown:
        parser.error(f"no such certificate: {' '.join(sorted(unknown))}")
    make(arguments.folder, arguments.names or RECIPES)


if __name__ == "__main__":
    main()
