"""A frozen part that draws: its output differs from step to step, and is the same for all candidates at one step.

Dropout in a frozen encoder, noise or augmentation layers in front of it: all candidates begin with the same seeds and
read the same rows in the same order, so that at step 17 all of them draw the same. What the first one computes at a
step is kept for the others, which train through the same steps after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from rightrate.engine.calls import Calls, loop
from rightrate.engine.prefix import Cut
from rightrate.engine.samples import Samples, take

#: Steps whose kept outputs are put together for one compiled loop: a call costs some steps of a head, and the outputs
#: are copied once.
AT_ONCE = 16

Outputs = tuple[tf.Tensor, ...]


class Memo:
    """What the first half gave, by step, within bounded memory.

    Args:
        limit: bytes.

    Example:
        >>> memo = Memo(limit=16)
        >>> for step in (4, 5, 6):
        ...     memo.put(step, (tf.zeros(2),), begun=5)
        >>> len(memo.run(4, 9)), len(memo.run(5, 9))
        (0, 2)
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._bytes = limit, 0
        self._kept: dict[int, Outputs] = {}

    def put(self, step: int, outputs: Outputs, *, begun: int) -> None:
        """Keep the outputs of a step. Without room, steps before `begun` make room; else it is not kept.

        The others go through the same steps again: what was kept first is met first, so that it stays.
        """
        size = sum(int(np.prod(one.shape, dtype=np.int64)) * one.dtype.size for one in outputs)
        if self._bytes + size > self._limit:
            for old in [one for one in self._kept if one < begun]:
                self._bytes -= sum(int(np.prod(o.shape, dtype=np.int64)) * o.dtype.size for o in self._kept.pop(old))
        if self._bytes + size <= self._limit:
            self._kept[step] = outputs
            self._bytes += size

    def run(self, step: int, most: int) -> list[Outputs]:
        """The outputs kept of `step` and of those that follow it, at most `most`, up to the first that is not kept."""
        found: list[Outputs] = []
        while len(found) < most and step + len(found) in self._kept:
            found.append(self._kept[step + len(found)])
        return found

    def clear(self) -> None:
        """Forget all."""
        self._kept, self._bytes = {}, 0


def second_half(cut: Cut, samples: Samples, memo: Memo) -> Calls:
    """The step after its frozen part, whose outputs at each step `memo` keeps.

    The first half reads the seeds from the model, which therefore must hold the state of the step; the second half
    moves them on.
    """
    features = tf.nest.flatten(samples.data[0])
    others = [leaf for part in samples.data[1:] for leaf in tf.nest.flatten(part)]
    given = [features[place] for place in cut.places if place is not None]

    def first_half(rows: np.ndarray) -> Outputs:
        computed = cut.first(*take(features, rows))
        with tf.device("CPU:0"):  # an accelerator gets the outputs of some steps, never all
            return tuple(tf.identity(one) for one in computed)

    def body(rows: Any, rate: Any, computed: Sequence[Any]) -> Any:
        rest, own = iter(computed), iter(take(given, rows))
        kept = [next(rest) if place is None else next(own) for place in cut.places]
        return cut.second(kept, [*take(others, rows), rate])

    steps = loop(body, cut.shapes)

    def many(first: int, rows: np.ndarray, rates: np.ndarray) -> np.ndarray:
        losses: list[np.ndarray] = []
        done = 0
        while done < len(rows) and (not losses or np.isfinite(losses[-1][-1])):
            known = memo.run(first + done, min(AT_ONCE, len(rows) - done))
            if not known:
                known = [first_half(rows[done])]
                memo.put(first + done, known[0], begun=first)
            part = slice(done, done + len(known))
            with tf.device("CPU:0"):
                together = [tf.stack(column) for column in zip(*known, strict=True)]
            losses.append(steps(rows[part], rates[part], together))
            done += len(known)
        return np.concatenate(losses)

    return Calls(lambda rows, rate: body(rows, rate, first_half(rows)), many)
