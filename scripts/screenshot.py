#!/usr/bin/python3
"""Updates docs/stand-in.png: the page of the stand-in after some devices have reported."""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/integration")]

from api_client import Client, reference, upsert  # noqa: E402
from browser import PROGRAMS, Browser, program  # noqa: E402
from servers import (  # noqa: E402
    LOCATION_TYPE, LOCATIONS, PRODUCT_TYPE, PRODUCTS, FakeArdoq, make_certificates,
)

PICTURE = ROOT / "docs/stand-in.png"
LARGEST = 100_000
SIZE = (900, 690)
FIRMWARE_TYPE = "p2100000000000"

DEVICES = (
    ("PC2-0001", "Oslo", "1.4.0"),
    ("PC2-0002", "Oslo", "1.4.0"),
    ("PC2-0003", "Bergen", "1.3.2"),
)


def shared(batch_id, workspace, type_id, name):
    body = {"rootWorkspace": workspace, "typeId": type_id, "name": name}
    return {"uniqueBy": ["rootWorkspace", "name"], "batchId": batch_id, "body": body}


def report(serial, site, version):
    """A device and its references, in one batch."""
    device = upsert(
        f"Pump {serial}", serial, device_model="Pump controller 2",
        device_firmware_version=version, device_managed=True,
        device_last_seen="2026-11-02T06:00:00Z",
    )
    components = [
        {**device, "batchId": "device"},
        shared("site", LOCATIONS, LOCATION_TYPE, site),
        shared("model", PRODUCTS, PRODUCT_TYPE, "Pump controller 2"),
        shared("firmware", PRODUCTS, FIRMWARE_TYPE, f"pump {version}"),
    ]
    references = [
        {"uniqueBy": ["source", "target", "type"], "body": reference("device", target, number)}
        for target, number in (("site", 2), ("model", 3), ("firmware", 4))
    ]
    return {"components": {"upsert": components}, "references": {"upsert": references}}


def main():
    if program() is None:
        sys.exit(f"screenshot: none of these is installed: {', '.join(PROGRAMS)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        certificates = make_certificates(folder, "ca", "server")
        stand_in = FakeArdoq(folder / "server", "--page-port", "0", certificates=certificates)
        with stand_in, Client(stand_in) as client, Browser(folder / "browser") as browser:
            for each in DEVICES:
                answer = client.post("batch", report(*each))
                assert answer.status == 200, answer.raw
            browser.resize(*SIZE)
            browser.open(stand_in.page)
            browser.wait_until("document.querySelector('.live') !== null")
            picture = browser.screenshot()
    if len(picture) > LARGEST:
        sys.exit(f"screenshot: {len(picture)} bytes are more than {LARGEST}")
    PICTURE.write_bytes(picture)
    print(f"{PICTURE.relative_to(ROOT)}: {len(picture)} bytes")


# The stand-in's process starts by importing this program.
if __name__ == "__main__":
    main()
