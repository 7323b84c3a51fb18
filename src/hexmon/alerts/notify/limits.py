"""How texts are made to fit: the limits and the markup of chat services. Pure."""

import re
from collections.abc import Callable

ELLIPSIS = "…"
Size = Callable[[str], int]  # never less than the number of characters


def utf16(text: str) -> int:
    """Length as JavaScript counts it; never less than the number of characters."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Length in bytes."""
    return len(text.encode("utf-8", "replace"))


def cut(text: str, limit: int, size: Size = utf16) -> str:
    """The text, or as much of its beginning as fits with an ellipsis behind; never half a character."""
    if len(text) <= limit and size(text) <= limit:
        return text
    room = limit - size(ELLIPSIS)
    if room < 0:
        return ""
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        if size(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def cut_escaped(text: str, limit: int, escape: Callable[[str], str], size: Size = utf16) -> str:
    """Escaped, and cut so that what is sent fits and no escape is halved. `escape` works character by character."""
    if len(text) <= limit:
        escaped = escape(text)
        if size(escaped) <= limit:
            return escaped
    room = limit - size(ELLIPSIS)
    kept: list[str] = []
    for char in text:
        piece = escape(char)
        room -= size(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept) + ELLIPSIS


def html(text: str) -> str:
    """For the HTML of Telegram and Matrix."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def slack(text: str) -> str:
    """The three characters that Slack's mrkdwn gives a meaning to."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_MARKDOWN = re.compile(r"([\\`*_\[\]<>#~|])")


def markdown(text: str) -> str:
    """A line of Markdown that shows these characters, and calls nobody."""
    return quiet(_MARKDOWN.sub(r"\\\1", text))


def quiet(text: str) -> str:
    """With `@all` and the like no longer words that call somebody."""
    return text.replace("@", "@\u200b")


def fenced(text: str, limit: int, escape: Callable[[str], str] = lambda text: text) -> str:
    """A block of text as it is, which no backtick in it can end; "" for none."""
    if not text.strip() or limit < len("```\n\n```") + 1:
        return ""
    inner = cut_escaped(text.replace("`", "'"), limit - len("```\n\n```"), escape)
    return f"```\n{inner}\n```"
