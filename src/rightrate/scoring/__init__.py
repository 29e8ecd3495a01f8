"""How good predictions are: figures with their intervals, from scikit-learn and SciPy. Pure arrays in, values out."""

from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.scores import Scores, score

__all__ = ["Figure", "Predictions", "Scores", "Task", "score"]
