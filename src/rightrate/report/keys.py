"""The few figures of a search that the first screen shows: the rate with its interval, and what was measured at it."""

from __future__ import annotations

from rightrate.report import sections, words
from rightrate.report.document import Document
from rightrate.report.judged.keys import keys as judged_keys
from rightrate.report.section import Key
from rightrate.search import Trial

#: Beside the rate.
MOST = 3


def keys(document: Document) -> tuple[Key, ...]:
    """Return the chosen rate, and three figures at it; none without a rate."""
    winner = document.winner
    if winner is None:
        return ()
    rate = Key("Learning rate", words.rate(winner.learning_rate), sections.interval_in_short(document))
    return (rate, *_measured(document, winner)[:MOST])


def _measured(document: Document, winner: Trial) -> list[Key]:
    found = [Key("Validation loss", words.number(winner.last("val_loss")), f"after {words.trained(winner)} epochs")]
    judged = () if document.judgement is None else judged_keys(document.judgement)
    if judged:
        return [*found, *judged]
    scores = winner.scores
    if scores is not None:
        whose = sections.whose(scores)
        whole = "" if scores.positives is None or scores.found is None else (
            f", {words.count(scores.found)} of {words.count(scores.positives)} found"
        )  # fmt: skip
        found.append(Key("Precision", words.percent(scores.precision), whose))
        found.append(Key("Recall", words.percent(scores.recall), whose + whole))
        return found
    names = dict.fromkeys((document.objective.name, *(name for one in winner.evaluations for name in one.values)))
    for name in names:
        value = winner.last(name)
        if name != "val_loss" and value is not None:
            label = words.measure(name)
            found.append(Key(label[:1].upper() + label[1:], words.measured(name, value)))
    return found
