"""How texts are written inside lines: the escaping of pipe-delimited answers and logs."""

from html import unescape

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "|": "\\p"}
_ENCODE = str.maketrans(_ESCAPES)
_DECODE = {escaped[1]: plain for plain, escaped in _ESCAPES.items()}


def nl_encode(text: str) -> str:
    r"""Newline, CR, TAB, pipe and backslash become \n \r \t \p \\."""
    return text.translate(_ENCODE)


def nl_encode_bytes(text: bytes) -> bytes:
    """The same for a text whose encoding is not known."""
    return nl_encode(text.decode("latin-1")).encode("latin-1")


def nl_decode(text: str) -> str:
    """The reverse of nl_encode; an unknown escape is kept as it is."""
    parts = []
    position = 0
    while (found := text.find("\\", position)) >= 0 and found + 1 < len(text):
        parts.append(text[position:found])
        parts.append(_DECODE.get(text[found + 1], text[found : found + 2]))
        position = found + 2
    parts.append(text[position:])
    return "".join(parts)


def readable(text: bytes) -> str:
    """A text from the network as people may read it: UTF-8 where it is, else Latin-1."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def first_reason(report: bytes) -> str:
    """What the first line of a report says behind its colour word, as plain text: reports are HTML."""
    return unescape(readable(report.partition(b"\n")[0]).partition(" ")[2]).strip()


def label_value(text: str) -> str:
    """A text as the value of a label, between its quotes (Prometheus, exposition format 0.0.4)."""
    plain = text.encode("utf-8", "replace").decode()
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
