"""Answers to alert mails, as people and their mail programs write them."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.ack_mail import (
    LONGEST_MAIL,
    MOST_MINUTES,
    NO_CAUSE,
    USUAL_MINUTES,
    AckRequest,
    NoAck,
    Why,
    read_ack,
)
from hexmon.ingest.messages import Acknowledge
from hexmon.ingest.upkeep import parse_ack

BY = "Ann Other ann@example.test"
FROM = "From: Ann Other <ann@example.test>\n"
ASKED = "Subject: Re: Xymon [1234] www.example.com:http CRITICAL (RED)\n"
QUOTED = "Content-Transfer-Encoding: quoted-printable"
OUTLOOK = "on it\n\n________________________________\nFrom: monitor\nack=99\n"


def ack(cookie: int = 1234, text: str = "on it", **others: object) -> AckRequest:
    return AckRequest(cookie=cookie, text=text, **{"by": BY, **others})  # type: ignore[arg-type]


ACKS = {
    "an answer": (f"{FROM}{ASKED}\non it\n", ack()),
    "with carriage returns": (f"{FROM}{ASKED}\non it\n".replace("\n", "\r\n"), ack()),
    "blank lines and blanks before the text": (f"{FROM}{ASKED}\n\n  \n   on   it  \nlater\n", ack()),
    "no text at all": (f"{FROM}{ASKED}\n\n", ack(text=NO_CAUSE)),
    "no body": (f"{FROM}{ASKED}", ack(text=NO_CAUSE)),
    "hobbit": (f"{FROM}Subject: RE: hobbit [7] x\n\non it\n", ack(7)),
    "bb, no brackets": (f"{FROM}Subject: BB - 7! x\n\non it\n", ack(7)),
    "prefixes of other languages": (f"{FROM}Subject: AW: WG: Antw: SV: VS: 回复: Xymon [7] x\n\non it\n", ack(7)),
    "the last one counts": (f"{FROM}Subject: Xymon [5] was: Xymon [7] x\n\non it\n", ack(7)),
    "a folded subject": (f"{FROM}Subject: Re: Xymon\n [7] x\n DELAY=2h\n\non it\n", ack(7, minutes=120)),
    "the whole host": (f"{FROM}Subject: Xymon [-7] x\n\non it\n", ack(7, whole_host=True)),
    "zeros before the number": (f"{FROM}Subject: Xymon [007] x\n\non it\n", ack(7)),
    "a line with the number": (f"{FROM}Subject: hello\n\nack=77\non it\n", ack(77)),
    "a line with the number, and no subject": (f"{FROM}\nack=77\non it\n", ack(77)),
    "the line before the subject": (f"{FROM}{ASKED}\nACK 77\non it\n", ack(77)),
    "a line with minus": (f"{FROM}{ASKED}\nack=-77\non it\n", ack(77, whole_host=True)),
    "a line that begins with ack is a line": (
        f"{FROM}{ASKED}\nack 5 servers are down\n",
        ack(text="ack 5 servers are down"),
    ),
    "hours in the subject": (f"{FROM}Subject: Xymon [7] x delay=2h\n\non it\n", ack(7, minutes=120)),
    "days in a line": (f"{FROM}{ASKED}\ndelay=3d\non it\n", ack(minutes=3 * 1440)),
    "weeks": (f"{FROM}{ASKED}\non it\nDelay = 1w\n", ack(minutes=10080)),
    "minutes": (f"{FROM}{ASKED}\ndelay 90m\non it\n", ack(minutes=90)),
    "the subject's time before the line's": (
        f"{FROM}Subject: Xymon [7] DELAY=5\n\ndelay=7\non it\n",
        ack(7, minutes=5),
    ),
    "no time is the usual time": (f"{FROM}{ASKED}\ndelay=0\non it\n", ack()),
    "a strange time is the usual time": (f"{FROM}{ASKED}\ndelay={'9' * 30}\non it\n", ack(minutes=USUAL_MINUTES)),
    "a very long time": (f"{FROM}{ASKED}\ndelay=999999w\non it\n", ack(minutes=MOST_MINUTES)),
    "a text in the subject": (f"{FROM}Subject: Xymon [7] x MSG=we  know it\n\nbody\n", ack(7, "we know it")),
    "a text that is empty": (f"{FROM}Subject: Xymon [7] x MSG=\n\non it\n", ack(7)),
    "quoted lines": (f"{FROM}{ASKED}\nOn Tuesday hexmon wrote:\n> red it is\n> ack=9\n\non it\n", ack()),
    "only quoted lines": (f"{FROM}{ASKED}\nAm Dienstag schrieb hexmon:\n> red it is\n", ack(text=NO_CAUSE)),
    "an answer on top of an unquoted mail": (FROM + ASKED + "\n" + OUTLOOK, ack()),
    "a mail below a line of words": (f"{FROM}{ASKED}\non it\n-----Ursprüngliche Nachricht-----\nack=9\n", ack()),
    "a signature": (f"{FROM}{ASKED}\n-- \nAnn\n", ack(text=NO_CAUSE)),
    "no sender but a return path": (f"Return-Path: <a@b.test>\n{ASKED}\non it\n", ack(by="a@b.test")),
    "no sender": (f"{ASKED}\non it\n", ack(by="")),
    "written by a person, it says": (f"{FROM}Auto-Submitted: no\n{ASKED}\non it\n", ack()),
    "an encoded subject": (f"{FROM}Subject: =?utf-8?q?Re:_Xymon_=5B7=5D?= x\n\non it\n", ack(7)),
    "an encoded subject in two words": (
        f"{FROM}Subject: =?utf-8?B?UmU6IFh5bW9u?= =?utf-8?q?_=5B7=5D?=\n\non it\n",
        ack(7),
    ),
    "an encoded sender": ("From: =?iso-8859-1?q?J=F6rg?= <j@x.test>\n" + ASKED + "\non it\n", ack(by="Jörg j@x.test")),
    "a broken encoded word": (f"{FROM}Subject: =?utf-8?b?!!!?= Xymon [7] x\n\non it\n", ack(7)),
    "an unknown coding": (f"{FROM}Subject: =?klingon?q?Xymon_=5B7=5D?=\n\non it\n", ack(7)),
    "a subject that is not encoded": (f"{FROM}Subject: Ré: Xymon [7] x\n\non it\n", ack(7)),
    "quoted-printable": (
        f"{FROM}{ASKED}Content-Type: text/plain; charset=latin1\n{QUOTED}\n\n=FCb=\ner\n",
        ack(text="über"),
    ),
    "base64": (f"{FROM}{ASKED}Content-Transfer-Encoding: base64\n\nb24gaXQK\n", ack()),
}


@pytest.mark.parametrize(("mail", "wanted"), ACKS.values(), ids=ACKS)
def test_an_answer_acknowledges(mail: str, wanted: AckRequest) -> None:
    assert read_ack(mail.encode()) == wanted


REFUSED = {
    "nothing": ("", Why.NO_SUBJECT),
    "no subject": (f"{FROM}\non it\n", Why.NO_SUBJECT),
    "an empty subject": (f"{FROM}Subject:\n\non it\n", Why.NO_MATCH),
    "another subject": (f"{FROM}Subject: hello 5\n\non it\n", Why.NO_MATCH),
    "a recovery": (f"{FROM}Subject: Re: Xymon www.example.com:http recovered\n\nthanks\n", Why.NO_MATCH),
    "a list of squares": (f"{FROM}Subject: Re: Xymon: 37 squares: 37 red (a.b, c.d)\n\nthanks\n", Why.NO_MATCH),
    "no blank before the number": (f"{FROM}Subject: Xymon[5]\n\non it\n", Why.NO_MATCH),
    "zero": (f"{FROM}Subject: Xymon [0] x\n\non it\n", Why.NO_COOKIE),
    "a number beyond all cookies": (f"{FROM}Subject: Xymon [{'9' * 40}] x\n\non it\n", Why.NO_COOKIE),
    "an absence": (f"{FROM}Auto-Submitted: auto-replied\n{ASKED}\nI am away\n", Why.NO_MATCH),
    "our own alert": (f"{FROM}Auto-Submitted: auto-generated\n{ASKED}\nred\n", Why.NO_MATCH),
    "an absence, said otherwise": (f"{FROM}Precedence: bulk\n{ASKED}\nI am away\n", Why.NO_MATCH),
    "only a quoted line with a number": (f"{FROM}Subject: hello\n\n> ack=5\n", Why.NO_MATCH),
}


@pytest.mark.parametrize(("mail", "why"), REFUSED.values(), ids=REFUSED)
def test_it_does_not(mail: str, why: Why) -> None:
    found = read_ack(mail.encode())
    assert isinstance(found, NoAck)
    assert found.why is why
    assert found.reason


def _mail(text: str = "", page: str = "") -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Ann Other <ann@example.test>"
    mail["Subject"] = "Re: Xymon [1234] www.example.com:http"
    if text:
        mail.set_content(text)
        if page:
            mail.add_alternative(page, subtype="html")
    else:
        mail.set_content(page, subtype="html")
    return mail


def test_the_plain_part_counts() -> None:
    assert read_ack(_mail("on it\n", "<p>something else</p>").as_bytes()) == ack()


def test_an_attachment_is_not_read() -> None:
    mail = _mail("on it\n")
    mail.add_attachment("ack=9\n", filename="log.txt")
    assert read_ack(mail.as_bytes()) == ack()


PAGES = {
    "a paragraph": "<html><head><title>x</title></head><style>p { }</style><body><p>on\nit</p><p>more</p></html>",
    "lines": "on it<br>more<BR/>",
    "entities": "<div>on&#32;it</div>",
    "a quotation first": "<blockquote><p>red</p>ack=9</blockquote><div>on it</div>",
    "a script": "<script>if (a < b) x</script>on it",
    "what is no HTML": "on it<",
    "marks without an end": "on it<p",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_html_without_plain_text(page: str) -> None:
    assert read_ack(_mail(page=page).as_bytes()) == ack()


def test_a_text_is_one_line_that_cannot_speak_for_another() -> None:
    mail = f"{FROM}Subject: Xymon [7] MSG=on it =?utf-8?q?=0AAcked_by:_root?=\n\n"
    found = read_ack(mail.encode())
    assert isinstance(found, AckRequest)
    assert found.command == b"xymondack 7 60 on it Acked by: root\nAcked by: " + BY.encode() + b"\n"


def test_the_command_is_what_a_monitor_understands() -> None:
    command = AckRequest(cookie=7, minutes=90, text="on it", by="me", whole_host=True).command
    understood = parse_ack(command, "127.0.0.1", 1800.0)
    assert isinstance(understood, Acknowledge)
    assert (understood.cookie, understood.whole_host, understood.minutes) == (7, True, 90)
    assert understood.text == b"on it\nAcked by: me\n"


def test_parts_within_parts_beyond_all_measure() -> None:
    depth = "".join(f"Content-Type: multipart/mixed; boundary=b{number}\n\n--b{number}\n" for number in range(3000))
    assert read_ack(f"{FROM}{ASKED}{depth}\non it\n".encode()) == ack(text=NO_CAUSE)


HOSTILE = {
    "encoded words without an end": "Subject: " + "=?a?q?" * 40_000,
    "numbers": "Subject: Xymon [" + "0" * 200_000,
    "brackets": "Subject: " + "Xymon " + "[" * 200_000,
    "dashes": "Subject: " + "Xymon -" + "- " * 100_000,
    "delays": "Subject: Xymon [7] " + "delay=" * 40_000,
    "many headers": "\n".join(f"X{number}: y" for number in range(30_000)),
    "many lines": "Subject: Xymon [7]\n\n" + ">\n" * 120_000,
    "a long line of ack": "Subject: Xymon [7]\n\nack" + " " * 200_000 + "x",
    "marks": "Subject: Xymon [7]\nContent-Type: text/html\n\n" + "<" * 200_000,
    "many parts": "Subject: Xymon [7]\nContent-Type: multipart/mixed; boundary=b\n\n" + "--b\n\n\n" * 30_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("mail", HOSTILE.values(), ids=HOSTILE)
def test_nobody_can_make_it_work_for_long(mail: str) -> None:
    assert isinstance(read_ack(mail.encode()), AckRequest | NoAck)


_pieces = st.sampled_from(
    [
        *(
            b"From: ",
            b"Subject: ",
            b"Xymon ",
            b"[12",
            b"] ",
            b"\n",
            b"\r\n",
            b"ack=5",
            b"delay=3h",
            b"MSG=",
            b": ",
            b" ",
        ),
        *(b"=?utf-8?q?", b"=?x?b?", b"?=", b"Content-Type: ", b"multipart/mixed; boundary=b", b"text/html", b"--b"),
        *(b"; charset=", b"utf-7", b"hex", b"--", b"<p>", b"Content-Transfer-Encoding: ", b"base64", b"x-uuencode"),
        *(b"quoted-printable", b"&#x;", b"\xff", b"\0"),
    ]
)


@given(st.one_of(st.binary(max_size=200), st.lists(_pieces | st.binary(max_size=4), max_size=40).map(b"".join)))
def test_any_bytes_are_read_or_refused(mail: bytes) -> None:
    found = read_ack(mail)
    if isinstance(found, AckRequest):
        assert found.command.count(b"\n") <= 2
        assert 0 < found.cookie < 10**9
        assert 0 < found.minutes <= MOST_MINUTES


def test_what_is_longer_is_not_looked_at() -> None:
    assert read_ack(f"{FROM}{ASKED}\n".encode() + b">\n" * LONGEST_MAIL + b"on it\n") == ack(text=NO_CAUSE)
