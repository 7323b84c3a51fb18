"""The tree of pages while hosts.cfg is read; pure."""

import re
from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from hexmon.model.inventory import Group, Page, Placement, set_path

_MARKUP = re.compile(r"<[^<>]*>")
TOP = ""


def plain(title: str) -> str:
    """A title without HTML markup and surrounding blanks: old files make titles bold with it."""
    return (_MARKUP.sub("", title) if "<" in title else title).strip()


class GroupDraft:
    """A group that still gets hosts; the first of each page holds the ungrouped ones."""

    def __init__(
        self,
        title: str = "",
        heading: str = "",
        only: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
        *,
        sort: bool = False,
    ) -> None:
        self.title = title
        self.heading = heading
        self.only = only
        self.exclude = exclude
        self.sort = sort
        self.hosts: list[Placement] = []

    def finished(self, canonical: Callable[[str], str]) -> Group:
        placements = (Placement(canonical(place.host), place.title) for place in self.hosts)
        return Group(
            title=self.title,
            heading=self.heading,
            only=self.only,
            exclude=self.exclude,
            sort=self.sort,
            hosts=tuple(_once(placements)),
        )


def _once(placements: Iterable[Placement]) -> Iterable[Placement]:
    """A host that is listed twice in one group has one row."""
    seen: set[str] = set()
    for place in placements:
        if place.host not in seen:
            seen.add(place.host)
            yield place


class PageDraft:
    """A page that still gets groups and children."""

    def __init__(self, path: str, name: str, title: str, heading: str = "", *, vertical: bool = False) -> None:
        self.path = path
        self.name = name
        self.title = title
        self.heading = heading
        self.vertical = vertical
        self.children: list[str] = []
        self.titles: tuple[str, ...] = ()
        self.groups = [GroupDraft()]

    def finished(self, canonical: Callable[[str], str]) -> Page:
        return Page(
            path=self.path,
            name=self.name,
            title=self.title,
            heading=self.heading,
            vertical=self.vertical,
            children=tuple(self.children),
            groups=tuple(group.finished(canonical) for group in self.groups),
        )


class PageTree:
    """All pages by path, the top page first."""

    def __init__(self) -> None:
        self.pages: dict[str, PageDraft] = {TOP: PageDraft(TOP, "", "")}
        self._by_name: dict[str, str] = {}

    def child(self, parent: str, name: str, title: str, heading: str = "", *, vertical: bool = False) -> PageDraft:
        """The page of that name below `parent`; a page that is named again goes on."""
        path = f"{parent}/{name}" if parent else name
        page = self.pages.get(path)
        if page is None:
            page = self.pages[path] = PageDraft(path, path.rpartition("/")[2], title, heading, vertical=vertical)
            self.pages[parent].children.append(path)
            self._by_name.setdefault(page.name, path)
        return page

    def find(self, name: str) -> str | None:
        """The path of the first page of that name; case counts."""
        return self._by_name.get(name)

    @property
    def names(self) -> list[str]:
        return list(self._by_name)

    def finished(self, canonical: Callable[[str], str], page_set: str = "") -> Mapping[str, Page]:
        """The pages by path; those of another page set are below `@NAME`, which has its name as title."""
        pages = (page.finished(canonical) for page in self.pages.values())
        return {page.path: page for page in (_in_set(page, page_set) if page_set else page for page in pages)}


def _in_set(page: Page, name: str) -> Page:
    return replace(
        page,
        path=set_path(name, page.path),
        title=page.title or (name if page.path == TOP else ""),
        children=tuple(set_path(name, child) for child in page.children),
    )
