"""What is known of a run from the lines of its log, whatever stands in them and in whatever portions they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.live import records, search_state, search_view, watch_state, watch_view
from rightrate.live.origin import Origin, is_there
from rightrate.live.search_state import SearchState
from rightrate.live.watch_state import WatchState

from . import logs

steps = st.integers(0, 500)
values = st.one_of(st.floats(0, 100), st.sampled_from(["NaN", "Infinity", None]))
rates = st.sampled_from([1e-4, 1e-3, 1e-2])
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=12), inner, max_size=3)),
    max_leaves=6,
)
keys = st.sampled_from(
    ["step", "epoch", "finding", "intervention", "setting", "rightrate", "back_to", "looked", "planned", "left",
     "progress", "finished", "failed", "values", "learning_rate", "val_loss", "at_step", "title", "pid", "host"]
)  # fmt: skip
garbage = st.dictionaries(keys, anything, max_size=5)
watch_lines = st.one_of(
    st.builds(lambda step, loss: {"step": step, "loss": loss}, steps, values),
    st.builds(lambda step, loss: {"step": step, "epoch": 1 + step // 10, "val_loss": loss}, steps, values),
    st.builds(logs.finding, st.sampled_from(["RR101", "RR121"]), steps, withdrawn=st.booleans()),
    st.builds(lambda step: {"intervention": "rescue", "step": step + 5, "back_to": step, "why": "lost"}, steps),
    st.builds(lambda: logs.watch(who=logs.ELSEWHERE)),
    st.builds(lambda step: logs.watch(who=logs.ELSEWHERE, back_to=step), steps),
    st.just({"setting": {"planned": None, "ended": True}}),
    garbage,
)
search_lines = st.one_of(
    st.builds(logs.looked, rates, steps, st.floats(0, 10)),
    st.builds(logs.progress, rates, st.floats(0, 10), st.floats(0, 1)),
    st.builds(lambda rate: {"left": rate, "why": "fell behind"}, rates),
    st.builds(logs.finished, rates),
    st.sampled_from(logs.search(who=logs.ELSEWHERE)),
    garbage,
)
cuts = st.lists(st.integers(0, 30), max_size=4)


def shown(state: SearchState | WatchState) -> str:
    view = search_view.view(state, "running") if isinstance(state, SearchState) else watch_view.view(state, "running")
    return json.dumps(view, allow_nan=False)  # what the page gets is strict JSON


def portions(lines: Sequence[Any], at: Sequence[int]) -> list[Sequence[Any]]:
    places = [0, *sorted(at), len(lines)]
    return [lines[begin:end] for begin, end in pairwise(places)]


@pytest.mark.parametrize(
    ("see", "start", "kinds"),
    [(watch_state.see, WatchState, watch_lines), (search_state.see, SearchState, search_lines)],
)
def test_portions_do_not_matter_and_nothing_is_too_strange(see: Callable, start: Callable, kinds: Any) -> None:
    @given(st.lists(kinds, max_size=30), cuts)
    def check(lines: list[dict[str, Any]], at: list[int]) -> None:
        state = start()
        for part in portions(lines, at):
            state = see(state, part)
        whole = see(start(), lines)
        assert shown(state) == shown(whole)
        assert state.left_out == whole.left_out or start is WatchState

    check()


@given(st.lists(st.one_of(st.binary(max_size=20), garbage.map(lambda one: json.dumps(one).encode())), max_size=20))
def test_lines_are_read_alike_together_and_one_by_one(lines: list[bytes]) -> None:
    lines = [line.replace(b"\n", b"") for line in lines]
    together, damaged = records.parse(lines)
    apart = [records.parse([line]) for line in lines]
    assert repr(together) == repr([record for found, _ in apart for record in found])
    assert damaged == sum(count for _, count in apart)


def test_a_search_in_one_sentence() -> None:
    state = search_state.see(SearchState(), logs.search())
    assert search_view.headline(state, "running") == (
        "2 of 3 candidates still race; best so far 0.01, validation loss 0.5; "
        "0.4 of about 1.5 full trainings spent; about 30 s left."
    )
    assert search_view.status(state, 0.0, has_report=False) == "running"
    state = search_state.see(state, [logs.finished()])
    assert search_view.headline(state, "finished") == (
        "The chosen learning rate is 0.01, with a validation loss of 0.5; it cost 1.4 full trainings in 30 s."
    )


def test_a_candidate_says_where_it_stands_and_why_it_left() -> None:
    view = search_view.view(search_state.see(SearchState(), logs.search()), "running")
    rows = {row["cells"][0]: row["cells"][1:] for row in view["tables"][0]["rows"]}
    assert rows["1e-3"][0] == "rate below the best" and rows["1e-3"][3] == "races"
    assert rows["0.01"][0] == "best so far"
    assert rows["0.1"] == [
        "too high: diverged",
        "no number",
        "10 of 100",
        "diverged at step 10: the loss became infinite",
    ]


def test_a_rescue_gives_up_what_came_after_it() -> None:
    lines = [logs.watch(), *({"step": step, "loss": 1.0 + step} for step in range(1, 9)), {"step": 9, "loss": "NaN"}]
    state = watch_state.see(WatchState(), lines)
    assert "is no number since step 9" in watch_view.headline(state, "running")
    state = watch_state.see(
        state, [{"intervention": "rescue", "step": 9, "why": "the loss became NaN", "back_to": 4, "learning_rate": 0.1}]
    )
    assert state.curves["loss"].steps.tolist() == [1, 2, 3, 4]
    assert state.curves["loss"].lost_at is None and state.step == 4
    assert watch_view.act(state.acts[0]) == (
        "Rescued: the loss became NaN; it went back to step 4 and on at a learning rate of 0.1."
    )


def test_a_withdrawn_finding_says_so() -> None:
    lines = [logs.watch(), {"step": 1, "loss": 1.0}, logs.finding("RR121", 1), logs.finding("RR104", 1)]
    state = watch_state.see(WatchState(), [*lines, logs.finding("RR121", 7, withdrawn=True)])
    said = {one["tag"]: one["withdrawn"] for one in watch_view.view(state, "running")["findings"]}
    assert said == {"warning RR121": "Withdrawn at step 7: true no longer.", "warning RR104": ""}
    assert "1 finding" in watch_view.headline(state, "running")


def test_a_new_training_in_the_same_log_begins_anew_and_a_resumed_one_goes_on() -> None:
    first = [logs.watch(), {"step": 1, "loss": 1.0}, {"step": 2, "loss": 2.0}]
    again = watch_state.see(WatchState(), [*first, logs.watch(), {"step": 1, "loss": 5.0}])
    assert (again.trainings, again.curves["loss"].values.tolist()) == (2, [5.0])
    resumed = watch_state.see(WatchState(), [*first, logs.watch(back_to=1), {"step": 2, "loss": 7.0}])
    assert (resumed.trainings, resumed.curves["loss"].values.tolist()) == (1, [1.0, 7.0])


@pytest.mark.parametrize(
    ("who", "ended", "quiet", "status"),
    [
        (None, False, 0.0, "running"),
        (None, False, 9999.0, "running"),
        (None, True, 0.0, "finished"),
        ("gone", False, 0.0, "stopped"),
        ("gone", True, 0.0, "finished"),
        ("elsewhere", False, 1.0, "running"),
        ("elsewhere", False, 9999.0, "silent"),
    ],
)
def test_what_a_watched_training_is_doing(who: str | None, ended: bool, quiet: float, status: str) -> None:
    written = {None: None, "gone": logs.gone(), "elsewhere": logs.ELSEWHERE}[who]
    lines = [logs.watch(who=written), {"step": 1, "loss": 1.0}]
    if ended:
        lines.append({"setting": {"planned": None, "ended": True}})
    state = watch_state.see(WatchState(), lines)
    assert watch_view.status(state, quiet) == status
    notice = watch_view.view(state, status)["notice"]
    assert ("its process is gone" in notice) is (status == "stopped")
    assert ("another-machine cannot be seen" in notice) is (status == "silent")


@pytest.mark.parametrize(
    ("more", "has_report", "status"),
    [
        ([], False, "stopped"),
        ([logs.finished()], False, "stopped"),
        ([logs.finished()], True, "finished"),
        ([{"failed": "ValueError: no"}], False, "failed"),
    ],
)
def test_what_a_search_whose_process_is_gone_was_doing(
    more: list[dict[str, Any]], has_report: bool, status: str
) -> None:
    state = search_state.see(SearchState(), [*logs.search(who=logs.gone()), *more])
    assert search_view.status(state, 0.0, has_report=has_report) == status


def test_a_search_that_is_over_writes_its_results() -> None:
    state = search_state.see(SearchState(), [*logs.search(), logs.finished()])
    assert search_view.status(state, 0.0, has_report=False) == "writing"


def test_a_process_that_took_over_the_number_of_another_is_not_it() -> None:
    header = logs.watch()
    mine = Origin(header["pid"], header["host"], header.get("birth"), header["started"])
    assert is_there(mine) is True
    if mine.birth is not None:
        assert is_there(Origin(mine.pid, mine.host, mine.birth - 1, mine.started)) is False


def test_a_snapshot_stays_small_whatever_the_log_holds() -> None:
    many = [{"step": i, **{f"metric_{k}" * 20: float(np.sin(i * k)) * 1e-7 for k in range(40)}} for i in range(5000)]
    said = [logs.finding(f"RR{i}", i, title="long " * 1000) for i in range(300)]
    state = watch_state.see(WatchState(), [logs.watch(), *many, *said])
    assert len(shown(state)) < 50_000
    search = [logs.looked(10.0 ** -(i / 12), step, 1 / (i + step)) for i in range(40) for step in range(1, 400)]
    assert len(shown(search_state.see(SearchState(), search))) < 50_000
    absurd = [logs.looked(10.0 ** -(i / 100), step, 1 / (i + step)) for i in range(500) for step in range(1, 40)]
    assert len(shown(search_state.see(SearchState(), absurd))) < 150_000
