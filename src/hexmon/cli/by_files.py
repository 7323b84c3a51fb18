"""Verbs whose work rests on files of configuration: what keeps them from it, and what does not."""

import sys
from collections.abc import Callable, Sequence

from hexmon.model.origin import ConfigError, Problem


def by_files(verb: str, work: Callable[[], tuple[int, Sequence[Problem]]]) -> int:
    """Do what rests on files of configuration: its exit status, 2 when one of them cannot be used.

    `work` gives its status and the mistakes that did not keep it from its work: how many there are is told.
    """
    try:
        status, problems = work()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        if error.filename is None:
            raise  # standard output
        print(f"hexmon {verb}: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    if problems:
        count = len(problems)
        print(f"hexmon {verb}: {count} mistake{'s' * (count > 1)}; hexmon check-config names them", file=sys.stderr)
    return status
