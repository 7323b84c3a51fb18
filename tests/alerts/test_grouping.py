"""When many messages for one recipient become one, and what it says."""

import heapq
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts import wording_site
from hexmon.alerts.grouping import Grouping, Send, Wait, combined, merge_plan, merged
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, DeliveryState, Item, Kind, Message, Way
from hexmon.model.names import StatusKey

NOW = 1_000_000.0
FIVE = Grouping()
MAIL = Way(method="MAIL", channel="mail", address="ops@example.test")
SMS = Way(method="MAIL", channel="mail", address="ops@example.test", format="SMS")
SCRIPT = Way(method="SCRIPT", channel="script", program="/bin/tell", address="ops")
NEVER = Wait(float("inf"))


def a_message(kind: Kind = Kind.ALERT, host: str = "web", color: Color = Color.RED, **more: object) -> Message:
    words: dict[str, object] = {"worst": color, "at": NOW, "started": NOW - 60, "incident": f"i-{host}", **more}
    text = words.pop("text", f"{color.word} Sat Nov 21 {host} is not ok\nmore\n".encode())
    return Message(kind=kind, key=StatusKey(host, "conn"), color=color, text=text, **words)  # type: ignore[arg-type]


def a_delivery(number: int, created: float = NOW, *, way: Way = MAIL, **message: object) -> Delivery:
    message.setdefault("host", f"h{number}")
    return Delivery(number=number, way=way, message=a_message(at=created, **message), created=created)  # type: ignore[arg-type]


def several(count: int, first: int = 1, **more: object) -> list[Delivery]:
    return [a_delivery(number, **more) for number in range(first, first + count)]  # type: ignore[arg-type]


def numbers(plan: Send | Wait) -> list[int] | Wait:
    return [one.number for one in plan.deliveries] if isinstance(plan, Send) else plan


@pytest.mark.parametrize(
    ("waiting", "recent", "expected"),
    [
        pytest.param([], [], NEVER, id="nothing to do"),
        pytest.param(several(1), [], [1], id="one goes at once"),
        pytest.param(several(5), [], [1], id="five go one by one"),
        pytest.param(several(6), [], [1, 2, 3, 4, 5, 6], id="six at once are a burst"),
        pytest.param(several(1), [NOW - 29.0] * 4, [1], id="the fifth within the window goes at once"),
        pytest.param(several(2), [NOW - 29.0] * 4, [1, 2], id="... two make a list"),
        pytest.param(several(1), [NOW - 29.0] * 5, Wait(NOW + 1), id="... more wait for the end of the window"),
        pytest.param(several(9), [NOW - 29.0, *[NOW - 9.0] * 5], Wait(NOW + 21), id="... until there is room"),
        pytest.param(
            several(1, created=NOW - 30.5), [NOW - 29.0] * 5, Wait(NOW + 1), id="... also what waited a little longer"
        ),
        pytest.param(several(1), [NOW - 30.0] * 5, [1], id="what was sent before the window does not count"),
        pytest.param(several(1), [NOW + 50.0] * 5, [1], id="nor what was sent before the clock was set back"),
        pytest.param(several(6, way=SCRIPT), [NOW] * 9, [1], id="a program runs once for each"),
        pytest.param(several(6, kind=Kind.NOTICE), [NOW] * 9, [1], id="notices are never merged"),
        pytest.param(several(6, kind=Kind.TEST), [NOW] * 9, [1], id="nor are tests"),
        pytest.param(
            [*several(3), *several(1, 4, kind=Kind.NOTICE), *several(3, 5)], [], [1, 2, 3], id="... nor passed"
        ),
        pytest.param(several(6, items=(Item(StatusKey("a", "b"), Color.RED),)), [NOW] * 9, [1], id="nor is a list"),
        pytest.param(
            [*several(3), *several(3, 4, way=SMS), *several(1, 7)], [], [1, 2, 3, 7], id="of one format at a time"
        ),
        pytest.param(
            [*several(2, created=NOW - 45), *several(8, 3, created=NOW - 10)], [], [1], id="ten in two windows are none"
        ),
        pytest.param(several(6, created=NOW + 3), [], [1, 2, 3, 4, 5, 6], id="decided before the clock was set back"),
    ],
)
def test_what_a_lane_does_next(
    waiting: Sequence[Delivery], recent: Sequence[float], expected: list[int] | Wait
) -> None:
    assert numbers(merge_plan(waiting, recent, NOW, FIVE)) == expected


