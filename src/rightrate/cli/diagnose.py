"""`rightrate diagnose LOG...`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rightrate.cli.column_options import as_option, column_options
from rightrate.cli.exit_codes import DONE, NOT_ENOUGH_EVIDENCE, NOT_FIT
from rightrate.cli.outputs import check_apart, check_files, show, write_texts
from rightrate.errors import UsageError
from rightrate.report.words import clean

if TYPE_CHECKING:
    from rightrate.runner.diagnosis import Diagnosis

EXAMPLES = """
\b
Examples:
  rightrate diagnose log.csv
      what Keras's CSVLogger wrote; or any other log: docs/logs.md lists the formats
  rightrate diagnose 1e-4.csv 1e-3.csv 1e-2.csv --learning-rate 1e-4 --learning-rate 1e-3 --learning-rate 1e-2
      which rate was too low, which too high, and what to try next
  rightrate diagnose runs/ --fail-on critical --json diagnosis.json
  rightrate diagnose log.csv --columns loss=train/ce --ignore RR125=dropout
  rightrate diagnose watch.jsonl --follow
"""

#: Findings that the line about --fail-on names.
MOST_SAID = 6


@click.command(epilog=EXAMPLES, short_help="What is wrong with a training, and what to change.")
@click.argument("logs", nargs=-1, metavar="LOG...")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the diagnosis as JSON; - prints it and nothing else.")
@click.option("--markdown", metavar="FILE", help="Write Markdown.")
@click.option("--html", metavar="FILE", help="Write the HTML report.")
@click.option("--out", metavar="FOLDER", help="Save all reports to a new or empty folder.")
@click.option(
    "--fail-on", type=click.Choice(["critical", "warning"]),
    help="Exit with 1 where a finding of any training is at least so severe.",
)  # fmt: skip
@click.option("--ignore", multiple=True, metavar="CODE=REASON", help="A rule not to hear of, and why; repeatable.")
@click.option(
    "--columns", multiple=True, metavar="NAME=COLUMN",
    help="Which column is which quantity: loss=train/ce; repeatable.",
)  # fmt: skip
@click.option(
    "--learning-rate", multiple=True, type=float, metavar="RATE",
    help="The peak rate where the log does not say it; once for each training.",
)  # fmt: skip
@click.option("--optimizer", metavar="NAME", help="Its class in Keras, e.g. Adam.")
@click.option("--pretrained/--from-scratch", default=None, help="Whether the network had learned before.")
@click.option("--fresh-head/--no-fresh-head", default=None, help="Whether its last layers began at random weights.")
@click.option("--trainable", type=int, metavar="WEIGHTS", help="How many weights were trained; see model.summary().")
@click.option("--weights", type=int, metavar="WEIGHTS", help="How many weights there are.")
@click.option("--batch-size", type=int, help="Samples of a step.")
@click.option("--train-rows", type=int, help="Samples trained on.")
@click.option("--validation-rows", type=int, help="Samples validated on.")
@click.option("--classes", type=int, help="Number of classes, of a classifier.")
@click.option("--monitored", multiple=True, metavar="NAME", help="What callbacks decide by, e.g. val_loss; repeatable.")
@click.option("--all", "has_all", is_flag=True, help="Say why of every rule, also of those that are clear.")
@click.option("--follow", is_flag=True, help="Show a log that is still growing, until Ctrl-C.")
@click.option("--quiet", is_flag=True, help="Print nothing.")
def diagnose(
    logs: tuple[str, ...], json_to: str | None, markdown: str | None, html: str | None, out: str | None,
    fail_on: str | None, has_all: bool, follow: bool, quiet: bool, **options: Any,
) -> int:  # fmt: skip
    """Say what is wrong with the trainings in LOG (a file or folder of any tool), and what to change.

    \b
    Exit codes: 0 done; 1 findings at or above --fail-on; 2 wrong usage; 3 not enough data; 4 could not run.
    """
    asked = _asked(options)
    if not logs:
        raise UsageError("Nothing to diagnose: name a log, or a folder of logs.")
    if follow:
        _check_follow(logs, json_to, has_files=any((markdown, html, out)), quiet=quiet)
        from rightrate.cli.follow import follow_log

        with column_options():
            diagnosis = follow_log(logs[0], asked, has_all=has_all)
        return exit_code(diagnosis, fail_on)
    from rightrate.diagnosing import diagnose as diagnose_logs

    files = {"json": None if json_to == "-" else json_to, "markdown": markdown, "html": html}
    check_apart(files, logs)  # now, rather than once everything is read
    with column_options():
        diagnosis = diagnose_logs(list(logs) if len(logs) > 1 else logs[0], **asked)
    _write(diagnosis, out, files)
    if json_to == "-":
        click.echo(diagnosis.to_json())
    elif not quiet:
        _show(diagnosis, out, has_all)
    return exit_code(diagnosis, fail_on)


def exit_code(diagnosis: Diagnosis, fail_on: str | None) -> int:
    """1 where a finding of any training is at least `fail_on`, and say which; 3 where nothing could be said; else 0."""
    severe = {"critical": ("critical",), "warning": ("critical", "warning"), None: ()}[fail_on]
    every = diagnosis.trainings or (diagnosis,)
    failed = [(one.name, finding) for one in every for finding in one if finding.severity.value in severe]
    if failed:
        said = [f"{clean(name)}: {finding.severity.value} {finding.code}" for name, finding in failed[:MOST_SAID]]
        more = f", and {len(failed) - MOST_SAID} more" if len(failed) > MOST_SAID else ""
        click.echo(f"Failed by --fail-on {fail_on}: {', '.join(said)}{more}.", err=True)
        return NOT_FIT
    return NOT_ENOUGH_EVIDENCE if diagnosis.leading.cause.value == "not_enough_data" else DONE


def _asked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `rr.diagnose` that the options stand for."""
    rates = options["learning_rate"]
    return {
        **options,
        "columns": _pairs("--columns", options["columns"], "loss=train/ce"),
        "ignore": _pairs("--ignore", options["ignore"], "RR125=dropout"),
        "learning_rate": list(rates) or None,
        "monitored": list(options["monitored"]) or None,
    }


