"""A schedule that branches from another one's training ends bit for bit as if it had been trained alone."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.engine.session import open_session
from rightrate.runner.shapes import branch_points
from rightrate.schedules import warmup_stable_decay
from rightrate.schedules.family import family, shared_steps

from .helpers import ROOM, held, read
from .models import KINDS, Kind

#: What carries a state from step to step: slots, averages, statistics, seeds, counters.
CARRYING = {"sequential", "momentum", "AdamW", "gradient accumulation", "BatchNorm", "Dropout", "LSTM"}


@pytest.mark.parametrize("kind", [one for one in KINDS if one.name in CARRYING], ids=lambda kind: kind.name)
def test_a_cool_down_branches_without_a_trace(kind: Kind) -> None:
    table = read(kind, epochs=3)
    base = warmup_stable_decay(kind.rate, table.total)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        kept, state = {0: session.start}, session.start
        for step in (*branch_points(table.total), table.total):
            state, _ = session.run(state, base.rates, step)
            kept[step] = state
        session.evaluate(session.finish(state))  # what the other branch's end does must leave no trace
        branched = 0
        for shape in family(base):
            at = max(step for step in kept if step <= shared_steps(base, shape))
            alone, losses = session.run(session.start, shape.rates, shape.steps)
            continued, later = session.run(kept[at], shape.rates, shape.steps)
            np.testing.assert_array_equal(later, losses[at:])
            assert held(session, session.finish(continued)) == held(session, session.finish(alone))
            branched += at > 0
    assert branched >= 2