def test_a_channel_that_never_merges() -> None:
    assert numbers(merge_plan(several(60), [NOW] * 60, NOW, Grouping(group_from=0))) == [1]


def played(waiting: Sequence[Delivery], start: float) -> list[tuple[float, list[int]]]:
    """All that a lane sends from that moment on, when every message takes no time."""
    left, sent, now = list(waiting), list[tuple[float, list[int]]](), start
    while left:
        plan = merge_plan(left, [moment for moment, _ in sent], now, FIVE)
        if isinstance(plan, Wait):
            assert plan.until > now
            now = plan.until
            continue
        sent.append((now, [one.number for one in plan.deliveries]))
        left = [one for one in left if one not in plan.deliveries]
    return sent


def test_what_waited_for_a_dead_channel_goes_at_once_and_one_by_one() -> None:
    waiting = [a_delivery(number, NOW - 600 + 20 * number) for number in range(27)]
    assert played(waiting, NOW) == [(NOW, [number]) for number in range(27)]


def test_a_burst_that_waited_for_a_dead_channel_is_one_message() -> None:
    burst = several(50, 2, created=NOW - 300)
    sent = played([a_delivery(1, NOW - 500), *burst, a_delivery(99, NOW - 200)], NOW)
    assert sent == [(NOW, [1]), (NOW, list(range(2, 52))), (NOW, [99])]


# What one message for many says.


def test_one_delivery_says_what_it_says() -> None:
    delivery = a_delivery(1)
    assert combined([delivery]) is delivery.message
    assert merged([delivery], NOW) == (delivery,)


def test_the_rows_of_the_outbox_name_the_one_that_carries_them() -> None:
    rows = merged(several(3), NOW + 1)
    assert [(row.number, row.state, row.merged_into, row.ended) for row in rows] == [
        (1, DeliveryState.WAITING, 0, 0.0),
        (2, DeliveryState.MERGED, 1, NOW + 1),
        (3, DeliveryState.MERGED, 1, NOW + 1),
    ]
    assert [item.key.host for item in rows[0].message.items] == ["h1", "h2", "h3"]
    assert rows[1].message == several(1, 2)[0].message


def test_what_is_bad_goes_first_the_worst_and_oldest_of_it_before_the_others() -> None:
    message = combined(
        [
            a_delivery(1, NOW - 2, kind=Kind.RECOVERY, host="a", text=b"green all is well"),
            a_delivery(2, host="b", color=Color.YELLOW, cookie=22),
            a_delivery(3, kind=Kind.DISABLED, host="c", started=NOW - 99),
            a_delivery(4, host="d", started=NOW - 5, cookie=44),
            a_delivery(5, kind=Kind.REMINDER, host="e", started=NOW - 9, text=b"red"),
        ]
    )
    conn = "conn"
    assert message.items == (
        Item(StatusKey("e", conn), Color.RED, "", -1, NOW - 9),
        Item(StatusKey("d", conn), Color.RED, "Sat Nov 21 d is not ok", 44, NOW - 5),
        Item(StatusKey("b", conn), Color.YELLOW, "Sat Nov 21 b is not ok", 22, NOW - 60),
        Item(StatusKey("c", conn), Color.BLUE, "Sat Nov 21 c is not ok", -1, NOW),
        Item(StatusKey("a", conn), Color.GREEN, "all is well", -1, NOW - 2),
    )
    assert (message.kind, message.color, message.worst) == (Kind.ALERT, Color.RED, Color.RED)
    assert (message.at, message.started) == (NOW, NOW - 99)
    assert (message.key.host, message.incident, message.cookie, message.text) == ("a", "i-a", -1, b"")


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([Kind.REMINDER, Kind.ALERT], Kind.ALERT),
        ([Kind.REMINDER, Kind.RECOVERY], Kind.REMINDER),
        ([Kind.DISABLED, Kind.RECOVERY], Kind.RECOVERY),
        ([Kind.DISABLED, Kind.DISABLED], Kind.DISABLED),
    ],
)
def test_the_kind_of_a_list(kinds: Sequence[Kind], expected: Kind) -> None:
    assert combined([a_delivery(number, kind=kind) for number, kind in enumerate(kinds, 1)]).kind is expected


