"""The search for a learning rate, without Keras: priors, the race, the interval, and the values they produce."""

from rightrate.search.cost import Cost, Plan
from rightrate.search.objective import Objective
from rightrate.search.trial import Ended, Evaluation, Trial

__all__ = ["Cost", "Ended", "Evaluation", "Objective", "Plan", "Trial"]
