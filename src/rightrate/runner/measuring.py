"""`Measurer`: a state of a training as numbers, and as what a search compares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.engine.session import Measured, Session, State
from rightrate.scoring.best_at import best_at
from rightrate.scoring.scores import Scores, score
from rightrate.search import Look, Objective
from rightrate.search.least import Least
from rightrate.search.objective import FROM_PREDICTIONS
from rightrate.search.traded import Traded

#: Keras's names for the share of samples whose likeliest class is right: compared sample by sample.
ACCURACIES = tuple(f"val_{kind}accuracy" for kind in ("", "binary_", "categorical_", "sparse_categorical_"))


@dataclass(frozen=True)
class Marking:
    """How predictions become scores.

    Args:
        names: of the classes.
        positive: index of the positive one, if any.
        named: whether the user said so; else both classes matter to the verdict.
    """

    names: tuple[str, ...]
    positive: int | None
    named: bool = True


@dataclass(frozen=True)
class Measurer:
    """Measures states of a session.

    Args:
        session: an open engine session.
        objective: what decides.
        marking: how to score classes; None where the model does not classify.
        least: what the chosen model must reach.
    """

    session: Session
    objective: Objective
    marking: Marking | None
    least: Least

    def measure(self, state: State, samples: int, *, is_last: bool) -> tuple[Measured, dict[str, float], Look]:
        """Look at a state: what was measured, its values by Keras's names, and what is compared.

        Args:
            samples: of the validation samples, so many.
            is_last: nothing is trained on from here, so that what the model must reach counts.
        """
        measured = self.session.evaluate(state, samples)
        values = {**self._from_classes(measured), **measured.values}  # what the user compiled counts
        self.objective.check(values)
        shortfall = self.least.shortfall(self._precision_and_recall(measured)) if is_last else 0.0
        compared = self.objective.score(values[self.objective.name])
        return measured, values, Look(state.step, compared, self._paired(measured), shortfall)

    def scores(self, measured: Measured | None) -> Scores | None:
        """Precision, recall and the like; None where the model does not classify."""
        labels = self.session.task.labels
        if self.marking is None or measured is None or measured.classes is None or labels is None:
            return None
        return score(labels[measured.rows], measured.classes, self.marking.names, self.marking.positive)

    def _precision_and_recall(self, measured: Measured) -> dict[str, float | None]:
        if not self.least.asked:
            return {}
        scores = self.scores(measured)
        return {} if scores is None else {"recall": scores.recall, "precision": scores.precision}

    def _from_classes(self, measured: Measured) -> dict[str, float]:
        """The accuracy, and the other scores where one of them decides: scoring every look costs more than the look."""
        labels = self.session.task.labels
        if self.objective.name in FROM_PREDICTIONS:
            return _as_values(self.scores(measured))
        if measured.classes is None or labels is None:
            return {}
        if self.objective.traded is not None:
            return {self.objective.name: self._traded(measured, labels[measured.rows], self.objective.traded)}
        return {"val_accuracy": float(np.mean(measured.classes == labels[measured.rows]))}

    def _traded(self, measured: Measured, labels: np.ndarray, traded: Traded) -> float:
        assert measured.outputs is not None and self.marking is not None and self.marking.positive is not None
        outputs = measured.outputs.reshape(len(labels), -1)
        positive = self.marking.positive
        # One output speaks of the second class.
        sign, column = (1, positive) if outputs.shape[1] > 1 else (1 if positive == 1 else -1, 0)
        scores = sign * outputs[:, column]
        return best_at(labels == positive, scores, wanted=traded.wanted, least=traded.least)

    def _paired(self, measured: Measured) -> np.ndarray | None:
        """What is compared sample by sample: the loss, or for an accuracy whether the class was wrong."""
        if self.objective.name == "val_loss":
            return measured.losses
        labels = self.session.task.labels
        if self.objective.name in ACCURACIES and measured.classes is not None and labels is not None:
            return (measured.classes != labels[measured.rows]).astype(np.float64)
        return None


def _as_values(scores: Scores | None) -> dict[str, float]:
    if scores is None:
        return {}
    found = {"val_precision": scores.precision, "val_recall": scores.recall, "val_f1": scores.f1}
    found |= {"val_accuracy": scores.accuracy}
    return {name: value for name, value in found.items() if value is not None}
