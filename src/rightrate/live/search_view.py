"""What the page shows of a search: plain values, sentences and curves; the page only draws them."""

from __future__ import annotations

import math
from typing import Any

from rightrate.live import thinning
from rightrate.live.origin import lost
from rightrate.live.search_state import Candidate, SearchState
from rightrate.live.wording import STATES, about, gone, name, sentence, silent, trainings
from rightrate.report import words

#: Points of all curves together, so that a snapshot stays small; each curve has at least two.
MOST_POINTS = 2400
#: Below this share of the work nothing can be said about the time that is left.
TOO_EARLY = 0.02

Shown = dict[str, Any]


def status(state: SearchState, quiet: float, *, has_report: bool) -> str:
    """One of `STATES`.

    Args:
        quiet: seconds since the last line.
        has_report: the results are written.
    """
    if state.failed is not None:
        return "failed"
    if has_report:
        return "finished"
    under_way = "writing" if state.is_over else "running" if state.candidates else "preparing"
    return lost(state.origin, quiet) or under_way


def view(state: SearchState, now: str) -> Shown:
    """Everything for the page of one search; `now` is its status."""
    roles = {rate: role(state, one) for rate, one in state.candidates.items()}
    return {
        "status": now,
        "state": STATES[now],
        "sentence": headline(state, now),
        "notice": _notice(state, now),
        "title": f"Search: {name(state.title)}" if state.title else "Search",
        "facts": _facts(state, now),
        "charts": [chart for chart in (_rates(state, roles), _curves(state, roles)) if chart is not None],
        "tables": [*([_table(state, roles)] if state.candidates else []), *([_shapes(state)] if state.shapes else [])],
        "started": state.origin.started,
    }


def headline(state: SearchState, now: str) -> str:
    """The search in one sentence."""
    if state.is_over:
        return _over(state)
    if not state.candidates:
        return "The data are read and the model is traced; the first candidate has not begun."
    if state.shapes:
        compared = f"shapes of the schedule are compared: {len(state.shapes)} of {state.all_shapes} trained"
        return sentence([compared, _best(state), _spent(state), _left(state, now)])
    racing = sum(one.why is None for one in state.candidates.values())
    many = words.counted(len(state.candidates), "candidate")
    verb = ("races" if racing == 1 else "race") if now in ("running", "silent") else "raced"
    return sentence([f"{racing} of {many} still {verb}", _best(state), _spent(state), _left(state, now)])


def _left(state: SearchState, now: str) -> str:
    if now != "running" or state.done <= TOO_EARLY:
        return ""
    return f"{about(state.seconds * (1 - state.done) / state.done)} left"


def short(state: SearchState) -> str:
    """The best so far, for the list of runs."""
    if state.is_over:
        return chosen(state.chosen)
    return _best(state).removeprefix("best so far ") or "nothing measured yet"


def chosen(rate: float | None) -> str:
    """What a search came to, for the list of runs."""
    return f"chosen {words.rate(rate)}" if rate is not None else "no rate was chosen"


def role(state: SearchState, one: Candidate) -> str:
    """`best`, or `lower` or `higher` than the best so far, or `lost` where it diverged."""
    best = state.chosen if state.is_over else (None if state.best is None else state.best[0])
    if one.learning_rate == best:
        return "best"
    if one.why is not None and one.why.startswith("diverged"):
        return "lost"
    return "open" if best is None else "lower" if one.learning_rate < best else "higher"


def _over(state: SearchState) -> str:
    ended = f"it ended early ({name(state.unfinished, 120)})" if state.unfinished else ""
    if state.chosen is None:
        return sentence(["no learning rate was chosen", ended, _spent(state)])
    one = state.candidates.get(state.chosen)
    reached = None if one is None else one.last(state.objective)
    what = f"with a {words.measure(state.objective)} of {words.measured(state.objective, reached)}"
    found = f"the chosen learning rate is {words.rate(state.chosen)}" + (f", {what}" if reached is not None else "")
    took = f"in {words.seconds(round(state.seconds, 1))}" if state.seconds else ""
    return sentence([found, ended, f"{_spent(state)} {took}".strip()])


