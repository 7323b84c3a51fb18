"""SCRIPT: what the program is told, how it may end, and what it leaves behind."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexmon.alerts.channels import read_channels
from hexmon.alerts.notify.contract import Outcome, Sent, Unsendable
from hexmon.alerts.notify.script import LONGEST_TEXT, ScriptOptions, environment, send
from hexmon.model.color import Color
from hexmon.model.incident import Item, Kind, Message
from hexmon.model.names import StatusKey
from hexmon.model.origin import ConfigError
from hexmon.probes.programs import Programs
from tests.support.deliveries import AT, a_channel, a_delivery, a_message, notify_tools
from tests.support.monitor import wait_for

LINK = "https://monitor.test/status/www.example.com/http"


async def told(program: Path | str, message: Message | None = None, form: str = "TEXT", **tools: Any) -> Sent:
    delivery = a_delivery(message, address="me", method="SCRIPT", program=str(program), format=form)
    with notify_tools(**tools) as made:
        return await send(delivery, a_channel("script"), made)


def a_program(folder: Path, text: str, *, mode: int = 0o755) -> Path:
    path = folder / "script"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(mode)
    return path


async def heard(folder: Path, message: Message | None = None, **words: Any) -> dict[str, str]:
    """Everything that the program finds in its environment."""
    program = a_program(folder, f"env -0 > {folder}/heard")
    assert await told(program, message, **words) == Sent(Outcome.SENT)
    items = os.fsdecode((folder / "heard").read_bytes()).split("\0")
    return dict(item.split("=", 1) for item in items if item)


def values(message: Message, form: str = "TEXT", **options: Any) -> dict[str, str]:
    return environment(a_delivery(message, address="me", format=form), ScriptOptions(**options), LINK)


ALL = {
    "BBCOLORLEVEL": "red",
    "BBALPHAMSG": f"red down\n\nSee {LINK}\n",
    "ACKCODE": "123456",
    "RCPT": "me",
    "BBHOSTNAME": "www.example.com",
    "BBHOSTSVC": "www.example.com.http",
    "BBHOSTSVCCOMMAS": "www,example,com.http",
    "BBNUMERIC": "600010001002003123456",
    "MACHIP": "010001002003",
    "BBSVCNAME": "http",
    "BBSVCNUM": "600",
    "RECOVERED": "0",
    "EVENTSTART": str(int(AT - 300)),
    "DOWNSECS": "300",
    "DOWNSECSMSG": "",
    "CFID": "12",
    "ALERTID": "0123456789abcdef0123456789abcdef",
}
BASE = {"text": b"red down\n", "ip": "10.1.2.3", "line": 12}
ENDED = {"ACKCODE": "0", "BBNUMERIC": "6000100010020030", "DOWNSECSMSG": "Event duration : 300"}
CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "an alert": ({}, {}),
    "a reminder": ({"kind": Kind.REMINDER}, {}),
    "a recovery": ({"kind": Kind.RECOVERY}, {**ENDED, "RECOVERED": "1"}),
    "disabled": ({"kind": Kind.DISABLED}, {**ENDED, "RECOVERED": "2"}),
    "a notice": (
        {"kind": Kind.NOTICE, "color": Color.GREEN, "text": b"hello"},
        {
            "BBCOLORLEVEL": "green",
            "BBALPHAMSG": "www.example.com:http INFO\nhello",
            "ACKCODE": "-1",
            "BBNUMERIC": "600000000000000-1",
            "MACHIP": "000000000000",
            "EVENTSTART": str(int(AT)),
            "DOWNSECS": "0",
        },
    ),
    "no cookie": ({"cookie": -1}, {"ACKCODE": "0", "BBNUMERIC": "6000100010020030"}),
    "an address of the sixth version": (
        {"ip": "2001:db8::1"},
        {"MACHIP": "000000000000", "BBNUMERIC": "600000000000000123456"},
    ),
    "no address": ({"ip": ""}, {"MACHIP": "000000000000", "BBNUMERIC": "600000000000000123456"}),
    "a test without a number": (
        {"key": StatusKey("www.example.com", "HTTP")},
        {
            "BBSVCNAME": "HTTP",
            "BBSVCNUM": "0",
            "BBNUMERIC": "000010001002003123456",
            "BBHOSTSVC": "www.example.com.HTTP",
            "BBHOSTSVCCOMMAS": "www,example,com.HTTP",
        },
    ),
    "a clock that was set back": ({"started": AT + 60}, {"DOWNSECS": "0", "EVENTSTART": str(int(AT + 60))}),
}


@pytest.mark.parametrize(("words", "differs"), CASES.values(), ids=CASES)
def test_what_it_is_told(words: dict[str, Any], differs: dict[str, str]) -> None:
    assert values(a_message(**{**BASE, **words})) == ALL | differs


def test_a_list_of_squares_is_in_the_text() -> None:
    items = (Item(StatusKey("a", "conn"), Color.RED, "down", 5), Item(StatusKey("b", "conn"), Color.RED, "down"))
    assert "a:conn [5]: down" in values(a_message(items=items))["BBALPHAMSG"]


def test_numbers_of_the_administrator() -> None:
    assert values(a_message(), codes="conn:1, http:42,")["BBSVCNUM"] == "42"


@pytest.mark.parametrize(("longest", "length"), [(LONGEST_TEXT, 8163), (100, 99), (1, 0)])
def test_a_long_text_is_cut(longest: int, length: int) -> None:
    assert len(values(a_message(text=b"x" * 30_000), longest=longest)["BBALPHAMSG"]) == length


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"longest": 0}, "longest"),
        ({"longest": 10**6}, "longest"),
        ({"codes": "a"}, "'a'"),
        ({"codes": "a:b"}, "'a:b'"),
    ],
)
def test_settings_that_make_no_sense(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_channels({"script": {"type": "script", **options}}, "hexmon.toml")


async def test_it_finds_the_monitors_environment_and_the_items_of_its_host_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_MONITOR", "yes")
    monkeypatch.setenv("XMH_LEFT", "over")
    monkeypatch.setenv("RCPT", "somebody else")
    monkeypatch.setenv("HEXMON_STORE__URL", "postgresql://user:secret@127.0.0.1/hexmon")
    found = await heard(tmp_path, environment=lambda key: {"XMH_HOSTNAME": key.host})
    assert not any(name.startswith("HEXMON_") for name in found)
    assert (found["OF_THE_MONITOR"], found["RCPT"]) == ("yes", "me")
    assert {name: value for name, value in found.items() if name.startswith("XMH_")} == {
        "XMH_HOSTNAME": "www.example.com"
    }


async def test_texts_of_any_coding_without_their_nuls(tmp_path: Path) -> None:
    found = await heard(tmp_path, a_message(text=b"red \xff\xfe a\0b $(id) `id` \n"), form="PLAIN")
    assert os.fsencode(found["BBALPHAMSG"]) == b"red \xff\xfe ab $(id) `id` \n\n"


@given(
    st.binary(max_size=60), st.text(max_size=20), st.sampled_from([*Kind]), st.sampled_from(["TEXT", "SMS", "SCRIPT"])
)
@settings(max_examples=30, deadline=None)
async def test_anything_can_be_told(text: bytes, name: str, kind: Kind, form: str) -> None:
    message = a_message(kind, text=text, key=StatusKey(f"h{name}", "t"))
    with notify_tools(environment=lambda _key: {"XMH_NAME": name}) as tools:
        delivery = a_delivery(message, address=name, program="/bin/true", format=form)
        assert await send(delivery, a_channel("script"), tools) == Sent(Outcome.SENT)


async def test_nothing_to_read_and_no_words(tmp_path: Path) -> None:
    program = a_program(tmp_path, f'echo "$#" > {tmp_path}/count; cat > {tmp_path}/read')
    assert await told(program) == Sent(Outcome.SENT)
    assert ((tmp_path / "count").read_text(), (tmp_path / "read").read_bytes()) == ("0\n", b"")


ENDS = {
    "well": ("exit 0", Sent(Outcome.SENT)),
    "badly": ("exit 3", Sent(Outcome.LATER, "exit status 3")),
    "badly, with a word": ("echo no modem >&2; echo x >&2; exit 1", Sent(Outcome.LATER, "exit status 1: no modem")),
    "by a signal": ("kill -9 $$", Sent(Outcome.LATER, "ended by signal 9")),
    "by a signal that it gave itself": ("kill -TERM $$", Sent(Outcome.LATER, "ended by signal 15")),
    "after much was said": ("head -c 500000 /dev/zero; exit 0", Sent(Outcome.SENT)),
}


@pytest.mark.parametrize(("text", "sent"), ENDS.values(), ids=ENDS)
async def test_how_it_ended(tmp_path: Path, text: str, sent: Sent) -> None:
    assert await told(a_program(tmp_path, text)) == sent


async def test_a_flood_ends_it(tmp_path: Path) -> None:
    sent = await told(a_program(tmp_path, "exec cat /dev/zero"))
    assert sent.outcome is Outcome.LATER
    assert "1024 KB" in sent.detail


async def test_what_is_no_program(tmp_path: Path) -> None:
    assert await told(tmp_path / "none") == Sent(Outcome.LATER, f"there is no {tmp_path}/none")
    plain = a_program(tmp_path, "exit 0", mode=0o644)
    assert await told(plain) == Sent(Outcome.LATER, f"{plain} is not executable by this monitor")
    assert (await told(tmp_path)).outcome is Outcome.LATER
    with pytest.raises(Unsendable, match="begins with a slash"):
        await told("script")


async def test_the_time_limit_ends_it_and_what_it_started(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    program = a_program(tmp_path, f"(read word < {fifo}) & read word < {fifo}")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await told(program)
    with pytest.raises(OSError, match="No such device or address"):  # nobody reads it any more
        os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)


async def test_what_it_leaves_running_on_purpose_goes_on(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    program = a_program(tmp_path, f"(cat {fifo} > {tmp_path}/said) & exit 0")
    assert await told(program) == Sent(Outcome.SENT)
    fifo.write_text("still here")  # waits until somebody reads
    said = wait_for(lambda: text if (text := _text_of(tmp_path / "said")) else None, 10.0, "what it says")
    assert said == "still here"


def _text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def test_no_place_for_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexmon.alerts.notify.script._PATIENCE", 0.05)
    programs = Programs(most=1)
    async with programs.place(1.0):
        with notify_tools() as tools:
            full = type(tools)(clock=tools.clock, curl=tools.curl, programs=programs)
            delivery = a_delivery(program=str(a_program(tmp_path, "exit 0")))
            sent = await send(delivery, a_channel("script"), full)
    assert sent.outcome is Outcome.LATER
    assert "too many programs" in sent.detail
