"""The stand-in's page for people: live in a browser of any width, with escaped content."""

import http.client
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import browser as chromium
from api_client import BOUND, Client, component, reference
from browser import Browser
from servers import Certificates, FakeArdoq

HOSTILE = """<img src=x onerror="document.title='hit'"><script>document.title='hit'</script>&"'"""

needs_browser = pytest.mark.skipif(
    chromium.program() is None, reason=f"none of {chromium.PROGRAMS} is installed"
)


@pytest.fixture
def server(certificates: Certificates, tmp_path: Path) -> Iterator[FakeArdoq]:
    folder = tmp_path / "server"
    with FakeArdoq(folder, "--page-port", "0", certificates=certificates) as started:
        yield started
    assert started.stderr == ""


@pytest.fixture
def client(server: FakeArdoq) -> Iterator[Client]:
    with Client(server) as connected:
        yield connected


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "browser") as started:
        yield started


def ask(
    server: FakeArdoq, path: str, method: str = "GET", **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", page_port(server), timeout=BOUND)
    connection.request(method, path, headers=headers)
    return connection.getresponse()


def page_port(server: FakeArdoq) -> int:
    return int(server.page.rstrip("/").split(":")[2])


def event(response: http.client.HTTPResponse) -> str:
    line = response.readline()
    assert response.readline() == b"\n"
    name, _, data = line.decode().partition(": ")
    assert name == "data", line
    text: str = json.loads(data)
    return text


# Without a browser


def test_the_page_shows_what_there_is(server: FakeArdoq, client: Client) -> None:
    empty = ask(server, "/").read().decode()
    assert empty.count("Nothing here yet.") == 3 and "0 components" in empty
    hall = client.create("Hall")
    fields = {"device_managed": True, "device_labels": ["indoor", "mobile"], "device_port_count": 8}
    fields["device_last_seen"] = "2026-02-03T04:05:06.789Z"
    pump = client.post("components", {**component("Pump", **fields), "parent": hall}).json["_id"]
    client.connect(pump, hall, 2)
    response = ask(server, "/")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    page = response.read().decode()
    assert "<title>Acme Corporation</title>" in page
    assert "2 components · 1 reference<" in page
    assert '<dt title="device_managed">Managed</dt><dd>yes</dd>' in page
    assert "<dd>indoor, mobile</dd>" in page and "<dd>8</dd>" in page
    assert 'title="UTC">2026-02-03 04:05:06</time>' in page
    assert f'part of <a href="#c-{hall}">Hall</a>' in page
    assert f'<span class="kind">Located at</span> <a href="#c-{hall}">Hall</a>' in page
    assert f'<span class="kind">Located at</span> <a href="#c-{pump}">Pump</a>' in page


def test_events_tell_each_change_and_no_failure(server: FakeArdoq, client: Client) -> None:
    response = ask(server, "/events")
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert "Nothing here yet." in event(response)
    client.create("One")
    assert "<h3>One</h3>" in event(response)
    assert client.batch(create=[{"body": component("Two")}, {"body": component("")}]).status == 400
    wrong = {**component("Two"), "parent": "nobody"}
    assert client.batch(create=[{"body": component("Two")}, {"body": wrong}]).status == 404
    client.create("Three")
    following = event(response)
    assert "<h3>Three</h3>" in following and "<h3>Two</h3>" not in following


def test_a_large_workspace_is_cut(server: FakeArdoq, client: Client) -> None:
    hub = client.create("hub")
    bodies = [component(f"device {number}") for number in range(150)]
    made = client.batch(
        create=[{"batchId": str(number), "body": body} for number, body in enumerate(bodies)]
    ).json["components"]["created"]
    creates = [{"body": reference(each["id"], hub)} for each in made]
    assert client.post("batch", {"references": {"create": creates}}).status == 200
    client.write("PATCH", f"components/{hub}?ifVersionMatch=1", {"description": "of all"})
    page = ask(server, "/").read().decode()
    assert "151 components · the latest 100 are shown" in page
    assert page.count("<article") == 100
    assert "<h3>hub</h3>" in page and "<h3>device 149</h3>" in page
    assert "<h3>device 5</h3>" not in page
    assert "and 144 more" in page


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/page.css", 200),
        ("GET", "/page.js", 200),
        ("POST", "/", 405),
        ("DELETE", "/events", 405),
        ("GET", "/../ardoq.db", 404),
        ("GET", "/page", 404),
        ("GET", "/api/v2/me", 404),
        ("POST", "/api/v2/batch", 405),
    ],
)
def test_the_page_is_for_reading_only(
    server: FakeArdoq, method: str, path: str, status: int
) -> None:
    response = ask(server, path, method)
    assert response.status == status
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:1", 200),
        ("elsewhere.example", 403),
        ("localhost.elsewhere.example", 403),
        ("", 403),
    ],
)
def test_another_name_for_this_machine_is_refused(
    server: FakeArdoq, host: str, status: int
) -> None:
    for path in ("/", "/page.js"):
        assert ask(server, path, Host=host).status == status


