"""`python -m hexmon`: the same as the `hexmon` command."""

import sys

from hexmon.cli import main

if __name__ == "__main__":
    sys.exit(main())
