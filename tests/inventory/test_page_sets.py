"""Other sets of pages made of the same hosts (xymongen(1): --pageset)."""

from hexmon.inventory.merge import merge
from tests.support.inventory import an_inventory_of

OS = """\
    ospage win Microsoft Windows
    ossubpage win-nt4 NT 4
    osgroup File servers
    osgroup-only conn|http Mail servers
    ospage unix Unix
    ossubparent unix linux Linux
    page rack Rack
    127.0.0.1 a # OS:win-nt4
    127.0.0.2 b # OS:win-nt4,2 ssh
    127.0.0.3 c # OS:* OS:linux
    0.0.0.0 .default. # OS:unix
    127.0.0.4 d # os:unix
    """
INVENTORY = an_inventory_of(OS)


def placed(path: str) -> list[tuple[str, list[str]]]:
    return [(group.title, [place.host for place in group.hosts]) for group in INVENTORY.pages[path].groups]


def test_the_pages_of_another_set_are_a_tree_of_their_own() -> None:
    tree = {path: (page.title, page.children) for path, page in INVENTORY.pages.items() if path[:1] == "@"}
    assert tree == {
        "@os": ("os", ("@os/win", "@os/unix")),
        "@os/win": ("Microsoft Windows", ("@os/win/win-nt4",)),
        "@os/win/win-nt4": ("NT 4", ()),
        "@os/unix": ("Unix", ("@os/unix/linux",)),
        "@os/unix/linux": ("Linux", ()),
    }
    assert INVENTORY.pages[""].children == ("rack",)


def test_a_host_is_on_the_pages_that_its_tags_name_and_in_the_group_of_that_number() -> None:
    assert placed("@os/win/win-nt4") == [("", ["a"]), ("File servers", []), ("Mail servers", ["b"])]
    assert placed("@os") == [("", ["c"])]
    assert placed("@os/unix/linux") == [("", ["c"])]


def test_a_tag_counts_in_capitals_only_and_not_as_a_default() -> None:
    assert placed("@os/unix") == [("", [])]


def test_a_host_stays_where_the_usual_pages_have_it() -> None:
    assert placed("rack") == [("", ["a", "b", "c", "d"])]
    assert {host.all_pages for host in INVENTORY.hosts.values()} == {("rack",)}


def test_what_a_tag_of_a_set_names_must_be_there() -> None:
    text = "ospage unix\nosgroup One\n127.0.0.1 a # OS:unxi\n127.0.0.2 b # OS:unix,2\n127.0.0.3 c # OS:unix,x"
    problems = [str(problem) for problem in an_inventory_of(text).problems]
    assert problems == [
        "hosts.cfg:3: there is no page 'unxi' in this page set before this line; did you mean 'unix'?",
        "hosts.cfg:4: the page 'unix' has no group 2; groups are counted from 1",
        "hosts.cfg:5: the page 'unix' has no group x; groups are counted from 1",
    ]


def test_no_usual_page_can_look_like_one_of_another_set() -> None:
    inventory = an_inventory_of("page @os\n127.0.0.1 a")
    assert list(inventory.pages) == [""]
    assert [problem.message for problem in inventory.problems] == ["'@os': the name of a page cannot begin with @"]


def test_several_sources_keep_the_sets() -> None:
    merged = merge([an_inventory_of("127.0.0.9 me"), INVENTORY])
    assert merged.pages["@os/win"] == INVENTORY.pages["@os/win"]
