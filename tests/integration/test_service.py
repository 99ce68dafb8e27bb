"""`ardoq run` and `ardoq status`, as processes."""

import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

import built
from logs import Logs
from names import unshare
from peers import Relay
from servers import Certificates, FakeArdoq, Serve
from service import Ear, Service, settings, until, write_settings
from tool import Tool


@pytest.fixture
def own(serve_once: Serve) -> FakeArdoq:
    """A stand-in that nobody else uses."""
    return serve_once()


def service_for(tool: Tool, server: FakeArdoq, *arguments: str, **more: str) -> Service:
    write_settings(tool, settings(server, "A-1", **more))
    return Service(tool, *arguments, token=server.token)


def reports(server: FakeArdoq) -> int:
    return sum(entry["path"] == "/api/v2/batch" for entry in server.journal)


def components(server: FakeArdoq) -> int:
    return server.show().count("  created ")


STATE = re.compile(r"[0-9a-f]{94}")


def assert_whole(service: Service) -> None:
    """What is remembered can be read, and nothing lies beside it."""
    assert STATE.fullmatch((service.state / "state").read_text())
    assert {"service", "state"} <= set(os.listdir(service.state)) <= {"service", "session", "state"}


# Reports


def test_the_first_report(tool: Tool, own: FakeArdoq) -> None:
    with service_for(tool, own) as service:
        line = service.wait_for_line("reported: created, component ")
        assert line.split()[-1] in own.show()
        assert service.wait_for_line("next report") == "next report: in 30 days, heartbeat"
        service.wait_to_hear("STATUS=next report: in 30 days, heartbeat")
        assert service.ear.heard == [
            "READY=1", f"STATUS={line}", "STATUS=next report: in 30 days, heartbeat",
        ]
        service.stop()
        assert service.ear.heard[3:] == ["STOPPING=1", "STATUS=stopping"]
    assert_whole(service)
    assert (reports(own), components(own)) == (1, 1)


def test_a_service_that_tells_all(tool: Tool, own: FakeArdoq) -> None:
    """The logs of the build are searched for the token."""
    tool.at(own).run("me")
    service = service_for(tool, own)
    service.arguments = ("--verbose", *service.arguments)
    with service:
        service.wait_for_line("next report")
        if built.number("LOG_LEVEL") == 3:
            assert "ardoq: Authorization: (not shown)" in service.lines
        service.stop()


def test_nothing_new_after_a_restart(tool: Tool, own: FakeArdoq) -> None:
    service = service_for(tool, own)
    with service:
        service.wait_for_line("next report")
        service.stop()
    with service:
        service.wait_for_line("next report")
        assert service.lines[0] == "unchanged: Ardoq has this report already"
        service.wait_to_hear("STATUS=unchanged: Ardoq has this report already")
        service.stop()
    assert reports(own) == 1


def test_a_field_of_the_command_line(tool: Tool, own: FakeArdoq) -> None:
    with service_for(tool, own, "--set", "firmware_version=7.1") as service:
        service.wait_for_line("reported: created")
        service.stop()
    assert "7.1" in own.show()


def test_a_serial_of_the_command_line(tool: Tool, own: FakeArdoq) -> None:
    """On a machine that has none."""
    nameless = """
        for file in /etc/machine-id /var/lib/dbus/machine-id; do
            [ ! -e $file ] || mount --bind /dev/null $file
        done
        [ ! -d /sys/class/dmi/id ] || mount -t tmpfs none /sys/class/dmi/id
        exec "$@"
    """
    text = settings(own, "A-1").replace("serial = A-1\n", "")
    write_settings(tool, text)
    nobody = tool.behind(*unshare("--mount"), "/bin/sh", "-ec", nameless, "sh")
    with Service(nobody, token=own.token) as service:
        service.wait_for_line("failed: SERIAL_MISSING")
        service.stop()
    (service.state / "state").unlink()
    with Service(nobody, "--set", "serial=S-7", token=own.token) as service:
        service.wait_for_line("reported: created")
        assert service.count("failed") == 0
        service.stop()
    assert "S-7" in own.show()


