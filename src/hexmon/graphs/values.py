"""Values as librrd takes them, whatever a text said: what is no number that it can keep is unknown. Pure."""

import math
import re

UNKNOWN = "U"

_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?\Z", re.ASCII)
_WHOLE = re.compile(r"([+-]?)0{0,40}(\d{1,20})(?:\.\d{0,40})?\Z", re.ASCII)
_WHOLE_KINDS = frozenset({"COUNTER", "DERIVE"})
_LONGEST = 200  # characters
_LARGEST = 2**64 - 1


def value_for(kind: str, text: str) -> str:
    """The value for a data source of that kind, or `U`.

    COUNTER and DERIVE take whole numbers, so of others the fraction is left out (rrdcreate(1)); a COUNTER below 0 is
    no counter.
    """
    text = text.strip() if len(text) < _LONGEST else UNKNOWN
    if kind in _WHOLE_KINDS:
        return _whole(kind, text)
    found = _NUMBER.match(text)
    if found is None or (found[1] and not math.isfinite(float(text))):
        return UNKNOWN
    return text


def _whole(kind: str, text: str) -> str:
    found = _WHOLE.match(text)
    if found is None:
        return UNKNOWN
    sign, digits = found.groups()
    negative = sign == "-" and digits.strip("0") != ""
    if int(digits) > _LARGEST or (negative and kind == "COUNTER"):
        return UNKNOWN
    return f"-{digits}" if negative else digits
