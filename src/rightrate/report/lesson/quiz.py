"""The questions of the last step, each with the reason for its answer."""

from __future__ import annotations

from dataclasses import dataclass

from rightrate.report.lesson.recorded import Counts
from rightrate.report.lesson.told import Told

#: The worked example of the lesson.
WORKED = Counts(tp=85, fn=15, fp=10, tn=90)


@dataclass(frozen=True, eq=False)
class Question:
    """One question.

    Args:
        text: the question.
        options: the answers to choose from.
        right: index of the right one.
        why: the reason, one or two sentences.
        told: a training whose losses are shown with it, or None.
    """

    text: str
    options: tuple[str, ...]
    right: int
    why: str
    told: Told | None = None


def questions(low: Told, high: Told) -> tuple[Question, ...]:
    """The questions; `low` and `high` are trainings at a rate too low and too high."""
    return (
        Question(
            "This training ran at one learning rate. What is wrong with it?",
            ("The rate is too low", "The rate is too high", "Nothing"),
            1,
            f"The validation loss jumps instead of falling. rightrate says: {high.sentence}",
            high,
        ),
        Question(
            "And this one?",
            ("The rate is too low", "The rate is too high", "The network overfits"),
            0,
            f"Nothing jumps, and hardly anything moves. rightrate says: {low.sentence}",
            low,
        ),
        Question(
            "The training loss falls to the end. The validation loss has risen since epoch 12. What is it?",
            ("A training that should run longer", "Overfitting", "A rate that is too low"),
            1,
            "The network learns its training rows by heart. Stop at the lowest validation loss, or use more rows.",
        ),
        Question(
            "TP 85, FN 15, FP 10, TN 90. What is the precision?",
            ("85 / 100", "85 / 95", "175 / 200"),
            1,
            "Precision is TP / (TP + FP) = 85 / (85 + 10). 85 / 100 is the recall, 175 / 200 the accuracy.",
        ),
        Question(
            "What does a recall of 85 % say?",
            (
                "Of all real positives, 85 % are found",
                "Of all positive answers, 85 % are right",
                "85 % of all answers are right",
            ),
            0,
            "Recall is about the real positives: TP / (TP + FN). The other two are precision and accuracy.",
        ),
        Question(
            "A model never answers “positive”. What is its precision?",
            ("0 %", "100 %", "It is not measured"),
            2,
            "Precision is a share of the positive answers, and there are none. No data is never a number.",
        ),
        Question(
            "Accuracy 98 %, recall of the rare class 12 %. Is it fit to ship?",
            ("Yes: 98 % is excellent", "No", "Only if the training loss is low too"),
            1,
            "It misses 88 % of what it was made to find. Where the class is rare, accuracy hardly sees that.",
        ),
        Question(
            "Precision 91 %, recall 62 %, the validation loss falls to the end. Which band is it?",
            ("Good", "Fair", "Bad"),
            1,
            "Good needs both above 80 %, and bad is below 50 %. 62 % lies between.",
        ),
        Question(
            "A constant rate works, but at the end the loss only shakes around a level. What do you try first?",
            ("More epochs at the same rate", "A schedule that lets the rate fall", "A rate ten times as large"),
            1,
            "At a constant rate the network circles around the minimum. A smaller rate at the end comes closer.",
        ),
    )
