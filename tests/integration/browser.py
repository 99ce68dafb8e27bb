"""Headless Chromium, controlled through a pair of pipes (DevTools protocol)."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium-headless-shell", "chromium")
BOUND = 30.0

_SWITCHES = [
    *("--headless", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars"),
    # It opens only what is served here. Its sandbox needs rights that a container may not have.
    *("--no-sandbox", "--disable-dev-shm-usage"),
    # Nothing is to be fetched from elsewhere, and no name but this one is looked up.
    *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]


def program() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """One page for the length of a `with` block; `folder` is the browser's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._received = b""
        self._sent = 0
        self._session = ""

    def __enter__(self) -> "Browser":
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        # It reads from 3 and writes to 4, so these must not be in use yet.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_browser, from_browser)]

        def place() -> None:
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            [str(program()), *_SWITCHES, f"--user-data-dir={self._folder}"],
            preexec_fn=place,
            pass_fds=(3, 4),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self._folder)},
        )
        for end in (*ends, to_browser, from_browser):
            os.close(end)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, **parameters: Any) -> Any:
        """The result of one command; what it reports meanwhile is dropped."""
        self._sent += 1
        message: dict[str, Any] = {"id": self._sent, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + BOUND
        while True:
            answer = json.loads(self._next(deadline))
            if answer.get("id") == self._sent:
                assert "error" not in answer, answer
                return answer["result"]

    def _next(self, deadline: float) -> bytes:
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))
            part = os.read(self._in, 1 << 20) if ready else b""
            if not part:
                raise TimeoutError("the browser does not answer")
            self._received += part
        message, _, self._received = self._received.partition(b"\0")
        return message

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )

    def open(self, address: str) -> None:
        self.call("Page.navigate", url=address)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_until(self, expression: str) -> None:
        deadline = time.monotonic() + BOUND
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{expression} stays false:\n{self.text()}")
            # Between two looks, not instead of one.
            time.sleep(0.05)

    def text(self) -> str:
        text: str = self.evaluate("document.body.innerText")
        return text

    def screenshot(self) -> bytes:
        """The part of the page that is seen, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
