"""`rightrate demo`."""

from __future__ import annotations

import click


@click.command(short_help="A real fine-tuning in under a minute, without network.")
@click.option("--out", metavar="FOLDER", help="A new or empty folder. Default: a numbered one under runs/.")
@click.option("--seed", default=0, show_default=True, help="Of the split, the head and the order of samples.")
@click.option("--json", "as_json", is_flag=True, help="Print result.json on standard output, and nothing else there.")
@click.option("--quiet", is_flag=True, help="Print neither progress nor report.")
def demo(out: str | None, seed: int, as_json: bool, quiet: bool) -> int:
    """Fine-tune a small network, pretrained on MNIST, to find a rare digit, at rates from far too low to far too high.

    \b
    It shows with real numbers what a learning rate does:
      too low   slow and stuck: 95 % accuracy, and hardly a rare digit found (the accuracy trap)
      right     precision and recall both above 80 %
      too high  the loss jumps, rebounds or diverges

    \b
    Examples:
      rightrate demo
      rightrate demo --seed 1 --out my-demo
    """
    from rightrate.cli.show import run_and_show
    from rightrate.demo.lesson import lesson
    from rightrate.demo.run import run

    return run_and_show(lambda on_event, say: run(out, seed, on_event), as_json=as_json, quiet=quiet, afterwards=lesson)
