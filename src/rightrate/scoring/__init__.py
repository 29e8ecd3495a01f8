"""How good predictions are: figures with their intervals, from scikit-learn and SciPy. Pure arrays in, values out."""

from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import Measurement, measure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.read import read_predictions
from rightrate.scoring.scores import Scores, score

__all__ = ["Figure", "Measurement", "Predictions", "Scores", "Task", "measure", "read_predictions", "score"]
