"""What hexmon says on standard error."""

import logging
import os
import sys


def set_up_logging(verbose: bool) -> None:
    """Lines with a time on a terminal; under systemd the journal adds its own and wants a priority."""
    systemd = "JOURNAL_STREAM" in os.environ
    form = "%(levelname)s %(name)s: %(message)s" if systemd else "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format=form, datefmt="%H:%M:%S", stream=sys.stderr
    )
    # Their INFO lines name each step of a migration and each request.
    for noisy in ("alembic", "uvicorn", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
