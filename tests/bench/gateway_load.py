#!/usr/bin/python3
"""Reports a second through one gateway on this machine, beside nginx without the filter.

Prints what docs/gateway.md quotes: reports a second, and the time of the middle one and of the 99th of
100 in ms. Clients, gateway and stand-in share the processors, so it is less than a gateway of its own can.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path

sys.path += [str(Path(__file__).resolve().parents[1] / part) for part in ("", "integration")]

from gateway import NGINX, Authority, Gateway  # noqa: E402
from servers import (  # noqa: E402
    DEVICE_TYPE, WORKSPACE, Certificates, make_certificates,
)
from strangers import reserved_port  # noqa: E402

CLIENTS = 8

REPORT = json.dumps({"components": {"upsert": [{
    "uniqueBy": ["rootWorkspace", "customFields.device_serial"],
    "body": {"rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": "Pump",
             "customFields": {"device_serial": "SN-1", "device_model": "P2",
                              "device_firmware_version": "1.2.3"}},
}]}})

CLIENT = """
import http.client, json, ssl, sys, time
port, ca, pem, key, body, seconds, is_kept = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.load_cert_chain(pem, key)
times, connection, end = [], None, time.monotonic() + float(seconds)
while time.monotonic() < end:
    began = time.perf_counter()
    connection = connection or http.client.HTTPSConnection("localhost", int(port), context=context)
    connection.request("POST", "/api/v2/batch", body)
    response = connection.getresponse()
    response.read()
    assert response.status == 200, response.status
    times.append(time.perf_counter() - began)
    if not int(is_kept):
        connection.close()
        connection = None
print(json.dumps(times))
"""


@contextmanager
def ardoq(folder: Path, certificates: Certificates) -> Iterator[int]:
    """Answers everything alike, so that the gateway is what takes time."""
    port = reserved_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "ardoq.conf").write_text(
        f"""
        daemon off; pid {folder}/ardoq.pid;
        events {{ }}
        http {{
            access_log off; {paths} default_type application/json; keepalive_requests 1000000;
            server {{
                listen 127.0.0.1:{port} ssl;
                ssl_certificate {certificates.pem("server")};
                ssl_certificate_key {certificates.key("server")};
                location / {{ return 200 '{{"components":{{"created":[{{"id":"5f00"}}]}}}}'; }}
            }}
        }}"""
    )
    process = subprocess.Popen([NGINX, "-e", folder / "ardoq.log", "-c", folder / "ardoq.conf"])
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def measure(gateway: Gateway, seconds: float, is_kept: bool) -> str:
    files = (gateway.certificates.pem("ca"), gateway.authority.pem("SN-1"),
             gateway.authority.key("SN-1"))
    command = [sys.executable, "-c", CLIENT, str(gateway.port), *map(str, files), REPORT,
               str(seconds), str(int(is_kept))]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(CLIENTS)]
    times = sorted(t for client in clients for t in json.loads(client.communicate()[0]))
    p50, p99 = (times[len(times) * part // 100] * 1000 for part in (50, 99))
    return f"{len(times) / seconds:6.0f} a second, p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def without_filter(gateway: Gateway) -> None:
    path = gateway.folder / "nginx.conf"
    path.write_text(path.read_text().replace(
        "js_content gateway.batch;", "proxy_pass https://ardoq;"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each figure")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "certificates").mkdir()
        certificates = make_certificates(folder / "certificates", "ca", "server")
        authority = Authority(folder / "fleet")
        authority.enrol("SN-1")
        with ardoq(folder, certificates) as port:
            gateway = Gateway(
                folder / "gateway", certificates, authority, port, requests_per_second=10000,
            )
            path = gateway.folder / "nginx.conf"
            path.write_text(path.read_text().replace("rate=100r/s", "rate=100000r/s"))
            for title, change in (("filter", None), ("nginx alone", without_filter)):
                if change:
                    change(gateway)
                with gateway.running():
                    for is_kept in (True, False):
                        kind = "kept connections" if is_kept else "a connection each"
                        print(f"{title:12} {kind:18}", measure(gateway, seconds, is_kept))


if __name__ == "__main__":
    main()
