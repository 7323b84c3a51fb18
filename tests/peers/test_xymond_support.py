"""The private xymond that other comparisons build upon."""

import pytest

from tests.support.xymond import xymond

pytestmark = pytest.mark.peers


def test_a_private_xymond_answers_and_knows_its_hosts() -> None:
    with xymond("127.0.0.7 www.example.com # conn\n", {"client-local.cfg": "[linux]\nlog:/var/log/x:100\n"}) as daemon:
        assert daemon.say(b"ping").startswith(b"xymond ")
        assert daemon.say(b"hostinfo") == b"www.example.com|127.0.0.7|conn\n"
        assert daemon.say(b"client www,example,com.linux linux\n[date]\nx\n") == b"log:/var/log/x:100\n"


def test_two_of_them_do_not_see_each_other() -> None:
    with xymond("127.0.0.7 one\n") as first, xymond("127.0.0.7 two\n") as second:
        assert first.say(b"hostinfo").startswith(b"one|")
        assert second.say(b"hostinfo").startswith(b"two|")