def _pairs(option: str, values: tuple[str, ...], example: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not equals or not name.strip() or not rest.strip():
            raise UsageError(f"{option} takes two words joined by =, e.g. {example}. Received: {value!r}.")
        if name.strip() in found:
            raise UsageError(f"{option} names {name.strip()} twice. Name it once.")
        found[name.strip()] = rest.strip()
    return found


def _check_follow(logs: tuple[str, ...], json_to: str | None, *, has_files: bool, quiet: bool) -> None:
    if len(logs) > 1:
        raise UsageError(f"--follow shows one log. Received {len(logs)}. Name one.")
    if json_to is not None or has_files or quiet:
        raise UsageError("--follow only shows. Leave out --json, --markdown, --html, --out and --quiet.")
    if Path(logs[0]).is_dir():
        raise UsageError(f"--follow shows one file that grows. Received a folder: {logs[0]}. Name the file in it.")


def _write(diagnosis: Diagnosis, out: str | None, files: Mapping[str, str | None]) -> None:
    check_files(files)
    check_apart(files, (one.training.source for one in diagnosis.document.examined))  # also those found in a folder
    if out is not None:
        diagnosis.save(out)
    if files["html"] is not None:
        diagnosis.report(files["html"])
    write_texts(files, {"json": diagnosis.to_json, "markdown": diagnosis.to_markdown})


def _show(diagnosis: Diagnosis, out: str | None, has_all: bool) -> None:
    from rightrate.report.diagnosed.terminal import to_terminal

    document = diagnosis.document
    said = replace(document, warnings=tuple(map(as_option, document.warnings)))
    show(to_terminal(said, has_all=has_all), out)
