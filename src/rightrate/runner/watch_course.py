"""`Course`: one training that is being watched: its record, its log, and what was said of it. Knows no Keras."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any, Literal

from rightrate.curves.divergence import WINDOW, Watcher, beginning
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.examine import examine
from rightrate.diagnosis.finding import Finding, Severity
from rightrate.diagnosis.watching import News, Watched, tell
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.runner.diagnosis import Diagnosis
from rightrate.runner.watch_log import VERSION, Log
from rightrate.runner.watch_record import Record
from rightrate.runner.writer import writer

#: A training is examined again when it has grown by this share: a finding is at most so late, and a million epochs are
#: examined some 280 times.
GROWTH = 0.05
#: The finding of a divergence.
DIVERGED = "RR101"
#: A rise above so many times where the training began is acted upon at once. The median of 8 batches whose losses have
#: no trend and a spread of e to either side (a logarithm with a standard deviation of 1) gets there by chance less than
#: once in a million looks.
FAR = 10.0
#: Batches in a row at which a smaller rise must stand before it is acted upon: windows that share no batch. Of 40 such
#: losses without a trend (tests/test_watch_loop.py) 2 windows left 3 false stops in 300 steps, 4 windows left 1.
SECOND_LOOK = 4 * WINDOW
#: How often a finding is told: once, and once more after it was withdrawn.
MOST_TELLINGS = 2
#: Still falling, best is last, no decay to the end: true of any good training that is under way. The rules know that
#: where the length is planned; of a custom loop nobody knows it.
OF_THE_END = ("RR111", "RR114", "RR151")


@dataclass(frozen=True)
class Intervention:
    """What a watch did to a training.

    Args:
        kind: `"rescue"`: went back to an earlier state and lowered the rate; `"stop"`: ended the training.
        epoch: which was under way, from 1.
        step: optimizer steps done when it was done.
        why: what it was done for, one sentence.
        back_to: the step whose whole state was put back; None where it was left.
        epoch_kept: the epoch whose weights were put back, 0 for those it began with; None where they were left.
        learning_rate: in force afterwards; None where it was left.
        said: the whole in words.
    """

    kind: Literal["rescue", "stop"]
    epoch: int
    step: int
    why: str
    back_to: int | None
    epoch_kept: int | None
    learning_rate: float | None
    said: str


@dataclass(frozen=True)
class Told:
    """What an examination came to.

    Args:
        findings: that are true now, without those that are ignored.
        news: what has changed since the last announcement.
        standing: what counts as told once this is announced.
        serious: the critical findings to be acted upon: a plain divergence, and what was true an epoch before too. One
            noisy epoch, or a few hard batches, are not enough.
    """

    findings: tuple[Finding, ...]
    news: News
    standing: Mapping[str, Finding]
    serious: tuple[Finding, ...] = ()


def critical(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The critical ones among findings."""
    return tuple(one for one in findings if one.severity is Severity.CRITICAL)


