"""Who sends, by what they show; and what guessing costs."""

import asyncio
import os
from pathlib import Path

import pytest
from passlib import hash as library

from hexmon.ingest import htpasswd
from hexmon.ingest.attempts import Attempts
from hexmon.ingest.authorization import basic
from hexmon.ingest.credentials import NOBODY, Credentials, Identity, NotAllowedError, TooManyError
from hexmon.ingest.settings import AgentSettings
from hexmon.ingest.tokens import add_token, revoke_token
from hexmon.model.origin import ConfigError
from tests.support.clock import FakeClock, settle

ADDRESS = "192.0.2.1"
CHEAP = library.bcrypt.using(rounds=4)


class Bench:
    """Credentials over files in a folder."""

    def __init__(self, folder: Path, *, certificates: bool = False, required: bool | None = None) -> None:
        self.clock = FakeClock()
        self.htpasswd = folder / "htpasswd"
        self.tokens = folder / "tokens"
        self.htpasswd.write_text(f"web1:{CHEAP.hash('secret')}\nops:{CHEAP.hash('other')}\n")
        self.token = add_token(self.tokens, "db1", "db*")
        settings = AgentSettings(
            htpasswd=self.htpasswd, tokens=self.tokens, required=required, hosts={"web1": ["web*"], "app": ["app*"]}
        )
        self.credentials = Credentials(settings, self.clock, certificates=certificates)

    async def who(self, value: str | None, *names: str, address: str = ADDRESS) -> Identity:
        return await self.credentials.identify(value, names, address)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that were checked."""
    done: list[str] = []
    real = htpasswd._right

    def right(scheme: str, password: str, word: str) -> bool:
        done.append(word)
        return real(scheme, password, word)

    monkeypatch.setattr(htpasswd, "_right", right)
    return done


async def test_a_user_reports_for_the_hosts_of_the_table(bench: Bench) -> None:
    web = await bench.who(basic("web1", "secret"))
    assert web.name == "web1"
    assert web.scope is not None
    assert (web.scope.holds("web7"), web.scope.holds("db1")) == (True, False)
    assert await bench.who(basic("ops", "other")) == Identity("ops", None)


async def test_a_token_by_itself_or_as_a_password(bench: Bench) -> None:
    for value in (f"Bearer {bench.token}", basic("db1", bench.token)):
        db = await bench.who(value)
        assert db.name == "db1"
        assert db.scope is not None
        assert (db.scope.holds("db7"), db.scope.holds("web1")) == (True, False)


@pytest.mark.parametrize(
    "value",
    [basic("web1", "Secret"), basic("nobody", "secret"), basic("web1", ""), "Bearer x", "nonsense", "", "Basic ?"],
)
async def test_who_shows_nothing_right_is_not_let_in(bench: Bench, value: str) -> None:
    with pytest.raises(NotAllowedError):
        await bench.who(value)
    assert bench.credentials.counters["failures"] == 1


async def test_a_token_is_not_the_password_of_others(bench: Bench) -> None:
    with pytest.raises(NotAllowedError):
        await bench.who(basic("web1", bench.token))


async def test_nothing_shown_is_not_enough_and_no_failure(bench: Bench) -> None:
    with pytest.raises(NotAllowedError):
        await bench.who(None)
    assert bench.credentials.counters["failures"] == 0


async def test_where_it_is_not_required_nothing_need_be_shown_but_nothing_wrong(tmp_path: Path) -> None:
    bench = Bench(tmp_path, required=False)
    assert await bench.who(None) is NOBODY
    with pytest.raises(NotAllowedError):
        await bench.who(basic("web1", "wrong"))


async def test_without_files_what_a_proxy_has_checked_is_not_looked_at() -> None:
    credentials = Credentials(AgentSettings(), FakeClock())
    assert await credentials.identify(basic("web1", "secret"), (), ADDRESS) is NOBODY
    assert not credentials.required


async def test_a_certificate_is_by_its_names(tmp_path: Path) -> None:
    bench = Bench(tmp_path, certificates=True)
    who = await bench.who(None, "app7", "app")
    assert who.name == "app7"
    assert who.scope is not None
    assert who.scope.holds("app9")
    assert (await bench.who(basic("ops", "other"), "app")).name == "ops"


async def test_certificates_alone_make_it_required() -> None:
    with pytest.raises(NotAllowedError):
        await Credentials(AgentSettings(), FakeClock(), certificates=True).identify(None, (), ADDRESS)


async def test_a_password_is_checked_once(bench: Bench, checks: list[str]) -> None:
    for _ in range(5):
        await bench.who(basic("web1", "secret"))
    assert len(checks) == 1
    with pytest.raises(NotAllowedError):
        await bench.who(basic("web1", "secreu"))
    assert len(checks) == 2
    assert "secret" not in repr(vars(bench.credentials))


async def test_changes_of_the_files_are_followed(bench: Bench) -> None:
    await bench.who(basic("web1", "secret"))
    bench.htpasswd.write_text(f"web1:{CHEAP.hash('new one')}\nnew:{CHEAP.hash('x')}\n")
    revoke_token(bench.tokens, "db1")
    token = add_token(bench.tokens, "db2")
    bench.credentials.refresh()
    for value in (basic("web1", "secret"), basic("ops", "other"), f"Bearer {bench.token}"):
        with pytest.raises(NotAllowedError):
            await bench.who(value)
    assert (await bench.who(basic("web1", "new one"))).name == "web1"
    assert (await bench.who(basic("new", "x"))).name == "new"
    assert await bench.who(f"Bearer {token}") == Identity("db2", None)


async def test_a_file_that_vanishes_leaves_in_force_what_it_said(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.htpasswd.unlink()
    for _ in range(3):
        bench.credentials.refresh()
    assert (await bench.who(basic("web1", "secret"))).name == "web1"
    assert [str(problem) for problem in bench.credentials.problems] == [
        f"{bench.htpasswd}: cannot be read: No such file or directory"
    ]
    assert len(caplog.messages) == 1
    bench.htpasswd.write_text(f"web1:{CHEAP.hash('new')}\n")
    bench.credentials.refresh()
    assert bench.credentials.problems == ()
    assert (await bench.who(basic("web1", "new"))).name == "web1"


async def test_mistakes_in_the_files_are_named(bench: Bench) -> None:
    bench.htpasswd.write_bytes(b"web1\n")
    bench.tokens.write_bytes(b"\xff\xfe")
    bench.credentials.refresh()
    assert [str(problem.origin) for problem in bench.credentials.problems] == [
        f"{bench.htpasswd}:1",
        str(bench.tokens),
    ]


def test_a_file_that_is_missing_at_the_start_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="users: cannot be read"):
        Credentials(AgentSettings(htpasswd=tmp_path / "users"), FakeClock())


async def fail(bench: Bench, times: int, address: str = ADDRESS) -> None:
    for _ in range(times):
        with pytest.raises(NotAllowedError):
            await bench.who("Bearer wrong", address=address)


async def test_who_guesses_has_to_wait_longer_and_longer(bench: Bench) -> None:
    await fail(bench, 5)
    seconds = []
    for _ in range(7):
        attempts = bench.credentials._attempts
        seconds.append(attempts.delay(ADDRESS))
        attempts.failed(ADDRESS)
    assert seconds == [0.5, 1, 2, 4, 8, 10, 10]
    assert bench.credentials._attempts.delay("192.0.2.2") == 0
    await bench.clock.advance(601)
    assert bench.credentials._attempts.delay(ADDRESS) == 0


async def test_waiting_holds_up_nobody_and_not_who_is_right(bench: Bench) -> None:
    await bench.who(basic("web1", "secret"))
    await fail(bench, 5)
    guesses = [asyncio.create_task(bench.who(basic("web1", f"guess {n}"))) for n in range(6)]  # noqa: TID251
    await settle()
    early = [guess for guess in guesses if guess.done()]
    assert [type(guess.exception()) for guess in early] == [TooManyError, TooManyError]
    assert (await bench.who(basic("web1", "secret"))).name == "web1"
    assert (await bench.who(f"Bearer {bench.token}")).name == "db1"
    assert (await bench.who(basic("ops", "other"), address="192.0.2.2")).name == "ops"
    await bench.clock.advance(30)
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert [type(result) for result in results] == [NotAllowedError] * 4 + [TooManyError] * 2


async def test_who_guesses_keeps_out_nobody_else_behind_the_same_address(bench: Bench) -> None:
    await fail(bench, 5)
    guesses = [asyncio.create_task(bench.who(basic("web1", f"guess {n}"))) for n in range(50)]  # noqa: TID251
    await settle()
    first = asyncio.create_task(bench.who(basic("ops", "other")))  # noqa: TID251
    await settle()
    assert not first.done()
    await bench.clock.advance(30)
    assert (await first).name == "ops"
    await asyncio.gather(*guesses, return_exceptions=True)
    assert not bench.credentials._attempts._waiting


async def test_all_that_wait_from_one_address_are_bounded(bench: Bench) -> None:
    await fail(bench, 5)
    guesses = [asyncio.create_task(bench.who(basic(f"user{n}", "x"))) for n in range(150)]  # noqa: TID251
    await settle()
    assert sum(guess.done() for guess in guesses) == 50
    await bench.clock.advance(30)
    await asyncio.gather(*guesses, return_exceptions=True)


async def test_the_right_password_is_let_in_after_the_wait(bench: Bench) -> None:
    await fail(bench, 5)
    waiting = asyncio.create_task(bench.who(basic("web1", "secret")))  # noqa: TID251
    await settle()
    assert not waiting.done()
    await bench.clock.advance(1.0)
    assert (await waiting).name == "web1"


async def test_a_flood_of_passwords_is_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexmon.ingest.credentials._MOST_CHECKS", 3)
    guesses = (bench.who(basic("web1", f"{n}"), address=f"192.0.2.{n}") for n in range(10))
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NotAllowedError"] * 3 + ["TooManyError"] * 7


async def test_the_table_of_failures_is_bounded_and_knows_networks() -> None:
    clock = FakeClock()
    attempts = Attempts(clock)
    for number in range(10):
        attempts.failed(f"2001:db8::{number:x}")
    assert attempts.delay("2001:db8::ffff") == 10
    assert attempts.delay("2001:db8:0:1::1") == 0
    for number in range(11_000):
        attempts.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(attempts._failures) == 10_000
    assert attempts.delay("2001:db8::ffff") == 0


def test_a_token_file_that_only_its_owner_reads_is_what_is_written(bench: Bench) -> None:
    assert os.stat(bench.tokens).st_mode & 0o777 == 0o600  # noqa: PTH116
