"""What Prometheus is told of squares and checks."""

from pathlib import Path

import pytest

from hexmon.app.check_metrics import _public
from hexmon.model.observation import Observation, Outcome, Reply
from hexmon.probes.none import NoneOptions
from tests.support.checks import a_check
from tests.support.monitor import monitor


@pytest.mark.parametrize(
    ("probe", "spec", "shown"),
    [
        pytest.param("tcp", "ssh:2222", "ssh:2222", id="a service as it is"),
        pytest.param("http", "https://u:p@www.test/x?token=1", "https://www.test/x", id="no login and no query"),
        pytest.param("http", "cont=c;http://www.test/a;geheim", "http://www.test/a", id="the URL out of a longer tag"),
        pytest.param("http", "http://www.test:80/u:p@x", "http://www.test:80/u:p@x", id="an @ in a path is no login"),
        pytest.param("exec", "exec:check_http -p geheim", "exec:check_http", id="of a plugin only the program"),
    ],
)
def test_secrets_of_tags_are_not_shown(probe: str, spec: str, shown: str) -> None:
    check = a_check(probe, NoneOptions(), spec=spec)
    reply = Reply(outcome=Outcome.OK, summary="")
    assert _public(Observation(check=check, reply=reply, started=0.0, took=0.0)) == shown


def test_every_square_and_check_has_its_lines(tmp_path: Path) -> None:
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        running.ask(b"status www,example,com.disk red full\n")
        running.until(b"query me.example.http", b"green")
        text = running.get("/metrics")[1].decode()
        own = running.get("/metrics?checks=no")[1].decode()
    assert 'hexmon_square_color{host="www.example.com",test="disk"} 5\n' in text
    assert 'hexmon_check_success{host="me.example",test="http",probe="http",' in text
    assert "hexmon_square_color" not in own
    assert "hexmon_checks_started_total" in own
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names)), "each family stands in one piece"
