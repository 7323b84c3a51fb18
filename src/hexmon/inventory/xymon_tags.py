"""The tags of hosts.cfg: what each one means, whatever host it is written on. Pure.

The order of decisions is that of xymonnet: known settings first, then the prefixes `? ! ~`, then tests.
"""

import re
from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from hexmon.config.suggest import Suggestions
from hexmon.inventory import display_values, tag_values
from hexmon.inventory.meaning import PLAIN, Family, Meaning, wrong
from hexmon.inventory.ping_tag import read_pings
from hexmon.inventory.tag_values import Mistake
from hexmon.model.observation import Judging

PING = "conn"

# Tags with a value: how they begin (case does not matter) and the XMH item they set.
VALUES: dict[str, str] = {
    "NET:": "NET",
    "NAME:": "DISPLAYNAME",
    "CLIENT:": "CLIENTALIAS",
    "COMMENT:": "COMMENT",
    "DESCR:": "DESCRIPTION",
    "DOC:": "DOCURL",
    "NK:": "NK",
    "NKTIME=": "NKTIME",
    "TRENDS:": "TRENDS",
    "LARRD:": "LARRD",
    "WML:": "WML",
    "NOPROP:": "NOPROP",
    "NOPROPRED:": "NOPROPRED",
    "NOPROPYELLOW:": "NOPROPYELLOW",
    "NOPROPPURPLE:": "NOPROPPURPLE",
    "NOPROPACK:": "NOPROPACK",
    "REPORTTIME=": "REPORTTIME",
    "WARNPCT:": "WARNPCT",
    "WARNSTOPS:": "WARNSTOPS",
    "DOWNTIME=": "DOWNTIME",
    "SLA=": "SLA",
    "ssldays=": "SSLDAYS",
    "sslbits=": "SSLMINBITS",
    "depends=": "DEPENDS",
    "browser=": "BROWSER",
    "httphdr=": "HTTPHEADERS",
    "holidays=": "HOLIDAYS",
    "delayred=": "DELAYRED",
    "delayyellow=": "DELAYYELLOW",
    "ldaplogin=": "LDAPLOGIN",
    "CLASS:": "CLASS",
    "OS:": "OS",
    "NOCOLUMNS:": "NOCOLUMNS",
    "NOTBEFORE:": "NOTBEFORE",
    "NOTAFTER:": "NOTAFTER",
    "COMPACT:": "COMPACT",
    "INTERFACES:": "INTERFACES",
    "ACCEPTONLY:": "ACCEPT_ONLY",
    "pings=": "PINGS",
}

# Flags: the word, which is also the item's value, and the XMH item. What is written behind the word is ignored.
FLAGS: dict[str, str] = {
    "noinfo": "FLAG_NOINFO",
    "notrends": "FLAG_NOTRENDS",
    "noclient": "FLAG_NOCLIENT",
    "nodisp": "FLAG_NODISP",
    "nonongreen": "FLAG_NONONGREEN",
    "nobb2": "FLAG_NOBB2",
    "prefer": "FLAG_PREFER",
    "nosslcert": "FLAG_NOSSLCERT",
    "trace": "FLAG_TRACE",
    "notrace": "FLAG_NOTRACE",
    "noconn": "FLAG_NOCONN",
    "noping": "FLAG_NOPING",
    "dialup": "FLAG_DIALUP",
    "testip": "FLAG_TESTIP",
    "ldapyellowfail": "FLAG_LDAPFAILYELLOW",
    "NOCLEAR": "FLAG_NOCLEAR",
    "HIDEHTTP": "FLAG_HIDEHTTP",
    "MULTIHOMED": "FLAG_MULTIHOMED",
    "headermatch": "FLAG_HTTP_HEADER_MATCH",
    "sni": "FLAG_SNI",
    "nosni": "FLAG_NOSNI",
}

# Flags that may have a value behind `=`; the item has the text behind the word, or the word when there is none.
FLAGS_WITH_VALUE = {"pulldata": "PULLDATA", "noflap": "NOFLAP"}

