"""The site of the docs is made without a warning, fits a phone, and has a search without a server."""

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import built
from browser import Browser, program

MISSING = [
    name for name, found in (
        ("sphinx-build", shutil.which("sphinx-build")), ("doxygen", shutil.which("doxygen")),
        ("a browser", program()),
    ) if not found
]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no {' and no '.join(MISSING)}")

PHONE, DESKTOP = 360, 1280


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("site") / "site"
    done = subprocess.run(
        [built.ROOT / "scripts/make_site.py", "--into", into], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return into


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def show(browser: Browser, address: str) -> None:
    browser.open(address)
    browser.wait_until("document.readyState == 'complete'")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_no_page_is_wider_than_the_window(site: Path, browser: Browser, width: int) -> None:
    browser.resize(width, 800)
    pages = [page for page in site.rglob("*.html") if "headers" not in page.parts]
    assert len(pages) > 20
    wide = []
    for page in [*pages, site / "headers/client_8h.html"]:
        show(browser, page.as_uri())
        # Also of what a page clips.
        seen = browser.evaluate("document.scrollingElement.scrollWidth")
        if seen > width:
            wide.append((page.relative_to(site), seen))
    assert wide == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_picture_is_seen(site: Path, browser: Browser, width: int) -> None:
    browser.resize(width, 800)
    show(browser, (site / "index.html").as_uri())
    shown, whole = browser.evaluate(
        "(i => [i.getBoundingClientRect().width, i.naturalWidth])"
        "(document.querySelector('article img'))"
    )
    assert whole > 0 and min(whole, 0.8 * min(width, 700)) <= shown <= width


def test_each_page_is_in_the_navigation(site: Path, browser: Browser) -> None:
    browser.resize(DESKTOP, 800)
    show(browser, (site / "index.html").as_uri())
    listed = browser.evaluate("document.querySelectorAll('.sidebar-tree a').length")
    assert listed >= len(list((site / "docs").glob("*.html"))) + 4


def find(browser: Browser, home: str, word: str) -> None:
    """Types the word into the search of the home page, and opens what is found first."""
    show(browser, home)
    search = browser.evaluate("document.querySelector('form[role=search]').action")
    show(browser, f"{search}?q={word}")
    browser.wait_until("document.querySelectorAll('#search-results li a').length > 0")
    show(browser, browser.evaluate("document.querySelector('#search-results li a').href"))
    assert word in browser.text()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_search_finds_a_word_in_files(site: Path, browser: Browser, width: int) -> None:
    browser.resize(width, 800)
    find(browser, (site / "index.html").as_uri(), "SERIAL_AMBIGUOUS")


def test_the_search_finds_a_word_on_a_server(site: Path, browser: Browser) -> None:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=site)
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        find(browser, f"http://localhost:{server.server_port}/index.html", "SERIAL_AMBIGUOUS")
    finally:
        server.shutdown()
        server.server_close()
