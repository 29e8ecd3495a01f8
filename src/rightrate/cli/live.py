"""`rightrate live [FOLDER]`."""

from __future__ import annotations

import click

EXAMPLES = """
\b
Examples:
  rightrate live
      the runs and logs of rr.Watch here and below, in the browser
  rightrate live runs/0003
  rightrate live runs --no-browser --port 8050
      prints the address; on another machine: ssh -L 8050:localhost:8050 THAT_MACHINE
  rightrate tune model.keras data.npz --live
      starts the same beside a search
"""


@click.command(epilog=EXAMPLES, short_help="Runs under a folder in the browser, while they run.")
@click.argument("folder", default=".")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to serve at. The default is for this machine only."
)
@click.option("--port", default=0, show_default=True, help="Port to serve at; 0 takes a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the address; do not open it.")
@click.option("--stay", is_flag=True, help="Do not end by itself.")
def live(folder: str, host: str, port: int, no_browser: bool, stay: bool) -> int:
    """Show the runs under FOLDER in a browser: running searches and trainings as they go, finished ones with reports.

    It reads what runs write and never changes anything. It ends at Ctrl-C, or when nobody has looked for ten minutes
    after the last change (--stay keeps it). The address holds a random key: who has it can read the runs, no other
    file. Needs: pip install 'rightrate[live]'
    """
    from rightrate.live.serve import serve

    def announce(address: str, is_loopback: bool) -> None:
        click.echo(f"Live view: {address}")
        if not is_loopback:
            click.echo("Anyone who can reach this machine and has this address can read the runs.", err=True)
        if not no_browser:
            _open(address)

    serve(folder, host=host, port=port, stay=stay, announce=announce)
    return 0


def _open(address: str) -> None:
    import threading
    import webbrowser

    def open_it() -> None:
        if not webbrowser.open(address):
            click.echo("No browser could be opened here: open the address in one.", err=True)

    threading.Thread(target=open_it, daemon=True).start()  # the server answers once this returns
