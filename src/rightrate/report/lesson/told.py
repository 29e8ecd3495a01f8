"""`Told`: a recorded training with what the tool says of it; `Sweep`: several of them; `Lesson`: all that is taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rightrate.diagnosis.cause import Cause
from rightrate.report.lesson.recorded import Counts, Recorded


@dataclass(frozen=True)
class Judged:
    """A verdict in words.

    Args:
        outcome: "FIT", "NOT FIT" or "NOT ENOUGH EVIDENCE".
        tone: "good", "bad" or "open".
        reason: one sentence.
        next_steps: what to do, one sentence each.
    """

    outcome: str
    tone: str
    reason: str
    next_steps: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Told:
    """One training, and the words of its diagnosis and verdict.

    Args:
        recorded: the training.
        cause: what leads.
        title: what leads in a few words.
        code: of the rule that leads, such as "RR101"; None where none does.
        sentence, advice: of the leading finding; the advice may be empty.
        band: "good", "fair", "bad", or None where there is not enough data.
        band_why: one sentence.
        judged: the verdict on its final counts; None where they were not measured.
    """

    recorded: Recorded
    cause: Cause
    title: str
    code: str | None
    sentence: str
    advice: str
    band: str | None
    band_why: str
    judged: Judged | None = None


@dataclass(frozen=True, eq=False)
class Sweep:
    """The same training at several rates.

    Args:
        name: "demo" or "own".
        told: by seed, then by rising rate; each seed has every rate.
        seeds: of the random starts; `(None,)` where there is one only.
        chosen: of each seed the index of the rate that the tool chose, or None.
        positive, negative: what the class that matters and all others are called.
        objective: what the rate was chosen by, in Keras's words.
    """

    name: str
    told: tuple[Told, ...]
    seeds: tuple[int | None, ...]
    chosen: tuple[int | None, ...]
    positive: str
    negative: str
    objective: str = "val_loss"

    def of_seed(self, place: int) -> tuple[Told, ...]:
        """The trainings of the seed at `place`, by rising rate."""
        each = len(self.told) // len(self.seeds)
        return self.told[place * each : (place + 1) * each]

    @property
    def rates(self) -> tuple[float, ...]:
        """All rates, rising."""
        return tuple(one.recorded.rate for one in self.of_seed(0))

    @property
    def has_counts(self) -> bool:
        """Whether the confusion matrix of any training is known."""
        return any(one.recorded.final is not None for one in self.told)


@dataclass(frozen=True, eq=False)
class Pitfall:
    """A mistake, shown by a real training, and the same training mended.

    Args:
        name: for the page's anchors.
        heading: the mistake in a few words.
        why: what happens and why, in plain words.
        wrong, mended: the two trainings, each with a label that says what it is.
        is_own: whether they are the user's own.
    """

    name: str
    heading: str
    why: str
    wrong: tuple[str, Told]
    mended: tuple[str, Told]
    is_own: bool = False


@dataclass(frozen=True)
class Trapped:
    """The accuracy trap at one number of found positives.

    Args:
        counts: the confusion matrix.
        judged: the verdict on it.
    """

    counts: Counts
    judged: Judged


@dataclass(frozen=True, eq=False)
class Lesson:
    """All that the page shows.

    Args:
        subject: what it is about, one sentence.
        curves: the sweep of the steps about curves.
        classes: the sweep of the steps about precision and recall; the same one where it has them.
        overfit: a training whose two losses part, for the first step.
        pitfalls: the four of them.
        trap: by the number of positives found, from none to all.
        trap_at: which of them has 12 % recall.
        missing: what the user's run does not have, one sentence each; empty for the demo.
        about: how the trainings were made, by label.
    """

    subject: str
    curves: Sweep
    classes: Sweep
    overfit: Told
    pitfalls: tuple[Pitfall, ...]
    trap: tuple[Trapped, ...]
    trap_at: int
    missing: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_own(self) -> bool:
        """Whether it is taught on the user's own run."""
        return self.curves.name == "own"
