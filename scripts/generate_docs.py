#!/usr/bin/python3
"""Writes the tables of docs/ from the files that the code itself is made of.

docs/errors.md comes from errors.def; docs/settings.md from settings.def, identity.def, Kconfig and
CMakeLists.txt, and so does the list of custom fields in docs/ardoq-setup.md.
"""

import argparse
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import kconfiglib

from kconfig import load as load_kconfig

ROOT = Path(__file__).resolve().parent.parent
ERR_HEADER = "components/base/include/ardoq/err.h"
ERRORS = "components/base/include/ardoq/errors.def"
RETRY = "components/ardoq/retry.c"
STATUSES = "components/ardoq/statuses.def"
IDENTITY = "components/base/include/ardoq/identity.def"
SETTINGS = "components/settings/include/ardoq/settings.def"
TOOL_DEFAULTS = "examples/linux_cli/sdkconfig.defaults"
CONSOLE = "components/commands/console.c"

# What the rules of settings_rules.c ask for, in words.
FORMS = {
    "parent": "a component, see [relations](model.md#relations)",
    "relations": "components with the type of the reference to each, see [relations](model.md#relations)",
    "keep_name": "`yes` or `no`",
    "host": "host name with an optional `https://` before it and an optional port; "
    "no path, no IP address",
    "token": "visible ASCII",
    "org_label": "visible ASCII",
    "workspace": "24 hex digits",
    "component_type": "`p` and digits",
    "name_template": "printable text; what stands in braces is the name of an identity field",
    "fields": "list of `name` and `name=custom_field`, separated by blanks or commas, each with an optional "
    "`:type` (with `CONFIG_ARDOQ_MODEL`: text, number, boolean, time or list); no name and no "
    "custom field twice, each custom field ASCII letters, digits, `_` and `-`, at most 31",
    "pin": "Base64 of 32 bytes, 44 characters",
}

GENERATED = "<!-- Written by scripts/generate_docs.py, which says from what. Do not edit. -->"
FIELDS_BEGIN = "<!-- custom fields: scripts/generate_docs.py writes this table -->"
FIELDS_END = "<!-- end of custom fields -->"


class DocumentError(Exception):
    """The sources do not fit together."""


# ---- Text ----------------------------------------------------------------------------------------


def read(path):
    return (ROOT / path).read_text("utf-8")


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def c_string(literals):
    """The text of one or more C string literals behind each other."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace('\\"', '"')


def one_line(text):
    return " ".join(text.split())


def sentence(text):
    """A sentence with names of C, build options and settings as code; what is code stays so."""
    name = r"\bardoq_\w+\*?\(\)|\bCONFIG_[A-Z_]+|(?<!\w)_links\.next|\b[a-z]+_[a-z_]+(?:\(\))?|\bca[01]\b"
    parts = text.split("`")
    parts[::2] = (re.sub(name, lambda match: f"`{match[0]}`", part) for part in parts[::2])
    text = "`".join(parts)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def table(titles, rows):
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def code(value):
    return f"`{value}`" if value != "" else "(unset)"


# ---- Errors --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Error:
    name: str
    number: int
    group: str
    who_and_why: str
    hint: str


def comment_text(comment):
    """What is between the marks of a comment, without the star that begins each line."""
    return one_line(re.sub(r"\n \* ", "\n", comment))


def read_errors():
    text = read(ERRORS)
    row = re.compile(
        r"/\*(?P<comment>(?:[^*]|\*(?!/))*)\*/\n"
        r"ARDOQ_ERROR\((?P<name>\w+), (?P<group>\w+),\s*"
        r'(?P<hint>(?:"(?:[^"\\]|\\.)*"\s*)+)\)'
    )
    errors = [
        Error(m["name"], -number, m["group"], comment_text(m["comment"]), c_string(m["hint"]))
        for number, m in enumerate(row.finditer(text), 1)
    ]
    written = re.findall(r"^ARDOQ_ERROR\((\w+)", text, re.MULTILINE)
    unread = set(written) - {error.name for error in errors}
    if unread:
        raise DocumentError(f"{ERRORS}: no comment above, or not readable: {', '.join(unread)}")
    return errors


def read_classes():
    """Name and meaning of each class of errors, in the order of the enum."""
    member = r"ARDOQ_CLASS_(\w+),\s*/\*\*< (.*?) \*/"
    classes = dict(re.findall(member, read(ERR_HEADER)))
    classes.pop("NONE")
    return classes


def read_exit_codes():
    return dict(re.findall(r"\[ARDOQ_CLASS_(\w+)\] = (\d+)", read(CONSOLE)))


def error_section(group, meaning, exit_code, errors):
    rows = [
        (f"`{e.name}`", e.number, sentence(e.who_and_why), sentence(e.hint))
        for e in errors
        if e.group == group
    ]
    return (
        f"## `ARDOQ_CLASS_{group}`\n\n"
        f"{sentence(meaning)} Exit code {exit_code} of the tool.\n\n"
        + table(["Error", "Number", "Who returns it, and why", "What to do"], rows)
    )


def read_statuses():
    """Status or class, who and what, and the name of its error or None for that of its class."""
    row = r'^ARDOQ_STATUS(_AS_CLASS)?\((\d+), (?:(?:ERR_)?(\w+), )?"([^"]*)"\)'
    rows = re.findall(row, read(STATUSES), re.MULTILINE)
    if len(rows) != len(re.findall(r"^ARDOQ_STATUS", read(STATUSES), re.MULTILINE)):
        raise DocumentError(f"{STATUSES}: a row is not readable")
    statuses = [(status, what, error or None) for _, status, error, what in rows]
    numbers = [int(status) for status, _, _ in statuses if len(status) == 3]
    if numbers != sorted(set(numbers)):
        raise DocumentError(f"{STATUSES}: the statuses are not in order")
    return statuses


def next_tries(errors):
    """When a program makes the call again, by the error's name."""
    function = re.search(r"may_help_at_once\(.*?\n}", read(RETRY), re.DOTALL)
    at_once = set(re.findall(r"ARDOQ_ERR_(\w+)", function[0]))
    pauses = {
        "CONFIGURATION": "once a day",
        "BUG": "once a day",
        "WAIT": "after the server's time",
        "RETRY": "after a growing pause",
    }
    return {e.name: "at once, then " * (e.name in at_once) + pauses[e.group] for e in errors}


