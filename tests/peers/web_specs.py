"""Lines of hosts.cfg with every kind of web test, for comparisons.

Left out are what docs/migrate/xymon.md lists as faults of xymonnet: replies that are cut short, statuses without a
reason, what an empty page does not contain, digests with `nocont`, `httpstatus` where no status came, `nosoap`, `!`
before a URL, and `headermatch` with `nocont`.
"""

import hashlib
from urllib.parse import quote

from hypothesis import strategies as st

from tests.support.lab_web import PATHS, TEXT
from tests.support.netlab import ANSWERING, SILENT, WEB, WEB_TLS

CLOSED = 2999
PREFIXES = ("", "", "", "", "?", "~", "?~")
# What a page must have, as hosts.cfg has it.
PATTERNS = (
    "OK", "All[[:space:]]is", "^All", "OK$", "errors:.[1-9]", "load.[0-9]{2}", "(All|None).is", "no[[:digit:]]+such",
    ".", "semi", r"\\.", r"\x41ll", "END.OF", r"second\nline", r"is\tOK", "a{2}", "[^a-z]K", r"version.1\\.2",
    "<title>", "caf", "zero.*All", "OK,", "all.is.ok", "x{5}", "Lab:.yes", "SOAPAction", "POST./echo", "given=John",
    "(", "[z", "*", "All|(", "a**", r"\\bOK", "+", "a{", "a{1", "a{1,0}", "[[:foo:]]", "[[.a.]]", "()OK", "a|b|^$",
    "[[:upper:]]{2}$", r"\(a\)", r"\\(All\\)", "[a-]ll",
)  # fmt: skip
DIGESTS = (
    *(f"#{name}:{hashlib.new(name, TEXT).hexdigest()}" for name in ("md5", "sha1", "sha256")),
    "#md5:0123456789abcdef0123456789abcdef",
)
DATA = ("", "given=John&sur=Doe+Jr.", "(content-type=text/xml)<a>\\x20b</a>", "a=\\\\b\\n", "x")
TYPES = ("text/html", "text/plain", "TEXT/PLAIN", "application/json", "application/pdf", "")
STATUSES = (("2..|302", ""), ("200", "404"), ("4..", ""), ("", "5.."), ("...", "3.."), ("2..", "2.."))
EMPTY = ("/zero", "/empty", "/moved")
PAGES = (
    *(path for path in PATHS if path not in {"/cut", "/noreason"}),
    "/text",
    "/text",
    "/",
    "/missing",
    "/text?a=b&c=d",
    "/nowhere",
)


STARTS = (
    *[f"http://127.0.0.1:{WEB}"] * 7,
    f"http://127.0.0.1:{CLOSED}",
    f"https://127.0.0.1:{WEB_TLS}",
    f"http://127.0.0.1:{WEB}=127.0.0.1",
    *(f"http{letters}://127.0.0.1:{WEB}" for letters in ("10", "11", "t", "c", "2", "h", "m11")),
)
USERS = ("user:s3cr:t", "user:wrong", "user:s3cr%3At", "nobody")


@st.composite
def urls(draw: st.DrawFn, pages: tuple[str, ...] = PAGES) -> str:
    if draw(st.integers(0, 11)) == 0:
        return f"http://{draw(st.sampled_from(USERS))}@127.0.0.1:{WEB}/auth"
    return draw(st.sampled_from(STARTS)) + quote(draw(st.sampled_from(pages)), safe="/?&=")


LEFT_OUT = {
    **dict.fromkeys(("cont", "nocont", "post", "nopost", "soap"), EMPTY),
    "httpstatus": ("/garbage", "/nothing", "/reset"),
}
KINDS = ("", "", "cont", "cont", "nocont", "post", "nopost", "soap", "type", "httpstatus", "httphead", "http")


@st.composite
def specs(draw: st.DrawFn, column: str) -> str:
    """One test; `column` is a name that nobody else has, "" leaves it unnamed."""
    kind = draw(st.sampled_from(KINDS))
    odd = LEFT_OUT.get(kind, ())
    prefix, url = draw(st.sampled_from(PREFIXES)), draw(urls(tuple(page for page in PAGES if page not in odd)))
    named = f"={column}" if column else ""
    expected = draw(st.sampled_from([*PATTERNS, *PATTERNS, *([] if kind.startswith("no") else DIGESTS)]))
    if kind in {"", "http", "httphead"} and not (column and kind):
        return f"{prefix}{url}"
    ending = {
        "http": "",
        "httphead": "",
        "cont": f";{expected}",
        "nocont": f";{expected}",
        "post": f";{draw(st.sampled_from(DATA))};{expected}",
        "nopost": f";{draw(st.sampled_from(DATA))};{expected}",
        "soap": f";<soap/>;{expected}",
        "type": f";{draw(st.sampled_from(TYPES[:-1]))}",
        "httpstatus": ";{};{}".format(*draw(st.sampled_from(STATUSES))),
    }[kind]
    return f"{prefix}{kind}{named};{url}{ending}"


@st.composite
def lines(draw: st.DrawFn, number: int) -> str:
    """A host with up to four web tests."""
    address = f"{draw(st.sampled_from([ANSWERING, ANSWERING, ANSWERING, SILENT]))}{number + 10}"
    columns = [draw(st.sampled_from(["", f"col{place}"])) for place in range(draw(st.integers(1, 4)))]
    tests = [draw(specs(column)) for column in columns]
    rules = [
        draw(st.sampled_from(["", "", "", "", word]))
        for word in ("dialup", "noclear", "HIDEHTTP", "headermatch", "nosslcert", "sni", "browser=Lab")
    ]
    if any(test.lstrip("?~").startswith("no") for test in tests):
        rules.remove("headermatch") if "headermatch" in rules else None
    return " ".join(filter(None, [address, f"web{number:02}.lab.test", "# testip", *tests, *rules]))


@st.composite
def files(draw: st.DrawFn, hosts: int = 25) -> str:
    return "".join(f"{draw(lines(number))}\n" for number in range(hosts))
