import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hexmon.ingest.scope import HostScope, check_patterns, scope_of, split_patterns
from hexmon.model.patterns import PatternError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("web1", ["web1"]),
        (" web*, db1 ,, ", ["web*", "db1"]),
        (r"web*,%^db\d{1,2}$,x", ["web*", r"%^db\d{1,2}$,x"]),
        ("%a", ["%a"]),
        ("", []),
        ("{user},{user}.*,%^{user}$", ["w.[*]", "w.[*].*", r"%^w\.\*$"]),
    ],
)
def test_how_patterns_are_written(text: str, words: list[str]) -> None:
    assert split_patterns(text, "w.*") == words


@pytest.mark.parametrize(
    ("patterns", "inside", "outside"),
    [
        (["web1"], ["web1", "WEB1"], ["web10", "aweb1", "", "web1\n"]),
        (["web*.example.com"], ["web1.example.com", "Web.x.example.com"], ["web1.example.org", "db1.example.com"]),
        (["web?", "db[12]"], ["web1", "db1"], ["web", "web10", "db3"]),
        ([r"%^db\d"], ["db1", "DB12.example.com"], ["dbx", "adb1"]),
        (["%example"], ["a.example.com"], ["a.test"]),
        ([], [], ["web1", ""]),
        (["*"], ["web1", "a.b"], []),
    ],
)
def test_which_hosts_patterns_mean(patterns: list[str], inside: list[str], outside: list[str]) -> None:
    scope = HostScope(patterns)
    assert [host for host in inside + outside if scope.holds(host)] == inside


TABLE = {"web": ["web*", "cache1"], "ops": ["*"], "*": ["{user}", "{user}.*"]}


@pytest.mark.parametrize(
    ("names", "inside", "outside"),
    [
        (["web"], ["web1", "cache1"], ["db1", "web-not*"[:0]]),
        (["ops"], ["web1", "db1"], []),
        (["db1"], ["db1", "db1.example.com"], ["db10", "web1"]),
        (["db1", "web"], ["web1"], ["db1"]),
        (["db1", "db2"], ["db1", "db2"], ["web1"]),
        (["*"], ["*"], ["web1"]),
        (["d.1"], ["d.1"], ["dx1"]),
    ],
)
def test_who_may_report_for_which_hosts(names: list[str], inside: list[str], outside: list[str]) -> None:
    scope = scope_of(names, TABLE)
    assert scope is not None
    assert [host for host in inside + outside if scope.holds(host)] == inside


def test_without_an_entry_everybody_may_report_for_all() -> None:
    assert scope_of(["db1"], {"web": ["web*"]}) is None


@pytest.mark.parametrize("text", ["", ",", "%(", "web*,%[", "%" + "a" * 5000])
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises((ValueError, PatternError)):
        check_patterns(text)


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=60))
def test_no_pattern_raises_anything_else(text: str, user: str, host: str) -> None:
    try:
        check_patterns(text)
    except ValueError:
        return
    try:
        HostScope(split_patterns(text, user)).holds(host)
    except PatternError:
        assert "{user}" in text


@pytest.mark.parametrize("user", ["%", "%.", "%^db", "*", "?b1", "[a-z]b1", "{user}"])
def test_a_user_cannot_choose_a_name_that_means_other_hosts(user: str) -> None:
    for text in ("{user}", "web1,{user}", "%^{user}$"):
        scope = HostScope(split_patterns(text, user))
        assert scope.holds(user)
        assert not scope.holds("db1")


@given(st.text(min_size=1, max_size=30).filter(lambda user: "," not in user and user.strip() == user))
@example("%")
@example("%.*")
def test_the_name_of_a_user_is_no_pattern(user: str) -> None:
    scope = HostScope(split_patterns("{user}", user))
    assert scope.holds(user)
    assert not scope.holds(f"x{user}")
    assert not scope.holds(f"{user}x")
