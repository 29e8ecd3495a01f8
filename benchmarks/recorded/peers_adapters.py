"""How each peer is asked, and which of its words count. Runs in the peers' environment.

Each adapter gives the log in the form its peer reads and returns what the peer said: a level of ours ("info",
"warning", "critical") and the words of the finding, with the causes and remedies that it names. What these words say
of the rate is decided in one place for all, `recorded.peers_words`.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recorded.peers_logs import Log

Said = list[tuple[str, str]]
_LEVELS = {"error": "critical", "fail": "critical", "warn": "warning", "high": "critical", "medium": "warning"}


def sk_autod(log: Log, folder: Path) -> Said:
    """Two lists, an epoch each. HIGH counts as critical, MEDIUM as warning. Advice: its `recommendation`.

    It refuses trainings of fewer than 5 epochs and any loss that is no number.
    """
    from sk_autod import diagnose

    findings = diagnose(log.epochs["loss"], log.epochs["val_loss"]).findings
    return [(_level(f.severity.value), f"{f.detector_name}: {f.message} {f.recommendation}") for f in findings]


def trainproof(log: Log, folder: Path) -> Said:
    """A CSV. It gives no advice: TP-DIVERGE and TP-NAN are read as "too high", all else as nothing about the rate."""
    from trainproof.epoch import check_epoch

    findings = check_epoch(log.write_csv(folder / "log.csv"))["findings"]
    quiet = ("TP-PASS", "TP-NOT-CHECKED", "TP-THROUGHPUT")
    return [(_level(f["level"]), f"{f['id']} {f['message']}") for f in findings if f["id"] not in quiet]


def hyperassist(log: Log, folder: Path) -> Said:
    """Lines of text, an epoch each. Its red tags count as critical, the yellow ones and its summary as warnings.

    "Too high LR" (NaN) and "higher LR" (underfitting) are its words on the rate; "training instability" is read as
    "too high", since seeing to that is its only remedy. On a line with both losses its pattern takes the second, the
    validation loss, for either.
    """
    from hyperassist import log_assist

    lines = []
    for i in range(log.length):
        losses = f"train_loss={log.epochs['loss'][i]:.8f} val_loss={log.epochs['val_loss'][i]:.8f}"
        accuracy = f" acc={log.epochs['accuracy'][i]:.6f}" if "accuracy" in log.epochs else ""
        lines.append(f"epoch {i + 1} {losses}{accuracy}\n")
    path = folder / "log.txt"
    path.write_text("".join(lines), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        log_assist.process(str(path), num_classes=log.classes or 2)
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed.getvalue())
    red = {"instability", "exploding_gradient", "vanishing_gradient", "loss_jump"}
    summary = re.findall(r"^\[Global\] .+$|^Suggestion: .+$", text, re.MULTILINE)
    tags = re.findall(r"^ +\[(\w+)\] (.+)$", text, re.MULTILINE)
    return [
        *(("warning", words) for words in summary),
        *(("critical" if tag in red else "warning", words) for tag, words in tags if tag != "lr_change"),
    ]


def epochix(log: Log, folder: Path) -> Said:
    """Keras's console output. The warnings that still stand at the end count as warnings; the story of the last frame,
    which is always told, as information. Both count for the rate."""
    import asyncio

    from epochix.ingester import make_ingester
    from epochix.pipeline import run_pipeline
    from epochix.server.hub import Hub
    from epochix.store.sqlite_store import RunStore
    from epochix.story_engine.warnings import standing_warnings

    path = folder / "console.log"
    path.write_text(log.console(), encoding="utf-8")
    store = RunStore(db_path=str(folder / "runs.db"))
    ingester = make_ingester(source="file", run_id="one", path=str(path))
    asyncio.run(run_pipeline(ingester=ingester, run_id="one", store=store, hub=Hub()))
    frames = store.get_story_frames("one")
    warnings = standing_warnings(warning for frame in frames for warning in frame.warnings)
    said = [("info" if w.kind == "lr_drop" else "warning", w.message) for w in warnings]
    return [*said, *(("info", frame.narrative) for frame in frames[-1:])]


def trainspotter(log: Log, folder: Path) -> Said:
    """A CSV; its own severities. Advice: its `fixes`."""
    from trainspotter import load_run, run_all

    findings = run_all(load_run(log.write_csv(folder / "log.csv")))
    return [(_level(f.severity), " ".join([f"{f.title}: {f.message}", *f.fixes])) for f in findings]


def finetune_doctor(log: Log, folder: Path) -> Said:
    """`trainer_state.json`; its own severities. Advice: its `fix`."""
    from finetune_doctor.diagnosis import diagnose
    from finetune_doctor.history import load

    findings = diagnose(load(str(log.write_trainer_state(folder / "trainer_state.json")))).problems
    return [(_level(f.severity.name), " ".join([f"{f.title}: {f.summary}", *f.evidence, *f.fix])) for f in findings]


def epokio(log: Log, folder: Path) -> Said:
    """A folder with a CSV, by Keras's name where there are epochs. It has no levels: "still improving" and "stopped
    improving" count as information, every other note as a warning. Advice: the second half of a note."""
    from epokio.analysis import analyze

    log.write_csv(folder / ("log.csv" if log.by_steps else "training.log"))
    found = analyze(folder)
    if found is None:
        raise ValueError("epokio found no training in the folder")
    quiet = ("still_improving", "plateau")
    return [
        ("info" if kind.get("kind") in quiet else "warning", f"{note} {todo}")
        for (note, todo), kind in zip(found.notes, found.kinds, strict=True)
    ]