_READERS = {**tag_values.READERS, **display_values.READERS, "PINGS": read_pings}
_STEM = re.compile(r"([A-Za-z0-9_-]*)(.?)", re.DOTALL)
_PREFIXED = re.compile(r"([?!~]*)(.*)\Z", re.DOTALL)
_FLAG = re.compile("|".join(sorted((*FLAGS, *FLAGS_WITH_VALUE), key=len, reverse=True)), re.IGNORECASE)
_FLAG_WORDS = {word.lower(): word for word in (*FLAGS, *FLAGS_WITH_VALUE)}
_VALUE_WORDS = {word.lower(): word for word in VALUES}
_VALUE_STEMS = {word[:-1].lower(): word for word in VALUES}
KNOWN_WORDS = (*FLAGS, *FLAGS_WITH_VALUE, *(word[:-1] for word in VALUES), "route")
_KNOWN = Suggestions(KNOWN_WORDS)
_MAX_PORT = 65535
_TCP_OPTIONS = frozenset({"s", "tls"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class PingTag(msgspec.Struct, frozen=True):
    """`!conn`, `conn=worst,IP,IP`."""

    judging: Judging = Judging()
    mode: Literal["best", "worst"] = "best"
    addresses: tuple[str, ...] = ()


class TcpTag(msgspec.Struct, frozen=True):
    """`?smtp:2525:tls:s@127.0.0.9`; `port` None: the service's own; `source` may be the name of a variable."""

    service: str
    judging: Judging = Judging()
    port: int | None = None
    silent: bool = False
    source: str = ""
    tls: bool = False


class RouteTag(msgspec.Struct, frozen=True):
    """`route:a,b`, `route_LOCATION:a,b`."""

    location: str
    hosts: tuple[str, ...]


class TagReader:
    """Reads tags; one tag is read once, however many hosts have it. `services` are the names of protocols.cfg."""

    def __init__(self, services: Collection[str], families: Sequence[Family] = ()) -> None:
        self._services = frozenset(services)
        self._families = families
        words = (word for family in families for word in family.words)
        self._near_services = Suggestions((*services, *words), changed=False)
        self._read: dict[str, Meaning] = {}

    def read(self, tag: str) -> Meaning:
        """What the tag means; never an exception."""
        meaning = self._read.get(tag)
        if meaning is None:
            meaning = self._read[tag] = _setting(tag, self._services) or self._test(tag)
        return meaning

    def _test(self, tag: str) -> Meaning:
        match = _PREFIXED.match(tag)
        marks, word = (match[1], match[2]) if match else ("", tag)
        meaning = self._unmarked(word, _judging(marks))
        if marks and not _in_order(marks) and meaning.kind != "unknown":
            order = "".join(mark for mark in "?!~" if mark in marks)
            return wrong(f"'{tag}' is no test: the prefixes stand in the order ? ! ~", f"write: {order}{word}")
        if meaning.kind == "unknown" and not meaning.mistakes:
            return Meaning("unknown", mistakes=self._guesses(tag, word))
        return meaning

    def _unmarked(self, word: str, judging: Judging) -> Meaning:
        lower = word.lower()
        if lower == PING or lower.startswith(f"{PING}="):
            (mode, addresses), mistakes = tag_values.addresses(word[len(PING) + 1 :])
            return Meaning("ping", parsed=PingTag(judging, mode, addresses), mistakes=mistakes)
        if lower not in self._services:
            for family in self._families:
                if family.pattern.match(word):
                    return family.read(word, judging)
        return self._service(word, judging)

    def _service(self, word: str, judging: Judging) -> Meaning:
        """Options that are not understood are told and left out, as xymonnet tests such a service all the same."""
        options, _, source = word.partition("@")
        name, *rest = options.split(":")
        if name.lower() not in self._services:
            return Meaning("unknown")
        mistakes: list[Mistake] = []
        port: int | None = None
        for option in rest:
            if tag_values.is_number(option) and 0 < int(option) <= _MAX_PORT:
                port = int(option)
            elif option not in _TCP_OPTIONS:
                mistakes.append(_bad_option(word, option))
        if "@" in word and not tag_values.is_address(source) and not _VARIABLE.match(source):
            mistakes.append(Mistake(f"'{word}': '{source}' is not an IP address of this machine", "write: NAME@IP"))
            source = ""
        tag = TcpTag(name.lower(), judging, port, "s" in rest, source, "tls" in rest)
        return Meaning("tcp", parsed=tag, mistakes=tuple(mistakes))

    def _guesses(self, tag: str, word: str) -> tuple[Mistake, ...]:
        match = _STEM.match(word)
        stem, sign = (match[1], match[2]) if match else ("", "")
        wanted = _VALUE_STEMS.get(stem.lower())
        if wanted is not None and sign in {":", "="} and sign != wanted[-1]:
            return (Mistake(f"'{tag}' is not understood", f"write: {wanted}{word[len(stem) + 1 :]}"),)
        if stem.startswith("-"):
            return (Mistake(f"nobody knows the tag '{tag}'", 'a tag with blanks stands in double quotes: "TAG ..."'),)
        meant = _KNOWN.closest(stem) or self._near_services.closest(stem)
        return (Mistake(f"nobody knows the tag '{tag}'", f"did you mean '{meant}'?"),) if meant else ()


def _setting(tag: str, services: Collection[str]) -> Meaning | None:
    """A tag that is no test: a value, a flag, a route, a badTEST."""
    match = _STEM.match(tag)
    if match is None or not match[1]:
        return None
    stem = match[1].lower()
    word = _VALUE_WORDS.get(stem + match[2])
    if word is not None:
        return _value(word, tag[len(word) :])
    if stem not in services and (flag := _FLAG.match(tag)):
        return _flag(_FLAG_WORDS[flag[0].lower()], tag)
    return _rule(tag, stem, match[2])


def _rule(tag: str, stem: str, sign: str) -> Meaning | None:
    """A route or a badTEST."""
    if (stem == "route" or stem.startswith("route_")) and sign == ":":
        hosts = tuple(filter(None, tag[len(stem) + 1 :].split(",")))
        missing = () if hosts else (Mistake(f"'{tag}' names no host", "write: route:HOST,HOST"),)
        return Meaning("route", parsed=RouteTag(tag[len("route_") : len(stem)], hosts), mistakes=missing)
    if stem.startswith("bad") and ":" in tag:
        bad, mistakes = tag_values.bad_test(tag)
        return Meaning("bad" if bad else "unknown", parsed=bad, mistakes=mistakes)
    return None


def _value(word: str, value: str) -> Meaning:
    item = VALUES[word]
    reader = _READERS.get(item)
    parsed, mistakes = reader(value) if reader else (None, ())
    if not value:
        mistakes = (Mistake("there is no value"),)
    named = tuple(Mistake(f"{word[:-1]}: {mistake.message}", mistake.hint) for mistake in mistakes)
    return Meaning("item", item, value, parsed, named)


def _flag(word: str, tag: str) -> Meaning:
    rest = tag[len(word) :]
    item = FLAGS_WITH_VALUE.get(word)
    if item is not None:
        parsed, mistakes = tag_values.READERS[item](rest)
        return Meaning("item", item, rest or item, parsed, mistakes)
    mistakes = (Mistake(f"'{tag}' is taken as {word}", f"write: {word}"),) if rest else ()
    return Meaning("item", FLAGS[word], word, mistakes=mistakes)


def _judging(marks: str) -> Judging:
    if not marks:
        return PLAIN
    return Judging(dialup="?" in marks, reverse="!" in marks, always_true="~" in marks)


def _in_order(marks: str) -> bool:
    return marks == "".join(mark for mark in "?!~" if mark in marks)


def _bad_option(word: str, option: str) -> Mistake:
    if tag_values.is_number(option):
        return Mistake(f"'{word}': port {option} is not between 1 and {_MAX_PORT}")
    return Mistake(f"'{word}': '{option}' is neither a port nor s nor tls", "write: NAME:PORT:tls:s@IP")