def _best(state: SearchState) -> str:
    if state.best is None:
        return ""
    rate, value = state.best
    if value is None:
        one = state.candidates.get(rate)
        value = None if one is None else one.last(state.objective)
    measured = (
        f", {words.measure(state.objective)} {words.measured(state.objective, value)}" if value is not None else ""
    )
    return f"best so far {words.rate(rate)}{measured}"


def _spent(state: SearchState) -> str:
    if state.spent is None:
        return ""
    if state.is_over:
        return f"it cost {trainings(state.spent)} full trainings"
    of = f" of about {trainings(state.estimated)}" if state.estimated is not None else ""
    return f"{trainings(state.spent)}{of} full trainings spent"


def _notice(state: SearchState, now: str) -> str:
    if now == "failed":
        return f"The search ended with an error: {words.clean(state.failed or '')}"
    if now == "stopped":
        return gone("search")
    if now == "silent":
        return silent("search", state.origin.host)
    if now == "writing":
        return "The search is over. Its results are being written."
    return ""


def _facts(state: SearchState, now: str) -> list[list[str]]:
    facts = [["Decided by", words.measure(state.objective)]]
    if state.total_steps:
        facts.append(["A full training", words.counted(state.total_steps, "step")])
    if state.training is not None and now in ("running", "silent"):
        facts.append(["Training now", words.rate(state.training)])
    if state.plan:
        facts.append(["Frozen part", words.clean(state.plan)])
    if state.left_out:
        facts.append(["Left out", f"{words.counted(state.left_out, 'line')} of the log that could not be used"])
    return facts


_WORDS = {
    "best": "best so far", "lower": "rate below the best", "higher": "rate above the best", "lost": "diverged",
    "open": "racing",
}  # fmt: skip
_CHOSEN = {"lower": "rate below the chosen", "higher": "rate above the chosen", "best": "chosen"}


def _said(state: SearchState, kind: str, one: Candidate) -> str:
    """Where a candidate stands, in words."""
    if kind == "lost":
        return "too high: diverged"
    if kind != "best" and one.why is not None:
        return {"lower": "too low", "higher": "too high"}.get(kind, "left")
    return _texts(state)[kind]  # whether two can be told apart is the report's to say


def _texts(state: SearchState) -> dict[str, str]:
    return _WORDS | _CHOSEN if state.is_over else _WORDS


def _rates(state: SearchState, roles: dict[float, str]) -> Shown | None:
    marks = []
    for rate, one in sorted(state.candidates.items()):
        value = one.last(state.objective)
        said = f"{words.rate(rate)}: {_said(state, roles[rate], one)}"
        if value is not None and math.isfinite(value):
            said += f", {words.measure(state.objective)} {words.measured(state.objective, value)} at step {one.step:,}"
        is_lost = value is None or not math.isfinite(value)
        if is_lost and roles[rate] != "lost":
            continue  # not measured yet
        mark = {
            "x": rate,
            "y": None if is_lost else value,
            "role": roles[rate],
            "says": said,
            "left": one.why is not None,
        }
        marks.append({**mark, "label": words.rate(rate) if roles[rate] == "best" else ""})
    if not marks:
        return None
    what = words.measure(state.objective)
    return {
        "id": "rate",
        "heading": f"{what[:1].upper()}{what[1:]} against the learning rate",
        "says": _rates_say(state),
        "x": {"label": "learning rate", "log": True},
        "y": {"label": what, "share": words.is_share(state.objective)},
        "lines": [],
        "marks": marks,
        "keys": _keys(state, set(roles.values())),
    }


def _rates_say(state: SearchState) -> str:
    lost = sorted(rate for rate, one in state.candidates.items() if role(state, one) == "lost")
    parts = [_best(state) if not state.is_over else f"chosen: {words.rate(state.chosen)}" if state.chosen else ""]
    parts.append(f"from a rate of {words.rate(lost[0])} training diverges" if lost else "")
    has_left = any(one.why is not None and role(state, one) != "lost" for one in state.candidates.values())
    parts.append("hollow marks have left the race and stand where they left" if has_left else "")
    return sentence(parts) or "Each mark is a candidate at its newest look."


