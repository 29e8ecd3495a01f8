"""What a finished search should tell its user besides the rate: each finding with its numbers and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from rightrate.diagnosis import Finding, Severity
from rightrate.report import words
from rightrate.runner.local import Outcome
from rightrate.scoring.bands import BAD
from rightrate.search import Ended, Objective, Trial
from rightrate.search.ladder import HIGHEST, LOWEST
from rightrate.search.least import Least

# Below this many validation samples an accuracy of 90 % has a standard error of more than 2 points
# (sqrt(0.9 * 0.1 / 200)), as much as neighbouring rates differ.
FEW_SAMPLES = 200
#: Accuracy that looks good at a glance.
GOOD_LOOKING = 0.9


@dataclass(frozen=True)
class Circumstances:
    """What the findings need to know beyond the outcome.

    Args:
        validation_samples: how many there are.
        fixed_range: whether the user gave the rates, so that none beyond them was tried.
        hidden_draws: random ops whose seeds nobody can repeat.
        why_no_classes: why precision and recall were not measured, or None where they were.
        least: what the chosen model was to reach.
        ends_early: whether nobody was to train to full length: then nothing is said of how good the models are.
        differs_at: the first step whose batch was another one when the training data were read again, or None.
    """

    objective: Objective
    validation_samples: int
    fixed_range: bool
    hidden_draws: tuple[str, ...]
    why_no_classes: str | None
    ends_early: bool = False
    least: Least = field(default_factory=Least)
    differs_at: int | None = None


def find(outcome: Outcome, around: Circumstances) -> tuple[Finding, ...]:
    """All findings, by falling severity."""
    found = [
        *_unfinished(outcome),
        *_nothing_left(outcome),
        *_edge(outcome, around),
        *([] if around.ends_early else _trap(outcome)),
        *_short_of_least(outcome, around),
        *_evidence(outcome, around),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def _unfinished(outcome: Outcome) -> list[Finding]:
    if outcome.unfinished is None:
        return []
    trained = "nothing had been trained" if outcome.chosen is None else _progress(outcome.trials[outcome.chosen])
    return [
        Finding(
            "RR205",
            f"The search did not finish: {outcome.unfinished}; {trained}.",
            Severity.WARNING,
            "Run it again to the end, or with a larger budget, before you rely on the rate.",
        )
    ]


def _progress(trial: Trial) -> str:
    return f"the best candidate had done {trial.steps} of {trial.total_steps} steps"


def _nothing_left(outcome: Outcome) -> list[Finding]:
    if outcome.chosen is not None or outcome.unfinished is not None:
        return []
    low = min(t.learning_rate for t in outcome.trials)
    return [
        Finding(
            "RR206",
            f"Every rate down to {words.rate(low)} diverged.",
            Severity.CRITICAL,
            "Look at the data and the loss first: labels outside the model's range, inputs that are not scaled, a "
            "loss that does not fit the output. Then try lower rates with --rates.",
        )
    ]


def _edge(outcome: Outcome, around: Circumstances) -> list[Finding]:
    if outcome.chosen not in (0, len(outcome.trials) - 1) or len(outcome.trials) < 2:
        return []
    rate = outcome.trials[outcome.chosen].learning_rate
    side = "lowest" if outcome.chosen == 0 else "highest"
    if rate in (LOWEST, HIGHEST):
        why = f"which is the limit of {words.rate(rate)} that no search goes beyond"
        advice = "A best rate there means that something else is wrong: look at the scale of inputs, labels and loss."
    elif around.fixed_range:
        why = "and no other was asked for"
        advice = f"Widen the range beyond {words.rate(rate)}, or leave out --rates to let the search move it."
    else:
        why = "and the budget did not carry one beyond it"
        advice = "Raise --budget, or start the range further out with --rates."
    return [
        Finding(
            "RR201",
            f"The chosen rate {words.rate(rate)} is the {side} one tried, {why}: a better one may lie beyond.",
            Severity.WARNING,
            advice,
            {"learning_rate": rate},
        )
    ]


def _short_of_least(outcome: Outcome, around: Circumstances) -> list[Finding]:
    """No candidate reached what a model must reach: by how much the chosen one, which misses least, falls short."""
    if outcome.chosen is None or not around.least.asked:
        return []
    trial = outcome.trials[outcome.chosen]
    scores = trial.scores
    values = {} if scores is None else {"recall": scores.recall, "precision": scores.precision}
    if not around.least.shortfall(values):
        return []
    asked = " and ".join(f"a {name} of {words.percent(least)}" for name, least in around.least.asked.items())
    had = " and ".join(f"{name} {words.percent(values.get(name))}" for name in around.least.asked)
    return [
        Finding(
            "RR207",
            f"No candidate that was trained to the end reached {asked}; the nearest, "
            f"{words.rate(trial.learning_rate)}, has {had}.",
            Severity.WARNING,
            "Look whether another threshold reaches it (the verdict says so), weigh the class by class_weight, or "
            "train longer.",
            {"learning_rate": trial.learning_rate},
        )
    ]


def _trap(outcome: Outcome) -> list[Finding]:
    """Rates whose accuracy looks good while the positive class is missed."""
    trapped = [t for t in outcome.trials if _is_trap(t)]
    if not trapped:
        return []
    chosen = outcome.chosen is not None and _is_trap(outcome.trials[outcome.chosen])
    trial = outcome.trials[outcome.chosen] if chosen and outcome.chosen is not None else max(trapped, key=_accuracy)
    scores = trial.scores
    assert scores is not None and scores.recall is not None
    title = (
        f"{'The chosen rate' if chosen else 'Rate'} {words.rate(trial.learning_rate)} is an accuracy trap: accuracy "
        f"{words.percent(scores.accuracy)}, but it finds {scores.found} of {scores.positives} {scores.positive!r} "
        f"(recall {words.percent(scores.recall)}); always answering the most frequent class scores "
        f"{words.percent(scores.majority)}."
    )
    advice = (
        "Do not ship this model: weigh the rare class (class_weight), train longer, or choose by recall or F1."
        if chosen
        else "Judge by recall and precision of the positive class, not by accuracy."
    )
    return [Finding("RR204", title, Severity.CRITICAL if chosen else Severity.HINT, advice, _numbers(trial))]


def _accuracy(trial: Trial) -> float:
    return trial.scores.accuracy if trial.scores is not None else 0.0


def _is_trap(trial: Trial) -> bool:
    s = trial.scores
    return (
        s is not None and s.positive is not None and s.recall is not None
        and s.accuracy >= GOOD_LOOKING and s.recall < BAD
    )  # fmt: skip


def _numbers(trial: Trial) -> dict[str, float | int | str | None]:
    s = trial.scores
    assert s is not None
    return {
        "learning_rate": trial.learning_rate,
        "accuracy": s.accuracy,
        "recall": s.recall,
        "majority": s.majority,
    }


def _evidence(outcome: Outcome, around: Circumstances) -> list[Finding]:
    """How far the numbers carry."""
    found = []
    n = around.validation_samples
    if n < FEW_SAMPLES:
        found.append(
            Finding(
                "RR203",
                f"The validation part has {n} samples: too few to tell neighbouring rates apart reliably.",
                Severity.WARNING,
                f"Use at least {FEW_SAMPLES} validation samples where you can; read the interval, not the single rate.",
                {"validation_samples": n},
            )
        )
    if around.hidden_draws:
        found.append(
            Finding(
                "RR208",
                f"The model draws random numbers outside Keras's seeds ({', '.join(around.hidden_draws)}).",
                Severity.WARNING,
                "Candidates saw different noise and a repetition may differ: use keras.random with a SeedGenerator.",
            )
        )
    if around.differs_at is not None:
        found.append(other_batches(around.differs_at))
    if outcome.chosen is not None and outcome.conclusion.interval is None:
        found.append(_no_interval(outcome, around))
    if around.why_no_classes is not None:
        found.append(
            Finding(
                "RR210",
                f"Precision and recall were not measured: {around.why_no_classes}.",
                Severity.HINT,
                "Nothing to do where the model is no single-label classifier.",
            )
        )
    if outcome.chosen is not None:
        found.append(_one_seed(outcome, around))
    return found


def other_batches(step: int) -> Finding:
    """A stream gave other batches when it was read again, first at this step."""
    return Finding(
        "RR211",
        f"The training dataset gave other batches when it was read again, first at batch {step + 1}.",
        Severity.WARNING,
        "Trainings that began later saw other samples than the first ones and differ by more than their rate. Make the "
        "dataset give the same at every reading (shuffle with reshuffle_each_iteration=False, augment by stateless "
        "operations), or give more memory_limit=.",
        {"batch": step + 1},
    )


def _one_seed(outcome: Outcome, around: Circumstances) -> Finding:
    if around.ends_early:
        title = "One seed was tried, and nothing was trained to its end: early leads pass on to lower rates."
        advice = (
            "The answer allows for that, within the interval. Train at this rate, or let rightrate.tune compare rates "
            "to the end."
        )
    else:
        finished = sum(trial.ended is Ended.FINISHED for trial in outcome.trials)
        title = (
            f"One seed was tried: all rates saw the same order of samples, and {finished} of {len(outcome.trials)} "
            "trained to full length."
        )
        advice = (
            "The interval allows for what another seed usually moves a loss by; repeat with another seed before you "
            "report the loss itself."
        )
    return Finding("RR202", title, Severity.HINT, advice)


def _no_interval(outcome: Outcome, around: Circumstances) -> Finding:
    if sum(trial.steps > 0 for trial in outcome.trials) < 2:
        why, advice = "no other rate was trained", "Give more than one rate, or a larger budget."
    else:
        why = f"{around.objective.name} cannot be compared sample by sample here"
        advice = "Use val_loss or val_accuracy as the objective, and at least 8 validation samples, for an interval."
    return Finding("RR209", f"The interval of the rate was not measured: {why}.", Severity.HINT, advice)
