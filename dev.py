#!/usr/bin/env python3
"""One door to Naryad for people, make and CI. Needs Python 3.11 or newer and nothing else.

    python3 dev.py demo              the main job from nothing to a finished run, shown live
    python3 dev.py up                everything in the foreground until Ctrl-C
    python3 dev.py test [ARGS]       all the tests on services of their own (ARGS go to pytest)
    python3 dev.py check             lint, types, floors, migrations in step, Django checks, OpenAPI
    python3 dev.py bench W1          how fast it is here: W1 W2 W3 W4 events memory data (--help tells more)
    python3 dev.py chaos [ARGS]      kill, freeze and starve an installation of its own (docs/chaos.md)
    python3 dev.py ledger            a server that writes down every call it gets
    python3 dev.py run NAME          one process: postgres valkey web worker ticker beat bot sandbox
    python3 dev.py status [--json]   what is running, where, and how much memory it takes
    python3 dev.py stop              stop what is running
    python3 dev.py doctor            whether all of it works, and what to do about what does not
    python3 dev.py manage ARGS       manage.py with the addresses of this installation
    python3 dev.py messages          the catalogues of locale/, in step with the texts of the code
    python3 dev.py pictures          the pictures of docs/, taken from a running installation in Chromium
    python3 dev.py requirements      which tests show which requirement, written into docs/requirements.md
    python3 dev.py ui                the visual editor's pages, built from workflows/ui
    python3 dev.py screenshots       docs/screenshots, of an installation of its own in Chromium
    python3 dev.py lock              write the lock files anew from requirements*.in
    python3 dev.py audit             known holes in what the lock files name; asks the index

This file only builds `.venv` from the lock; the work is done by the package `devtools`.
"""

import sys

from devtools import bootstrap


def main() -> None:
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(__doc__)
        return
    try:
        bootstrap.enter(arguments)
    except bootstrap.Unusable as problem:
        sys.exit(f"dev.py: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
