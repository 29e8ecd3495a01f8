"""`rightrate compare OLD.json NEW.json`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="What changed between two verdicts, as Markdown for a pull request.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE too.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the HTML report.")
def compare(old: Path, new: Path, out: Path | None, html: Path | None) -> int:
    """Compare the verdicts OLD and NEW (verdict.json files): what changed, and which changes are proven.

    A change is proven where chance alone is unlikely, corrected for the number of figures compared (Holm).

    \b
    Example:
      rightrate compare main/verdict.json branch/verdict.json > comment.md
      rightrate compare main/verdict.json branch/verdict.json --html changes.html
    """
    from rightrate.cli.judge_not_run import trouble
    from rightrate.cli.outputs import check_apart
    from rightrate.errors import CannotRunError, DataError
    from rightrate.judge_files import read_verdict
    from rightrate.report.judged.compare import to_markdown
    from rightrate.store import write_safely
    from rightrate.verdict.beyond_chance import corrected
    from rightrate.verdict.difference import difference

    wrong = [said for path in (out, html) if path is not None and (said := trouble(path))]
    if wrong:
        raise CannotRunError(f"{'; '.join(wrong)}. Name a file in a folder that exists.")
    files = {"out": None if out is None else str(out), "html": None if html is None else str(html)}
    check_apart(files, (str(old), str(new)))
    before, now = read_verdict(old), read_verdict(new)
    if before.task != now.task:
        raise DataError(
            f"'{old}' judges a {before.task} task and '{new}' a {now.task} task; expected two verdicts of one task, as "
            "other figures do not compare. Name two of one task, or judge both with the same --task."
        )
    found = corrected(difference(before, now), before, now)
    text = to_markdown(found)
    if out is not None:
        write_safely(out, lambda p: p.write_text(text, encoding="utf-8"))
    if html is not None:
        from rightrate.report.judged.compared import to_html

        shown = to_html(found, before, now, (str(old), str(new)))
        write_safely(html, lambda p: p.write_text(shown, encoding="utf-8"))
    click.echo(text)
    return 0
