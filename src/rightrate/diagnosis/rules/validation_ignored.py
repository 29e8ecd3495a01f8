"""Nothing, or the wrong thing, decides about new data.

What it does
------------
Fires where a training left no validation curve at all; or where validation was recorded, but callbacks (early
stopping, checkpoints, plateau) decide by a training quantity. Names what they decide by.

Why it matters
--------------
The training loss falls on while a network learns its samples by heart. Only rows that it does not train on show that,
and a checkpoint that is chosen by the training loss is chosen for having learned most by heart.

What to do
----------
Give `Model.fit` `validation_data=...` or `validation_split=0.2`, and let callbacks decide by `val_loss` or by the
validation metric that you care about.

Edge cases
----------
In a log by steps no validation is expected before the first epoch has ended, where its length is known, and while it is
known to run still, none is missed. A monitored name that tells nothing of its split (`my_score`) is let pass. Without
any curve there is not enough data. A validation that was never a number was recorded; that it is broken is another
rule's.

References
----------
Prechelt, Early stopping - but when? (1998): what decides must be measured on rows of its own.
"""

from __future__ import annotations

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.metric_names import is_training, is_validation
from rightrate.diagnosis.progress import END, still_running
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule


def check(reading: Reading) -> Check:
    """See the module."""
    curves = {name: curve for name, curve in reading.training.curves.items() if len(curve)}
    if not curves:
        return not_enough_data("Nothing was logged; it takes 1 value of any curve.")
    validations = sorted(name for name in curves if is_validation(name))
    if not validations:
        return _nothing_recorded(reading, max(float(curve.steps[-1]) for curve in curves.values()))
    if reading.setting.monitored is None:
        return clear(
            f"{_listed(validations)} {_were(validations)} recorded; what callbacks decide by is not known.",
            {"validation_curves": len(validations)},
        )
    wrong = sorted({name for name in reading.setting.monitored if is_training(name, curves)})
    evidence = {"validation_curves": len(validations), "decided_by_training": len(wrong)}
    if not wrong:
        return clear(
            f"{_listed(validations)} {_were(validations)} recorded, and no callback decides without.", evidence
        )
    instead = " and ".join(f"`{_twin(name, validations)}`" for name in wrong)
    why = f"Callbacks decide by {_listed(wrong)}, measured on the training rows, though {validations[0]} was recorded."
    return fired(Severity.WARNING, why, f"Let them monitor {instead} instead.", evidence)


def _nothing_recorded(reading: Reading, last: float) -> Check:
    epoch = reading.training.steps_per_epoch
    if reading.training.unit == "step" and epoch is not None and last <= epoch:
        return not_enough_data(f"Step {last:g} of the {epoch} of the first epoch, after which validation may come.")
    early = still_running(reading, END)  # `validation_freq` may put the first one at any epoch
    if early is not None:
        return early
    upto = reading.at(last)
    why = f"No validation was recorded up to {upto}: nothing shows how the network does on new data."
    advice = (
        "Give Model.fit validation_data=..., or validation_split=0.2 to set a fifth of the rows aside, "
        "and stop early on val_loss."
    )
    return fired(Severity.WARNING, why, advice, {"validation_curves": 0, "last": last})


def _twin(name: str, validations: list[str]) -> str:
    """What to monitor instead: the same quantity of validation if it was recorded, else the loss or the first."""
    for wanted in (f"val_{name}", "val_loss"):
        if wanted in validations:
            return wanted
    return validations[0]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _were(names: list[str]) -> str:
    return "was" if len(names) == 1 else "were"


RULE = Rule("RR122", "validation-ignored", Cause.OVERFITTING, check, __doc__ or "")