def test_options_before_the_command(tool: Tool, own: FakeArdoq) -> None:
    text = settings(own, "A-1").replace(f"ca0 = @{own.ca_path}\n", "nonsense = 1\n")
    write_settings(tool, text)
    service = Service(tool, token=own.token)
    service.arguments = ("--ca", str(own.ca_path), *service.arguments)
    with service:
        service.wait_for_line("reported: created")
        service.stop()
    assert service.lines[0] == f"warning: {tool.store}, line 5: there is no setting nonsense"


def test_the_heartbeat_of_the_command_line(tool: Tool, own: FakeArdoq) -> None:
    with service_for(tool, own, "--heartbeat", "3600") as service:
        assert service.wait_for_line("next report") == "next report: in 60 minutes, heartbeat"
        assert re.search("^next report: in (60|59) minutes, heartbeat$", service.status().out, re.M)
        service.stop()


def test_the_heartbeat_of_the_settings(tool: Tool, own: FakeArdoq) -> None:
    """Another one counts after a reload, also for `ardoq status`."""
    with service_for(tool, own, heartbeat="3600") as service:
        assert service.wait_for_line("next report") == "next report: in 60 minutes, heartbeat"
        write_settings(tool, settings(own, "A-1", heartbeat="86400"))
        service.send(signal.SIGHUP)
        line = service.wait_for_line("next report", 2)
        assert re.fullmatch("next report: in (24|23) hours, heartbeat", line)
        service.wait_to_hear("READY=1", 2)
        assert re.search("^next report: in (24|23) hours, heartbeat$", service.status().out, re.M)
        service.stop()
    assert reports(own) == 1


def test_the_window_of_the_command_line(tool: Tool, own: FakeArdoq) -> None:
    """The odds that it is drawn as 0 or 1 are small. It goes before that of the settings."""
    service = service_for(tool, own, window="0")
    service.arguments = ("run", "--window", "86400")
    with service:
        line = service.wait_for_line("next report")
        assert re.fullmatch(r"next report: in \d+ \w+, start", line)
        service.send(signal.SIGUSR1)
        service.wait_for_line("reported: created")
        service.stop()


def test_asked_for(tool: Tool, own: FakeArdoq) -> None:
    with service_for(tool, own) as service:
        service.wait_for_line("next report")
        service.send(signal.SIGUSR1)
        service.wait_for_line("reported: updated")
        service.stop()
    assert (reports(own), components(own)) == (2, 1)


@pytest.mark.parametrize("address", ["@ardoq-test-{}", ""])
def test_sockets_to_be_heard_at(tool: Tool, own: FakeArdoq, address: str) -> None:
    write_settings(tool, settings(own, "A-1"))
    name = address.format(os.getpid())
    with Service(tool, token=own.token, address=name) as service:
        service.wait_to_hear("READY=1")
        service.stop()


@pytest.mark.parametrize("address", [None, "", "relative", "/missing", "@", "/" + "x" * 200])
def test_nobody_to_be_heard_by(tool: Tool, own: FakeArdoq, address: str | None) -> None:
    service = service_for(tool, own)
    service.tool = service.tool.without("NOTIFY_SOCKET")
    if address is not None:
        service.tool = service.tool.using(NOTIFY_SOCKET=address)
    with service:
        service.wait_for_line("next report")
        assert service.ear.heard == []
        service.stop()


def test_settings_are_not_written(tool: Tool, own: FakeArdoq) -> None:
    service = service_for(tool, own)
    before = (tool.store.read_bytes(), tool.store.stat(), os.listdir(tool.store.parent))
    with service:
        service.wait_for_line("next report")
        service.send(signal.SIGHUP)
        service.wait_for_line("unchanged")
        service.stop()
    after = (tool.store.read_bytes(), tool.store.stat(), os.listdir(tool.store.parent))
    assert [before[0], before[1].st_mtime_ns, before[2]] == [
        after[0], after[1].st_mtime_ns, after[2],
    ]


