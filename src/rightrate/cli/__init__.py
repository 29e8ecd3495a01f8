"""The command line: parse, call the workflow, print, exit code. `main` is the entry point."""

import sys


def main() -> None:
    """Run the command line; a Ctrl-C while it is still being loaded ends it as tidily as a later one."""
    try:
        from rightrate.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
