"""The command lines of docs/gateway.md, one after the other, as they are there.

Instead of the machine's folders they use those of the test; apt-get and systemctl write down what
they were asked for, and what systemd would do is done here.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

import built
from gateway import MISSING, Gateway
from logs import Logs
from servers import Certificates, Serve
from strangers import reserved_port
from tool import Tool, expect_error, expect_success

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

DOCUMENT = built.ROOT / "docs/gateway.md"
TEN = [f"SN-{number}" for number in range(1001, 1011)]


class Administrator(Gateway):
    """Does what the document says; what he makes is a gateway."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.folder = folder / "ardoq-gateway"
        self.port = reserved_port()
        self.clone = folder / "clone"
        self.asked = folder / "asked"
        for name in ("clone", "systemd", "sbin", "bin"):
            (folder / name).mkdir()
        (self.clone / "examples").symlink_to(built.ROOT / "examples")
        (folder / "bin/ardoq").symlink_to(built.TOOL.resolve())
        for name in ("apt-get", "systemctl"):
            command = folder / "bin" / name
            command.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.asked}"\n')
            command.chmod(0o755)
        text = DOCUMENT.read_text("utf-8").partition("## What passes")[0]
        self.blocks = re.findall("^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    def here(self, text: str) -> str:
        for old, new in (
            ("/etc/ardoq-gateway", str(self.folder)),
            ("/etc/systemd/system", str(self.root / "systemd")),
            ("/usr/local/sbin", str(self.root / "sbin")),
            ("host=gateway.acme.example", f"host=localhost:{self.port}"),
            ("host gateway.acme.example", f"host localhost:{self.port}"),
            ("gateway.acme.example", "localhost"),
        ):
            text = text.replace(old, new)
        return text

    def do(self, first: str, stdin: str = "") -> list[str]:
        """Does the next block, which begins so; gives what apt-get and systemctl were asked."""
        block = self.blocks.pop(0)
        assert block.startswith(first), block
        self.asked.write_text("")
        done = subprocess.run(
            ["bash", "-eu", "-c", self.here(block)], cwd=self.clone, input=stdin, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={
                "PATH": f"{self.root}/bin:{self.root}/sbin:{os.environ['PATH']}",
                "HOME": str(self.root), "ARDOQ_CA": str(self.folder / "ca"),
            },
        )
        assert done.returncode == 0, done.stdout
        return self.asked.read_text().splitlines()

    def edit_settings(self, **settings: str) -> None:
        path = self.folder / "gateway.json"
        given = json.loads(self.here(path.read_text()))
        assert {*settings} & {*given} == {"host"}
        path.write_text(json.dumps({**given, **settings}))


def test_from_nothing_to_ten_devices(
    tmp_path: Path, serve: Serve, certificates: Certificates, logs: Logs
) -> None:
    ardoq = serve()
    # Whose log shows that one would see the token there if it were not kept out.
    expect_success(Tool(built.TOOL, tmp_path, logs).at(ardoq).run("me"))
    admin = Administrator(tmp_path)
    asked = admin.do("apt-get install")
    assert re.search(r"\bnginx libnginx-mod-http-js\b", asked[0])
    assert asked[1:] == ["systemctl disable --now nginx"]
    assert len([*(tmp_path / "systemd").iterdir()]) == 3
    admin.do("ardoq-ca init")
    admin.do("(umask 077; cd")
    admin.do("(umask 077; cat", f"{ardoq.token}\n")
    admin.edit_settings(
        host=f"localhost:{ardoq.port}", listen=f"127.0.0.1:{admin.port}",
        token_file=str(admin.folder / "token"), trusted_ca=str(certificates.pem("ca")),
        device_ca=str(admin.folder / "ca/ca.pem"), device_crl=str(admin.folder / "ca/crl.pem"),
        run=str(tmp_path), log=str(tmp_path), user="root" if os.geteuid() == 0 else "",
    )
    assert admin.do("examples/gateway/configure") == [
        "systemctl daemon-reload", "systemctl enable --now ardoq-gateway"]
    with admin.running():
        # One machine is all of them here.
        (admin.clone / "gateway.pem").write_bytes((admin.folder / "gateway.pem").read_bytes())
        while not admin.blocks[0].startswith("umask"):
            admin.do("")
        assert "SN-0001" in ardoq.show()
        admin.do("umask")

        def device(serial: str) -> Tool:
            """Which takes what the production line has made for it."""
            tool = Tool(built.TOOL, tmp_path / serial, logs)
            tool.home.mkdir(exist_ok=True)
            rows = (admin.clone / f"{serial}.csv").read_text()
            values = {"ca0": "gateway.pem", "cert": f"{serial}.pem", "key": f"{serial}.key"}
            for key, name in values.items():
                pem = (admin.clone / name).read_text()
                assert pem.strip() in rows.replace("\\n", "\n")
                expect_success(tool.run("config", "set", key, f"@{admin.clone / name}"))
            return tool.using(
                ARDOQ_API_HOST=f"localhost:{admin.port}", ARDOQ_SERIAL=serial,
                ARDOQ_WORKSPACE="5e00000000000000000000aa", ARDOQ_COMPONENT_TYPE="p1700000000000",
            )

        for serial in TEN:
            expect_success(device(serial).run("report"))
        shown = ardoq.show()
        assert [serial for serial in TEN if serial not in shown] == []

        assert admin.do("systemctl enable --now ardoq-gateway-daily.timer")[1:] == [
            "systemctl start ardoq-gateway-daily"]
        assert admin.do("ardoq-ca revoke SN-1007") == ["systemctl reload ardoq-gateway"]
        admin.reload()
        expect_error(device("SN-1007").run("report"), "FORBIDDEN", 3)
        expect_success(device("SN-1008").run("report"))
    assert admin.blocks == []