# The end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops(tool: Tool, own: FakeArdoq, number: int) -> None:
    with service_for(tool, own) as service:
        service.wait_for_line("next report")
        assert service.stop(number) < 1
        service.wait_to_hear("STOPPING=1")


def test_it_stops_in_a_handshake(tool: Tool, own: FakeArdoq) -> None:
    with Relay() as mute:
        with service_for(tool, own, host=f"https://localhost:{mute.port}") as service:
            mute.wait_for_bytes()
            assert service.stop() < 1
    assert_whole(service)


def test_it_outlives_its_reader(tool: Tool, own: FakeArdoq) -> None:
    """The journal may be restarted, and the pipe to it closed."""
    service = service_for(tool, own)
    with service:
        service.wait_for_line("next report")
    ear = Ear(str(tool.home / "other"))
    service.tool = service.tool.using(NOTIFY_SOCKET=str(tool.home / "other"))
    reader, writer = os.pipe()
    process = service.tool.start(
        *service.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writer
    )
    os.close(writer)
    os.close(reader)
    until(lambda: "READY=1" in ear.heard, lambda: ear.heard)
    for number in (2, 3):
        process.send_signal(signal.SIGPIPE)
        process.send_signal(signal.SIGUSR1)
        until(lambda: reports(own) == number, lambda: own.journal)
    process.terminate()
    assert process.wait(10) == 0
    ear.close()


# Settings that change


def test_a_reload_without_a_change(tool: Tool, own: FakeArdoq) -> None:
    with service_for(tool, own) as service:
        service.wait_for_line("next report")
        service.send(signal.SIGHUP)
        service.wait_to_hear("READY=1", 2)
        service.wait_for_line("next report", 2)
        heard = service.ear.heard
        assert heard.index("RELOADING=1") == 3
        assert re.fullmatch(r"MONOTONIC_USEC=\d+", heard[4])
        assert abs(int(heard[4].split("=")[1]) / 1e6 - time.monotonic()) < 10
        assert service.lines[2:] == [
            "unchanged: Ardoq has this report already", "next report: in 30 days, heartbeat",
        ] or service.lines[3].startswith("next report: in 29 days")
        service.stop()
    assert reports(own) == 1


def test_a_reload_with_a_change(tool: Tool, own: FakeArdoq) -> None:
    with service_for(tool, own) as service:
        service.wait_for_line("next report")
        write_settings(tool, settings(own, "A-1", model="Pump controller 2"))
        service.send(signal.SIGHUP)
        service.wait_for_line("reported: updated")
        service.wait_to_hear("READY=1", 2)
        service.send(signal.SIGUSR1)
        service.wait_for_line("next report: in ", 3)
        service.stop()
        assert service.ear.heard.count("READY=1") == 2
    assert "Pump controller 2" in own.show()
    assert (reports(own), components(own)) == (3, 1)


def test_a_reload_in_the_middle_of_a_report(tool: Tool, own: FakeArdoq) -> None:
    with Relay() as mute:
        with service_for(
            tool, own, host=f"https://localhost:{mute.port}", timeout_ms="3000"
        ) as service:
            mute.wait_for_bytes()
            write_settings(tool, settings(own, "A-1"))
            service.send(signal.SIGHUP)
            service.wait_for_line("failed: TIMEOUT")
            service.wait_for_line("reported: created")
            service.wait_to_hear("READY=1", 2)
            service.stop()


def test_a_fault_that_a_person_mends(tool: Tool, own: FakeArdoq) -> None:
    """A fault of the settings does not end the service: that comes back at once after a reload."""
    write_settings(tool, settings(own, "A-1") + "nonsense\n")
    with Service(tool, token=own.token) as service:
        service.wait_to_hear("READY=1")
        service.wait_for_line("failed: STORE_DAMAGED")
        service.wait_for_line("  line 6: it does not have the form key = value")
        service.wait_for_line("next report: in ")
        service.wait_to_hear("STATUS=failed: STORE_DAMAGED")
        write_settings(tool, settings(own, "A-1", workspace="5e000000000000000000ffff"))
        service.send(signal.SIGHUP)
        service.wait_for_line("next report: in ", 2)
        assert service.count("failed: ") >= 2
        write_settings(tool, settings(own, "A-1"))
        service.send(signal.SIGHUP)
        service.wait_for_line("reported: created")
        service.stop()