def status_table(errors):
    groups = {error.name: error.group for error in errors}
    tries = next_tries(errors)
    statuses = read_statuses()
    of_class = {status: error for status, _, error in statuses if len(status) == 1}
    rows = []
    for status, what, error in statuses:
        error = error or of_class[status[0] if status[0] in of_class else max(of_class)]
        shown = status if len(status) == 3 else f"{status}xx"
        if error == "OK":
            rows.append((shown, what, "`OK`", "", ""))
        else:
            rows.append((shown, what, f"`{error}`", f"`{groups[error]}`", tries[error]))
    return table(["Status", "Name", "Error", "Class", "Next try"], rows)


STATUSES_INTRODUCTION = """## HTTP statuses

What `ardoq_request()` makes of each; a status that is not listed is what the row of its class says,
at the end. 1xx is skipped, but 101 is `HTTP_PROTOCOL`: nobody asks for another protocol. A success
with a body that is not JSON is `NOT_JSON`. The last column is what `ardoq_retry_delay()` says; with a
status from 400 on, Retry-After comes first."""


ERRORS_INTRODUCTION = """# Errors

Every call gives an `ardoq_err_t`: 0 is success, `ARDOQ_PENDING` (1) means not finished, a negative
number is a failure. In C the names below begin with `ARDOQ_ERR_`. `ardoq_err_name()`,
`ardoq_err_class()` and `ardoq_err_hint()` give name, class and the text of the last column. A build
without names shows the number instead (`CONFIG_ARDOQ_ERROR_NAMES`). From the first release on
numbers are part of the ABI and are never used twice.

The class says who must act, and is for people; when a program makes the call again says
`ardoq_retry_delay()`. More stands behind an error: HTTP status and the server's own message
in the response (`ardoq_response_t`); phase, codes of the platform and of mbedTLS, and certificate
and the setting at fault in `ardoq_detail()`. Below,
`ardoq_request()` stands for every call that sends a request."""


def errors_document():
    errors = read_errors()
    classes = read_classes()
    exit_codes = read_exit_codes()
    sections = [
        error_section(group, meaning, exit_codes[group], errors)
        for group, meaning in classes.items()
    ]
    if {error.group for error in errors} != set(classes):
        raise DocumentError(f"{ERRORS} and {ERR_HEADER} do not have the same classes")
    statuses = [STATUSES_INTRODUCTION, status_table(errors)]
    return "\n\n".join([GENERATED, ERRORS_INTRODUCTION, *sections, *statuses]) + "\n"


