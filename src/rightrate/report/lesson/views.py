"""What the page's script swaps in: for each training, seed and point a flat table of ready texts and places.

The script computes nothing. It looks up the table of what the reader picked and puts each value where the page names
its key, so that every number on the page was made here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rightrate.report import words
from rightrate.report.lesson import frame as frames
from rightrate.report.lesson.frame import Frame
from rightrate.report.lesson.recorded import Counts, Recorded
from rightrate.report.lesson.told import Judged, Sweep, Told, Trapped
from rightrate.scoring.bands import GOOD

View = dict[str, str]

#: The words of a band that could not be told.
NO_BAND = "not known"
_TONES = {"good": "good", "fair": "open", "bad": "bad"}
#: Width of the bars that show precision and recall, in the picture's units.
BAR = 100.0


def of_training(told: Told, loss: Frame, share: Frame, rate: Frame) -> View:
    """What is said and drawn of one training; `loss`, `share` and `rate` are the frames of its pictures."""
    one = told.recorded
    at = rate.x.place(one.rate)
    return {
        "rate": words.rate(one.rate),
        "heard": f"{words.rate(one.rate)}, {told.title}",
        "cause": _capital(told.title),
        "code": told.code or "",
        "sentence": told.sentence,
        "advice": told.advice,
        "band": told.band or NO_BAND,
        "tone": _TONES.get(told.band or "", "open"),
        "bandWhy": "" if told.band_why == told.sentence else told.band_why,
        "ended": ended(one),
        "curves": described(one),
        "shares": of_accuracy(one),
        "dLoss": loss.path(one.epochs, one.loss),
        "dVal": loss.path(one.epochs, one.val_loss),
        "valOff": "no" if any(map(math.isfinite, one.val_loss)) else "yes",
        "dAcc": share.path(one.epochs, one.accuracy),
        "at": f"{frames.LEFT if at is None else at}",
        **of_verdict(told.judged),
    }


def of_verdict(judged: Judged | None) -> View:
    """The verdict's words; what was not measured says so."""
    if judged is None:
        return {"outcome": words.NOT_MEASURED, "verdictTone": "open", "reason": "", "next": ""}
    return {
        "outcome": judged.outcome,
        "verdictTone": judged.tone,
        "reason": judged.reason,
        "next": " ".join(judged.next_steps[:2]),
    }


def of_points(told: Told) -> list[View]:
    """The confusion matrix and what follows from it, after each epoch that has one; at least one view."""
    one = told.recorded
    pairs = [(epoch, counts) for epoch, counts in zip(one.epochs, one.counts, strict=True) if counts is not None]
    if not pairs:
        return [of_counts(None, words.NOT_MEASURED)]
    return [of_counts(counts, words.epochs(float(epoch))) for epoch, counts in pairs]


def of_counts(counts: Counts | None, epoch: str = "") -> View:
    """The four counts, and precision, recall and accuracy step by step.

    Example:
        >>> view = of_counts(Counts(85, 15, 10, 90), "3")
        >>> view["precisionSteps"]
        '85 / (85 + 10) = 85 / 95 = 89.5 %'
        >>> of_counts(Counts(0, 34, 0, 649))["precision"]
        'not measured'
    """
    if counts is None:
        nothing = words.NOT_MEASURED
        keys = ("tp", "fn", "fp", "tn", "precision", "recall", "accuracy", "precisionSteps", "recallSteps")
        return {"epoch": epoch, **dict.fromkeys((*keys, "accuracySteps"), nothing), **_bars(Counts(0, 0, 0, 0))}
    tp, fn, fp, tn = counts.tp, counts.fn, counts.fp, counts.tn
    answered, positives, right = tp + fp, tp + fn, tp + tn
    return {
        "epoch": epoch,
        "tp": words.count(tp),
        "fn": words.count(fn),
        "fp": words.count(fp),
        "tn": words.count(tn),
        "precision": words.percent(counts.precision),
        "recall": words.percent(counts.recall),
        "accuracy": words.percent(counts.accuracy),
        "precisionSteps": f"{tp} / ({tp} + {fp}) = {tp} / {answered}{_result(counts.precision)}",
        "recallSteps": f"{tp} / ({tp} + {fn}) = {tp} / {positives}{_result(counts.recall)}",
        "accuracySteps": f"({tp} + {tn}) / {counts.total} = {right} / {counts.total}{_result(counts.accuracy)}",
        **_bars(counts),
    }


def of_seed(sweep: Sweep, place: int, rate: Frame) -> View:
    """Precision and recall against the rate, for one random start."""
    told = sweep.of_seed(place)
    rates = [one.recorded.rate for one in told]
    precision, recall = (_shares(told, name) for name in ("precision", "recall"))
    chosen = sweep.chosen[place]
    at = None if chosen is None else rate.x.place(rates[chosen])
    low, high = _stretch(sweet(told), chosen)
    left, right = ((rate.x.place(rates[i]) or 0.0) if i is not None else 0.0 for i in (low, high))
    return {
        "seed": "" if sweep.seeds[place] is None else str(sweep.seeds[place]),
        "dPrecision": rate.path(rates, precision),
        "dRecall": rate.path(rates, recall),
        "dotsPrecision": rate.dots(rates, precision),
        "dotsRecall": rate.dots(rates, recall),
        "chosen": _choice(sweep, None if chosen is None else rates[chosen]),
        "chosenAt": f"{-9.0 if at is None else at}",
        "sweetAt": f"{left - 4 if low is not None else 0}",
        "sweetWide": f"{right - left + 8 if low is not None else 0:.1f}",
        "sweet": sweet_words(told, sweep.positive, chosen),
    }


