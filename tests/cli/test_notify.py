"""hexmon notify: what it prints, what arrives, how it ends."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hexmon.cli import main
from tests.support.recorder import recording
from tests.support.servers import closed_port, http_reply

TOKEN = "t0k3n-of-the-test"  # noqa: S105 - a test's


async def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = await asyncio.to_thread(main, ["notify", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], str]:
    """Writes a hexmon.toml and gives its path."""

    def write(text: str) -> str:
        path = tmp_path / "hexmon.toml"
        path.write_text(text)
        return str(path)

    return write


def slack(url: str, more: str = "") -> str:
    return f'{more}[agent]\nhost = "mon.test"\n[channels.ops]\ntype = "slack"\nurl = "{url}/{TOKEN}"\nrate = "30/1m"\n'


async def test_a_test_message(capsys: pytest.CaptureFixture[str], config: Callable[[str], str]) -> None:
    async with recording() as server:
        path = config(slack(server.url))
        status, output, errors = await run(capsys, "test", "ops", "--config", path)
        text = server.one.value["text"]
    assert (status, errors) == (0, "")
    assert output.startswith("ops (slack): sent after ")
    assert output.endswith(" ms: HTTP 200\n")
    assert text == "🔴 TEST: mon.test.notify-test is RED: This is a TEST of the channel 'ops'. Nothing is wrong."


async def test_the_recovery_ends_what_the_alert_began(
    capsys: pytest.CaptureFixture[str], config: Callable[[str], str]
) -> None:
    async with recording() as server:
        path = config(f'[channels.duty]\ntype = "pagerduty"\ntoken = "{TOKEN}"\nurl = "{server.url}"\n')
        for kind in ("alert", "recovery"):
            status, _, _ = await run(capsys, "test", "duty", "--config", path, "--kind", kind)
            assert status == 0
        first, second = (one.value for one in server.asked)
    assert (first["event_action"], second["event_action"]) == ("trigger", "resolve")
    assert first["dedup_key"] == second["dedup_key"]


async def test_to_an_address(capsys: pytest.CaptureFixture[str], config: Callable[[str], str]) -> None:
    async with recording() as server:
        path = config(f'[channels.phone]\ntype = "ntfy"\nurl = "{server.url}"\n')
        status, _, _ = await run(capsys, "test", "phone", "--config", path, "--address", "me")
        assert server.one.value["topic"] == "me"
        assert status == 0
        status, output, _ = await run(capsys, "test", "phone", "--config", path)
    assert status == 1
    assert "refused, trying again will not help, after" in output
    assert "no topic: the channel has no option 'topic'" in output


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http_reply("404 Not Found", f"no {TOKEN}".encode()), "refused, trying again will not help,"),
        (http_reply("429 Slow", headers="Retry-After: 7\r\n"), "not sent, trying again later may help,"),
    ],
)
async def test_a_failure(
    capsys: pytest.CaptureFixture[str], config: Callable[[str], str], answer: bytes, words: str
) -> None:
    async with recording(answer) as server:
        path = config(slack(server.url))
        status, output, _ = await run(capsys, "test", "ops", "--config", path)
    assert status == 1
    assert words in output
    assert TOKEN not in output
    assert ("it asks to wait 7 s" in output) == ("later" in words)


async def test_json(capsys: pytest.CaptureFixture[str], config: Callable[[str], str]) -> None:
    path = config(slack(f"http://127.0.0.1:{closed_port()}"))
    status, output, _ = await run(capsys, "test", "ops", "--config", path, "--json")
    found = json.loads(output)
    assert status == 1
    assert set(found) == {"channel", "type", "outcome", "detail", "retry_after", "seconds"}
    assert (found["channel"], found["type"], found["outcome"]) == ("ops", "slack", "later")
    assert TOKEN not in output


async def test_the_list_shows_no_secrets(capsys: pytest.CaptureFixture[str], config: Callable[[str], str]) -> None:
    path = config(slack("https://hooks.test"))
    status, output, _ = await run(capsys, "list", "--config", path)
    as_json = await run(capsys, "list", "--config", path, "--json")
    assert (status, as_json[0]) == (0, 0)
    (line,) = [line for line in output.splitlines() if line.startswith("ops")]
    assert line.split() == ["ops", "slack", "at", "most", "30", "in", "60", "s;", "300", "attempts", "of", "30", "s"]
    assert TOKEN not in output + as_json[1]
    assert [one["type"] for one in json.loads(as_json[1]) if one["name"] == "ops"] == ["slack"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("test", "opd"), "there is no channel 'opd'; did you mean ops?"),
        (("test", "qqq"), "there is no channel 'qqq'; there are "),
        (("test",), "which channel? There are "),
    ],
)
async def test_wrong_calls(
    capsys: pytest.CaptureFixture[str], config: Callable[[str], str], arguments: tuple[str, ...], message: str
) -> None:
    path = config(slack("https://hooks.test"))
    status, _, errors = await run(capsys, *arguments, "--config", path)
    assert status == 2
    assert message in errors


async def test_mistakes_in_the_file(capsys: pytest.CaptureFixture[str], config: Callable[[str], str]) -> None:
    path = config(f'[channels.ops]\ntype = "slack"\nurl = "hooks.test/{TOKEN}"\n')
    status, _, errors = await run(capsys, "test", "ops", "--config", path)
    assert status == 2
    assert errors.startswith(f"{path}:3: channels.ops.url: is not a URL that begins with http:// or https://")
    assert TOKEN not in errors


async def test_no_such_file(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, errors = await run(capsys, "list", "--config", "/nonexistent/hexmon.toml")
    assert status == 2
    assert errors == "hexmon notify: /nonexistent/hexmon.toml: No such file or directory\n"
