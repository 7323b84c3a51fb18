"""The words of a line of hosts.cfg: tags, names, titles. Pure."""

import re

from hexmon.inventory.pages import plain

_TAG = re.compile(r'([^ \t\r\n"]*)(?:"([^"]*)("?))?')
_PLAIN_TAG = re.compile(r"[^ \t\r\n]+")


def split_tags(text: str) -> tuple[tuple[str, ...], bool]:
    """The tags behind the `#`, quotes removed, and whether all quotes were closed.

    A quote anywhere in a tag starts a quoted stretch; the closing quote ends the tag.
    """
    if '"' not in text:
        return tuple(_PLAIN_TAG.findall(text)), True
    tags: list[str] = []
    closed = True
    position, end = 0, len(text)
    while position < end:
        if text[position] in " \t\r\n":
            position += 1
            continue
        match = _TAG.match(text, position)
        if match is None:  # pragma: no cover - the pattern matches at every letter
            break
        tags.append(match[1] + (match[2] or ""))
        closed = match[3] != ""
        position = match.end()
    return tuple(tag for tag in tags if tag), closed


def first_word(text: str) -> tuple[str, str]:
    """The first word, and what follows it."""
    word, *rest = text.split(None, 1) or [""]
    return word, rest[0].strip() if rest else ""


def name_and_title(text: str) -> tuple[str, str]:
    """The name of a page and its title, which is the name where there is none."""
    name, title = first_word(text)
    return name.strip("/"), plain(title) or name