def of_trap(trapped: Trapped) -> View:
    """The trap at one number of found positives."""
    found = trapped.counts.tp
    return {
        **of_counts(trapped.counts),
        **of_verdict(trapped.judged),
        "found": str(found),
        "heard": f"{found} of {found + trapped.counts.fn} found",
        "reason": trapped.judged.reason,
        "next": " ".join(trapped.judged.next_steps),
    }


def sweet(told: Sequence[Told]) -> list[int]:
    """The trainings in which precision and recall are both good, by index."""
    pairs = [(_shares([one], "precision")[0], _shares([one], "recall")[0]) for one in told]
    return [i for i, pair in enumerate(pairs) if min(pair) >= GOOD and not any(map(math.isnan, pair))]


def sweet_words(told: Sequence[Told], positive: str, chosen: int | None = None) -> str:
    """Where the sweet spot lies, in one sentence."""
    good = sweet(told)
    if not good:
        return f"No rate has precision and recall of “{positive}” both at {GOOD:.0%} or more."
    low, high = _stretch(good, chosen)
    assert low is not None and high is not None
    first, last = (words.rate(told[i].recorded.rate) for i in (low, high))
    where = f"at {first}" if low == high else f"from {first} to {last}"
    alone = [words.rate(told[i].recorded.rate) for i in good if not low <= i <= high]
    also = f" Apart from it they are so at {', '.join(alone)}, with worse rates between." if alone else ""
    return f"The sweet spot: precision and recall of “{positive}” are both {100 * GOOD:.0f} % or more {where}.{also}"


def ended(one: Recorded) -> str:
    """How the three curves ended, in one sentence."""
    parts = [
        f"{name} {form(values[-1])}" if values else f"{name} {words.NOT_MEASURED}" for name, values, form in _all(one)
    ]
    return f"At the end: {', '.join(parts)}."


def of_accuracy(one: Recorded) -> str:
    """How the validation accuracy went, in one sentence."""
    return f"Validation accuracy {_course(*_all(one)[2][1:])}."


def described(one: Recorded) -> str:
    """What the picture of the losses shows, for who cannot see it."""
    losses = (f"{name} {_course(values, form)}" for name, values, form in _all(one)[:2])
    return f"Over {words.epochs(float(one.epochs[-1]))} epochs: {'; '.join(losses)}."


def _all(one: Recorded) -> tuple[tuple[str, list[float], Callable[[float], str]], ...]:
    """The three curves: name, values (none where it was not measured), and how a value is written."""
    known = one.training.curves
    return (
        ("training loss", one.loss.tolist() if "loss" in known else [], words.number),
        ("validation loss", one.val_loss.tolist() if "val_loss" in known else [], words.number),
        ("validation accuracy", one.accuracy.tolist() if "val_accuracy" in known else [], words.percent),
    )


def _course(values: Sequence[float], form: Callable[[float], str]) -> str:
    if not values:
        return words.NOT_MEASURED
    first, last = form(values[0]), form(values[-1])
    return f"from {first} to {last}" if first != last else f"{first} at the beginning and at the end"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _result(share: float | None) -> str:
    return ", a share of nothing: not measured" if share is None else f" = {words.percent(share)}"


def _bars(counts: Counts) -> View:
    found = BAR * (counts.recall or 0.0)
    right = BAR * (counts.precision or 0.0)
    missed = 0.0 if counts.recall is None else BAR - found
    wrong = 0.0 if counts.precision is None else BAR - right
    return {
        "foundWide": f"{found:.1f}",
        "missedAt": f"{found:.1f}",
        "missedWide": f"{missed:.1f}",
        "rightWide": f"{right:.1f}",
        "wrongAt": f"{right:.1f}",
        "wrongWide": f"{wrong:.1f}",
    }


def _choice(sweep: Sweep, rate: float | None) -> str:
    """Which rate was chosen and by what."""
    if rate is None:
        return "No rate was chosen."
    reason = (
        " It does not choose by precision or recall: these are counts of few rows, and they jump by luck."
        if sweep.objective == "val_loss"
        else ""
    )
    return f"rightrate chooses {words.rate(rate)}, by the {words.measure(sweep.objective)}.{reason}"


def _shares(told: Sequence[Told], name: str) -> list[float]:
    values = [None if one.recorded.final is None else getattr(one.recorded.final, name) for one in told]
    return [math.nan if value is None else value for value in values]


def _stretch(indices: Sequence[int], chosen: int | None) -> tuple[int | None, int | None]:
    """First and last of the stretch without a gap that has the chosen one, or else of the longest.

    Example:
        >>> _stretch([1, 4, 5, 6, 9], None), _stretch([1, 4, 5, 6, 9], 9), _stretch([], 3)
        ((4, 6), (9, 9), (None, None))
    """
    stretches: list[list[int]] = []
    for index in indices:
        if stretches and stretches[-1][-1] == index - 1:
            stretches[-1].append(index)
        else:
            stretches.append([index])
    if not stretches:
        return None, None
    best = max(stretches, key=lambda stretch: (chosen in stretch, len(stretch)))
    return best[0], best[-1]
