"""The search for a learning rate, without Keras: priors, the race, the interval, and the values they produce."""

from rightrate.schedules.priors import Kind, Prior, prior
from rightrate.search.conclusion import Conclusion, conclude
from rightrate.search.cost import Cost, Plan
from rightrate.search.objective import Objective
from rightrate.search.race import ask, interrupt, tell
from rightrate.search.state import Leg, Look, Race, Setup, estimate, leader, start
from rightrate.search.trial import Ended, Evaluation, Trial

__all__ = [
    "Conclusion",
    "Cost",
    "Ended",
    "Evaluation",
    "Kind",
    "Leg",
    "Look",
    "Objective",
    "Plan",
    "Prior",
    "Race",
    "Setup",
    "Trial",
    "ask",
    "conclude",
    "estimate",
    "interrupt",
    "leader",
    "prior",
    "start",
    "tell",
]
