"""What the page shows of a watched training: plain values, sentences and curves; the page only draws them."""

from __future__ import annotations

from typing import Any

from rightrate.live import thinning
from rightrate.live.origin import lost
from rightrate.live.search_view import coarse
from rightrate.live.watch_state import Act, Found, WatchState
from rightrate.live.wording import STATES, gone, name, sentence, silent, value
from rightrate.report import words

#: Points of one curve, and of all curves together, that are sent: a snapshot stays below 50 kB.
MOST_POINTS, MOST_IN_ALL = 400, 1800
#: Findings and acts that are shown, the newest.
MOST_SAID = 20
#: Charts after the losses and the rate.
MOST_CHARTS = 4
LOSSES = ("loss", "val_loss")

Shown = dict[str, Any]


def status(state: WatchState, quiet: float) -> str:
    """One of `STATES`; `quiet` is the number of seconds since the last line."""
    if state.has_ended:
        return "finished"
    return lost(state.origin, quiet) or ("running" if state.curves else "preparing")


def view(state: WatchState, now: str) -> Shown:
    """Everything for the page of one watched training; `now` is its status."""
    return {
        "status": now,
        "state": STATES[now],
        "sentence": headline(state, now),
        "notice": _notice(state, now),
        "title": "Watched training" if state.name == "training" else f"Watched training: {name(state.name)}",
        "facts": _facts(state),
        "charts": _charts(state),
        "tables": [],
        "findings": [_finding(one) for one in _newest_standing_first(state.findings)[:MOST_SAID]],
        "acts": [{"at": f"step {one.step:,}", "says": act(one)} for one in state.acts[::-1][:MOST_SAID]],
        "started": state.origin.started,
    }


def headline(state: WatchState, now: str) -> str:
    """The training in one sentence."""
    if not state.curves:
        return "Nothing was measured yet."
    parts = [_where(state, now), *(_last(state, one) for one in LOSSES), _standing(state)]
    return sentence(parts)


def short(state: WatchState, *, is_whole: bool = True) -> str:
    """The best so far, for the list of runs; the newest, in words, where not all of the log was read."""
    for of in reversed(LOSSES):
        curve = state.curves.get(of)
        found = None if curve is None else thinning.best(curve) if is_whole else curve.last
        if found is not None:
            newest = "" if is_whole else "newest "
            return f"{newest}{words.measure(of)} {words.measured(of, found[1])} at step {found[0]:,}"
    return "nothing measured yet"


def act(one: Act) -> str:
    """What a watch did, in words."""
    why = name(one.why, 200)
    if one.kind == "rescue":
        back = f"went back to step {one.back_to:,}" if one.back_to is not None else "went back"
        rate = f" and on at a learning rate of {words.rate(one.learning_rate)}" if one.learning_rate is not None else ""
        return f"Rescued: {why}; it {back}{rate}."
    return f"Stopped: {why}."