def test_another_token_after_a_restart(tool: Tool, own: FakeArdoq) -> None:
    service = service_for(tool, own)
    (service.credentials / "token").write_text(tool.logs.new_token())
    with service:
        service.wait_for_line("failed: UNAUTHORIZED")
        service.wait_for_line("next report: in ")
        service.stop()
    (service.credentials / "token").write_text(f" {own.token} \r\n")
    with service:
        service.wait_for_line("reported: created")
        service.stop()


@pytest.mark.parametrize(
    ("text", "name"),
    [("", "TOKEN_MISSING"), ('"{}"', "VALUE_WRAPPED"), ("ARDOQ_API_TOKEN={}", "VALUE_WRAPPED")],
)
def test_a_credential_obeys_the_rules_of_a_setting(
    tool: Tool, own: FakeArdoq, text: str, name: str
) -> None:
    """It is there, so the token of the file is not taken for it."""
    service = service_for(tool, own, token=own.token)
    (service.credentials / "token").write_text(text.format(own.token))
    with service:
        service.wait_for_line(f"failed: {name}")
        service.stop()


def test_the_environment_goes_before_a_credential(tool: Tool, own: FakeArdoq) -> None:
    service = service_for(tool, own)
    (service.credentials / "token").write_text("wrong")
    service.tool = service.tool.using(ARDOQ_API_TOKEN=own.token)
    with service:
        service.wait_for_line("reported: created")
        assert "\ntoken: from the environment; a change needs a restart\n" in (
            service.status().out
        )
        service.stop()


# A user of its own

NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_rights(tool: Tool, own: FakeArdoq) -> None:
    """As the unit starts it: root's settings for everybody to read, and its own token."""
    become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        home = Path(name)
        home.chmod(0o755)
        if subprocess.run([*become, "test", "-x", name]).returncode != 0:
            pytest.skip("another user cannot come into /var/tmp")
        path = shutil.copy(tool.path, home / "ardoq")
        shutil.copy(own.ca_path, home / "ca.pem")
        (home / "ca.pem").chmod(0o644)
        alone = Tool(Path(path), home, tool.logs, tool.environment, become)
        store = home / "ardoq.conf"
        for folder in ("state", "credentials"):
            (home / folder).mkdir(mode=0o700)
        service = Service(alone, token=own.token)
        store.write_text(settings(own, "A-1", ca0=f"@{home}/ca.pem"))
        for owned in (service.state, service.credentials, service.credentials / "token"):
            os.chown(owned, NOBODY, NOBODY)
        service.arguments = ("--store", str(store), *service.arguments)
        store.chmod(0o600)
        with service:
            service.wait_for_line("  this user cannot read it")
            store.chmod(0o644)
            service.send(signal.SIGHUP)
            service.wait_for_line("reported: created")
            assert f"\nsettings: {store}\n" in tool.run_for_text(
                "status", "--state", str(service.state)
            ).out
            service.stop()


# Failures


def test_the_network_is_gone_and_back(
    tool: Tool, certificates: Certificates, logs: Logs, tmp_path: Path
) -> None:
    def server(*switches: str) -> FakeArdoq:
        return FakeArdoq(
            tmp_path / "server", *switches, certificates=certificates, token=token
        )

    token = logs.new_token()
    with server() as first:
        port = first.port
        with service_for(tool, first) as service:
            service.wait_for_line("next report")
            first.stop()
            service.send(signal.SIGUSR1)
            service.wait_for_line("failed: CONNECTION_REFUSED")
            service.wait_for_line("next report: in ", 2)
            assert ", retry" in service.lines[-1]
            assert "the last with CONNECTION_REFUSED\n" in service.status().out
            with server("--port", str(port)) as second:
                service.send(signal.SIGUSR1)
                service.wait_for_line("reported: updated")
                service.stop()
                assert (reports(second), components(second)) == (2, 1)