# ---- Settings ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """A row of settings.def whose value may come from Kconfig and from the environment."""

    name: str
    symbol: kconfiglib.Symbol
    limit: str
    ram: str


def variable(name):
    """The variable of the environment, as the POSIX port reads it."""
    return f"ARDOQ_{'API_' if name in ('host', 'token') else ''}{name.upper()}"


def calls(path, name):
    """Arguments of each NAME(...) in a .def file."""
    for arguments in re.findall(rf"^{name}\(([^)]*)\)", without_comments(read(path)), re.MULTILINE):
        yield [part.strip('"') for part in re.findall(r'"[^"]*"|[^\s,]+', arguments)]


def find_symbol(kconfig, macro):
    """The Kconfig symbol behind a macro of build_config.h, which adds DEFAULT_ to settings."""
    name = macro.replace("ARDOQ_DEFAULT_", "ARDOQ_")
    if name not in kconfig.syms:
        raise DocumentError(f"{SETTINGS} names {macro}, but Kconfig has no {name}")
    return kconfig.syms[name]


def text_setting(kconfig, _, size, name, default, rule):
    if size.isdecimal():
        limit, ram = f"at most {int(size) - 1} bytes", f"{size} bytes of RAM"
    else:
        symbol = find_symbol(kconfig, size)
        limit = f"at most {int(symbol.str_value) - 1} bytes, see `CONFIG_{symbol.name}`"
        ram = f"{symbol.str_value} bytes of RAM"
    if rule not in FORMS:
        raise DocumentError(f"{SETTINGS} has the rule {rule}; say in FORMS what it asks for")
    # Both have a length of their own already.
    limit = FORMS[rule] if rule in ("workspace", "pin") else f"{FORMS[rule]}; {limit}"
    return Setting(name, find_symbol(kconfig, default), limit, ram)


def number_setting(kconfig, _, low, high, name, default):
    symbol = find_symbol(kconfig, default)
    if [low, high] != limits(symbol):
        raise DocumentError(f"{SETTINGS} and Kconfig give {name} different ranges")
    return Setting(name, symbol, f"{low} to {high}", "4 bytes of RAM")


def model_setting(kconfig, name, default, rule):
    setting = text_setting(kconfig, name, "ARDOQ_FIELDS_SIZE", name, default, rule)
    return replace(setting, ram="Only in a build with `CONFIG_ARDOQ_MODEL`")


def read_settings(kconfig):
    settings = [text_setting(kconfig, *row) for row in calls(SETTINGS, "ARDOQ_SETTING_TEXT")]
    settings += [number_setting(kconfig, *row) for row in calls(SETTINGS, "ARDOQ_SETTING_NUMBER")]
    settings += [model_setting(kconfig, *row) for row in calls(SETTINGS, "ARDOQ_SETTING_MODEL")]
    in_menu = {symbol for symbol in kconfig.unique_defined_syms if is_setting(symbol)}
    twinless = in_menu ^ {setting.symbol for setting in settings}
    if twinless:
        names = ", ".join(sorted(symbol.name for symbol in twinless))
        raise DocumentError(f"{SETTINGS} and the settings' menu of Kconfig differ in: {names}")
    return settings


def is_setting(symbol):
    menu = symbol.nodes[0].parent
    return menu.prompt is not None and menu.prompt[0] == "Settings that a device starts with"


def limits(symbol):
    return [bound.str_value for bound in symbol.ranges[0][:2]] if symbol.ranges else []


def help_parts(node):
    """Meaning and cost, as the help text states them; the setting that overrides it is known."""
    if not node.help:
        raise DocumentError(f"Kconfig: {node.item.name} has no help text")
    sentences = re.split(r"(?<=\.)\s+", one_line(node.help))
    costs = [s for s in sentences if re.match(r"Costs |Each (byte )?costs ", s)]
    meaning = [s for s in sentences if s not in costs and not s.startswith("The setting `")]
    prompt = node.prompt[0]
    if not meaning[0].startswith(prompt):
        meaning.insert(0, prompt)
    return join_sentences(meaning), join_sentences(cost.removeprefix("Costs ") for cost in costs)


def join_sentences(sentences):
    return " ".join(map(sentence, sentences))


def setting_row(setting):
    meaning, cost = help_parts(setting.symbol.nodes[0])
    default = f"{code(setting.symbol.str_value)}, `CONFIG_{setting.symbol.name}`"
    cost = f"{setting.ram}. {cost}".strip()
    return code(setting.name), code(variable(setting.name)), default, meaning, setting.limit, cost


