#!/usr/bin/python3
"""Makes a site of the pages that users read, and of the comments in the public headers.

The README is the home page. A link from page to page stays one. A link to any other file of the
repository leads to the repository that idf_component.yml names. Warnings are errors.

The site needs no server: its search works in files too.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tracked import ROOT, tracked

HOME = "README.md"
REFERENCE = "reference.md"

# The navigation: for each page the title that it has there. Each page of docs/ is in it.
SECTIONS = {
    "Start": {
        "docs/ardoq-setup.md": "Prepare Ardoq",
    },
    "Platforms": {
        "docs/esp-idf.md": "ESP-IDF",
        "examples/esp_idf/report_identity/README.md": "Example for ESP-IDF",
        "docs/board.md": "A board with lwIP",
        "examples/qemu_cortex_m3/README.md": "Example on a Cortex-M3",
        "docs/linux.md": "A program on Linux",
        "docs/packages.md": "Debian packages",
        "docs/porting.md": "Other platforms",
    },
    "Library": {
        "docs/reporter.md": "The reporter",
        "docs/model.md": "What a report can hold",
        "docs/api.md": "The calls",
        REFERENCE: "The headers",
    },
    "Fleets": {
        "docs/devices.md": "Many devices, one reporter",
        "docs/fleet.md": "A fleet, simulated",
        "docs/gateway.md": "The gateway",
    },
    "Reference": {
        "docs/tool.md": "The tool",
        "docs/settings.md": "Settings",
        "docs/errors.md": "Errors",
        "docs/security.md": "Security",
    },
    "Measured": {
        "docs/size.md": "Size",
        "docs/firmware-size.md": "Size of firmware",
        "docs/performance.md": "Speed",
    },
    "Project": {
        "docs/testing.md": "Testing",
        "tests/fake_ardoq/README.md": "The stand-in for Ardoq",
        "CONTRIBUTING.md": "Contributing",
        "CHANGELOG.md": "Changes",
    },
}
PAGES = [HOME, *(page for pages in SECTIONS.values() for page in pages)]
BASE_STYLE = "/javascript/normalize.css/normalize.css"
HEADERS = "*/include/ardoq/*.h"


class SiteError(Exception):
    """The site cannot be made."""


def run(command, **options):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)
    if done.returncode:
        raise SiteError(f"{command[0]} failed:\n{done.stdout}{done.stderr}".rstrip())


def repository():
    manifest = (ROOT / "idf_component.yml").read_text("utf-8")
    return re.search(r"^url: (\S+)$", manifest, re.MULTILINE)[1]


# ---- The pages -----------------------------------------------------------------------------------


def place(page):
    """Where a page of the repository is in the site's sources."""
    return "index.md" if page == HOME else page


def link_from(page, link):
    """What a link of this page becomes."""
    name, mark, anchor = link.partition("#")
    if not name or re.match("[a-z]+:", link):
        return link
    folder = os.path.dirname(page)
    target = os.path.normpath(os.path.join(folder, name))
    for candidate in (target, f"{target}/README.md"):
        if candidate in PAGES:
            return os.path.relpath(place(candidate), folder or ".") + mark + anchor
    if target.startswith("..") or not (ROOT / target).exists():
        raise SiteError(f"{page}: there is no {name}")
    kind = "tree" if (ROOT / target).is_dir() else "blob"
    return f"{repository()}/{kind}/HEAD/{target}{mark}{anchor}"


def rewritten(page):
    """The page's text; pictures stay where they are, beside it."""
    text = (ROOT / page).read_text("utf-8")
    return re.sub(
        r"(?<!!)(\[(?:[^][]|\[[^][]*\])*\])\(([^)\s]+)\)",
        lambda found: f"{found[1]}({link_from(page, found[2])})",
        text,
    )


def navigation():
    trees = []
    for caption, pages in SECTIONS.items():
        rows = "\n".join(f"{title} <{page.removesuffix('.md')}>" for page, title in pages.items())
        trees.append(f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{rows}\n```\n")
    return "\n".join(trees)


def reference_page():
    """A table of the public headers. Doxygen's pages are no documents for Sphinx: links in HTML."""
    rows = []
    for name in tracked(HEADERS):
        about = re.search(r"@file\n \* (.*?\.)\s", (ROOT / name).read_text("utf-8"), re.DOTALL)[1]
        about = re.sub(r"\s*\n \* ", " ", about)
        short = os.path.basename(name)
        address = "headers/" + short.replace("_", "__").replace(".", "_8") + ".html"
        rows.append(f'| <a href="{address}"><code>ardoq/{short}</code></a> | {about} |')
    return "\n".join([
        "# The public headers", "",
        'Everything in them is documented; <a href="headers/index.html">here</a> with a search by'
        " name.", "", "| Header | Contents |", "| --- | --- |", *rows, "",
    ])


def write_sources(folder):
    shutil.rmtree(folder, ignore_errors=True)
    missing = set(tracked("docs/*.md")) - set(PAGES)
    if missing:
        raise SiteError(f"not in the navigation: {', '.join(sorted(missing))}")
    texts = {place(page): rewritten(page) for page in PAGES if page != REFERENCE}
    texts["index.md"] += "\n" + navigation()
    texts[REFERENCE] = reference_page()
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for picture in tracked("docs/*.svg", "docs/*.png"):
        shutil.copy(ROOT / picture, folder / picture)


# ---- The tools -----------------------------------------------------------------------------------


def make_headers(into):
    settings = (ROOT / "docs/Doxyfile").read_text("utf-8")
    settings += f"\nGENERATE_XML = NO\nGENERATE_HTML = YES\nHTML_OUTPUT = {into}\n"
    settings += "HTML_EXTRA_STYLESHEET = docs/site/headers.css\n"
    run(["doxygen", "-"], input=settings)


def complete_theme(into):
    """Debian 12's takes this file from the web server of the machine."""
    style = into / "_static/styles/furo.css"
    text = style.read_text("utf-8")
    if BASE_STYLE in text:
        style.write_text(text.replace(BASE_STYLE, "normalize.css"), "utf-8")
        shutil.copy(f"/usr/share{BASE_STYLE}", style.parent)


def make_site(into):
    sources = into.parent / f"{into.name}-sources"
    write_sources(sources)
    shutil.rmtree(into, ignore_errors=True)
    run([
        "/usr/bin/python3", "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-c", "docs/site",
        "-d", f"{into}-doctrees", str(sources), str(into),
    ])
    complete_theme(into)
    make_headers(into / "headers")


# ---- The links -----------------------------------------------------------------------------------


def check_links(site):
    """Links and anchors of the pages, and links to Doxygen's pages, which check their own links.

    In a copy that everybody may read, since LinkChecker makes itself nobody when root runs it. From
    a server it would pause between requests.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        settings = Path(folder) / "settings"
        settings.write_text("[AnchorCheck]\n")
        shutil.copytree(site, f"{folder}/site")
        run([
            "linkchecker", f"--config={settings}", "--no-status", "--no-robots",
            "--no-follow-url=/headers/", f"file://{folder}/site/index.html",
        ])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=ROOT / "build/site")
    parser.add_argument("--check-links", action="store_true", help="also try all links in it")
    arguments = parser.parse_args()
    into = arguments.into.resolve()
    into.parent.mkdir(parents=True, exist_ok=True)
    make_site(into)
    if arguments.check_links:
        check_links(into)
    print(f"file://{into}/index.html")


if __name__ == "__main__":
    try:
        main()
    except SiteError as error:
        sys.exit(f"site: {error}")
