"""hosts.cfg: lines to hosts with their tags, and the tree of pages. Pure.

The grammar is that of hosts.cfg(5) and bb-hosts(5); IPv6 addresses are ours. What Xymon passes over in silence is a
problem here, but never fatal: the good lines are watched.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

import msgspec

from hexmon.config.line import Line
from hexmon.config.suggest import Suggestions
from hexmon.inventory.hosts_hints import meant, nearest_page, not_understood
from hexmon.inventory.pages import TOP, GroupDraft, PageDraft, PageTree, plain
from hexmon.inventory.tag_values import is_number
from hexmon.inventory.tag_words import first_word, name_and_title, split_tags
from hexmon.model.inventory import Page, Placement, Summary, in_page_set
from hexmon.model.names import HOST_NAME, SUMMARY_HOST
from hexmon.model.origin import Origin, Problem

DEFAULT_HOST = ".default."
UNKNOWN_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - hosts.cfg's words for "look up the name"

_HOST = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3})[ \t]+([^ \t#]+)([^#]*)(?:#(.*))?\Z", re.DOTALL | re.ASCII)
_HOST6 = re.compile(r"(?=\S*:)([0-9A-Fa-f:.]+(?:%\S+)?)[ \t]+([^ \t#]+)([^#]*)(?:#(.*))?\Z", re.DOTALL | re.ASCII)
_MAX_OCTET = 255
_FOR_DISPLAY = -1  # a line that only the pages see never says how a host is watched


class HostLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line that defines a host. `defaults` are the tags of the `.default.` line in force.

    `index` counts the host lines of the page (XMH_PAGEINDEX), `group_id` its group lines (XMH_GROUPID). `preference`
    decides between several lines of one host. `audience` is that of the line. `titles` are those of the pages down to
    this one as their lines had them: a page that is named again with another title gives that to the hosts that follow.
    """

    name: str
    ip: str
    tags: tuple[str, ...]
    origin: Origin
    defaults: tuple[str, ...] = ()
    page: str = TOP
    titles: tuple[str, ...] = ()
    group: str = ""
    group_id: int = 0
    index: int = 0
    preference: int = 1
    audience: Literal["", "display", "net"] = ""


class HostsFile(msgspec.Struct, frozen=True, kw_only=True):
    """What hosts.cfg says. `hosts` has every line in the order of the file, `defaults` the `.default.` lines.

    `pages` has those of other page sets, too, below `@NAME`; `page_sets` are their names.
    """

    hosts: tuple[HostLine, ...]
    defaults: tuple[HostLine, ...]
    pages: Mapping[str, Page]
    summaries: tuple[Summary, ...]
    problems: tuple[Problem, ...]
    page_sets: tuple[str, ...] = ()


def read_hosts(lines: Sequence[Line]) -> HostsFile:
    """Every line understood or reported; never an exception."""
    reader = _Reader()
    for line in lines:
        reader.read(line)
    return reader.finished()


