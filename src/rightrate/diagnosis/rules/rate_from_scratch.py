"""A pretrained network was trained at a rate of training from scratch.

What it does
------------
Fires where the network is known to be pretrained and the peak rate is 10 times or more the centre of the table of
fine-tuning rates (`schedules/priors.py`) for this optimizer and this kind of fine-tuning.

Why it matters
--------------
Such a rate overwrites what the network had learned in the first steps. The curves look like an ordinary training from
scratch, and end where that would end.

What to do
----------
Train again from the pretrained weights at the rate that the table names, and search around it.

Edge cases
----------
Optimizer, rate, trainable and all weights, and that the network is pretrained must all be known: else it is not
applicable. An optimizer that the table does not know is not applicable either. The momentum of SGD is not known here:
the rates of SGD without momentum count, ten times higher. A fresh head on frozen layers bears large rates, and has a
row of its own. The loss is not looked at: a training that went well at this rate may have gone better at a smaller one.

References
----------
Devlin, BERT (2019), appendix A.3: 2e-5 to 5e-5, where pretraining took 1e-4. Kolesnikov, BiT (2020). Li, Rethinking the
hyperparameters for fine-tuning (2020). All rows with their sources: `schedules/priors.py`.
"""

from __future__ import annotations

from rightrate.diagnosis.adam_family import is_adam_like
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.schedules.priors import Kind, family, prior

#: How far above the table's centre a rate is "of training from scratch": BERT's 2e-5 to 5e-5 against the 1e-3 that is
#: Keras's default for Adam is a factor of 20 to 50; measured rates that were right lie within 3 of the centre.
FACTOR = 10.0


def check(reading: Reading) -> Check:
    """See the module."""
    setting, peak = reading.setting, reading.peak
    if setting.pretrained is False:
        return not_applicable("The network was not pretrained.")
    known = {
        "whether the network was pretrained": setting.pretrained,
        "the optimizer": setting.optimizer,
        "how many weights there are": setting.weights,
        "how many of them are trainable": setting.trainable,
        "the learning rate": peak,
    }
    missing = [what for what, value in known.items() if value is None]
    if missing:
        return not_applicable(f"It is not known: {', '.join(missing)}.")
    assert setting.optimizer is not None and setting.trainable is not None
    assert setting.weights is not None and peak is not None
    kind = Kind(setting.optimizer, setting.trainable, setting.weights)
    if family(kind) == "adam" and not is_adam_like(setting.optimizer):
        return not_applicable(f"The table of rates does not know the optimizer {setting.optimizer}.")
    row = prior(kind)
    evidence: dict[str, float | int | str | None] = {
        "peak": peak,
        "centre": row.centre,
        "kind": f"{row.family}, {row.what}",
    }
    what = _WHAT[row.what]
    if peak < FACTOR * row.centre * (1 - _ROUNDING):
        return clear(
            f"The peak rate, {peak:.2g}, is not far above the {row.centre:.2g} usual for {what} with "
            f"{setting.optimizer}.",
            evidence,
        )
    why = (
        f"The network is pretrained and the peak rate was {peak:.2g}, {peak / row.centre:.0f} times the "
        f"{row.centre:.2g} usual for {what} with {setting.optimizer}."
    )
    advice = f"Train again from the pretrained weights with a rate of {row.centre:.2g}, and try neighbours of it."
    return fired(Severity.WARNING, why, advice, evidence)


#: A rate that was logged in float32 is as large as the number it stands for.
_ROUNDING = 1e-6
_WHAT = {
    "head": "a head on frozen layers",
    "network": "fine-tuning a network",
    "small": "fine-tuning a small network",
}

RULE = Rule("RR154", "rate-from-scratch", Cause.RATE_TOO_HIGH, check, __doc__ or "")
