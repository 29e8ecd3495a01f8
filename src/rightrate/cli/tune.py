"""`rightrate tune MODEL DATA` and `rightrate find MODEL DATA`, with the options that both have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from rightrate.cli.options import Range, Size
from rightrate.schedules import SCHEDULES

EXAMPLES = """
\b
Examples:
  rightrate tune backbone.keras photos/ --new-head
      photos/ has one folder of images a class; the head is new, the rest stays frozen
  rightrate tune model.keras data.npz --epochs 5 --positive defect
      data.npz holds x_train, y_train and, if it likes, x_val, y_val
  rightrate tune model.keras table.csv --label churned --rates 1e-5:1e-2
  rightrate tune model.keras data.npz --plan
      what it would reuse, do and cost; nothing is trained
  rightrate tune train:build
      train.py has build(), which returns model, train, validation
"""


OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("model"),
    click.argument("data", required=False),
    click.option("--label", metavar="COLUMN", help="The label column of a CSV or Parquet file."),
    click.option("--epochs", default=10, show_default=True, help="Length of a full training."),
    click.option("--batch-size", default=32, show_default=True, help="Samples a step."),
    click.option("--image-size", type=Size(), help="Resize images. Default: what the model takes."),
    click.option(
        "--pixels",
        "pixel_range",
        type=Range(),
        default="0:255",
        show_default=True,
        metavar="LOW:HIGH",
        help="What black and white become: 0:255 as Keras's own image loader, or what your model was trained with.",
    ),
    click.option(
        "--validation-split",
        "validation_share",
        default=0.2,
        show_default=True,
        metavar="SHARE",
        help="Part split off for validation, stratified and seeded, where the data bring none.",
    ),
    click.option("--new-head", is_flag=True, help="Put dropout and a dense layer of the right size on the model."),
    click.option(
        "--freeze",
        metavar="all-but-head|LAYER|none",
        help="What does not train: all but the head, everything up to LAYER, or nothing. "
        "Default: as saved; all-but-head with --new-head.",
    ),
    click.option("--optimizer", help="Keras's name, e.g. adamw. Default: as compiled, else adam."),
    click.option("--loss", help="Keras's name. Default: as compiled, else by the shape of the output."),
    click.option("--rates", type=Range(), help="Range of rates. Default: around published ones, moving as needed."),
    click.option("--like", metavar="RUN", help="Begin around the rate that an earlier run of yours has chosen."),
    click.option(
        "--objective",
        default="val_loss",
        show_default=True,
        metavar="METRIC",
        help="What decides: val_loss, a metric of the model, val_recall, recall@precision>=0.8 …",
    ),
    click.option("--positive", metavar="LABEL", help="The class that matters, for precision and recall."),
    click.option("--budget", type=float, metavar="N", help="Full trainings that the search may cost."),
    click.option(
        "--schedule",
        type=click.Choice(["auto", *(name for name, _ in SCHEDULES)]),
        default="auto",
        show_default=True,
        help="How the rate moves during training; auto compares shapes at the chosen rate where the budget pays.",
    ),
    click.option("--seed", default=0, show_default=True, help="Of the order of samples and the split."),
    click.option(
        "--plan",
        "only_plan",
        is_flag=True,
        help="Print what the search would reuse, do and cost, and time a step; nothing is trained or written.",
    ),
    click.option("--out", metavar="FOLDER", help="A new or empty folder. Default: a numbered one under runs/."),
    click.option(
        "--json", "as_json", is_flag=True, help="Print result.json on standard output, and nothing else there."
    ),
    click.option(
        "--live", is_flag=True, help="Show the search in a browser while it runs, and print the address (see live)."
    ),
    click.option("--quiet", is_flag=True, help="Print neither progress nor report."),
)


def _with_options(function: Any) -> Any:
    for option in reversed(OPTIONS):
        function = option(function)
    return function


@click.command(epilog=EXAMPLES, short_help="Find the learning rate of a model and fine-tune it.")
@_with_options
@click.option("--min-recall", type=float, metavar="SHARE", help="Choose among rates whose model finds so many.")
@click.option(
    "--min-precision", type=float, metavar="SHARE", help="Choose among rates whose alarms are as often right."
)
def tune(as_json: bool, quiet: bool, only_plan: bool, **options: Any) -> int:
    """Find the learning rate for fine-tuning MODEL on DATA, fine-tune it, and say how sure the answer is.

    MODEL is a .keras file or module:function. DATA is a folder of class folders (or of train/ and val/), an
    .npz, or a CSV or Parquet file with --label. The model file is never changed.
    """
    return _run(options, as_json=as_json, quiet=quiet, only_plan=only_plan)


FIND_EXAMPLES = """
\b
Examples:
  rightrate find model.keras data.npz --epochs 10
      the rate for a training of 10 epochs, for about half of one
  rightrate find train:build --schedule constant --json
"""


@click.command(epilog=FIND_EXAMPLES, short_help="Find the learning rate only, for half a training.")
@_with_options
def find(as_json: bool, quiet: bool, only_plan: bool, **options: Any) -> int:
    """Find the learning rate for fine-tuning MODEL on DATA, without the final training: you train yourself.

    The same search as tune, ended after a sixteenth of the schedule, for about half a full training (up to 1.2 with a
    warm-up). MODEL and DATA are as for tune; nothing is trained to its end, and no model is written.
    """
    return _run({**options, "only_find": True}, as_json=as_json, quiet=quiet, only_plan=only_plan)


def _run(options: dict[str, Any], *, as_json: bool, quiet: bool, only_plan: bool) -> int:
    from rightrate.cli.show import run_and_show
    from rightrate.cli.show_plan import show_plan
    from rightrate.tune_files import TuneFiles, plan_files, tune_files

    asked = TuneFiles(**options)
    if only_plan:
        unfit = [name for name, is_set in (("--quiet", quiet), ("--live", asked.live), ("--out", asked.out)) if is_set]
        if unfit:
            raise click.UsageError(f"--plan runs no search and writes nothing: leave {unfit[0]} out.")
        return show_plan(lambda say: plan_files(asked, say), as_json=as_json)
    return run_and_show(lambda on_event, say: tune_files(asked, on_event, say), as_json=as_json, quiet=quiet)