class _Reader:
    """What the next line means depends on the page, group, title and default in force."""

    def __init__(self) -> None:
        self.hosts: list[HostLine] = []
        self.defaults: list[HostLine] = []
        self.summaries: list[Summary] = []
        self.problems: list[Problem] = []
        self.tree = PageTree()
        self.page: PageDraft = self.tree.pages[TOP]
        self.titles: tuple[str, ...] = ()
        self.top_titles: tuple[str, ...] = ()
        self.group: GroupDraft = self.page.groups[0]
        self.top = TOP
        self.title: tuple[str, Origin] | None = None
        self.default_tags: tuple[str, ...] = ()
        self.group_id = 0
        self.group_title = ""
        self.index = 0
        self.sets: dict[str, _Reader] = {}

    def read(self, line: Line) -> None:
        text = line.text.strip()
        if not text or text[0] == "#":
            return
        if text != line.text:
            line = msgspec.structs.replace(line, text=text)
        match = _HOST.match(text) or (_HOST6.match(text) if ":" in text else None)
        if match is None:
            self._directive(line)
            return
        ip = _address(match[1])
        if ip is None:
            self.problem(line.origin, f"'{match[1]}' is not an IP address")
        else:
            self._host(line, ip, match)

    def problem(self, origin: Origin, message: str, hint: str = "") -> None:
        self.problems.append(Problem(origin, message, hint, fatal=False))

    def finished(self) -> HostsFile:
        if self.title is not None:
            self.problem(self.title[1], "nothing follows this title")
        canonical = {line.name.lower(): line.name for line in preferred(self.hosts)}
        pages = dict(self.tree.finished(lambda name: canonical[name.lower()]))
        for name, layout in self.sets.items():
            pages |= layout.tree.finished(lambda name: canonical[name.lower()], name)
            self.problems += layout.problems
        return HostsFile(
            hosts=tuple(self.hosts),
            defaults=tuple(self.defaults),
            pages=pages,
            summaries=tuple(self.summaries),
            problems=tuple(self.problems),
            page_sets=tuple(self.sets),
        )

    # Hosts

    def _host(self, line: Line, ip: str, match: re.Match[str]) -> None:
        name = match[2].removeprefix("@")
        tags, closed = split_tags(match[4]) if match[4] else ((), True)
        self._check_host_line(line.origin, match, closed=closed)
        if not self._good_name(line.origin, name):
            return
        is_default = name.lower() == DEFAULT_HOST
        host = HostLine(
            name=name,
            ip=ip,
            tags=tags,
            origin=line.origin,
            defaults=() if is_default else self.default_tags,
            page=self.page.path,
            titles=self.titles,
            group=self.group_title,
            group_id=self.group_id,
            index=self.index,
            preference=_preference(ip, tags) if line.audience != "display" else _FOR_DISPLAY,
            audience=line.audience,
        )
        self.index += 1
        if is_default:
            self.defaults.append(host)
            self.default_tags = tags
            return
        self.hosts.append(host)
        if line.audience != "net":
            self._place_in_sets(host)
            if not _hidden(host):
                self.group.hosts.append(Placement(name, self._take_title()))

    def _check_host_line(self, origin: Origin, match: re.Match[str], *, closed: bool) -> None:
        ignored = match[3].strip()
        if match[4] is None and ignored:
            self.problem(origin, f"'{ignored}' is ignored: tags stand behind a #", f"write: {match[2]} # {ignored}")
        elif ignored:
            self.problem(origin, f"'{ignored}' before the # is ignored", "put tags behind the #")
        elif match[4] is not None and not match[3]:
            self.problem(origin, f"there is no blank between {match[2]} and #")
        if not closed:
            self.problem(origin, "a quote is not closed", 'put a second " where the value ends')

    def _good_name(self, origin: Origin, name: str) -> bool:
        if name.lower() == SUMMARY_HOST:
            self.problem(origin, f"no host can be called '{name}'", "messages for it are summaries of other servers")
            return False
        if HOST_NAME.match(name) and name.strip("."):
            return True
        self.problem(origin, f"'{name}' cannot be the name of a host", "letters, digits and : , . _ - only")
        return False

    def _take_title(self) -> str:
        title, self.title = self.title, None
        return title[0] if title is not None else ""

    # Directives

    def _directive(self, line: Line) -> None:
        word = line.text.split(None, 1)[0]
        exact = DIRECTIVES.get(word)
        if exact is not None:
            exact(self, line, line.text[len(word) :].strip())
            return
        for known in _PREFIXES:
            if word.startswith(known):
                nearest = _WORDS.closest(word) or known
                self.problem(line.origin, f"'{word}' is not a directive; it is taken as '{known}'", meant(nearest))
                DIRECTIVES[known](self, line, _behind(line.text, word, known))
                return
        prefix, directive = _of_page_set(word)
        if prefix and directive != "summary":  # the colours of other page sets cannot be sent
            DIRECTIVES[directive](self.set(prefix), line, line.text[len(word) :].strip())
        elif not prefix:
            self.problem(line.origin, *not_understood(line.text, word, _WORDS))

    def set(self, name: str) -> "_Reader":
        """The layout of another page set: directives of its own, hosts by their tags."""
        return self.sets.setdefault(name, _Reader())

    def _place_in_sets(self, host: HostLine) -> None:
        """`NAME:PAGE` and `NAME:PAGE,GROUP` on a host's line; `NAME:*` is the top page of the set."""
        for name, layout in self.sets.items():
            for tag in host.tags:
                prefix, colon, place = tag.partition(":")
                if colon and prefix == name.upper():
                    layout.place(host, place)

    def place(self, host: HostLine, place: str) -> None:
        """Put a host on a page of this set. The groups of a page are counted from 1."""
        name, _, number = place.partition(",")
        path = TOP if name == "*" else self.tree.find(name)
        if path is None:
            hint = nearest_page(name, self.tree.names)
            self.problem(host.origin, f"there is no page '{name}' in this page set before this line", hint)
            return
        groups = self.tree.pages[path].groups
        index = int(number) if is_number(number) else 0
        if number and not 0 < index < len(groups):
            self.problem(host.origin, f"the page '{name}' has no group {number}", "groups are counted from 1")
            index = 0
        groups[index].hosts.append(Placement(host.name))

    def page_line(self, line: Line, text: str, *, vertical: bool) -> None:
        name, title = name_and_title(text)
        self._restart()
        if self._named(line, "page", name):
            self._open(self.tree.child(TOP, name, title, self._take_title(), vertical=vertical), (title,))
            self.top, self.top_titles = self.page.path, self.titles

    def subpage_line(self, line: Line, text: str, *, vertical: bool) -> None:
        name, title = name_and_title(text)
        self._restart()
        if not self._named(line, "subpage", name):
            return
        if self.top == TOP:
            self.problem(line.origin, f"there is no page above '{name}'", "put a page line before it")
        page = self.tree.child(self.top, name, title, self._take_title(), vertical=vertical)
        self._open(page, (*self.top_titles, title))

    def subparent_line(self, line: Line, text: str, *, vertical: bool) -> None:
        parent, rest = first_word(text)
        name, title = name_and_title(rest)
        self._restart()
        if not self._named(line, "subparent PARENT", name):
            return
        path = self.tree.find(parent)
        if path is None:
            hint = nearest_page(parent, self.tree.names)
            self.problem(line.origin, f"there is no page '{parent}' before this line: '{name}' is left out", hint)
        else:
            page = self.tree.child(path, name, title, self._take_title(), vertical=vertical)
            self._open(page, (*self.tree.pages[path].titles, title))

    def _named(self, line: Line, what: str, name: str) -> bool:
        if not name:
            self.problem(line.origin, "the page has no name", f"write: {what} NAME TITLE")
        elif in_page_set(name):
            self.problem(line.origin, f"'{name}': the name of a page cannot begin with {name[0]}")
        return bool(name) and not in_page_set(name)

    def _restart(self) -> None:
        self.index = self.group_id = 0
        self.group_title = ""
        self.group = self.page.groups[0]

    def _open(self, page: PageDraft, titles: tuple[str, ...]) -> None:
        self.page = page
        self.titles = titles
        page.titles = page.titles or titles
        self.group = page.groups[0]

    def group_line(self, line: Line, text: str, kind: str) -> None:
        columns: tuple[str, ...] = ()
        if kind in {"only", "except"}:
            words, text = first_word(text)
            columns = tuple(column for column in words.split("|") if column)
            if not columns:
                self.problem(line.origin, "the group has no columns", f"write: group-{kind} COLUMN|COLUMN TITLE")
        self.group_id += 1
        self.group_title = plain(text)
        if self.page.vertical:
            return
        self.group = GroupDraft(
            self.group_title,
            self._take_title(),
            columns if kind == "only" else (),
            columns if kind == "except" else (),
            sort=kind == "sorted",
        )
        self.page.groups.append(self.group)

    def title_line(self, line: Line, text: str) -> None:
        if not text:
            self.problem(line.origin, "the title is empty")
        self.title = (plain(text), line.origin)

    def summary_line(self, line: Line, text: str) -> None:
        words = text.split()
        if len(words) != 3 or "." not in words[0]:
            self.problem(line.origin, "this is not a summary", "write: summary ROW.COLUMN IP URL")
        else:
            self.summaries.append(Summary(words[0], words[1], words[2], line.origin))