def test_of_each_incident_only_what_is_still_true() -> None:
    message = combined(
        [
            a_delivery(1, host="a", color=Color.YELLOW),
            a_delivery(2, host="b"),
            a_delivery(3, host="a", color=Color.RED),
            a_delivery(4, kind=Kind.RECOVERY, host="b"),
            a_delivery(5, host="b", incident="another"),
        ]
    )
    assert [(item.key.host, item.color) for item in message.items] == [
        ("a", Color.RED),
        ("b", Color.RED),
        ("b", Color.GREEN),
    ]


def test_the_colour_of_ends_is_that_of_their_alerts() -> None:
    ends = [a_delivery(number, kind=Kind.RECOVERY, color=Color.YELLOW) for number in (1, 2)]
    assert combined(ends).color is Color.YELLOW


def test_what_the_roots_explain_is_listed_once_and_not_what_has_a_line_of_its_own() -> None:
    child, own = Item(StatusKey("x", "conn"), Color.RED), Item(StatusKey("h2", "conn"), Color.RED)
    message = combined(
        [
            a_delivery(1, explains=(child, own)),
            a_delivery(2, explains=(child,)),
            a_delivery(3, kind=Kind.RECOVERY, explains=(Item(StatusKey("y", "conn"), Color.RED),)),
        ]
    )
    assert message.explains == (child,)


# Whatever is decided, and whenever the channel works.

decisions = st.lists(
    st.tuples(
        st.one_of(st.just(0.0), st.floats(0.0, 20.0).map(lambda gap: round(gap, 1))),
        st.integers(0, 4),
        st.sampled_from([*Kind, Kind.ALERT, Kind.ALERT]),
        st.sampled_from([MAIL, MAIL, SMS]),
    ),
    max_size=60,
)


def deliveries_of(decided: Sequence[tuple[float, int, Kind, Way]]) -> list[Delivery]:
    made, moment = [], NOW
    for number, (gap, host, kind, way) in enumerate(decided, 1):
        moment += gap
        made.append(a_delivery(number, moment, way=way, kind=kind, host=f"h{host}"))
    return made


class Lane:
    """An outbox with one lane: takes up what was created and does what the plan says."""

    def __init__(self, deliveries: Sequence[Delivery], down: float, settings: Grouping) -> None:
        self.sent: list[tuple[float, tuple[Delivery, ...]]] = []
        self._settings = settings
        self._waiting: list[Delivery] = []
        self._coming = list(deliveries)
        self._down_until = NOW + down

    def run(self) -> None:
        now = NOW
        moments = [now, *(one.created for one in self._coming), self._down_until]
        heapq.heapify(moments)
        while moments:
            now = max(now, heapq.heappop(moments))
            while self._coming and self._coming[0].created <= now:
                self._waiting.append(self._coming.pop(0))
            if now < self._down_until:
                continue
            while isinstance(plan := self._plan(now), Send):
                self.sent.append((now, plan.deliveries))
                self._waiting = [one for one in self._waiting if one not in plan.deliveries]
            if self._waiting:
                assert now < plan.until <= now + self._settings.seconds
                heapq.heappush(moments, plan.until)

    def _plan(self, now: float) -> Send | Wait:
        return merge_plan(self._waiting, [moment for moment, _ in self.sent], now, self._settings)


