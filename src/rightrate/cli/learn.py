"""`rightrate learn [RUN_FOLDER]`."""

from __future__ import annotations

import click


@click.command(short_help="An interactive lesson about the learning rate, as one page.")
@click.argument("run_folder", required=False)
@click.option("--out", metavar="FILE", default="lesson.html", show_default=True, help="Where the page is written.")
@click.option("--no-browser", is_flag=True, help="Only write the page; do not open it.")
def learn(run_folder: str | None, out: str, no_browser: bool) -> int:
    """Write the lesson as one page that needs no network, and open it.

    Move the learning rate and see losses, accuracy, confusion matrix, precision, recall, diagnosis and verdict of
    trainings that really ran. With RUN_FOLDER, a folder that `rightrate tune` wrote, it is taught on your own search.

    \b
    Examples:
      rightrate learn
      rightrate learn --no-browser --out lesson.html
      rightrate learn runs/0001
    """
    import webbrowser
    from pathlib import Path

    from rightrate.cli.outputs import check_files
    from rightrate.learning import write_lesson

    check_files({"out": out})
    path = write_lesson(out, run_folder)
    click.echo(f"The lesson is in {path}.")
    if not no_browser and not webbrowser.open(Path(path).resolve().as_uri()):
        click.echo("No browser could be opened here: open the file in one.")
    return 0