def _where(state: WatchState, now: str) -> str:
    steps = f"step {state.step:,}" + (f" of {state.planned:,}" if state.planned else "")
    if now == "finished":
        return f"the training has ended at step {state.step:,}"
    if state.steps_per_epoch:
        epoch = max(1, -(-state.step // state.steps_per_epoch))
        of = f" of {-(-state.planned // state.steps_per_epoch):,}" if state.planned else ""
        return f"epoch {epoch:,}{of}, {steps}"
    return steps


def _last(state: WatchState, of: str) -> str:
    curve = state.curves.get(of)
    if curve is None:
        return ""
    if curve.lost_at is not None and (curve.last is None or curve.lost_at > curve.last[0]):
        return f"the {words.measure(of)} is no number since step {curve.lost_at:,}"
    if curve.last is None:
        return ""
    found = thinning.best(curve) if of == "val_loss" else None
    has_fallen_back = found is not None and found[1] != curve.last[1]
    best = f", at its best {words.measured(of, found[1])} at step {found[0]:,}" if found and has_fallen_back else ""
    return f"{words.measure(of)} {words.measured(of, curve.last[1])}{best}"


def _standing(state: WatchState) -> str:
    standing = [one for one in state.findings if one.withdrawn_at is None]
    return words.counted(len(standing), "finding") if standing else ""


def _notice(state: WatchState, now: str) -> str:
    if now == "stopped":
        return gone("training", says_its_end=state.planned is not None)
    return silent("training", state.origin.host) if now == "silent" else ""


def _facts(state: WatchState) -> list[list[str]]:
    facts = []
    if state.trainings > 1:
        facts.append(["Training", f"the newest of {state.trainings} in this log"])
    if state.optimizer:
        facts.append(["Optimizer", name(state.optimizer)])
    facts += [[f"Newest {_named(of)}", value(of, curve.last[1])] for of, curve in state.curves.items() if curve.last]
    if state.left_out:
        facts.append(["Left out", f"{words.counted(state.left_out, 'line')} of the log that could not be used"])
    return facts


def _named(of: str) -> str:
    return {"learning_rate": "learning rate", "gradient_norm": "gradient norm"}.get(of) or words.measure(of)


def _charts(state: WatchState) -> list[Shown]:
    groups = [("losses", "Losses", tuple(of for of in LOSSES if of in state.curves))]
    groups.append(("rate", "Learning rate", tuple(of for of in ("learning_rate",) if of in state.curves)))
    others = [of for of in state.curves if of not in (*LOSSES, "learning_rate")]
    pairs: dict[str, list[str]] = {}
    for of in others:
        pairs.setdefault(of.removeprefix("val_"), []).append(of)
    for i, (bare, members) in enumerate(list(pairs.items())[:MOST_CHARTS]):
        title = _named(members[0]) if len(members) == 1 else name(bare.replace("_", " "))
        groups.append((f"other-{i}", title[:1].upper() + title[1:], tuple(sorted(members))))
    groups = [group for group in groups if group[2]]
    most = min(MOST_POINTS, MOST_IN_ALL // max(1, sum(len(group[2]) for group in groups)))
    drawn = [_chart(state, most, *group) for group in groups]
    return [chart for chart in drawn if any(line["x"] for line in chart["lines"])]


def _chart(state: WatchState, most: int, key: str, heading: str, members: tuple[str, ...]) -> Shown:
    lines, lost = [], []
    for of in members:
        steps, values = coarse(state.curves[of], most)
        kind = "validation" if of.startswith("val_") else "open" if key == "rate" else "training"
        lines.append({"x": steps, "y": values, "role": kind, "says": _named(of), "label": "", "left": False})
        at = state.curves[of].lost_at
        lost += [{"x": at, "label": "no number", "says": f"{_named(of)} was no number at step {at:,}"}] if at else []
    rules = lost
    if key == "losses":
        rules = lost + [
            {"x": one.at_step, "label": name(one.code, 10), "says": name(one.title, 160)}
            for one in state.findings
            if one.withdrawn_at is None
        ]
    ends = [
        f"{_named(of)} {value(of, last[1])} at step {last[0]:,}" for of in members if (last := state.curves[of].last)
    ]
    keys = [["validation" if of.startswith("val_") else "training", _named(of)] for of in members]
    return {
        "id": key,
        "heading": heading,
        "says": sentence([f"now: {', '.join(ends)}" if ends else ""]),
        "x": {"label": "step", "log": False},
        "y": {"label": heading.lower(), "rate": key == "rate", "share": all(map(words.is_share, members))},
        "lines": lines,
        "marks": [],
        "rules": rules[:40],
        "keys": keys if len(keys) > 1 else [],
    }


def _newest_standing_first(findings: tuple[Found, ...]) -> list[Found]:
    return sorted(reversed(findings), key=lambda one: one.withdrawn_at is not None)


def _finding(one: Found) -> Shown:
    return {
        "tag": f"{name(one.severity, 20)} {name(one.code, 20)}",
        "severity": one.severity if one.severity in ("critical", "warning", "info") else "info",
        "at": f"step {one.at_step:,}",
        "title": name(one.title, 300),
        "advice": name(one.advice, 300),
        "withdrawn": "" if one.withdrawn_at is None else f"Withdrawn at step {one.withdrawn_at:,}: true no longer.",
    }