settings = st.builds(Grouping, group_from=st.integers(0, 6), seconds=st.sampled_from([5.0, 30.0]))


@given(decisions, st.sampled_from([0.0, 20.0, 400.0]), settings)
def test_everything_is_sent_once_and_in_order(
    decided: list[tuple[float, int, Kind, Way]], down: float, settings: Grouping
) -> None:
    deliveries = deliveries_of(decided)
    lane = Lane(deliveries, down, settings)
    lane.run()
    sent = [one for _, group in lane.sent for one in group]
    assert sorted(one.number for one in sent) == [one.number for one in deliveries]
    for format_ in ("TEXT", "SMS"):
        ours = [one.number for one in sent if one.way.format == format_]
        assert ours == sorted(ours)
    for _, group in lane.sent:
        if len(group) > 1:
            assert len({one.way.format for one in group}) == 1
            assert not {one.message.kind for one in group} & {Kind.NOTICE, Kind.TEST}
            latest = {one.message.incident: one.message for one in group}
            items = combined(group).items
            assert sorted(item.key for item in items) == sorted(one.key for one in latest.values())


@given(decisions, settings.filter(lambda one: one.group_from > 0))
def test_no_more_than_the_limit_within_a_window_while_the_channel_works(
    decided: list[tuple[float, int, Kind, Way]], settings: Grouping
) -> None:
    alone = (Kind.NOTICE, Kind.TEST)
    deliveries = deliveries_of([(gap, host, kind, MAIL) for gap, host, kind, _ in decided if kind not in alone])
    lane = Lane(deliveries, 0.0, settings)
    lane.run()
    moments = [moment for moment, _ in lane.sent]
    for moment in moments:
        assert sum(moment <= other < moment + settings.seconds for other in moments) <= settings.group_from
    for moment, group in lane.sent:
        assert moment - group[0].created <= settings.seconds, "nothing waits longer than one window"


def test_monitors_of_a_site_are_told_in_its_sentences_also_when_there_are_many() -> None:
    way = msgspec.structs.replace(MAIL, format="SITE")
    words: dict[str, Any] = {"site": "Lab", "text": b"red error response code 500\n"}
    why = "new outage: error response code 500"
    news = [
        a_delivery(number, way=way, ip=f"192.0.2.{number}", display=f"web {number}", **words) for number in range(1, 5)
    ]
    over = a_delivery(5, way=way, kind=Kind.RECOVERY, ip="192.0.2.5", display="door & <b>", **words)
    message = combined([*news, over])
    assert wording_site.subject(message) == "[OUTAGE] Lab - Service Down: 5 monitors (web 1, web 2, web 3, ...)"
    assert wording_site.body(message).decode().split("\n") == [
        *(
            f"web {number} in Lab {why} (192.0.2.{number}) at 1:46 PM UTC, down for 1 mins 0 secs"
            for number in range(1, 5)
        ),
        "door & <b> in Lab is UP (192.0.2.5) at 1:46 PM UTC, outage lasted 1 mins 0 secs",
        "",
        "---",
        "hexmon Notification",
        "Site: Lab",
        "",
    ]


def test_a_list_of_a_site_has_an_end() -> None:
    way = msgspec.structs.replace(MAIL, format="SITE")
    told = wording_site.body(combined(several(700, way=way, site="Lab"))).decode().split("\n")
    assert told[500] == "and 200 more"


def test_a_list_that_was_stored_before_sites_had_their_words_is_told_as_others_are() -> None:
    old = msgspec.structs.replace(combined(several(6)), site="Lab")
    assert wording_site.subject(old).startswith("Xymon: 6 squares: 6 red")
    assert wording_site.body(old).startswith(b"red: 6\n")
