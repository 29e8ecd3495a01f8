"""`rightrate judge PREDICTIONS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rightrate.cli.exit_codes import DONE, NOT_ENOUGH_EVIDENCE, NOT_FIT
from rightrate.cli.judge_not_run import TellsWhereItIsRead, forget_note, tell_could_not_run, tell_github, trouble
from rightrate.cli.options import Range, Size
from rightrate.cli.outputs import apart, check_apart, show, write_texts
from rightrate.errors import CannotRunError

if TYPE_CHECKING:
    from rightrate.runner.verdict import Verdict

#: Options that are settings of the policy, by their names there.
_SETTINGS = (
    "good", "bad", "evidence", "level", "interval", "on_inconclusive", "prevalence", "beta", "cost_fn", "cost_fp",
    "min_recall", "min_precision", "alerts_per_day", "items_per_day", "margin", "resamples", "seed",
)  # fmt: skip

#: Options that name files which are read.
_INPUTS = ("predictions", "baseline", "threshold_data", "model", "data", "policy")

EXAMPLES = """
\b
Examples:
  rightrate judge predictions.csv
      columns y_true (or label, target) and y_pred, score or prob_*
  rightrate judge predictions.parquet --true label --prob score --positive fraud
  rightrate judge tags.csv --true red,green,blue --prob p_red,p_green,p_blue
      a column for each label, where a row may have several; also true_red, prob_red, …
  rightrate judge losses.csv --task tokens --groups document
      a language model: a column loss, nll or token_loss with the loss of each token in nats
  rightrate judge --model model.keras --data test/
      predicts the class folders of test/ first
  rightrate judge new.csv --baseline old.csv --slice country --out verdict/
  rightrate judge predictions.csv --prevalence 0.01 --cost-fn 500 --cost-fp 5 --json -
