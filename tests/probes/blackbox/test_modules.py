"""blackbox.yml: what is understood, what is refused, what a target becomes."""

from typing import Any

import pytest

from hexmon.model.origin import ConfigError
from hexmon.probes.blackbox.checks import BadTarget, check_of
from hexmon.probes.blackbox.modules import built_in_modules, read_modules

HTTP = "modules:\n  x:\n    prober: http\n    http:\n"


def test_the_shipped_modules_can_be_used() -> None:
    modules = built_in_modules()
    assert {"http_2xx", "http_post_2xx", "tcp_connect", "ssh_banner", "irc_banner", "icmp"} <= set(modules)
    for name, module in modules.items():
        check_of(name, module, "127.0.0.1:80" if module.prober == "tcp" else "127.0.0.1", 5.0)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param(f"{HTTP}      valid_status_code: [200]\n", 5, "valid_status_code", id="an unknown key"),
        pytest.param(f"{HTTP}      compression: gzip\n", 5, "compression", id="what is not done here"),
        pytest.param(
            f"{HTTP}      fail_if_body_matches_regexp: ['(']\n", 5, "not a regular expression", id="a pattern"
        ),
        pytest.param("modules: {x: {prober: grpc}}\n", 1, "prober", id="another prober"),
        pytest.param("modules: {x: {prober: dns}}\n", 1, "query_name", id="dns without a question"),
        pytest.param("modules: {x: {prober: dns, dns: {query_name: a, query_type: Q}}}\n", 1, "DNS", id="no type"),
        pytest.param("modules: {x: {prober: icmp, timeout: soon}}\n", 1, "soon", id="no time"),
        pytest.param("x: 1\n", 1, "modules", id="no modules"),
    ],
)
def test_mistakes_are_told_with_their_lines(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_modules(text, "blackbox.yml")
    told = [f"{problem.message} {problem.hint}" for problem in caught.value.problems]
    assert any(words in one for one in told), told
    assert caught.value.problems[0].origin.line == line


def test_a_password_is_not_shown() -> None:
    module = read_modules(f"{HTTP}      basic_auth: {{username: u, password: geheim}}\n", "b")["x"]
    assert "geheim" not in repr(module)


@pytest.mark.parametrize(
    ("module", "target", "what"),
    [
        pytest.param("http_2xx", "www.test", {"url": "http://www.test"}, id="a host is asked for its page"),
        pytest.param("http_2xx", "https://www.test/x", {"url": "https://www.test/x", "verify": True}, id="a URL"),
        pytest.param("http_post_2xx", "www.test", {"method": "POST"}, id="a POST"),
        pytest.param("tcp_connect", "[::1]:25", {"port": 25}, id="an IPv6 address with a port"),
        pytest.param("dns_udp", "127.0.0.1", {"port": 53}, id="the usual port of a name server"),
        pytest.param("dns_udp", "127.0.0.1:5353", {"port": 5353}, id="another port of a name server"),
    ],
)
def test_a_target_becomes_a_check(module: str, target: str, what: dict[str, Any]) -> None:
    check = check_of(module, built_in_modules()[module], target, 5.0)
    assert {name: getattr(check.options, name) for name in what} == what


@pytest.mark.parametrize(
    ("module", "target"),
    [
        pytest.param("http_2xx", "", id="nothing"),
        pytest.param("http_2xx", "gopher://x/", id="another scheme"),
        pytest.param("http_2xx", "x\r\nHost: y", id="control characters"),
        pytest.param("http_2xx", "x" * 3000, id="too long"),
        pytest.param("tcp_connect", "www.test", id="no port"),
        pytest.param("tcp_connect", "www.test:99999", id="no such port"),
        pytest.param("tcp_connect", "www.test:" + "9" * 5000, id="a number without end"),
        pytest.param("icmp", "a/b", id="no host"),
    ],
)
def test_a_bad_target_is_refused(module: str, target: str) -> None:
    with pytest.raises(BadTarget):
        check_of(module, built_in_modules()[module], target, 5.0)
