"""What hexmon knows about itself: its own square, `/-/ready`, and `/metrics`."""

from collections.abc import Iterable, Sequence

from hexmon import __version__
from hexmon.app.lines import by_label, counter, gauge
from hexmon.app.own import OWN_TEST, own_name
from hexmon.app.parts import Parts
from hexmon.model.color import WORDS, Color
from hexmon.model.names import StatusKey, host_to_wire
from hexmon.model.origin import Problem
from hexmon.model.status import Report
from hexmon.schedule.lateness import LatenessHistogram
from hexmon.web.context import Health

_LATE = 1.0  # seconds that half of all starts may be late before the own square says so
_HANGS = 30.0  # seconds without a turn of the scheduler
_MOST_LINES = 20


def health(parts: Parts) -> Health:
    """For `/-/healthy` and `/-/ready`."""
    hangs = parts.clock.monotonic() - parts.runner.stats.last_tick > _HANGS and parts.condition.ready
    problems = [text for color, text in _findings(parts) if color is Color.RED]
    return Health(healthy=not hangs, ready=parts.condition.ready, problems=tuple(problems))


def own_report(parts: Parts, now: float) -> Report:
    """The square `hexmon` of the machine it runs on: green, or what is wrong and where."""
    findings = list(_findings(parts))
    color = max((found for found, _ in findings), default=Color.GREEN)
    word = {Color.GREEN: "hexmon is well"}.get(color, "hexmon needs attention")
    lines = [f"{WORDS[color]} {word}", ""]
    lines += [f"&{found.word} {text}" for found, text in findings]
    lines += ["", *_figures(parts, now)]
    name = own_name(parts.configuration)
    return Report(
        key=StatusKey(name, OWN_TEST),
        color=color,
        text=("\n".join(lines) + "\n").encode(),
        sender="hexmon",
        head=f"status {host_to_wire(name)}.{OWN_TEST} ".encode(),
    )


def _findings(parts: Parts) -> Iterable[tuple[Color, str]]:
    condition = parts.condition
    if parts.storage.journal.trouble:
        yield Color.RED, f"the store does not take what is written: {parts.storage.journal.trouble}"
    yield from _problems("the new configuration was refused, the old one is in force", condition.config_refused)
    yield from _problems("mistakes in the configuration", condition.config_problems)
    yield from _problems("mistakes in what agents are told", parts.dispatcher.files.problems)
    yield from _problems("users and tokens of agents", parts.endpoint.credentials.problems)
    yield from _problems("mistakes in the modules of /probe", parts.blackbox.file.problems)
    for trouble in parts.alerting.troubles():
        yield Color.YELLOW, trouble
    for trouble in parts.graphing.troubles() if parts.graphing is not None else ():
        yield Color.YELLOW, trouble
    yield from _pulls(list(parts.puller.troubles()))
    lateness = parts.runner.stats.lateness
    if lateness.quantile(0.5) > _LATE:
        yield Color.YELLOW, f"checks start late: half of them by more than {lateness.quantile(0.5):.1f} s"


def _problems(what: str, problems: tuple[Problem, ...]) -> Iterable[tuple[Color, str]]:
    for problem in problems[:_MOST_LINES]:
        yield Color.YELLOW, f"{what}: {problem}"
    if len(problems) > _MOST_LINES:
        yield Color.YELLOW, f"and {len(problems) - _MOST_LINES} more; `hexmon check-config` prints all"


def _pulls(troubles: Sequence[str]) -> Iterable[tuple[Color, str]]:
    for trouble in troubles[:_MOST_LINES]:
        yield Color.YELLOW, trouble
    if len(troubles) > _MOST_LINES:
        yield Color.YELLOW, f"and of {len(troubles) - _MOST_LINES} more hosts"