# Clocks


@pytest.mark.skipif(
    b"__asan_init" in built.TOOL.read_bytes(),
    reason="on Debian 13 faketime and a sanitizer each wait for the other at the start of a program",
)
def test_clocks_that_jump(tool: Tool, own: FakeArdoq, tmp_path: Path) -> None:
    """While it runs only the uptime counts. After a restart a clock that has gone on is believed; one
    that has gone back delays nothing and brings nothing on."""
    clock = tmp_path / "clock"
    service = service_for(tool, own, "--heartbeat", "3600")
    faketime = subprocess.run(
        ["faketime", "-m", "now", "printenv", "LD_PRELOAD"], capture_output=True, text=True
    )
    service.tool = service.tool.using(
        LD_PRELOAD=faketime.stdout.strip(), FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1",
    )

    def jump(hours: int) -> None:
        clock.write_text(f"{hours:+}h\n")

    jump(0)
    with service:
        service.wait_for_line("next report")
        for number, hours in enumerate((20, -20, 0)):
            jump(hours)
            service.send(signal.SIGHUP)
            service.wait_for_line("next report: in ", number + 2)
        assert reports(own) == 1
        service.stop()
    jump(-20)
    with service:
        service.wait_for_line("next report")
        assert service.lines[0].startswith("unchanged")
        service.stop()
    jump(0)
    with service:
        service.wait_for_line("next report")
        service.stop()
    assert reports(own) == 2
    jump(-20)
    with service:
        service.wait_for_line("next report")
        assert service.lines[0].startswith("unchanged")
        service.stop()
    assert (reports(own), components(own)) == (2, 1)


def seconds_of_a_report(service: Service) -> float:
    """The shortest of some: on a busy machine one may take much longer than those that follow."""
    spans = []
    with service:
        service.wait_for_line("next report")
        for count in range(1, 6):
            began = time.monotonic()
            service.send(signal.SIGUSR1)
            service.wait_for_line("reported: updated", count)
            spans.append(time.monotonic() - began)
    return min(spans)


def test_killed_at_any_moment(tool: Tool, own: FakeArdoq) -> None:
    """Each run is asked for a report, and half of them end before it does."""
    chance = random.Random(14)
    service = service_for(tool, own)
    bound = 2 * seconds_of_a_report(service)
    before = reports(own)
    write_settings(tool, settings(own, "A-2"))
    for _ in range(40):
        with service:
            until(lambda: "READY=1" in service.ear.heard, lambda: service.lines)
            service.send(signal.SIGUSR1)
            time.sleep(chance.uniform(0, bound))
            service.process.kill()
        assert STATE.fullmatch((service.state / "state").read_text())
    with service:
        service.wait_to_hear("READY=1")
        service.send(signal.SIGUSR1)
        service.wait_for_line("reported: ")
        service.stop()
    assert_whole(service)
    assert 5 < reports(own) - before < 40
    assert components(own) == 2


def test_no_place_for_the_state(tool: Tool, own: FakeArdoq) -> None:
    service = service_for(tool, own)
    service.tool = service.tool.using(STATE_DIRECTORY="/proc/missing")
    with service:
        service.wait_for_line("warning: the state folder: STORE_UNAVAILABLE")
        service.wait_for_line("reported: created")
        service.wait_for_line("warning: the state cannot be saved: STORE_UNAVAILABLE")
        service.stop()


def test_there_is_one(tool: Tool, own: FakeArdoq) -> None:
    service = service_for(tool, own)
    with service:
        service.wait_for_line("next report")
        second = service.tool.run_for_text(*service.arguments)
        assert second.code == 1
        assert second.err == "error: another `ardoq run` is using the same state\n"
        service.process.kill()
        service.process.wait()
    with service:
        service.wait_for_line("unchanged")
        service.stop()