Directive = Callable[[_Reader, Line, str], None]


DIRECTIVES: Mapping[str, Directive] = {
    "page": partial(_Reader.page_line, vertical=False),
    "subpage": partial(_Reader.subpage_line, vertical=False),
    "subparent": partial(_Reader.subparent_line, vertical=False),
    "vpage": partial(_Reader.page_line, vertical=True),
    "vsubpage": partial(_Reader.subpage_line, vertical=True),
    "vsubparent": partial(_Reader.subparent_line, vertical=True),
    "group": partial(_Reader.group_line, kind=""),
    "group-compress": partial(_Reader.group_line, kind="compress"),
    "group-sorted": partial(_Reader.group_line, kind="sorted"),
    "group-only": partial(_Reader.group_line, kind="only"),
    "group-except": partial(_Reader.group_line, kind="except"),
    "title": _Reader.title_line,
    "summary": _Reader.summary_line,
}
"""Every word that begins a line, besides the includes."""

_INCLUDES = ("include", "dispinclude", "netinclude", "directory", "optional", "source")
_WORDS = Suggestions((*DIRECTIVES, *_INCLUDES))
# Xymon compares only the beginning of a line with these, so `groups` is a group and `pagefoo` a page.
_PREFIXES = ("page", "vpage", "subpage", "vsubpage", "subparent", "vsubparent", "group", "title", "summary")


