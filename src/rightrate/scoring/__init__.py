"""How good predictions are: precision, recall, F1 and accuracy, from scikit-learn."""

from rightrate.scoring.scores import Scores, score

__all__ = ["Scores", "score"]
