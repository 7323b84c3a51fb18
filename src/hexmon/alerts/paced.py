"""How often people are reminded, as YAML rules and YAML sites say it. Pure."""

from hexmon.alerts.rules import Bezier, Constant

# Soon again at first, then less and less often: 14, 26, 37, 45, 52, 56 and 59 minutes, then every hour.
USUAL = Bezier(plateau=3600.0, ramp=8)
# Ten years: a number that every store keeps, unlike infinity.
NO_REMINDERS = Constant(seconds=10 * 365 * 86400.0)
_SITE_SECONDS = 600.0


def site_pacing(notify_every_n_secs: float | None = None, after_every_n_notifications: int | None = None) -> Bezier:
    """APMonitor's two words; its defaults are those of its sites: every ten minutes from the first reminder on."""
    plateau = _SITE_SECONDS if notify_every_n_secs is None else notify_every_n_secs
    return Bezier(plateau=plateau, ramp=max(1, after_every_n_notifications or 1))
