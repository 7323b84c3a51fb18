"""The parts of tags such as `dns:5353@127.0.0.9=VALUE`: options behind colons, our own address, a value."""

import re
from collections.abc import Collection

import msgspec

from hexmon.inventory import tag_values
from hexmon.inventory.tag_values import Mistake

_TAG = re.compile(r"[^:@=]+((?::[^:@=]*)*)(?:@([^=]*))?(?:=(.*))?\Z", re.DOTALL)
_MAX_PORT = 65535


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What was written behind the name of a test. `port` is 0 and `value` None when it was not; `words` are options."""

    port: int = 0
    silent: bool = False
    words: tuple[str, ...] = ()
    source: str = ""
    value: str | None = None
    mistakes: tuple[Mistake, ...] = ()


def read_parts(word: str, known: Collection[str] = ()) -> Parts | None:
    """`NAME[:PORT][:s][:WORD][@ADDRESS][=VALUE]`, the words being `known` ones; None for what is built otherwise."""
    match = _TAG.match(word)
    if match is None:
        return None
    port, silent = 0, False
    words, mistakes = [], []
    for option in filter(None, match[1].split(":")):
        if option == "s":
            silent = True
        elif option in known:
            words.append(option)
        elif tag_values.is_number(option) and 0 < int(option) <= _MAX_PORT:
            port = int(option)
        else:
            mistakes.append(_bad_option(word, option, known))
    if match[2] is not None and not tag_values.is_address(match[2]):
        mistakes.append(Mistake(f"'{word}': '{match[2]}' is not an IP address of this machine"))
    return Parts(
        port=port,
        silent=silent,
        words=tuple(words),
        source=match[2] or "",
        value=match[3],
        mistakes=tuple(mistakes),
    )


def _bad_option(word: str, option: str, known: Collection[str]) -> Mistake:
    if tag_values.is_number(option):
        return Mistake(f"'{word}': port {option} is not between 1 and {_MAX_PORT}")
    *most, last = ["a port", "s", *known]
    return Mistake(f"'{word}': '{option}' is none of {', '.join(most)} and {last}")