class Course:
    """One training.

    Args:
        name: of the training.
        setting: what is known of it.
        steps_per_epoch: None where it is not known.
        ignore: codes of rules that are not to be told, with the reasons.
        log: where its lines go.
        record: of an earlier part of it.
        step: steps that were done before.
    """

    def __init__(
        self,
        name: str,
        setting: Setting,
        steps_per_epoch: int | None,
        ignore: Mapping[str, str],
        log: Log | None = None,
        record: Record | None = None,
        step: int = 0,
    ) -> None:
        self.name, self.setting, self.steps_per_epoch = name, setting, steps_per_epoch
        self._ignore, self._log = ignore, log
        self.record = record or Record()
        self.step = self._began = step
        classes = setting.classes or 0
        self.watcher = Watcher(math.log(classes) if classes > 1 else None)
        self._told: Mapping[str, Finding] = {}
        self._tellings: Counter[str] = Counter()
        self._critical_since: dict[str, int] = {}
        self._examined_at = 0
        self._risen = 0
        self.lost_told = False
        self._write(_header(name, setting, steps_per_epoch, step if record is not None else None))

    def add_step(self, step: int, values: Mapping[str, float]) -> None:
        """What was measured at one optimizer step."""
        self.step = step
        for recorded in self.record.add_step(step, values):
            self._values(*recorded)
        if "loss" in values:
            self._see(values["loss"])

    def _see(self, loss: float) -> None:
        """One more batch. A rise counts once it is beyond what hard and easy batches come to by chance."""
        was_lost, self.watcher = self.watcher.reason is not None, self.watcher.see(loss)
        if was_lost or self.watcher.reason is None or not math.isfinite(loss):
            self._risen = 0
            return
        level, start = median(self.watcher.latest), beginning(self.watcher.first)  # the very first may be an easy one
        self._risen += 1
        if level <= FAR * abs(start) and self._risen < SECOND_LOOK:
            self.watcher = replace(self.watcher, reason=None)

    def add_epoch(self, epoch: int, values: Mapping[str, float]) -> None:
        """What was measured when an epoch had ended."""
        for recorded in self.record.settle():
            self._values(*recorded)
        if values:
            step, measured = self.record.add(self.step, values)
            self._write({"step": step, "epoch": epoch, **measured})
        self.flush()

    def add_seldom(self, step: int, values: Mapping[str, float]) -> None:
        """What is measured now and then, and must not be thinned out."""
        self.step = step
        self._values(*self.record.add(step, values))

    def learn(self, **known: Any) -> None:
        """Settings that became known; those known before stay. `steps_per_epoch` may be among them."""
        new = {key: value for key, value in known.items() if value is not None and self._is_news(key)}
        if not new:
            return
        if "steps_per_epoch" in new:
            self.steps_per_epoch = new["steps_per_epoch"]
        self.setting = self.setting.updated(
            Setting(**{key: value for key, value in new.items() if key != "steps_per_epoch"})
        )
        self._write({"setting": new})

    def end(self) -> None:
        """The training is over, however many steps were planned."""
        self.setting = replace(self.setting, planned=None)
        self._write({"setting": {"planned": None, "ended": True}})

    def _is_news(self, key: str) -> bool:
        return (self.steps_per_epoch if key == "steps_per_epoch" else getattr(self.setting, key)) is None

    def go_back(self, step: int) -> None:
        """The training was taken back to an earlier step."""
        self.record.go_back(step)
        self.step = step
        first = self.watcher.first[: max(0, step - self._began)]  # the others are given up: a climb may be among them
        self.watcher, self._risen = Watcher(self.watcher.ignorant, first), 0
        self._examined_at = min(self._examined_at, self.record.size)

    def intervened(self, done: Intervention) -> None:
        """Write an intervention down."""
        line = {key: value for key, value in asdict(done).items() if value is not None and key not in ("kind", "said")}
        if done.kind == "stop" and "back_to" in line:
            line["state_of"] = line.pop("back_to")  # `back_to` gives up points; the last divergence is to be seen
        self._write({"intervention": done.kind, **line})
        self.flush()

    @property
    def has_two_windows(self) -> bool:
        """Whether there are steps enough for the rules to tell a climb: its beginning and its end."""
        return self.step - self._began >= 2 * WINDOW

    @property
    def is_due(self) -> bool:
        """Whether the training has grown enough to be examined again."""
        return self.record.size > self._examined_at * (1.0 + GROWTH)

    def examine(self, *, is_over: bool = False) -> Told:
        """Ask every rule. Nothing counts as told before `announce`.

        Edge cases: a finding that was told again after its withdrawal is withdrawn again at the end only.

        Args:
            is_over: the training has ended, so that what is said of its end may be told.
        """
        self._examined_at = self.record.size
        training = self.training
        pieces = {name: (curve,) for name, curve in training.curves.items()}
        state = Watched(
            self.name, training.unit, self.steps_per_epoch, training.source, self.setting, pieces, self._told
        )
        state, examined, news = tell(state)
        held = {*self._ignore, *(() if is_over else OF_THE_END)}
        new, withdrawn = (tuple(one for one in part if one.code not in held) for part in (news.new, news.withdrawn))
        kept = () if is_over else tuple(one for one in withdrawn if self._tellings[one.code] >= MOST_TELLINGS)
        findings = tuple(one for one in examined.findings if one.code not in held)
        standing = {code: finding for code, finding in state.told.items() if code not in held}
        standing.update({one.code: one for one in kept})
        withdrawn = tuple(one for one in withdrawn if one not in kept)
        return Told(findings, News(new, withdrawn), standing, self._serious(findings))

    def _serious(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        before, now = self._critical_since, critical(findings)
        self._critical_since = {one.code: before.get(one.code, self.step) for one in now}
        return tuple(one for one in now if self._is_plain(one) or self._has_lasted(one))

    def _has_lasted(self, finding: Finding) -> bool:
        """Whether it is true for an epoch already: several examinations may fall into one, and see one validation."""
        apart = self.steps_per_epoch or (SECOND_LOOK if finding.code == DIVERGED else 1)
        return self.step - self._critical_since[finding.code] >= apart

    def _is_plain(self, finding: Finding) -> bool:
        """Whether it is a divergence beyond doubt, which needs no second look."""
        if finding.code != DIVERGED:
            return False
        ends = (self.record.end(name) for name in ("loss", "val_loss"))
        return self.watcher.reason is not None or not all(math.isfinite(end) for end in ends if end is not None)

    def losses_after(self, step: int, most: int) -> list[float]:
        """Losses of the first batches after a step, which are those of the state that the step left."""
        return self.record.after("loss", step, most)

    def announce(self, told: Told) -> None:
        """What was examined is told: it is new no longer, and stands in the log."""
        self._told = told.standing
        self._tellings.update(finding.code for finding in told.news.new)
        for finding in told.news.new:
            self._write(_line(finding, self.step))
        for finding in told.news.withdrawn:
            self._write({**_line(finding, self.step), "withdrawn": True})
        self.flush()

    @property
    def training(self) -> Training:
        """All that was recorded."""
        source = str(self._log.path) if self._log is not None else "running"
        return Training(self.name, self.record.curves, "step", self.steps_per_epoch, source, self.setting)

    @property
    def diagnosis(self) -> Diagnosis:
        """What is to be said of it now."""
        return Diagnosis(Diagnosed((examine(self.training, (), self._ignore),)))

    def flush(self) -> None:
        """What was written down can be read from outside."""
        if self._log is not None:
            self._log.flush()

    def _values(self, step: int, values: Mapping[str, float]) -> None:
        self._write({"step": step, **values})

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._log is not None:
            self._log.write(line)


def _header(name: str, setting: Setting, steps_per_epoch: int | None, back_to: int | None) -> dict[str, Any]:
    line: dict[str, Any] = {"rightrate": "watch", "version": VERSION, "training": name}
    if back_to is not None:
        line["back_to"] = back_to
    if steps_per_epoch is not None:
        line["steps_per_epoch"] = steps_per_epoch
    return {**line, "setting": dict(setting.known), **writer()}


def _line(finding: Finding, step: int) -> dict[str, Any]:
    return {
        "finding": finding.code,
        "at_step": step,
        "severity": finding.severity.value,
        "title": finding.title,
        "advice": finding.advice,
    }