def _curves(state: SearchState, roles: dict[float, str]) -> Shown | None:
    named = "val_loss" if any("val_loss" in one.curves for one in state.candidates.values()) else state.objective
    drawn = [one for _, one in sorted(state.candidates.items()) if named in one.curves]
    lines = []
    for one in drawn:
        steps, values = coarse(one.curves[named], max(2, MOST_POINTS // max(1, len(drawn))))
        kind = roles[one.learning_rate]
        says = f"{words.rate(one.learning_rate)}: {_said(state, kind, one)}"
        line = {"x": steps, "y": values, "role": kind, "says": says, "label": words.rate(one.learning_rate)}
        lines.append({**line, "left": one.why is not None})
    if not any(line["x"] for line in lines):
        return None
    lines.sort(key=lambda line: line["role"] == "best")  # drawn last, above the others
    what = words.measure(named)
    return {
        "id": "curves",
        "heading": f"{what[:1].upper()}{what[1:]} of each candidate",
        "says": "Each line is a candidate; those that left end where they left.",
        "x": {"label": "step" + _of_all(state), "log": False, "to": _to(state, drawn)},
        "y": {"label": what, "share": words.is_share(named)},
        "lines": lines,
        "marks": [],
        "keys": _keys(state, {roles[one.learning_rate] for one in drawn if one.curves[named].last is not None}),
    }


def _of_all(state: SearchState) -> str:
    return f" (a full training has {state.total_steps:,})" if state.total_steps else ""


def _to(state: SearchState, drawn: list[Candidate]) -> int | None:
    """Where the axis ends: at a full training once somebody is well on the way; before, the lines take the room."""
    farthest = max((one.step for one in drawn), default=0)
    return state.total_steps if state.total_steps and farthest > state.total_steps / 3 else None


def coarse(curve: thinning.Thinned, most: int) -> tuple[list[int], list[float]]:
    """At most so many points of a curve, as short numbers."""
    steps, values = thinning.points(curve)
    if len(steps) > most:
        fewer = thinning.fewer(curve, most)
        steps, values = thinning.points(fewer)
    return steps.tolist(), [float(f"{value:.5g}") for value in values]


def _keys(state: SearchState, present: set[str]) -> list[list[str]]:
    texts = _texts(state)
    return [[kind, texts[kind]] for kind in ("lower", "best", "higher", "lost", "open") if kind in present]


def _table(state: SearchState, roles: dict[float, str]) -> Shown:
    rows = []
    for rate, one in sorted(state.candidates.items()):
        value = one.last(state.objective)
        of = f" of {state.total_steps:,}" if state.total_steps else ""
        is_full = state.total_steps is not None and one.step >= state.total_steps
        why = one.why or ("trained to full length" if is_full else "races" if not state.is_over else "stopped")
        measured = "not yet" if value is None else "no number"
        if value is not None and math.isfinite(value):
            measured = words.measured(state.objective, value)
        cells = [words.rate(rate), _said(state, roles[rate], one), measured, f"{one.step:,}{of}", name(why, 160)]
        rows.append({"role": roles[rate], "cells": cells})
    columns = ["Rate", "Where it stands", words.measure(state.objective), "Step", "Why"]
    columns = [column[:1].upper() + column[1:] for column in columns]
    return {"id": "candidates", "heading": "Candidates", "columns": columns, "rows": rows}


def _shapes(state: SearchState) -> Shown:
    rows = []
    for place, one in sorted(state.shapes.items()):
        is_chosen = state.is_over and place == state.chosen_shape
        value = "diverged" if one.value is None else words.measured(state.objective, one.value)
        steps = "" if one.steps is None else f"{one.steps:,}"
        cells = [_place(state, place), value, steps, name(one.says, 160)]
        rows.append({"role": "best" if is_chosen else "", "cells": cells})
    columns = ["Place", words.measure(state.objective), "Steps", "What it does"]
    columns = [column[:1].upper() + column[1:] for column in columns]
    heading = "Shapes of the schedule at the chosen rate"
    return {"id": "shapes", "heading": heading, "columns": columns, "rows": rows}


def _place(state: SearchState, place: int) -> str:
    """What a shape is among the others."""
    if state.is_over and place == state.chosen_shape:
        return "chosen"
    if place == 0:
        return "of all candidates"
    return "not chosen" if state.is_over else "trained"
