"""A whole site file: YAML or JSON to the site, its monitors and their checks, or every mistake at once."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import msgspec
from msgspec.structs import replace

from hexmon.config.expand import Expander
from hexmon.config.json_file import read_json
from hexmon.config.lines import decode_text
from hexmon.config.yaml_file import YamlFile, read_yaml
from hexmon.inventory.sites.checks import check_of, square_of
from hexmon.inventory.sites.monitor_part import Entry, read_entry
from hexmon.inventory.sites.names import folder_of, unique
from hexmon.inventory.sites.options import SECRETS, TOP
from hexmon.inventory.sites.parents import circle, circle_in_words, rank_warning, suggestion
from hexmon.inventory.sites.site_part import SitePart, read_site_part
from hexmon.inventory.sites.tables import Filler, Teller, closest
from hexmon.inventory.sites.values import shown
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.site import Monitor, Site

_SPARE = "x-"  # keys at the top that begin so are for anchors


class Foreign(msgspec.Struct, frozen=True):
    """A parent in another file: `SITE/NAME`, that the monitor `child` names."""

    child: StatusKey
    name: str
    origin: Origin


class SiteFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that can be used. `checks` are in the order of the monitors; `problems` are no reason to refuse it."""

    site: Site
    checks: tuple[Check, ...]
    foreign: tuple[Foreign, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_site_file(
    path: Path,
    environ: Mapping[str, str] | None = None,
    *,
    source: str = "",
    on_path: Callable[[Path], object] | None = None,
) -> SiteFile:
    """That file. Raises ConfigError with every mistake, and when it cannot be read.

    `source` is what it is called in messages; `on_path` is called with every file before it is read.
    """
    if on_path is not None:
        on_path(path)
    try:
        text = decode_text(path.read_bytes())
    except OSError as error:
        raise ConfigError((Problem(Origin(source or str(path)), f"cannot be read: {error.strerror}"),)) from None
    environ = os.environ if environ is None else environ
    return read_site(text, source or str(path), environ, path.parent, on_path=on_path)


def read_site(
    text: str,
    source: str,
    environ: Mapping[str, str] | None = None,
    folder: Path = Path(),
    *,
    on_path: Callable[[Path], object] | None = None,
) -> SiteFile:
    """The same for a text; `source` ends in .json for JSON.

    `${NAME}` is looked up in `environ`, the files of `KEY_file` from `folder`.
    """
    bare = text.removeprefix("\ufeff")
    file = read_json(bare, source) if source.lower().endswith(".json") else read_yaml(bare, source)
    problems: list[Problem] = []
    expander = Expander(environ or {}, folder, problems, SECRETS)
    if on_path is not None:
        expander.on_path = on_path
    return _Reader(file, expander, problems).site_file()


class _Reader:
    def __init__(self, file: YamlFile, expander: Expander, problems: list[Problem]) -> None:
        self._file = file
        self._teller = Teller(file)
        self._teller.problems = problems  # one list, in the order of the reading
        self._filler = Filler(self._teller, expander, problems)

    def site_file(self) -> SiteFile:
        """Everything. Raises ConfigError."""
        value = self._file.value
        if not isinstance(value, dict):
            self._teller.tell((), f"lines site: and monitors: are needed, not {shown(value)}")
            self._refuse()
        full = self._filler.filled({key: value[key] for key in TOP if key in value}, ())
        self._check_top(value)
        part = read_site_part(self._teller, full["site"]) if "site" in full else None
        entries = self._entries(full["monitors"]) if "monitors" in full else []
        self._check_names(entries)
        for entry in entries:
            self._compare_intervals(entry, part)
        parents = self._parents(entries, part.name if part else "")
        self._refuse()
        assert part is not None  # noqa: S101 - without one it was refused
        return self._made(part, entries, parents)

    def _refuse(self) -> None:
        problems = self._sorted()
        if any(problem.fatal for problem in problems):
            raise ConfigError(problems)

    def _sorted(self) -> tuple[Problem, ...]:
        return tuple(sorted(dict.fromkeys(self._teller.problems), key=lambda problem: problem.origin.line or 0))

    def _check_top(self, value: Mapping[str, Any]) -> None:
        meant = set(value)
        for key in value:
            if key not in TOP and not key.startswith(_SPARE):
                near = closest(key, TOP)
                meant.add(near)
                hint = f"did you mean {near}?" if near else f"parts of your own begin with {_SPARE}"
                self._teller.tell((key,), f"there is no part '{key}'", hint)
        for key in TOP:
            if key not in meant:
                self._teller.tell((), f"'{key}' is needed and missing")

    def _entries(self, value: Any) -> list[Entry]:
        if not isinstance(value, list):
            text = f"monitors: a list is needed: lines that begin with -, not {shown(value)}"
            self._teller.tell(("monitors",), text)
            return []
        if not value:
            self._teller.tell(("monitors",), "monitors: at least one is needed")
        return [read_entry(self._teller, item, number) for number, item in enumerate(value)]

    def _check_names(self, entries: Sequence[Entry]) -> None:
        first: dict[str, Entry] = {}
        for entry in entries:
            before = first.setdefault(entry.name, entry)
            if before is not entry and entry.name:
                line = self._teller.locate((*before.place, "name")).line
                text = f"{entry.label}: the name '{entry.name}' is not unique"
                self._teller.tell((*entry.place, "name"), text, f"it stands on line {line} already")

    def _compare_intervals(self, entry: Entry, part: SitePart | None) -> None:
        """Reminders that are meant to come more often than checks cannot."""
        own, site = entry.found.values, part.found.values if part else {}
        words = ("notify_every_n_secs", "check_every_n_secs")
        mine = [word for word in words if word in own]
        notify, check = (own.get(word, site.get(word)) for word in words)
        if not mine or notify is None or check is None or notify >= check:
            return
        whose = ["" if word in own else " of the site" for word in words]
        text = f"{entry.label}: {words[0]}{whose[0]} ({notify}) is less than {words[1]}{whose[1]} ({check})"
        self._teller.tell((*entry.place, mine[0]), text, fatal=len(mine) == len(words))

    # -- parents --------------------------------------------------------------------------------------------------

    def _parents(self, entries: Sequence[Entry], site: str) -> Mapping[str, Sequence[str]]:
        """The names of each monitor's parents in this file. Those of other files are left for `link`."""
        known = {entry.name: entry for entry in entries if entry.name}
        found: dict[str, list[str]] = {}
        for entry in entries:
            for written in entry.parents:
                name = self._local(written, site, known)
                if name in known:
                    found.setdefault(entry.name, []).append(name)
                    self._warn_of_rank(entry, known[name])
                elif name == written and "/" not in written:
                    hint = suggestion(written, list(known))
                    self._tell_parent(entry, f"there is no monitor '{written}'", hint)
                elif name != written:
                    self._tell_parent(entry, f"there is no monitor '{name}'", suggestion(name, list(known)))
        self._refuse_circle(found, known)
        return found

    @staticmethod
    def _local(written: str, site: str, known: Mapping[str, Entry]) -> str:
        own = f"{site}/"
        return written.removeprefix(own) if site and written not in known else written

    def _tell_parent(self, entry: Entry, text: str, hint: str = "", *, fatal: bool = True) -> None:
        self._teller.tell((*entry.place, "parent_name"), f"{entry.label}: parent_name: {text}", hint, fatal=fatal)

    def _warn_of_rank(self, entry: Entry, parent: Entry) -> None:
        if entry.type is not None and parent.type is not None:
            text = rank_warning((entry.name, entry.type), (parent.name, parent.type))
            if text:
                self._tell_parent(entry, text, fatal=False)

    def _refuse_circle(self, found: dict[str, list[str]], known: Mapping[str, Entry]) -> None:
        """Every circle is told once: the relation that closes it is taken out before the next is looked for."""
        left = {name: list(parents) for name, parents in found.items()}
        while names := circle(left):
            text = f"'{names[0]}' cannot stand behind itself: {circle_in_words(names)} is a circle"
            self._tell_parent(known[names[-2]], text, "take one of these relations away")
            left[names[-2]].remove(names[-1])

    # -- what comes of it -----------------------------------------------------------------------------------------

    def _made(self, part: SitePart, entries: Sequence[Entry], parents: Mapping[str, Sequence[str]]) -> SiteFile:
        folder = folder_of(part.name)
        hosts = [f"{folder}.{name}" for name in unique(entry.name for entry in entries)]
        squares: dict[str, StatusKey] = {}
        for entry, host in zip(entries, hosts, strict=True):
            assert entry.type is not None  # noqa: S101 - it was refused otherwise
            squares[entry.name] = square_of(host, entry.type)
        monitors, checks = [], []
        for number, entry in enumerate(entries):
            found = tuple(dict.fromkeys(squares[name] for name in parents.get(entry.name, ())))
            written = self._file.value["monitors"][number]
            origin = self._teller.locate(entry.place)
            monitor = replace(
                _monitor(entry, part, squares[entry.name]), parents=found, checksum=checksum(written), origin=origin
            )
            monitors.append(monitor)
            checks.append(check_of(entry, monitor, part.found.get("retry_pause_secs", 1.0)))
        return SiteFile(
            site=_site(part, self._file.source, folder, tuple(monitors)),
            checks=tuple(checks),
            foreign=tuple(self._foreign(entries, squares, part.name)),
            problems=self._sorted(),
        )

    def _foreign(self, entries: Sequence[Entry], squares: Mapping[str, StatusKey], site: str) -> list[Foreign]:
        return [
            Foreign(squares[entry.name], written, self._teller.locate((*entry.place, "parent_name")))
            for entry in entries
            for written in entry.parents
            if written not in squares and written.removeprefix(f"{site}/") not in squares
        ]


def checksum(written: Mapping[str, Any]) -> str:
    """By which APMonitor knows that a monitor was changed: of its mapping as it is written."""
    return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()


def _site(part: SitePart, source: str, folder: str, monitors: tuple[Monitor, ...]) -> Site:
    found = part.found
    return Site(
        name=part.name,
        source=source,
        stem=PurePath(source).stem,
        folder=folder,
        page=folder,
        monitors=monitors,
        email_server=part.email_server,
        outage_emails=part.outage_emails,
        outage_webhooks=part.outage_webhooks,
        max_threads=found.get("max_threads"),
        max_retries=found.get("max_retries", 3),
        max_try_secs=float(found.get("max_try_secs", 20)),
        retry_pause=found.get("retry_pause_secs", 1.0),
        check_every=float(found.get("check_every_n_secs", 60)),
        notify_every=float(found.get("notify_every_n_secs", 600)),
        after_every=found.get("after_every_n_notifications", 1),
        alarms=found.get("alarms", True),
    )


def _monitor(entry: Entry, part: SitePart, key: StatusKey) -> Monitor:
    """With what the site says where it says nothing itself. Its parents, checksum and origin are put in later."""
    found, site = entry.found, part.found

    def of(word: str, usual: Any) -> Any:
        return found.get(word, site.get(word, usual))

    heartbeat = found.get("heartbeat_every_n_secs")
    assert entry.type is not None  # noqa: S101 - it was refused otherwise
    assert entry.address is not None  # noqa: S101 - it was refused otherwise
    return Monitor(
        site=part.name,
        key=key,
        type=entry.type,
        name=entry.name,
        address=entry.address.shown,
        check_every=float(of("check_every_n_secs", 60)),
        notify_every=float(of("notify_every_n_secs", 600)),
        after_every=of("after_every_n_notifications", 1),
        max_retries=of("max_retries", 3),
        max_try_secs=float(of("max_try_secs", 20)),
        email=found.get("email", True),
        display=found.get("display", True),
        alarms=of("alarms", True),
        heartbeat_url=found.get("heartbeat_url", ""),
        heartbeat_every=None if heartbeat is None else float(heartbeat),
        percentile=found.get("percentile"),
        port=found.get("port"),
        mac=found.get("mac", ""),
        always_up=found.get("always_up", False),
        need=found.get("parents_need", "all"),
    )