"""


@click.command(cls=TellsWhereItIsRead, epilog=EXAMPLES, short_help="Is a model fit to ship? A verdict with its reason.")
@click.argument("predictions", required=False)
@click.option(
    "--true", metavar="COLUMN", help="True classes. Default: y_true, label or target; true_* where rows have many."
)
@click.option(
    "--pred", metavar="COLUMN", help="Answers. Default: y_pred or prediction; pred_*. Of tokens their losses: loss."
)
@click.option("--prob", metavar="COLUMN", help="Probability of the positive class. Default: score, y_prob, prob_*.")
@click.option(
    "--positive", metavar="LABEL", help="The class that matters. Default: every class; thresholds are about 1 or yes."
)
@click.option("--labels", metavar="A,B,…", help="Class names in the order of the model's outputs.")
@click.option("--threshold", type=float, help="Probability from which the positive class is answered. Default: 0.5.")
@click.option("--logits", is_flag=True, help="The scores are logits, not probabilities.")
@click.option(
    "--task", type=click.Choice(["binary", "multiclass", "multilabel", "regression", "tokens"]),
    help="What is judged, where the columns do not tell; tokens is always said.",
)  # fmt: skip
@click.option("--groups", metavar="COLUMN", help="Rows of a group (a patient, a document) are not independent.")
@click.option("--weights", metavar="COLUMN", help="Weight of each row.")
@click.option("--slice", "slices", multiple=True, metavar="COLUMN", help="Look at each part too; repeatable.")
@click.option(
    "--baseline", metavar="FILE",
    help="Another model's predictions of the same rows (with --model: its .keras), or a verdict.json.",
)  # fmt: skip
@click.option("--threshold-data", metavar="FILE", help="Predictions to choose thresholds on. Default: halves in turn.")
@click.option("--model", metavar="M.keras", help="Predict with this model first; needs --data.")
@click.option("--data", metavar="DATA", help="Class folders, .npz, CSV or Parquet to predict.")
@click.option("--label", metavar="COLUMN", help="The label column of a CSV or Parquet --data.")
@click.option("--batch-size", default=32, show_default=True, help="Samples of a prediction step.")
@click.option("--image-size", type=Size(), help="Resize images. Default: what the model takes.")
@click.option(
    "--pixels", "pixel_range", type=Range(), default="0:255", show_default=True, metavar="LOW:HIGH",
    help="What black and white become.",
)  # fmt: skip
@click.option(
    "--policy", metavar="FILE", help="TOML with bars and waivers. Default: [tool.rightrate] of pyproject.toml."
)
@click.option("--good", type=float, help="Bar for precision and recall. Default: 0.8.")
@click.option("--bad", type=float, help="Below it a figure is bad. Default: 0.5.")
@click.option(
    "--evidence", type=click.Choice(["point", "interval"]),
    help="Whether the value or its interval must clear the bar. Default: point.",
)  # fmt: skip
@click.option("--level", type=float, help="Of intervals. Default: 0.95.")
@click.option("--interval", type=click.Choice(["wilson", "exact"]), help="For shares. Default: wilson.")
@click.option("--prevalence", type=float, help="Share of the positive class in production.")
@click.option("--beta", type=float, help="Of F-beta, for the threshold. Default: 1.")
@click.option("--cost-fn", type=float, help="Cost of a missed positive; with --cost-fp.")
@click.option("--cost-fp", type=float, help="Cost of a false alarm; with --cost-fn.")
@click.option("--min-recall", type=float, help="A threshold with the best precision at this recall.")
@click.option("--min-precision", type=float, help="A threshold with the best recall at this precision.")
@click.option("--alerts-per-day", type=float, help="Alarms people can look at; with --items-per-day.")
@click.option("--items-per-day", type=float, help="Items a day; with --alerts-per-day.")
@click.option("--margin", type=float, help="How much worse than the baseline is still not worse. Default: 0.01.")
@click.option("--resamples", type=int, help="Of the bootstrap. Default: 1000.")
@click.option("--seed", type=int, help="Of the bootstrap. Default: 0.")
@click.option(
    "--on-inconclusive", type=click.Choice(["fail", "warn", "pass"]),
    help="Exit code without enough evidence: 1, 3 or 0. Default: warn (3).",
)  # fmt: skip
@click.option("--out", metavar="FOLDER", help="Save all reports to a new or empty folder.")
@click.option("--html", metavar="FILE", help="Write the HTML report.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the verdict as JSON; - prints it and nothing else.")
@click.option("--junit", metavar="FILE", help="Write JUnit XML.")
@click.option("--markdown", metavar="FILE", help="Write Markdown.")
@click.option("--quiet", is_flag=True, help="Print neither notes nor report.")
def judge(quiet: bool, out: str | None, html: str | None, json_to: str | None, junit: str | None,
          markdown: str | None, **options: Any) -> int:  # fmt: skip
    """Judge PREDICTIONS (CSV, TSV, Parquet, JSON lines or .npz): FIT, NOT FIT or NOT ENOUGH EVIDENCE, and why.

    \b
    Exit codes: 0 fit; 1 not fit; 2 wrong usage; 3 not enough evidence; 4 could not run.
    """
    from rightrate.judge_files import JudgeFiles, judge_files
    from rightrate.report.judged import github

    settings = tuple((name, value) for name in _SETTINGS if (value := options.pop(name)) is not None)
    files = {"html": html, "json": None if json_to == "-" else json_to, "junit": junit, "markdown": markdown}
    inputs = [options[name] for name in _INPUTS]
    try:
        check_apart(files, inputs)
        asked = JudgeFiles(settings=settings, **options)
        _check_places(out, files)
        with _progress(quiet or asked.model is None) as on_progress:
            verdict = judge_files(asked, _note(quiet), on_progress)
        _write(verdict, out, files)
    except Exception as error:
        tell_could_not_run(error, out, {**apart(files, inputs), **({"json": "-"} if json_to == "-" else {})})
        raise
    if json_to == "-":
        print(verdict.to_json())
    elif not quiet:
        _show(verdict, out)
    tell_github(lambda: github.summary(verdict), lambda: github.annotations(verdict))
    return exit_code(verdict)


def exit_code(verdict: Verdict) -> int:
    """0 fit, 1 not fit, 3 not enough evidence (1 or 0 where the policy says fail or pass)."""
    if verdict.outcome.value == "FIT":
        return DONE
    if verdict.outcome.value == "NOT_FIT":
        return NOT_FIT
    return {"fail": NOT_FIT, "warn": NOT_ENOUGH_EVIDENCE, "pass": DONE}[str(verdict.policy["on_inconclusive"])]


def _note(quiet: bool) -> Any:
    return lambda text: None if quiet else click.echo(f"Note: {text}", err=True)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[float], None]]:
    """A bar on standard error while a model predicts."""
    if quiet:
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    from rightrate.engine.backend import load_quietly

    console = Console(stderr=True)
    with console.status("Loading TensorFlow"):
        load_quietly()
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Predicting", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _show(verdict: Verdict, out: str | None) -> None:
    from rightrate.report.judged.terminal import to_terminal

    show(to_terminal(verdict), out)


def _check_places(out: str | None, files: Mapping[str, str | None]) -> None:
    """Raise where something could not be written in the end: before a model predicts for an hour.

    Raises:
        CannotRunError: all places that cannot be written, in one message.
        UsageError: --out names a file, or a folder that holds something.
    """
    from rightrate.store import claim

    if out is not None:  # first, as the other files may go into it
        forget_note(Path(out))
        claim(Path(out))
    wrong = [found for name in files.values() if name is not None and (found := trouble(Path(name)))]
    if wrong:
        raise CannotRunError(f"{'; '.join(wrong)}. Name a file in a folder that exists.")


def _write(verdict: Verdict, out: str | None, files: Mapping[str, str | None]) -> None:
    if out is not None:
        verdict.save(out)
    if files["html"] is not None:
        verdict.report(files["html"])
    write_texts(files, {"json": verdict.to_json, "junit": verdict.to_junit, "markdown": verdict.to_markdown})
