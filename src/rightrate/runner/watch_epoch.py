"""`Epoch`: where a `Model.fit` that is being watched stands."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Epoch:
    """The epoch under way, and the steps until now. Steps of the fit count on; those of the model go back at a rescue.

    Args:
        number: from 1; 0 before the first.
        last: number of the last one; None where nobody knows it.
        length: steps of an epoch; None where nobody knows it before its end.
        is_first: whether it is the first of this fit.
        began: steps of the fit done before it.
        done: of its own steps, those that Keras says were done.
        steps: steps of the fit done until now.
        ahead: what is to be added to steps of the fit for those of the model.
        rows: samples seen in it.
        went_back: steps of the fit done when a rescue last went back; None where none did.
        has_ended: whether its batches are over; what comes then are its validation and its end.

    Example:
        >>> epoch = Epoch(last=4, length=10, ahead=40).begun(3).at(10).read(10, 320.0)
        >>> epoch.step, epoch.has_all, epoch.is_given_up
        (50, True, False)
        >>> epoch = epoch.taken_back(42)
        >>> epoch.step, epoch.is_given_up
        (42, True)
    """

    number: int = 0
    last: int | None = None
    length: int | None = None
    is_first: bool = False
    began: int = 0
    done: int = 0
    steps: int = 0
    ahead: int = 0
    rows: float = 0.0
    went_back: int | None = None
    has_ended: bool = False

    def begun(self, number: int) -> Epoch:
        """The next epoch begins."""
        is_first = not self.number
        return replace(self, number=number, is_first=is_first, began=self.steps, done=0, rows=0.0, has_ended=False)

    def at(self, done: int) -> Epoch:
        """So many of its steps were done."""
        return replace(self, done=done, has_ended=False)

    def read(self, steps: int, rows: float) -> Epoch:
        """So many steps of the fit were done, the newest on so many samples."""
        return replace(self, steps=steps, rows=self.rows + rows)

    def taken_back(self, step: int) -> Epoch:
        """A rescue went back to a step of the model."""
        return replace(self, ahead=step - self.steps, went_back=self.steps)

    def ended(self) -> Epoch:
        """Its batches are over."""
        return replace(self, has_ended=True)

    @property
    def step(self) -> int:
        """Steps of the model."""
        return self.steps + self.ahead

    @property
    def is_last(self) -> bool:
        """Whether none is to follow."""
        return self.number == self.last

    @property
    def has_all(self) -> bool | None:
        """Whether no batch of it is left; None where nobody knows."""
        return True if self.has_ended else None if self.length is None else self.done == self.length

    @property
    def is_given_up(self) -> bool:
        """Whether no batch was seen since a rescue: what was measured before is that of a lost state."""
        return self.went_back == self.steps
