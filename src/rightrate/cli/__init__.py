"""The command line: parse, call the workflow, print, exit code. `main` is the entry point."""

from rightrate.cli.main import main

__all__ = ["main"]