def _figures(parts: Parts, now: float) -> list[str]:
    board, stats = parts.board, parts.runner.stats
    squares = sum(1 for _ in board.statuses())
    up = int(now - parts.started)
    return [
        f"Version           : {__version__}",
        f"Up                : {up // 86400} days {up // 3600 % 24:02}:{up // 60 % 60:02}",
        f"Hosts             : {len(board.inventory.hosts)}",
        f"Squares           : {squares}",
        f"Checks started    : {stats.started}",
        f"Start lateness    : {_lateness(stats.lateness)}",
        f"Messages          : {sum(parts.dispatcher.counts.values())}",
        f"Waiting to be written : {parts.storage.journal.depth()}",
        *(f"{name:18}: {count}" for name, count in sorted(parts.dispatcher.counts.items())),
        *_ghost_lines(parts, now),
    ]


def _lateness(lateness: LatenessHistogram) -> str:
    half, most, worst = lateness.quantile(0.5), lateness.quantile(0.99), lateness.worst
    return f"p50 {half * 1000:.0f} ms, p99 {most * 1000:.0f} ms, worst {worst * 1000:.0f} ms"


def _ghost_lines(parts: Parts, now: float) -> list[str]:
    recent = [ghost for ghost in parts.board.ghosts if now - ghost.last < 600.0]
    if not recent:
        return []
    lines = ["", "Reports for hosts that are not in hosts.cfg, in the last 10 minutes:"]
    lines += [f"  {ghost.name} from {ghost.sender}" for ghost in recent[:_MOST_LINES]]
    return [*lines, "The page /ghosts and `hexmon ghosts` list them all, and how to add them."]


def metrics(parts: Parts) -> str:
    """The text format of Prometheus (exposition format 0.0.4)."""
    stats, board = parts.runner.stats, parts.board
    lines = [
        *gauge("hexmon_info", 1, f'version="{__version__}"'),
        *gauge("hexmon_start_time_seconds", parts.started),
        *gauge("hexmon_hosts", len(board.inventory.hosts)),
        *_squares_by_color(parts),
        *counter("hexmon_checks_started_total", stats.started),
        *counter("hexmon_check_errors_total", stats.errors),
        *counter("hexmon_checks_missed_total", parts.runner.agenda.missed),
        *gauge("hexmon_checks_in_flight", parts.runner.in_flight()),
        *gauge("hexmon_verdicts_held", stats.held),
        *stats.lateness.lines("hexmon_check_start_lateness_seconds"),
        *by_label("hexmon_messages_total", "command", parts.dispatcher.counts),
        *by_label("hexmon_connections_total", "what", parts.server.counters),
        *gauge("hexmon_connections_open", parts.server.connections()),
        *by_label("hexmon_http_requests_total", "what", parts.endpoint.counters),
        *by_label("hexmon_http_senders_total", "by", parts.endpoint.credentials.counters),
        *counter("hexmon_out_of_scope_total", parts.endpoint.scopes.refused),
        *(
            line
            for what, count in parts.client_judge.counts.items()
            for line in counter(f"hexmon_client_messages_{what}_total", count)
        ),
        *gauge("hexmon_client_messages_waiting", parts.client_judge.depth()),
        *by_label("hexmon_board_total", "what", board.counters),
        *by_label("hexmon_pulls_total", "what", parts.puller.counts),
        *by_label("hexmon_blackbox_probes_total", "what", parts.blackbox.counts),
        *parts.storage.metrics(),
        *parts.alerting.metrics(),
        *parts.keeper.metrics(),
        *(parts.host_data.metrics() if parts.host_data is not None else ()),
        *(parts.graphing.metrics() if parts.graphing is not None else ()),
    ]
    for queue in parts.bus.followers():
        lines.append(f'hexmon_queue_depth{{queue="{queue.name}"}} {queue.depth()}')
        lines.append(f'hexmon_queue_lost_total{{queue="{queue.name}"}} {queue.lost}')
    return "\n".join(lines) + "\n"


def _squares_by_color(parts: Parts) -> list[str]:
    counts = dict.fromkeys(Color, 0)
    for status in parts.board.statuses():
        counts[status.color] += 1
    return by_label("hexmon_squares", "color", {color.word: count for color, count in counts.items()}, "gauge")
