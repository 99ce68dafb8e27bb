"""HTML whose text is always escaped: only results of `tag` are markup."""

import html


class Markup(str):
    """Text that already is HTML."""


def escaped(part: str) -> Markup:
    return part if isinstance(part, Markup) else Markup(html.escape(part))


def joined(*parts: str) -> Markup:
    return Markup("".join(map(escaped, parts)))


def tag(name: str, *parts: str, **attributes: str) -> Markup:
    """An element; `class_` and `data_x` are the attributes class and data-x."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{pairs}>{joined(*parts)}</{name}>")
