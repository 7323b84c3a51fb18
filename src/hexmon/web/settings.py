"""What can be set about the pages: the `[pages]` section."""

from dataclasses import dataclass

from hexmon.web.propagation import Propagation


@dataclass(frozen=True, kw_only=True)
class PageSettings:
    """Tests whose colour does not reach the page, as the NOPROP tags have them; the words are xymongen's.

    `wml` are the tests on the list for small screens, of hosts that have neither WML nor NK.
    """

    nopropred: tuple[str, ...] = ()
    nopropyellow: tuple[str, ...] = ()
    noproppurple: tuple[str, ...] = ()
    nopropack: tuple[str, ...] = ()
    wml: tuple[str, ...] = ()

    def propagation(self) -> Propagation:
        """What holds for hosts without a tag of their own."""
        lists = (self.nopropred, self.nopropyellow, self.noproppurple, self.nopropack)
        return Propagation(*map(frozenset, lists))