SETTINGS_INTRODUCTION = """# Settings and build options

Settings are values that a device reads when it starts. Build options are fixed when it is built.

## Settings

A value comes from the last of these that has one:

1. the build: the Kconfig symbol named beside the default
2. the settings store: on Linux the file that `ardoq config set` writes
3. for the token of a service of Linux, its [credential](tool.md#with-systemd)
4. the environment, where the platform has one; an empty variable counts as unset

One set of rules holds for each of them, and for what a program or a platform says of the device: blanks, line
breaks and byte order marks around a value are not part of it; in quotes, or with its name and an
equals sign before it, it is refused; inside it is UTF-8 without control characters.

An empty text means unset. Every value is checked as it is loaded, and `ardoq_open()` checks all of
them again before anything is sent; `ardoq_config_load()` and `ardoq_detail()` name the one that an
error is about. A program may write the members of `ardoq_config_t` itself, between
`ardoq_config_load()` and `ardoq_open()`. RAM is for each `ardoq_config_t`. A text also costs the length of its default in
flash. The meaning is the help text of Kconfig; "here" in it is Kconfig."""

STORED_IDENTITY_INTRODUCTION = """### Identity in the store

What only production knows of a device. These override what the platform says; they have no Kconfig
symbol and no member of `ardoq_config_t`. A program may still set the field after
`ardoq_identity_read()`."""

PEM_INTRODUCTION = """### Certificates and keys

These stand only in the store: no variable, no Kconfig symbol, no member of `ardoq_config_t`. They
are PEM, need a `BEGIN` line, and are read through the client's buffer when it is opened, so each
must be shorter than `CONFIG_ARDOQ_BUFFER_SIZE`. A program can give them instead with `ca_pem`,
`certificate_pem` and `key_pem` of its `ardoq_config_t`, which are borrowed pointers. With `ca0`,
`ca1` or `ca_pem` set, the platform's roots are not used."""

FIELDS_INTRODUCTION = """### Identity fields

What a device can say of itself: the names that the setting `fields` takes. What it does not list is
not sent, and neither is what is empty. Only `serial` is required, since it tells devices apart.

    serial mac model            device_serial, device_mac, device_model
    serial=sn, model=Type_1     sn, Type_1

Earlier versions had a setting `key_...` for each custom field. Those that a store or the environment
still has become entries of the list (`CONFIG_ARDOQ_OBSOLETE_SETTINGS`), as long as `fields` is not
set itself; `ardoq config unset` removes them."""

OPTIONS_INTRODUCTION = """## Build options

Kconfig symbols, read by `scripts/kconfig.py` when CMake configures. The tool's build has larger
sizes (`examples/linux_cli/sdkconfig.defaults`). `make menuconfig` changes the tool's. A value out
of range or an unknown symbol stops the build."""

CMAKE_INTRODUCTION = """## CMake options

For `cmake -D`. A project that takes the library in with `add_subdirectory()` sets them in the cache
before it. A relative path in `ARDOQ_DEFAULTS` starts at the library's folder."""


def stored_identity_table():
    rows = [
        (code(name), code(variable(name)), code(field),
         f"printable text, at most {int(size) - 1} bytes")
        for field, size, name in calls(SETTINGS, "ARDOQ_SETTING_IDENTITY")
    ]
    return table(["Setting", "Variable", "Identity field", "Form"], rows)


def pem_table():
    rows = [(f"`{key}`", sentence(what)) for key, what in calls(SETTINGS, "ARDOQ_SETTING_PEM")]
    return table(["Setting", "Meaning"], rows)


def fields(kconfig):
    """Name and meaning of each identity field, and its custom field by default or None."""
    listed = dict(
        (entry.split("=") + [f"device_{entry}"])[:2]
        for entry in re.split("[ ,]+", kconfig.syms["ARDOQ_FIELDS"].str_value)
    )
    rows = [
        (name, what, listed.pop(name, None)) for name, what in calls(IDENTITY, "ARDOQ_IDENTITY_FIELD")
    ]
    if listed:
        raise DocumentError(f"Kconfig lists fields that {IDENTITY} lacks: {', '.join(listed)}")
    return rows


def identity_table(kconfig):
    rows = [
        (code(name), sentence(what), code(custom) if custom else "not sent")
        for name, what, custom in fields(kconfig)
    ]
    return table(["Identity field", "Meaning", "Custom field by default"], rows)


