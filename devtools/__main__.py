"""`python -m devtools COMMAND`: what `dev.py` becomes once `.venv` is there."""

import sys

from devtools.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