# Status


def test_the_status_of_a_service(tool: Tool, own: FakeArdoq) -> None:
    service = service_for(tool, own)
    with service:
        service.wait_for_line("next report")
        running = service.status()
        assert (running.code, running.err) == (0, "")
        assert re.fullmatch(
            f"service: runs, process {service.process.pid}\n"
            f"state: {service.state}\n"
            f"settings: {tool.store}\n"
            "token: a credential of the service; a change needs a restart\n"
            r"last report: \d+ seconds ago" "\n"
            "next report: in (30|29) days, heartbeat\n",
            running.out,
        )
        service.stop()
    stopped = service.status()
    assert stopped.out.startswith("service: does not run\n")
    assert stopped.out.partition("\n")[2].split()[:10] == running.out.partition("\n")[2].split()[:10]
    # It only looks.
    assert_whole(service)


def test_the_status_of_the_service_of_another_user(tool: Tool, own: FakeArdoq) -> None:
    service = service_for(tool, own)
    with service:
        service.wait_for_line("next report")
        service.state.chmod(0o777)  # which is refused in the state of one's own
        link = tool.home / "link"
        link.symlink_to(service.state)
        assert service.status().code == 3
        looking = service.status("--state", str(link), STATE_DIRECTORY="")
        assert looking.code == 0
        assert f"service: runs, process {service.process.pid}\nstate: {link}\n" in looking.out
        assert "\nlast report: " in looking.out
        service.state.chmod(0o700)
        service.stop()


@pytest.mark.parametrize(("note", "words"), [
    (b"7 3600 -11 2 /a\x1b[2J\xc2\x9bb\xff\xc3\xa6", "settings: /a [2J  b \u00e6\n"),
    (b"7 3600 -11 3 \n", "settings: there is no place for them\ntoken: a credential"),
    (b"7 3600 -11 5 /a\n", "token: there is none\n"),
    (b"7 3600 -11 -1 /a\n", "token: there is none\n"),
    (b"7 3600 x", "token: there is none\n"),
    (b"", "token: there is none\n"),
])
def test_the_status_of_what_somebody_has_written(tool: Tool, note: bytes, words: str) -> None:
    (tool.home / "state").mkdir(mode=0o700)
    (tool.home / "state" / "service").write_bytes(note)
    result = tool.run_for_text("status", "--state", str(tool.home / "state"))
    assert (result.code, result.err) == (0, "")
    assert words in result.out


@pytest.mark.parametrize(("where", "words"), [
    ({"ARDOQ_API_TOKEN": "x"}, "from the environment"),
    ({"ARDOQ_API_TOKEN": " "}, "from the settings file"),
    ({"CREDENTIALS_DIRECTORY": "credentials"}, "a credential"),
    ({"CREDENTIALS_DIRECTORY": "/"}, "from the settings file"),
])
def test_the_status_without_a_service(tool: Tool, where: dict[str, str], words: str) -> None:
    write_settings(tool, "token = t\n")
    (tool.home / "credentials").mkdir()
    (tool.home / "credentials" / "token").write_text("t")
    where = {name: str(tool.home / text) if text == "credentials" else text
             for name, text in where.items()}
    result = tool.using(XDG_STATE_HOME=str(tool.home / "s"), **where).run_for_text("status")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[:3] == [
        "service: does not run", f"state: {tool.home}/s/ardoq", f"settings: {tool.store}",
    ]
    assert lines[3].startswith(f"token: {words}")
    assert lines[4] == "last report: none yet"
    assert not (tool.home / "s").exists()


def test_the_status_of_nothing(tool: Tool) -> None:
    result = tool.without("HOME", "XDG_CONFIG_HOME").run_for_text("status")
    assert result.out.startswith(
        "service: does not run\nstate: there is no place for it\n"
        "settings: there is no place for them\ntoken: there is none\nlast report: none yet\n"
    )
