"""Files of credentials, cookies and passphrases: read when they change, whatever is in them."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexmon.probes.http_files import Cookies, credentials_in, passphrase_of


@pytest.mark.parametrize(
    ("text", "host", "found"),
    [
        pytest.param("machine a.test login u password p", "a.test", ("u", "p"), id="one line"),
        pytest.param("machine A.test\nlogin u\npassword p\n", "a.TEST", ("u", "p"), id="several, in any case"),
        pytest.param("machine a.test login u password p", "b.a.test", None, id="only exactly that host"),
        pytest.param("default login u password p", "default", None, id="no default"),
        pytest.param("machine a.test login u", "a.test", ("u", ""), id="no password"),
        pytest.param('machine a.test login u password "p q"', "a.test", ("u", "p q"), id="blanks in quotes"),
    ],
)
def test_credentials(tmp_path: Path, text: str, host: str, found: tuple[str, str] | None) -> None:
    file = tmp_path / "netrc"
    file.write_text(text)
    assert credentials_in(str(file)).of(host) == found
    assert credentials_in(str(file)).problem == ""


def test_a_slip_is_told_without_what_is_secret(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine a.test login u password p\nsecret\n")
    found = credentials_in(str(file))
    assert (found.problem, found.machines) == (f"{file}, near line 3: not understood", {})


def test_a_file_that_is_too_large_is_left(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_bytes(b"#" * 2_000_000)
    assert "larger than" in credentials_in(str(file)).problem


def test_a_passphrase_is_the_first_line_of_the_file_beside(tmp_path: Path) -> None:
    certificate = str(tmp_path / "client.pem")
    assert passphrase_of(certificate) == b""
    (tmp_path / "client.pass").write_bytes(b"open  sesame \r\nmore\n")
    assert passphrase_of(certificate) == b"open  sesame "
    assert passphrase_of(str(tmp_path / "client")) == b"open  sesame "


def test_what_a_server_sets_is_kept_within_bounds(tmp_path: Path) -> None:
    jar = Cookies()
    file = str(tmp_path / "cookies")
    many = [b"a.test\tFALSE\t/\tFALSE\t0\tn%d\tv" % number for number in range(200)]
    jar.learn(file, "a.test", many)
    assert jar.lines(file, "a.test") == many[:50]
    jar.learn(file, "b.test", [b"x" * 20_000, b"y"])
    assert jar.lines(file, "b.test") == []
    for number in range(1000):
        jar.learn(file, f"{number}.test", [b"line"])
    assert jar.lines(file, "a.test") == []
    assert jar.lines(file, "999.test") == [b"line"]
    jar.learn(file, "999.test", [])
    assert jar.lines(file, "999.test") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([b"machine", b"a", b"login", b"\n", b'"', b"\t", b"#"])).map(b" ".join)
)
def test_any_bytes_are_read(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "any"
    file.write_bytes(data)
    credentials_in(str(file)).of("a")
    Cookies().lines(str(file), "a.test")
    passphrase_of(str(file))
