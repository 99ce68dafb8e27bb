"""Facts from the sources, so that tests need not repeat them."""

import re

import built

COMPONENTS = built.ROOT / "components"


def _read(path: str) -> str:
    return (COMPONENTS / path).read_text("utf-8")


VERSION = re.search(r'#define ARDOQ_VERSION +"([^"]+)"', _read("base/include/ardoq/version.h"))[1]


# The hint of each error, in the order of their numbers: -1, -2 and so on.
HINTS = {
    name: "".join(re.findall('"([^"]*)"', literals))
    for name, literals in re.findall(
        r'^ARDOQ_ERROR\((\w+), \w+,((?:\s*"[^"]*")+)\)',
        _read("base/include/ardoq/errors.def"),
        re.MULTILINE,
    )
}

# The names of the identity fields.
FIELDS = re.findall(
    r'^ARDOQ_IDENTITY_FIELD\((\w+), "', _read("base/include/ardoq/identity.def"), re.MULTILINE
)

_SETTINGS = _read("settings/include/ardoq/settings.def")

# The variable of each setting but those that stand only in the store, and the keys of these.
VARIABLES = {
    key: f"ARDOQ_{'API_' if key in ('host', 'token') else ''}{key.upper()}"
    for key in re.findall(r'^ARDOQ_SETTING_(?:TEXT|NUMBER)\([^"]*"(\w+)"', _SETTINGS, re.MULTILINE)
}
IDENTITY_KEYS = re.findall(r'^ARDOQ_SETTING_IDENTITY\(\w+, \d+, "(\w+)"', _SETTINGS, re.MULTILINE)
MODEL_KEYS = re.findall(r'^ARDOQ_SETTING_MODEL\("(\w+)"', _SETTINGS, re.MULTILINE)
PEM_KEYS = re.findall(r'^ARDOQ_SETTING_PEM\("(\w+)"', _SETTINGS, re.MULTILINE)