def losslint(log: Log, folder: Path) -> Said:
    """A CSV; its own severities. "Raising the LR" (stagnation) is its only advice; NaN and divergence, for which it has
    none, are read as "too high"."""
    from losslint.checks import run_all_checks
    from losslint.parsing import load_run

    findings = run_all_checks(load_run(log.write_csv(folder / "log.csv")))
    return [(_level(f.severity), f"{f.check}: {f.message}") for f in findings]


def runmedic(log: Log, folder: Path) -> Said:
    """A CSV; its own severities. Advice: its causes and fixes. Of a NaN within the first three points it says that the
    rate is not the cause; that is taken at its word."""
    from runmedic import loaders, roles
    from runmedic.checks import run_checks

    (run,) = loaders.load(str(log.write_csv(folder / "log.csv")))
    findings = run_checks(run, roles.detect(run))
    return [(_level(f.severity), " ".join([f.title, *f.evidence, *f.causes, *f.fixes])) for f in findings]


def gradsnitch(log: Log, folder: Path) -> Said:
    """A CSV; its own severities. Advice: its likely cause and its suggestion."""
    from gradsnitch import lint_csv

    findings = lint_csv(str(log.write_csv(folder / "log.csv")))
    return [(_level(f.severity), f"{f.name} {f.evidence} {f.likely_cause} {f.suggestion}") for f in findings]


def training_doctor(log: Log, folder: Path) -> Said:
    """A CSV; its own severities. Advice: its problem and suggestions."""
    from training_doctor.doctor import Doctor

    found = Doctor().load(log.write_csv(folder / "log.csv")).analyze()
    return [(_level(f.severity.value), " ".join([f.problem, *f.suggestions])) for f in found]


def trainpulse(log: Log, folder: Path) -> Said:
    """Its `Monitor`, told what its command would read from JSON lines: loss and rate. It gives no advice: a loss that
    is NaN or infinite is read as "too high", spikes and plateaus as nothing about the rate."""
    from trainpulse.monitor import Monitor

    monitor = Monitor()
    for i, row in enumerate(log.rows()):
        monitor.log("loss", i, row["loss"])
        if "learning_rate" in row:
            monitor.log("learning_rate", i, row["learning_rate"])
    return [(_level(alert.severity.value), alert.message) for alert in monitor.report().alerts]


def runwise(log: Log, folder: Path) -> Said:
    """Rows as of a JSON-lines log. It gives no advice: a loss that is NaN or infinite is read as "too high"."""
    from runwise.anomalies import detect_anomalies

    rows = [{"step": row.get("epoch", 0), **row} for row in log.rows()]
    return [(_level(f.severity), f"{f.type}: {f.message}") for f in detect_anomalies(rows)]


def _level(theirs: str) -> str:
    return _LEVELS.get(theirs.lower(), theirs.lower())


@dataclass(frozen=True)
class Peer:
    """A package from the registry.

    Args:
        ask: its adapter.
        by_steps: whether it reads a log of steps; the others want one value an epoch.
        gives_advice: see `recorded.peers_words.place`.
    """

    ask: Callable[[Log, Path], Said]
    by_steps: bool
    gives_advice: bool


PEERS: dict[str, Peer] = {
    "sk-autod": Peer(sk_autod, by_steps=False, gives_advice=True),
    "trainproof": Peer(trainproof, by_steps=True, gives_advice=False),
    "hyperassist": Peer(hyperassist, by_steps=False, gives_advice=False),
    "epochix": Peer(epochix, by_steps=False, gives_advice=True),
    "trainspotter": Peer(trainspotter, by_steps=True, gives_advice=True),
    "finetune-doctor": Peer(finetune_doctor, by_steps=True, gives_advice=True),
    "epokio": Peer(epokio, by_steps=True, gives_advice=True),
    "losslint": Peer(losslint, by_steps=True, gives_advice=False),
    "runmedic": Peer(runmedic, by_steps=True, gives_advice=True),
    "gradsnitch": Peer(gradsnitch, by_steps=True, gives_advice=True),
    "training-doctor": Peer(training_doctor, by_steps=True, gives_advice=True),
    "trainpulse": Peer(trainpulse, by_steps=True, gives_advice=False),
    "runwise": Peer(runwise, by_steps=True, gives_advice=False),
}


def ask(name: str, log: Log, folder: Path) -> dict[str, Any]:
    """What a peer says: `said` as pairs of level and words, or `failed` with the error's name and first line."""
    try:
        return {"said": PEERS[name].ask(log, folder)}
    except (Exception, SystemExit) as error:
        first = (str(error).splitlines() or [""])[0]
        return {"said": [], "failed": f"{type(error).__name__}: {first}"}
