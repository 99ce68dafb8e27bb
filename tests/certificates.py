#!/usr/bin/python3
"""Makes throw-away certificates for tests and the demo: good ones, and one of each kind of bad."""

import argparse
import base64
import datetime
import hashlib
import ipaddress
import warnings
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
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

    def __init__(self, name, issuer=None, is_ca=False, hosts=(), usage=None, dates=VALID, key=None, digest=hashes.SHA256()):
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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of SHA-1, which a client has to refuse
            self.certificate = builder.sign(self.issuer.key, digest)

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


def make(folder):
    """Writes NAME.pem, NAME.key and NAME.pin of each certificate into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    ca = Certificate("Test CA", is_ca=True)
    intermediate = Certificate("Test intermediate CA", ca, is_ca=True)
    client_ca = Certificate("Test client CA", is_ca=True)
    rsa_ca = Certificate("Test RSA CA", is_ca=True, key=rsa.generate_private_key(65537, 2048))
    made = {
        "ca": ca,
        "other_ca": Certificate("Another CA", is_ca=True),
        "server": server("localhost", ca),
        "rsa": server("localhost", ca, key=rsa.generate_private_key(65537, 2048)),
        "chained": server("localhost", intermediate),
        "expired": server("localhost", ca, dates=EXPIRED),
        "not_yet_valid": server("localhost", ca, dates=NOT_YET_VALID),
        "wrong_host": server("elsewhere", ca, hosts=["elsewhere.example"]),
        "self_signed": server("localhost", None),
        "client_ca": client_ca,
        "client": Certificate("device", client_ca, usage=ExtendedKeyUsageOID.CLIENT_AUTH),
        "other_client": Certificate("device", ca, usage=ExtendedKeyUsageOID.CLIENT_AUTH),
        "rsa_ca": rsa_ca,
        "rsa_server": server("localhost", rsa_ca, key=rsa.generate_private_key(65537, 2048)),
        "weak_key": server("localhost", ca, key=rsa.generate_private_key(65537, 1024)),
        "sha1": server("localhost", ca, digest=hashes.SHA1()),
        "many_hosts": server("localhost", ca, hosts=("localhost", *MANY_HOSTS)),
        "wrong_usage": server("localhost", ca, usage=ExtendedKeyUsageOID.CLIENT_AUTH),
    }
    for name, certificate in made.items():
        # A server sends its chain without the root (RFC 8446, 4.4.2).
        chain = intermediate.pem if certificate.issuer is intermediate else b""
        write(folder, name, certificate, chain)
    write(folder, "no_intermediate", made["chained"])


def write(folder, name, certificate, chain=b""):
    (folder / f"{name}.pem").write_bytes(certificate.pem + chain)
    (folder / f"{name}.key").write_bytes(certificate.key_pem)
    (folder / f"{name}.pin").write_bytes(certificate.pin)


def write_rsa_chain(folder, intermediates=1):
    """Writes a ca and a server as public ones may be: RSA, with 4096 bits at the root.

    Not among the others, because such a key takes seconds to make.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ca = Certificate("Test RSA CA", is_ca=True, key=rsa.generate_private_key(65537, 4096))
    issuer, chain = ca, b""
    for number in range(intermediates):
        key = rsa.generate_private_key(65537, 2048)
        issuer = Certificate(f"Test RSA intermediate CA {number}", issuer, is_ca=True, key=key)
        chain = issuer.pem + chain
    leaf = server("localhost", issuer, key=rsa.generate_private_key(65537, 2048))
    write(folder, "ca", ca)
    write(folder, "server", leaf, chain)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    make(parser.parse_args().folder)


if __name__ == "__main__":
    main()
