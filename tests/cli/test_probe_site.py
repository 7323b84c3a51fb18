"""hexmon probe --site: one monitor of a site file, and all that it saw."""

import json
from pathlib import Path

import pytest

from hexmon.cli import main
from tests.support.snmp_agent import Agent
from tests.support.snmp_devices import cisco_stack, vlan_switch
from tests.support.threaded import thread_datagrams

SITE = """\
site:
  name: Lab
monitors:
  - type: ports
    name: core switch
    address: snmp://127.0.0.1:{port}
    max_try_secs: 10
  - type: ping
    name: router
    address: 127.0.0.1
"""


def site(tmp_path: Path, port: int) -> str:
    path = tmp_path / "lab.yaml"
    path.write_text(SITE.format(port=port))
    return str(path)


def test_one_observation_with_all_of_a_device_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with thread_datagrams(Agent(vlan_switch())) as port:
        status = main(["probe", "--site", site(tmp_path, port), "--monitor", "core switch", "--json"])
    assert status == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["host"], told["test"], told["outcome"]) == ("Lab.core_switch", "ports", "ok")
    assert told["interfaces"]["1"] == {
        "name": "Ethernet1",
        "oper": "up",
        "admin": "up",
        "macs": ["00:1A:2B:00:00:0A"],
        "alias": "",
        "slot": "",
        "speed": None,
    }
    assert told["values"]["if1_in"] == (1 << 33) + 100
    assert told["values"]["cpu_load"] == 12.5
    assert told["values"]["swap_used"] is None
    assert told["arp"][0] == {"index": 1000, "mac": "00:1A:2B:00:00:0A", "ip": "192.0.2.7"}
    assert told["neighbours"][0] == {"index": 1, "host": "spine", "port": "to leaf", "protocol": "LLDP"}
    assert told["device"]["name"] == "leaf"
    assert told["device"]["object_id"] == "1.3.6.1.4.1.30065.1.1"


def test_tables_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with thread_datagrams(Agent(cisco_stack())) as port:
        assert main(["probe", "--site", site(tmp_path, port), "--monitor", "core switch"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  serial       FOC1234" in lines
    assert "    index  name                  oper  admin  Mbit/s  slot             alias     MACs" in lines
    (row,) = (line for line in lines if line.startswith("    10101  GigabitEthernet1/0/1"))
    assert row.endswith("Büro <b>  00:1A:2B:00:00:0A 00:1A:2B:00:00:0B")
    assert "    10101  ap-1.example.test  GigabitEthernet0  CDP" in lines
    assert any(line.split() == ["cpu_load", "20"] for line in lines)


def test_a_device_that_is_silent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with thread_datagrams(lambda _data: ()) as port:
        arguments = ["probe", "--site", site(tmp_path, port), "--monitor", "core switch", "--timeout", "0.5", "--json"]
        assert main(arguments) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["interfaces"], told["values"]) == ("timeout", {}, {})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--monitor", "nobody"], "no monitor 'nobody'; there are: core switch, router", id="unknown"),
        pytest.param([], "--site FILE and --monitor NAME go together", id="no monitor"),
        pytest.param(["--monitor", "router", "127.0.0.1"], "without a HOST", id="a host besides"),
    ],
)
def test_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert main(["probe", "--site", site(tmp_path, 9), *arguments]) == 2
    assert message in capsys.readouterr().err


def test_neither_a_host_nor_a_site(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe"]) == 2
    assert "which HOST?" in capsys.readouterr().err


def test_a_site_file_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--site", str(tmp_path / "none.yaml"), "--monitor", "x"]) == 2
    assert "cannot be read" in capsys.readouterr().err