def preferred(hosts: Sequence[HostLine]) -> list[HostLine]:
    """One line for each host, in the order of their first lines: the preferred one, of equals the first."""
    best: dict[str, HostLine] = {}
    for line in hosts:
        known = best.setdefault(line.name.lower(), line)
        if line.preference > known.preference:
            best[line.name.lower()] = line
    return list(best.values())


def _preference(ip: str, tags: Sequence[str]) -> int:
    """2 for `prefer`, 0 for an unknown address or `noconn`, else 1 (hosts.cfg(5): prefer)."""
    if "prefer" in tags:
        return 2
    return 0 if ip in UNKNOWN_ADDRESSES or "noconn" in tags else 1


def _hidden(host: HostLine) -> bool:
    return any(tag[:6].lower() == "nodisp" for tags in (host.tags, host.defaults) for tag in tags)


def _address(text: str) -> str | None:
    if ":" in text:
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            return None
    octets = [int(part) for part in text.split(".")]
    return ".".join(map(str, octets)) if max(octets) <= _MAX_OCTET else None


def _behind(text: str, word: str, known: str) -> str:
    """The arguments of a misspelt directive, where Xymon finds them: groups behind the word, others behind the part."""
    return text[len(word if known in {"group", "title"} else known) :].strip()


def _of_page_set(word: str) -> tuple[str, str]:
    """`ospage`, `osgroup-only`: the name of another page set and the directive (xymongen(1): --pageset); else empty."""
    ends = [known for known in DIRECTIVES if word.endswith(known) and not known.startswith("v")]
    if not ends:
        return "", ""
    longest = max(ends, key=len)
    nearest = _WORDS.closest(word)
    if nearest is not None and len(nearest) > len(longest) + 1:
        return "", ""
    return word[: -len(longest)], longest
