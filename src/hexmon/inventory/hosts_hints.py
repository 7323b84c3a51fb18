"""What was probably meant by a line of hosts.cfg that is not understood. Pure."""

import ipaddress
import re
from collections.abc import Sequence

from hexmon.config.suggest import Suggestions

_ADDRESS_LIKE = re.compile(r"[\d.]+\Z|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\Z", re.ASCII)


def not_understood(text: str, word: str, words: Suggestions) -> tuple[str, str]:
    """What is wrong with a line that is neither a host nor a directive (`words` knows those), and a hint."""
    if _ADDRESS_LIKE.match(word):
        if _address_or_none(word) is None:
            return f"'{word}' is not an IP address", ""
        return "the host has no name", "write: IP-ADDRESS NAME # TAGS"
    others = text.split()[1:2]
    if others and _address_or_none(others[0]) is not None:
        return "a host line begins with its IP address", f"write: {others[0]} {word}"
    nearest = words.closest(word)
    return f"'{word}' is neither an IP address nor a directive", meant(nearest) if nearest else ""


def _address_or_none(word: str) -> str | None:
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return None


def nearest_page(name: str, names: Sequence[str]) -> str:
    """A hint for the name of a page that there is not."""
    last = name.rpartition("/")[2]
    candidates = [known for known in names if known.lower() == last.lower()]
    nearest = candidates[0] if candidates else Suggestions(names).closest(name)
    return meant(nearest) if nearest else ""


def meant(word: str) -> str:
    """The usual question."""
    return f"did you mean '{word}'?"
