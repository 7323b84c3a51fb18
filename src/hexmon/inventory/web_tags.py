"""A tag that fetches a URL, once it is read: its options for a host, and the columns of a line. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from hexmon.inventory.meaning import PLAIN, Meaning, Site
from hexmon.inventory.tag_values import Mistake
from hexmon.inventory.web_specs import first_line, problems_of
from hexmon.model.names import host_to_wire
from hexmon.model.observation import Judging
from hexmon.probes.http_options import Expectation, HttpOptions

HTTP = "http"


class WebTag(msgspec.Struct, frozen=True, kw_only=True):
    """A URL to fetch, in the column http.

    `fetch` is how, as far as the tag alone tells. `column` is the square of its own that it makes besides http, ""
    for none; one that is `numbered` has none of that name and gets content, content1, ... `content_file` and
    `data_file` name what is read first ("" for nothing); the former is `negate`d like the expression it stands for,
    and that of `by_host` is called after the host.
    """

    test: ClassVar[str] = HTTP
    probe: ClassVar[str] = "http"
    fetch: HttpOptions
    judging: Judging = PLAIN
    column: str = ""
    numbered: bool = False
    certificate: str = ""
    content_file: str = ""
    data_file: str = ""
    by_host: bool = False
    negate: bool = False

    def options(self, site: Site) -> HttpOptions:
        """How the URL is fetched for that host."""
        changes = _settings_of(site, self.fetch)
        if self.certificate:
            changes["certificate"] = self._certificate(site)
        expect = self._expected(site)
        if self.data_file:
            changes["body"], problem = _read(site, self.data_file)
            expect += _as_problem(problem)
        if "FLAG_HTTP_HEADER_MATCH" in site.items:
            expect = tuple(_in_headers(one) for one in expect)
        if expect != self.fetch.expect:
            changes["expect"] = expect
        return msgspec.structs.replace(self.fetch, **changes) if changes else self.fetch

    def _certificate(self, site: Site) -> str:
        name = f"certs/{self.certificate}"
        try:
            return site.files.locate(name)
        except OSError as error:
            site.mistakes.append(Mistake(f"the certificate {name} cannot be read: {error.strerror}"))
            return f"{site.home}/{name}"

    def _expected(self, site: Site) -> tuple[Expectation, ...]:
        """What the answer must be like, with what a file says about it."""
        name = f"content/{host_to_wire(site.name)}.substring" if self.by_host else self.content_file
        if not name:
            return self.fetch.expect
        data, problem = _read(site, name)
        found = first_line(data, negate=self.negate)
        if not problem and not found.wanted:
            problem = f"the first line of the file {name} is empty"
            site.mistakes.append(Mistake(problem))
        if problem:
            return (*self.fetch.expect, Expectation(what="body", wanted=name, negate=self.negate, problem=problem))
        site.mistakes.extend(Mistake(f"in the file {name}: {one.message}") for one in problems_of(found))
        return (*self.fetch.expect, found)


def _settings_of(site: Site, fetch: HttpOptions) -> dict[str, Any]:
    """What the tags of the host and the files of the folder add."""
    changes: dict[str, Any] = {}
    items = site.items
    if "BROWSER" in items:
        changes["user_agent"] = items["BROWSER"]
    if items.get("HTTPHEADERS"):
        changes["headers"] = (*fetch.headers, items["HTTPHEADERS"])
    if "FLAG_NOSNI" in items:
        changes["sni"] = False
    if site.files.netrc:
        changes["netrc"] = site.files.netrc
    if site.files.cookies:
        changes["cookies"] = site.files.cookies
    return changes


def _read(site: Site, name: str) -> tuple[bytes, str]:
    """What is in a file, and what is wrong with it, which is told for the host's line too."""
    try:
        return site.files.read(name), ""
    except OSError as error:
        problem = f"the file {name} cannot be read: {error.strerror}"
        site.mistakes.append(Mistake(problem))
        return b"", problem


def _as_problem(problem: str) -> tuple[Expectation, ...]:
    return (Expectation(what="body", problem=problem),) if problem else ()


def _in_headers(one: Expectation) -> Expectation:
    return msgspec.structs.replace(one, headers=True) if one.what == "body" else one


def columns_of(tests: Sequence[tuple[str, Meaning]], name: str) -> Mapping[str, str]:
    """Tag -> the column of its own. Those without a name are `name`, `name1`, ... from the last tag to the first."""
    found: dict[str, str] = {}
    number = 0
    for tag, meaning in reversed(tests):
        parsed = meaning.parsed
        if not isinstance(parsed, WebTag):
            continue
        column = parsed.column
        if parsed.numbered:
            column = f"{name}{number}" if number else name
            number += 1
        if column:
            found.setdefault(tag, column)
    return found
