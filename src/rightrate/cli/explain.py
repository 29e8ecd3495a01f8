"""`rightrate explain [CODE]`."""

from __future__ import annotations

import click


@click.command(short_help="What a finding means, and what to do about it.")
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Show the page of a finding's CODE, such as RR101; without one, list all of them.

    \b
    Examples:
      rightrate explain
      rightrate explain RR101
    """
    from rich.console import Console
    from rich.markdown import Markdown

    from rightrate.explaining import explain as page_of
    from rightrate.explaining import listing

    text = listing() if code is None else page_of(code)
    console = Console()
    if console.is_terminal:
        console.print(Markdown(text, hyperlinks=False), width=min(console.width, 100))
    else:
        click.echo(text)
    return 0
