"""10,000 devices in 50 requests, from an image in 64 KB of RAM."""

import json

from emulator import Board
from servers import FakeArdoq

BOUND = 550.0
DEVICES = 10000
PER_REQUEST = 200


def test_ten_thousand_devices_leave_in_fifty_requests(board: Board, server: FakeArdoq) -> None:
    boot = board.boot(image="devices", bound=BOUND)
    assert boot.code == 0, boot.out
    values = {name: numbers[0] for name, numbers in boot.values.items()}
    assert values["created"] == values["done"] == DEVICES
    assert values["updated"] == values["failed"] == 0
    assert values["serials"] == sum(range(DEVICES))
    assert values["requests"] == DEVICES // PER_REQUEST
    assert values["ram"] <= 64 * 1024
    used, size = boot.values["stack_main"]
    assert used <= size * 3 // 4

    bodies = [json.loads(entry["body"]) for entry in server.journal]
    sent = [upsert["body"]["name"] for body in bodies for upsert in body["components"]["upsert"]]
    assert len(bodies) == DEVICES // PER_REQUEST
    assert sent == [f"Zigbee sensor 3 SN-{number:05}" for number in range(DEVICES)]
