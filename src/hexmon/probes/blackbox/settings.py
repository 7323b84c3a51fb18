"""What can be set about `/probe`: the `[blackbox]` section."""

from dataclasses import dataclass

from hexmon.config.settings import PositiveCount, PositiveSeconds


@dataclass(frozen=True, kw_only=True)
class BlackboxSettings:
    """`allow` are the networks that may ask: whoever may can make hexmon reach out. Seconds.

    `timeout` is that of a probe whose module and whose asker say nothing; `offset` is taken off what Prometheus says
    that it waits. `concurrency` is how many probes run at once.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own word
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1")
    timeout: PositiveSeconds = 120.0
    offset: float = 0.5
    concurrency: PositiveCount = 200
