"""The part `site:` of a file: who is told and how, and what holds for all its monitors. Pure."""

from typing import Any

import msgspec

from hexmon.config.decode import Place
from hexmon.inventory.sites.options import EMAIL_SERVER, OUTAGE_EMAIL, OUTAGE_WEBHOOK, SITE, Options
from hexmon.inventory.sites.tables import LOST, Found, Teller, read_table
from hexmon.inventory.sites.values import shown
from hexmon.model.site import EmailServer, OutageEmail, OutageWebhook

_SMTPS = 465
_OURS = ("127.", "localhost", "::1", "[::1]")


class SitePart(msgspec.Struct, frozen=True, kw_only=True):
    """What it says; `found` has the plain values."""

    found: Found
    email_server: EmailServer | None = None
    outage_emails: tuple[OutageEmail, ...] = ()
    outage_webhooks: tuple[OutageWebhook, ...] = ()

    @property
    def name(self) -> str:
        """The name, "" without a good one."""
        return str(self.found.get("name", ""))


def read_site_part(teller: Teller, value: Any) -> SitePart:
    """The value of `site`."""
    place: Place = ("site",)
    if not isinstance(value, dict):
        teller.tell(place, f"site: lines KEY: VALUE are needed, not {shown(value)}")
        return SitePart(found=Found())
    found = read_table(teller, value, SITE, place, "site")
    emails = _list(teller, found, "outage_emails", OUTAGE_EMAIL)
    webhooks = _list(teller, found, "outage_webhooks", OUTAGE_WEBHOOK)
    if "outage_emails" in found and "email_server" not in found:
        hint = "write email_server: with smtp_host, smtp_port and from_address"
        teller.tell((*place, "outage_emails"), "site.outage_emails: no mail can be sent without 'email_server'", hint)
    _compare_intervals(teller, found)
    return SitePart(
        found=found,
        email_server=_email_server(teller, found),
        outage_emails=tuple(_email(teller, emails)),
        outage_webhooks=tuple(_webhook(teller, one) for one in webhooks),
    )


Listed = list[tuple[Place, Found]]


def _list(teller: Teller, found: Found, key: str, options: Options) -> Listed:
    """The tables of a list, without those that lack what is needed."""
    value, place = found.get(key, []), ("site", key)
    if value is LOST:
        return []
    if not isinstance(value, list):
        teller.tell(place, f"site.{key}: a list is needed: lines that begin with -, not {shown(value)}")
        return []
    rows: Listed = []
    for number, item in enumerate(value):
        here = (*place, number)
        row = read_table(teller, item, options, here, f"site.{key}[{number + 1}]")
        if all(name in row.values for name, option in options.items() if option.needed):
            rows.append((here, row))
    return rows


def _email(teller: Teller, rows: Listed) -> list[OutageEmail]:
    made: dict[str, OutageEmail] = {}
    for place, row in rows:
        address = row.get("email")
        one = OutageEmail(
            email=address,
            outages=row.get("email_outages", True),
            recoveries=row.get("email_recoveries", True),
            reminders=row.get("email_reminders", True),
            line=teller.locate(place).line or 0,
        )
        before = made.setdefault(address.lower(), one)
        if before is not one:
            text = f"site.outage_emails: {address} stands on line {before.line} already, which counts"
            teller.tell(place, text, "take one of them away", fatal=False)
    return list(made.values())


def _webhook(teller: Teller, listed: tuple[Place, Found]) -> OutageWebhook:
    place, row = listed
    encoding, prefix = row.get("request_encoding"), row.get("request_prefix", "")
    label = f"site.outage_webhooks[{int(place[-1]) + 1}]"
    if encoding == "JSON" and _like_a_form(prefix):
        text = f"{label}: request_prefix looks like a form, but JSON puts it into the text"
        teller.tell((*place, "request_prefix"), text, "write request_encoding: URL", fatal=False)
    if encoding == "JSON" and row.get("request_method") == "GET":
        text = f"{label}: a GET has no body: the bare sentence goes behind the URL"
        teller.tell((*place, "request_encoding"), text, "write request_method: POST", fatal=False)
    return OutageWebhook(
        endpoint_url=row.get("endpoint_url"),
        request_method=row.get("request_method"),
        request_encoding=encoding,
        request_prefix=prefix,
        request_suffix=row.get("request_suffix", ""),
        line=teller.locate(place).line or 0,
    )


def _like_a_form(prefix: str) -> bool:
    """`token=...&message=`: what a form or a query begins with."""
    return prefix.rstrip().endswith("=") and not prefix.lstrip().startswith("{")


def _email_server(teller: Teller, found: Found) -> EmailServer | None:
    value, place = found.get("email_server", LOST), ("site", "email_server")
    if value is LOST:
        return None
    row = read_table(teller, value, EMAIL_SERVER, place, "site.email_server")
    if not all(name in row.values for name, option in EMAIL_SERVER.items() if option.needed):
        return None
    server = EmailServer(**row.values)
    _check_login(teller, row, server)
    return server


def _check_login(teller: Teller, row: Found, server: EmailServer) -> None:
    """As in APMonitor there is a login only with both words; unlike there no password goes over the net in clear."""
    place = ("site", "email_server")
    both = ("smtp_username", "smtp_password")
    missing = [word for word in both if word not in row]
    if len(missing) == 1:
        teller.tell(place, f"site.email_server: nobody logs in: '{missing[0]}' is missing", fatal=False)
    encrypted = server.use_tls or server.smtp_port == _SMTPS
    if not missing and not encrypted and not server.smtp_host.startswith(_OURS):
        text = "site.email_server: without use_tls the password would be readable on its way"
        teller.tell((*place, "use_tls"), text, "write use_tls: true, or take smtp_username and smtp_password away")


def _compare_intervals(teller: Teller, found: Found) -> None:
    notify, check = found.get("notify_every_n_secs"), found.get("check_every_n_secs")
    if notify is not None and check is not None and notify < check:
        text = f"site: notify_every_n_secs ({notify}) is less than check_every_n_secs ({check})"
        teller.tell(("site", "notify_every_n_secs"), text, fatal=False)
