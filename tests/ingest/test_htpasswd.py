import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passlib import hash as library

from hexmon.ingest import htpasswd
from hexmon.ingest.htpasswd import Passwords, read_htpasswd
from tests.support.peers import peer

FILE = "clienthtpasswd"
# Hashes of "secret".
WRITTEN = {
    "bcrypt": library.bcrypt.using(rounds=4, ident="2y").hash("secret"),  # as `htpasswd -B` has it
    "apr1": library.apr_md5_crypt.hash("secret"),
    "sha": "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
    "ssha": library.ldap_salted_sha1.hash("secret"),
    "md5": library.md5_crypt.hash("secret"),
    "sha256": library.sha256_crypt.using(rounds=1000).hash("secret"),
    "sha512": library.sha512_crypt.using(rounds=1000).hash("secret"),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_every_kind_of_hash_is_checked(kind: str) -> None:
    passwords, problems = read_htpasswd(f"web1:{WRITTEN[kind]}\n", FILE)
    assert problems == []
    assert passwords.check("web1", "secret")
    assert not passwords.check("web1", "Secret")
    assert not passwords.check("web1", "")
    assert not passwords.check("web2", "secret")


@pytest.mark.peers
@pytest.mark.parametrize("option", ["-apr1", "-1", "-5", "-6"])
def test_what_openssl_writes_is_checked(option: str) -> None:
    command = [str(peer("openssl")), "passwd", option, "k\u00e4se brot"]
    word = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    passwords, problems = read_htpasswd(f"web1:{word}\n", FILE)
    assert (problems, passwords.check("web1", "k\u00e4se brot")) == ([], True)


def test_a_long_password_is_cut_as_htpasswd_cuts_it() -> None:
    passwords, _ = read_htpasswd(f"web1:{library.bcrypt.using(rounds=4).hash('a' * 72)}\n", FILE)
    assert passwords.check("web1", "a" * 100)
    assert not passwords.check("web1", "a" * 71)


def test_what_else_is_in_such_files() -> None:
    text = f"# users\n\n  web1:{WRITTEN['sha']}  \nweb2:{WRITTEN['sha']}:a comment\nweb1:{WRITTEN['md5']}\n"
    passwords, problems = read_htpasswd(text, FILE)
    assert (len(passwords), problems) == (2, [])
    assert passwords.hash_of("web1") == WRITTEN["sha"]
    assert passwords.check("web2", "secret")


def test_mistakes_are_named_with_their_lines() -> None:
    passwords, problems = read_htpasswd("web1\nweb2:plain\n:x\nweb3:$2y$10$short\nweb4:$9$x\n", FILE)
    assert len(passwords) == 0
    assert [str(problem.origin) for problem in problems] == [f"{FILE}:{line}" for line in (1, 2, 3, 4, 5)]
    assert "plain" not in str(problems)


def test_a_failure_costs_the_same_whoever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """One check of every kind of hash in the file, whether the user is there or not."""
    done: list[str] = []

    def right(scheme: str, password: str, word: str) -> bool:  # noqa: ARG001
        done.append(scheme)
        return False

    monkeypatch.setattr(htpasswd, "_right", right)
    passwords = Passwords({"a": WRITTEN["bcrypt"], "b": WRITTEN["apr1"], "c": WRITTEN["bcrypt"], "d": WRITTEN["sha"]})
    work = []
    for user in ("a", "b", "c", "d", "nobody"):
        done.clear()
        assert not passwords.check(user, "wrong")
        work.append(sorted(done))
    assert work == [["apr_md5_crypt", "bcrypt", "ldap_sha1"]] * 5


@given(st.text(max_size=200))
def test_no_file_raises(text: str) -> None:
    read_htpasswd(text, FILE)


@given(st.sampled_from(sorted(WRITTEN)), st.integers(0, 60), st.text(min_size=1, max_size=3), st.text(max_size=20))
def test_no_hash_raises(kind: str, place: int, put: str, password: str) -> None:
    word = WRITTEN[kind][:place] + put + WRITTEN[kind][place:]
    if "rounds=" not in word and not word.startswith("$2"):  # they may ask for hours of work
        passwords, _ = read_htpasswd(f"web1:{word}\n", FILE)
        passwords.check("web1", password)