def options(kconfig):
    """Nodes of all that can be chosen, but the settings; of a choice the choice itself."""
    for node in kconfig.node_iter():
        item = node.item
        if isinstance(item, kconfiglib.Choice):
            yield node
        elif isinstance(item, kconfiglib.Symbol) and node.prompt:
            if not item.choice and not is_setting(item):
                yield node


def option_value(item):
    """Name and current value; of a choice the names that may be set to y."""
    if isinstance(item, kconfiglib.Choice):
        return item.selection.name
    return item.str_value


def option_row(node, tool):
    item = node.item
    meaning, cost = help_parts(node)
    if isinstance(item, kconfiglib.Choice):
        names = [symbol.name for symbol in item.syms]
        name, values = " or ".join(f"`CONFIG_{each}`" for each in names), "one of them `y`"
        tool_value = tool.named_choices[item.name].selection.name
        default = f"`CONFIG_{item.selection.name}`"
        tool_value = f"`CONFIG_{tool_value}`"
    else:
        name = f"`CONFIG_{item.name}`"
        otherwise = "text" if item.orig_type == kconfiglib.STRING else "`y` or `n`"
        values = " to ".join(limits(item)) or otherwise
        default, tool_value = code(item.str_value), code(tool.syms[item.name].str_value)
    return name, default, tool_value, values, meaning, cost


def cmake_rows():
    text = read("CMakeLists.txt")
    for name, what, default in re.findall(r'^option\((\w+) "([^"]*)" (\S+)\)', text, re.MULTILINE):
        # Tool and tests are for a build of this project alone.
        default = "`ON`, but `OFF` in a larger project" if "top_level" in default else code(default)
        yield f"`{name}`", default, sentence(what)
    cached = r'^set\((\w+) "([^"]*)" CACHE \w+ "([^"]*)"\)'
    for name, default, what in re.findall(cached, text, re.MULTILINE):
        yield f"`{name}`", code(default), sentence(what)


def settings_document(kconfig, tool):
    settings = read_settings(kconfig)
    return "\n\n".join(
        [
            GENERATED,
            SETTINGS_INTRODUCTION,
            table(
                ["Setting", "Variable", "Default", "Meaning", "Form", "Cost"],
                map(setting_row, settings),
            ),
            STORED_IDENTITY_INTRODUCTION,
            stored_identity_table(),
            PEM_INTRODUCTION,
            pem_table(),
            FIELDS_INTRODUCTION,
            identity_table(kconfig),
            OPTIONS_INTRODUCTION,
            table(
                ["Option", "Default", "Tool", "Values", "Meaning", "Cost"],
                (option_row(node, tool) for node in options(kconfig)),
            ),
            CMAKE_INTRODUCTION,
            table(["Option", "Default", "Meaning"], cmake_rows()),
        ]
    ) + "\n"


# ---- The administrator's page --------------------------------------------------------------------


def custom_fields(kconfig):
    rows = [
        (
            code(custom or f"device_{name}") + ("" if custom else " (not by default)"),
            "DateTime" if name == "last_seen" else "Text",
            sentence(what),
        )
        for name, what, custom in fields(kconfig)
    ]
    return table(["API name", "Type", "Content"], rows)


def setup_document(kconfig):
    text = read("docs/ardoq-setup.md")
    parts = re.split(f"{FIELDS_BEGIN}.*{FIELDS_END}", text, flags=re.DOTALL)
    if len(parts) != 2:
        raise DocumentError("docs/ardoq-setup.md: the two lines around its table are missing")
    rows = custom_fields(kconfig)
    return f"{parts[0]}{FIELDS_BEGIN}\n\n{rows}\n\n{FIELDS_END}{parts[1]}"


# ---- The command line ----------------------------------------------------------------------------


def documents():
    kconfig = load_kconfig(ROOT / "Kconfig", [])
    tool = load_kconfig(ROOT / "Kconfig", [ROOT / TOOL_DEFAULTS])
    return {
        "docs/errors.md": errors_document(),
        "docs/settings.md": settings_document(kconfig, tool),
        "docs/ardoq-setup.md": setup_document(kconfig),
    }


def is_stale(path, text):
    return not (ROOT / path).exists() or read(path) != text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    check = parser.parse_args().check
    try:
        stale = {path: text for path, text in documents().items() if is_stale(path, text)}
    except DocumentError as error:
        sys.exit(f"error: {error}")
    if check and stale:
        sys.exit("\n".join(f"{path} is stale: run scripts/generate_docs.py" for path in stale))
    for path, text in stale.items():
        (ROOT / path).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