def test_the_api_has_no_page_and_stays_behind_its_token(client: Client) -> None:
    assert client.send("GET", "/", {"User-Agent": "test"}).status == 401
    assert client.get("../../").status == 404


def test_an_open_page_does_not_hold_up_the_end(server: FakeArdoq) -> None:
    response = ask(server, "/events")
    event(response)
    server.ask_to_stop(signal.SIGTERM)
    assert server.wait() == 0


# In a browser


@needs_browser
def test_a_report_appears_without_a_reload(
    server: FakeArdoq, client: Client, browser: Browser
) -> None:
    browser.open(server.page)
    browser.wait_until("document.querySelector('.live') !== null")
    assert "Nothing here yet." in browser.text()
    browser.evaluate("window.same = true")
    oid = client.create("Pump", device_serial="P-1")
    browser.wait_until(f"document.getElementById('c-{oid}') !== null")
    assert "P-1" in browser.text()
    other = client.create("Hub")
    browser.wait_until(f"document.getElementById('c-{other}') !== null")
    client.write("PATCH", f"components/{oid}?ifVersionMatch=1", {"name": "Pump two"})
    browser.wait_until("document.body.innerText.includes('Pump two')")
    client.batch(delete=[{"id": oid}])
    browser.wait_until(f"document.getElementById('c-{oid}') === null")
    assert "Hub" in browser.text()
    assert browser.evaluate("window.same") is True


@needs_browser
def test_what_did_not_change_keeps_its_element(
    server: FakeArdoq, client: Client, browser: Browser
) -> None:
    kept, changed = client.create("Kept"), client.create("Changed")
    browser.open(server.page)
    browser.wait_until("document.querySelector('.live') !== null")
    browser.evaluate("for (const card of document.querySelectorAll('.card')) card.mark = true")
    client.write("PATCH", f"components/{changed}?ifVersionMatch=1", {"description": "new"})
    browser.wait_until("document.body.innerText.includes('new')")
    assert browser.evaluate(f"document.getElementById('c-{kept}').mark") is True
    assert browser.evaluate(f"document.getElementById('c-{changed}').mark") is None


@needs_browser
def test_a_page_whose_server_is_gone_says_so(
    server: FakeArdoq, client: Client, browser: Browser
) -> None:
    client.create("Pump")
    browser.open(server.page)
    browser.wait_until("document.querySelector('.live') !== null")
    server.stop()
    browser.wait_until("document.querySelector('.not-live') !== null")
    assert "Pump" in browser.text()


@needs_browser
def test_hostile_text_stays_text(server: FakeArdoq, client: Client, browser: Browser) -> None:
    def fill() -> None:
        body = {**component(HOSTILE, device_notes=HOSTILE), "description": HOSTILE}
        first, second = (client.post("components", body).json["_id"] for _ in range(2))
        client.connect(first, second, displayText=HOSTILE)
        client.write("PATCH", f"components/{first}?ifVersionMatch=1", {"parent": second})

    fill()
    browser.open(server.page)
    browser.wait_until("document.querySelector('.live') !== null")
    # What was there at first comes with the page, what follows as an event.
    fill()
    browser.wait_until("document.querySelectorAll('.card').length === 4")
    assert browser.evaluate("document.title") == "Acme Corporation"
    assert browser.evaluate("document.querySelectorAll('main img, main script').length") == 0
    # Name, description and field of four, parent of two, and each reference with both ends.
    assert browser.text().count(HOSTILE) >= 4 * 3 + 2 + 4 * 2


@needs_browser
@pytest.mark.parametrize("width", [320, 375, 768, 1280, 1920])
def test_it_fits_any_screen(
    server: FakeArdoq, client: Client, browser: Browser, width: int
) -> None:
    fields = {"device_serial": "S" * 60, "device_notes": "word " * 40}
    fields["device_manual"] = "https://acme.example/" + "m" * 200
    first = client.create("N" * 80, **fields)
    second = client.create("Pump with a name of some words")
    client.connect(first, second, 2)
    browser.resize(width, 800)
    browser.open(server.page)
    browser.wait_until("document.querySelector('.live') !== null")
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    sizes: Any = browser.evaluate(
        "[...document.querySelectorAll('.card')].map(c => [c.scrollWidth, c.clientWidth])"
    )
    assert all(inner <= outer for inner, outer in sizes), sizes
    columns = browser.evaluate("getComputedStyle(document.querySelector('.cards'))"
                               ".gridTemplateColumns.split(' ').length")
    assert columns == {320: 1, 375: 1, 768: 2, 1280: 4, 1920: 4}[width]


@needs_browser
def test_nothing_comes_from_elsewhere(
    server: FakeArdoq, client: Client, browser: Browser
) -> None:
    client.create("Pump", device_manual="https://acme.example/manual")
    browser.open(server.page)
    browser.wait_until("document.querySelector('.live') !== null")
    names = browser.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert names and all(name.startswith(server.page) for name in names)
