"""Status texts are data from the network: what becomes of them on a page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.color import Color
from hexmon.web.text import LONGEST_LINE, LONGEST_SHOWN, first_line, line_of, to_html
from tests.web.fake import a_square

_OURS = re.compile(r'<svg class="g \w+" role="img" aria-label="[\w ]+"><use href="#\w+"/></svg>')
_ELEMENT = re.compile(r"<(/?)([a-z0-9]+)")
_ALLOWED = {"a", "b", "table", "tbody", "tr", "td", "p", "i", "u", "pre", "br", "svg", "use"}


def glyphs(html: str) -> list[str]:
    return re.findall(r'<use href="#(\w+)"/>', html)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(b"green all fine", "all fine", id="the colour word is in the heading already"),
        pytest.param(b"red <script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", id="a script is text"),
        pytest.param(
            b"red mail from <root@www>", "mail from &lt;root@www&gt;", id="what is no tag is kept as evidence"
        ),
        pytest.param(b"green load < 5 & falling", "load &lt; 5 &amp; falling", id="bare signs are escaped"),
        pytest.param(b"green <b onclick=x() style='x'>bold</b>", "<b>bold</b>", id="attributes go, the tag stays"),
        pytest.param(
            b"green <a href='javascript:x'>go</a>", ' rel="noopener noreferrer nofollow">go</a>', id="no script links"
        ),
        pytest.param(b"green <!-- [flags:OrdastLe] -->fine", "fine", id="comments are not shown"),
        pytest.param(b"green a\x00b\x1b[31m", "a\N{REPLACEMENT CHARACTER}b", id="control characters are made visible"),
        pytest.param(b"red \xe9t\xe9", "été", id="Latin-1 where it is not UTF-8"),
        pytest.param(b"green &lt;b&gt;", "&lt;b&gt;", id="entities stay what they mean"),
    ],
)
def test_a_text_becomes_harmless_html(text: bytes, wanted: str) -> None:
    assert wanted in to_html(text)[0]


@pytest.mark.parametrize(
    ("text", "colors"),
    [
        pytest.param(b"red x\n&red bad\n&green good", ["red", "green"], id="at the start of lines"),
        pytest.param(b"red one &yellow two", ["yellow"], id="at the start of a word"),
        pytest.param(b"red a&red &redness &reds_ &RED", [], id="not inside words"),
        pytest.param(b"red <b>&clear</b>", ["clear"], id="between tags"),
        pytest.param(b"red <a href='http://x/? &red y'>z</a>", [], id="never inside an attribute"),
        pytest.param(b"red <a href='http://x/?a>b &red y'>z</a>", [], id="not even one with a bracket in it"),
    ],
)
def test_colour_markers_become_glyphs(text: bytes, colors: list[str]) -> None:
    assert glyphs(to_html(text)[0]) == colors


def test_a_megabyte_is_cut_and_said_to_be() -> None:
    html, cut = to_html(b"red " + b"<i>x &red " * 120_000)
    assert cut
    assert len(html) < LONGEST_SHOWN * 12


@given(st.binary(max_size=300) | st.text(alphabet="<>&\"'=/ abrscriptedon:;!-\n", max_size=300).map(str.encode))
def test_no_bytes_make_a_tag_that_is_not_ours(text: bytes) -> None:
    html = _OURS.sub("", to_html(b"red " + text)[0])
    tags = set(re.findall(r"<([^\s/>]+)", html))
    assert not tags & {"script", "svg", "img", "style", "iframe", "object", "use", "form", "input"}
    assert not re.search(r"<[^>]*\son\w+\s*=", html)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(b"red Sat Nov 21 05:00:00 2026 conn NOT ok\nmore", "conn NOT ok", id="without colour and date"),
        pytest.param(b"red Sat Nov 21 05:00:00 UTC 2026 - disk", "disk", id="with a zone"),
        pytest.param(
            b"red <!-- [flags:OrdastLe] --> [Sat Nov 21 05:00:00 2026] up", "up", id="without flags and brackets"
        ),
        pytest.param(b"red\n\n&red <b>Disk</b> full", "Disk full", id="the first line that says something"),
        pytest.param(b"green", "", id="nothing when nothing is said"),
        pytest.param(b"red Sat Nov 21 05:00:00 AM UTC 2026 up", "up", id="without a date of twelve hours"),
        pytest.param(b"red 2026-11-21T05:00:00+01:00 up", "up", id="without a date of ISO 8601"),
        pytest.param("red Sa 21. Nov 05:00:00 CET 2026 läuft".encode(), "läuft", id="without a date in German"),
        pytest.param(
            b"red copy of 2026-11-20 05:00 failed", "copy of 2026-11-20 05:00 failed", id="with a date it is about"
        ),
        pytest.param(
            b"red <!-- [flags:ordastLe] --> Sat Nov 21 05:40:09 2026 ssh NOT ok \n\n"
            b"Service ssh on www is not OK : Service unavailable (Connection refused)\n\nSeconds: 0.0001\n",
            "Connection refused",
            id="the cause of a service that is not ok",
        ),
        pytest.param(
            b"red Sat Nov 21 05:40:09 2026 conn NOT ok \n\nService conn on www is not OK : No answer to ping\n",
            "No answer to ping",
            id="the cause of a ping without answer",
        ),
        pytest.param(
            b"yellow conn NOT ok\n\nService conn on www is not OK.\n"
            b"The router gw (IP:127.0.0.9) is not reachable, causing this host to be unreachable.\n",
            "The router gw (IP:127.0.0.9) is not reachable, causing this host to be unreachable.",
            id="the router that is in the way",
        ),
        pytest.param(
            b"red Sat Nov 21 05:40:09 2026 ssh NOT ok : DNS lookup failed\n\nUnable to resolve hostname www\n",
            "DNS lookup failed",
            id="the cause in the first line",
        ),
        pytest.param(
            b"yellow Sat Nov 21 05:40:09 2026 - Filesystems NOT ok\n&green / is fine\n&yellow /var (91% used)\n",
            "/var (91% used)",
            id="the first line marked as bad",
        ),
        pytest.param(
            b"red Filesystems NOT ok\n\nFilesystem 1024-blocks\n", "Filesystems NOT ok", id="itself without a cause"
        ),
        pytest.param(b"red Raid: 2 disks not ok", "Raid: 2 disks not ok", id="itself when it tells more"),
    ],
)
def test_the_first_line(text: bytes, line: str) -> None:
    assert first_line(text) == line


@pytest.mark.parametrize(
    ("color", "line"), [(Color.PURPLE, "Nothing heard any more. Before: fine"), (Color.BLUE, "fine")]
)
def test_of_a_silent_square_the_line_is_what_it_said_before(color: Color, line: str) -> None:
    assert line_of(a_square("www", "disk", color, b"green Sat Nov 21 05:00:00 2026 fine")) == line


def test_a_long_line_is_cut() -> None:
    assert len(first_line(b"red " + b"x" * 5000)) == LONGEST_LINE
