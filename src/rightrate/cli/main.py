"""`rightrate`: the group of commands, and what errors and Ctrl-C end with."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import click

from rightrate.cli.compare import compare
from rightrate.cli.demo import demo
from rightrate.cli.diagnose import diagnose
from rightrate.cli.exit_codes import COULD_NOT_RUN, INTERRUPTED, WRONG_USAGE
from rightrate.cli.explain import explain
from rightrate.cli.judge import judge
from rightrate.cli.learn import learn
from rightrate.cli.live import live
from rightrate.cli.tune import find, tune
from rightrate.errors import RightrateError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done or fit; 1 not fit, or findings at or above --fail-on; 2 wrong usage; 3 not enough "
    "evidence, or no rate could be chosen; 4 could not run; 130 interrupted.",
)
@click.version_option(package_name="rightrate")
def commands() -> None:
    """Find the learning rate for fine-tuning a pretrained Keras model, with the evidence for it.

    \b
    Start here:
      rightrate demo                                a real fine-tuning in under a minute
      rightrate tune model.keras photos/ --new-head your own model and data
      rightrate judge predictions.csv               is the model fit to ship?
      rightrate diagnose log.csv                    what is wrong with this training?
      rightrate learn                               what a learning rate does, in eight steps
      rightrate live                                the runs here, while they run, in the browser
    """


commands.add_command(demo)
commands.add_command(tune)
commands.add_command(find)
commands.add_command(judge)
commands.add_command(compare)
commands.add_command(diagnose)
commands.add_command(explain)
commands.add_command(learn)
commands.add_command(live)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; a user's mistake is one sentence, never a traceback."""
    try:
        code = _run(arguments)
    except Exception:  # a bug of ours: its traceback is shown, but code 1 would read as "not fit"
        traceback.print_exc()
        click.echo("This is a bug in rightrate: please report it with the lines above.", err=True)
        code = COULD_NOT_RUN
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = commands.main(args=arguments, prog_name="rightrate", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.UsageError as error:
        error.show()
        return WRONG_USAGE
    except click.ClickException as error:
        error.show()
        return COULD_NOT_RUN
    except RightrateError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted before anything was known; nothing was written.", err=True)
        return INTERRUPTED
    except MemoryError:
        click.echo("Error: there is not enough memory. Use a smaller --batch-size or --image-size.", err=True)
        return COULD_NOT_RUN
