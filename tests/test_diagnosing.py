"""`rr.diagnose`: what it takes, what comes out, and what it refuses."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import rightrate as rr
from rightrate.curves.curve import Curve
from rightrate.curves.training import Training
from rightrate.diagnosing import MOST_NEIGHBOURS, diagnose_trainings
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Finding
from rightrate.diagnosis.rules import RULES

NAN = float("nan")
OVERFITS = {"loss": [0.9, 0.6, 0.4, 0.2, 0.1], "val_loss": [0.8, 0.7, 0.9, 1.0, 1.2]}
CSV = "epoch,loss,val_loss\n0,0.9,0.8\n1,0.6,0.7\n2,0.4,0.9\n3,0.2,1.0\n4,0.1,1.2\n"


def at(rate: float, end: float) -> dict[str, list[float]]:
    return {"loss": [1.0, 0.9, end], "val_loss": [1.0, 0.95, end], "learning_rate": [rate] * 3}


def curve(name: str, values: list[float]) -> Curve:
    return Curve(name, np.arange(1, len(values) + 1), np.array(values))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(CSV)
    return path


@pytest.fixture(
    params=["str", "path", "history", "dict", "log", "training", "list of one", "list of curves", "folder"],
)
def source(request: pytest.FixtureRequest, log: Path) -> object:
    """The same training in every form."""
    training = Training("t", {name: curve(name, values) for name, values in OVERFITS.items()}, "epoch", None, "")
    return {
        "str": str(log),
        "path": log,
        "history": SimpleNamespace(history=OVERFITS, epoch=[0, 1, 2, 3, 4], params={"steps": 7}, model=None),
        "dict": OVERFITS,
        "log": rr.read_log(log),
        "training": training,
        "list of one": [log],
        "list of curves": [curve(name, values) for name, values in OVERFITS.items()],
        "folder": log.parent,
    }[request.param]


def test_every_form_of_a_training_gets_the_same_diagnosis(source: object) -> None:
    diagnosis = rr.diagnose(source)
    assert (diagnosis.leading.cause.value, diagnosis.leading.code, diagnosis.band) == ("overfitting", "RR121", "bad")
    assert diagnosis.trainings == () and diagnosis.comparison is None


def test_a_curve_alone_is_a_training() -> None:
    diagnosis = rr.diagnose(curve("val_loss", [2.30, 2.29, 2.28, 2.27]))
    assert (diagnosis.leading.cause.value, diagnosis.leading.code) == ("rate_too_low", "RR113")


def test_a_diagnosis_is_the_sequence_of_its_findings() -> None:
    diagnosis = rr.diagnose(OVERFITS)
    assert len(diagnosis) == len(diagnosis.findings) >= 1 and list(diagnosis) == list(diagnosis.findings)
    assert isinstance(diagnosis[0], Finding) and diagnosis[0].code == "RR121" and diagnosis[0] in diagnosis
    assert diagnosis[:1] == (diagnosis[0],)
    assert [answer.rule.code for answer in diagnosis.answers] == [rule.code for rule in RULES]


def test_it_says_itself_in_a_few_plain_lines() -> None:
    diagnosis = rr.diagnose(OVERFITS)
    lines = str(diagnosis).splitlines()
    assert lines[0] == diagnosis.leading.sentence and lines[1] == diagnosis.leading.advice and "Band: bad" in lines[2]
    assert "font-weight:700" in diagnosis._repr_html_() and "overfitting" in repr(diagnosis)


def test_a_name_that_is_markup_is_escaped_in_a_notebook() -> None:
    runs = [Training("<img src=x>", {"loss": curve("loss", [1.0, end])}, "epoch", None, "") for end in (0.5, 0.4)]
    page = rr.diagnose(runs)._repr_html_()
    assert "<img src=x" not in page and "&lt;img" in page


def test_everything_is_saved_to_a_new_folder(tmp_path: Path) -> None:
    place = rr.diagnose(OVERFITS).save(tmp_path / "out")
    assert {path.name for path in place.iterdir()} == {"diagnosis.json", "report.html", "summary.md"}
    assert json.loads((place / "diagnosis.json").read_text())["leading"]["code"] == "RR121"
    with pytest.raises(rr.UsageError, match="not empty"):
        rr.diagnose(OVERFITS).save(place)


def test_several_are_compared_and_the_best_one_leads() -> None:
    diagnosis = rr.diagnose([at(1e-5, 0.9), at(1e-4, 0.5), at(1e-3, 0.3), at(1e-2, NAN)])
    assert [one.name for one in diagnosis.trainings] == ["history", "history 2", "history 3", "history 4"]
    assert diagnosis.name == "history 3" and diagnosis.leading == diagnosis.trainings[2].leading
    assert diagnosis.comparison is not None
    assert [row.place for row in diagnosis.comparison.rows] == ["too low", "too low", "right", "too high"]
    assert diagnosis.trainings[3].leading.cause.value == "rate_too_high"


def test_the_neighbours_of_a_training_count_in_its_rules() -> None:
    alone = rr.diagnose(at(1e-5, 0.9))
    beside = rr.diagnose([at(1e-5, 0.9), at(1e-3, 0.3)]).trainings[0]
    said = [{a.rule.code: a.check.outcome for a in one.answers}["RR112"] for one in (alone, beside)]
    assert said == [Outcome.NOT_APPLICABLE, Outcome.FIRED]


def test_the_order_of_the_logs_changes_nothing_that_is_said_of_each() -> None:
    runs = [at(rate, end) for rate, end in ((1e-5, 0.9), (1e-4, 0.5), (1e-3, 0.3), (1e-2, 2.0))]
    one, other = rr.diagnose(runs), rr.diagnose(runs[::-1])
    assert one.leading == other.leading and one.comparison.sentence == other.comparison.sentence
    assert [t.leading for t in one.trainings] == [t.leading for t in other.trainings][::-1]


def test_only_the_nearest_rates_are_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    import rightrate.diagnosing as module

    seen: dict[str, list[str]] = {}
    real = module.examine

    def recording(training, neighbours, ignore):
        seen[training.name] = [one.name for one in neighbours]
        return real(training, neighbours, ignore)

    monkeypatch.setattr(module, "examine", recording)
    runs = [Training(f"{i:03d}", {name: curve(name, values) for name, values in at(10 ** (-6 + i / 20), 0.5).items()},
                     "epoch", None, "") for i in range(60)]  # fmt: skip
    diagnose_trainings(runs)
    assert {len(names) for names in seen.values()} == {MOST_NEIGHBOURS}
    assert {"029", "031"} <= set(seen["030"]) and "000" not in seen["030"] and "001" in seen["000"]


def test_equal_names_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "log.csv").write_text(CSV)
    names = [one.name for one in rr.diagnose([tmp_path / "a/log.csv", tmp_path / "b/log.csv"]).trainings]
    assert names == [str(tmp_path / "a/log.csv"), str(tmp_path / "b/log.csv")]


def test_losses_by_batch_are_no_second_training_to_compare_with() -> None:
    epochs = Training("run", {"val_loss": curve("val_loss", [1.0, 0.5])}, "epoch", None, "")
    batches = Training("run (batches)", {"loss": curve("loss", [2.0, 0.1])}, "step", None, "")
    diagnosis = rr.diagnose([epochs, batches])
    assert diagnosis.comparison is None and diagnosis.name == "run" and len(diagnosis.trainings) == 2


def test_a_rate_that_the_log_does_not_say_can_be_said(log: Path) -> None:
    advice = rr.diagnose({"loss": [1.0, NAN, NAN]}, learning_rate=0.5).leading.advice
    assert "0.05 instead of 0.5" in advice
    runs = [{"val_loss": [1.0, end]} for end in (0.9, 0.3, 0.8)]
    compared = rr.diagnose(runs, learning_rate=[1e-4, 1e-3, 1e-2]).comparison
    assert [row.place for row in compared.rows] == ["too low", "right", "too high"]


def test_where_the_advice_cannot_name_a_rate_it_is_asked_for() -> None:
    low = {"val_loss": [2.30, 2.29, 2.28, 2.27]}
    (note,) = rr.diagnose(low).warnings
    assert "With learning_rate=... the advice names the next one" in note
    assert rr.diagnose(low, learning_rate=1e-4).warnings == ()
    assert "0.001 instead of 0.0001" in rr.diagnose(low, learning_rate=1e-4).leading.advice
    assert rr.diagnose(OVERFITS).warnings == (), "no rate is to be changed there"
    assert rr.diagnose([low, at(1e-3, 0.3)]).warnings == (), "several say it in their table"


def test_an_epoch_is_named_as_an_epoch_also_where_steps_were_logged() -> None:
    ends = np.arange(1, 9) * 30
    val_loss = Curve("val_loss", ends, np.array([0.9, 0.7, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85]))
    loss = Curve("loss", np.arange(1, 241), 0.9 * 0.99 ** np.arange(240))
    said = rr.diagnose(Training("t", {"loss": loss, "val_loss": val_loss}, "step", 30, "")).leading
    assert "turned at epoch 3 (0.6)" in said.sentence and said.advice.startswith("Stop at epoch 3:")
    unknown = rr.diagnose(Training("t", {"loss": loss, "val_loss": val_loss}, "step", None, "")).leading
    assert "turned at step 90 (0.6)" in unknown.sentence


def test_what_is_known_reaches_the_rules() -> None:
    high = {"loss": [2.0, 4.0, 4.1, 4.0], "val_loss": [2.5, 4.0, 4.0, 4.0]}
    assert rr.diagnose(high, classes=10).document.training.setting.classes == 10
    assert rr.diagnose(high, optimizer="SGD", validation_rows=50).document.training.setting.known == {
        "optimizer": "SGD", "validation_rows": 50,
    }  # fmt: skip


def test_an_ignored_rule_is_marked_and_neither_leads_nor_counts() -> None:
    diagnosis = rr.diagnose(OVERFITS, ignore={"RR121": "we keep the best epoch"})
    answer = next(a for a in diagnosis.answers if a.rule.code == "RR121")
    assert answer.check.outcome is Outcome.FIRED and answer.ignored == "we keep the best epoch"
    assert "RR121" not in [finding.code for finding in diagnosis] and diagnosis.leading.code != "RR121"


@pytest.mark.parametrize(
    "source", [{"loss": [0.5]}, {"my_metric": [1.0, 2.0]}, Curve("loss", np.array([]), np.array([]))]
)
def test_too_little_is_no_error_and_no_claim(source: object) -> None:
    diagnosis = rr.diagnose(source)
    assert diagnosis.leading.cause.value == "not_enough_data" and diagnosis.band is None


class TestHistory:
    """A Keras History in memory, known by its names alone."""

    def test_validations_every_second_epoch_keep_their_epochs(self) -> None:
        diagnosis = rr.diagnose({"loss": [0.9, 0.8, 0.7, 0.6], "val_loss": [0.8, 0.7]})
        assert diagnosis.document.training.curves["val_loss"].steps.tolist() == [2, 4]
        assert any("epoch 2, 4" in warning for warning in diagnosis.warnings)

    def test_a_fit_that_went_on_keeps_its_numbers(self) -> None:
        history = SimpleNamespace(history={"loss": [0.5, 0.4]}, epoch=[5, 6], params={}, model=None)
        assert rr.diagnose(history).document.training.curves["loss"].steps.tolist() == [6, 7]

    def test_arrays_and_gaps_are_understood(self) -> None:
        values = {"loss": np.array([0.9, NAN, 0.5], dtype=np.float32), "val_loss": [np.float32(0.8), None, 0.6]}
        curves = rr.diagnose(values).document.training.curves
        assert math.isnan(curves["loss"].values[1]) and curves["val_loss"].steps.tolist() == [1, 3]

    def test_columns_name_what_the_table_does_not(self) -> None:
        diagnosis = rr.diagnose({"ce": [0.9, 0.5], "val_ce": [0.8, 0.6]}, columns={"loss": "ce", "val_loss": "val_ce"})
        assert set(diagnosis.document.training.curves) == {"loss", "val_loss"}


def test_a_real_keras_history_brings_its_rate_and_its_setting() -> None:
    import keras

    keras.utils.set_random_seed(0)
    x, y = np.random.default_rng(0).normal(size=(64, 4)).astype("float32"), np.arange(64) % 3
    schedule = keras.optimizers.schedules.PolynomialDecay(0.1, decay_steps=24, end_learning_rate=0.0)
    for rate, expected in ((0.02, [0.02] * 3), (schedule, [schedule(7), schedule(15), schedule(23)])):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(x, y, validation_data=(x, y), epochs=3, batch_size=8, verbose=0)
        training = rr.diagnose(history).document.training
        assert training.curves["learning_rate"].values.tolist() == pytest.approx([float(r) for r in expected])
        assert training.steps_per_epoch == 8 and training.unit == "epoch"
        known = training.setting.known
        assert (known["optimizer"], known["classes"], known["trainable"]) == ("Adam", 3, 15)


@pytest.mark.parametrize(
    ("source", "options", "text"),
    [
        (42, {}, "Received: int. Expected the path of a log"),
        (None, {}, "Received: NoneType"),
        (np.array([1.0, 0.5]), {}, "Received: ndarray"),
        ([], {}, "an empty list"),
        ([OVERFITS, 3], {}, "Received: int"),
        ({}, {}, "no list of numbers.*an empty dict"),
        ({"loss": "falling"}, {}, "no list of numbers.*'loss'"),
        ({"loss": ["a", "b"]}, {}, "no list of numbers"),
        ("missing.csv", {}, "missing.csv"),
        (OVERFITS, {"columns": ["loss"]}, "must map names to columns"),
        (OVERFITS, {"columns": {"loss": "ce"}}, "names a column that 'history' does not have"),
        (curve("loss", [1.0]), {"columns": {"loss": "ce"}}, "belongs to a log or a history"),
        (OVERFITS, {"ignore": ["RR121"]}, "a reason for each code"),
        (OVERFITS, {"ignore": {"RR121": " "}}, "needs a reason"),
        (OVERFITS, {"ignore": {"RR112x": "no"}}, "No rule has the code 'RR112x'.*RR112"),
        (OVERFITS, {"ignore": {"RR204": "no"}}, "No rule has the code 'RR204'"),
        (OVERFITS, {"learning_rate": -1e-3}, "above 0. Received: -0.001"),
        (OVERFITS, {"learning_rate": "high"}, "above 0. Received: 'high'"),
        (OVERFITS, {"learning_rate": NAN}, "above 0"),
        (OVERFITS, {"learning_rate": True}, "above 0"),
        (OVERFITS, {"learning_rate": [1e-3, 1e-2]}, "Received 2 for 1"),
        (at(1e-3, 0.5), {"learning_rate": 1e-2}, "has logged its learning rate.*0.001.*Received another: 0.01"),
        (OVERFITS, {"classes": 0}, "`classes` must be a whole number"),
        (OVERFITS, {"classes": 1}, "`classes` must be 2 or more"),
        (OVERFITS, {"monitored": "val_loss"}, "`monitored` must be a list"),
        (OVERFITS, {"monitored": ["vall_loss"]}, "No curve is named 'vall_loss'.*Did you mean val_loss"),
        (OVERFITS, {"optimizer": 3}, "`optimizer` must be the name of its class.*Received: 3"),
        (OVERFITS, {"pretrained": "no"}, "`pretrained` must be True, False or None. Received: 'no'"),
        (OVERFITS, {"fresh_head": 1}, "`fresh_head` must be True, False or None. Received: 1"),
        (OVERFITS, {"mixed_precision": "yes"}, "`mixed_precision` must be True, False or None"),
        (OVERFITS, {"trainable": 20, "weights": 10}, "Received 20 of 10"),
        (OVERFITS, {"weights": 0}, "`weights` must be a whole number"),
        (OVERFITS, {"columns": {"lss": "loss"}}, "maps 'loss' to 'lss', which no rule knows. Did you mean loss"),
        (OVERFITS, {"columns": {"vall_loss": "val_loss"}}, "Did you mean val_loss"),
        (OVERFITS, {"columns": {"Epoch": "loss"}}, "Did you mean epoch"),
        (OVERFITS, {"columns": {"lr": "loss"}}, "Did you mean learning_rate"),
        (OVERFITS, {"columns": {"foo": "loss"}}, "would be read as 'loss'.*name=column"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_one_clear_error(source: object, options: dict, text: str) -> None:
    with pytest.raises(rr.UsageError, match=text):
        rr.diagnose(source, **options)


def test_a_log_that_is_named_twice_is_not_compared_with_itself(log: Path) -> None:
    with pytest.raises(rr.UsageError, match="given twice"):
        rr.diagnose([log, log.parent / ".." / log.parent.name / "log.csv"])


def test_words_that_no_rule_knows_are_said() -> None:
    diagnosis = rr.diagnose(OVERFITS, optimizer="Adamm", monitored=["my_score"])
    assert [warning.rpartition(". ")[2] for warning in diagnosis.warnings] == [
        "Did you mean Adam or AdamW or Adamax?",
        "Known: loss, val_loss.",
    ]
    assert rr.diagnose(OVERFITS, optimizer="AdamW", monitored=["val_loss"]).warnings == ()
    high = rr.diagnose(OVERFITS, learning_rate=1e9)
    assert high.warnings == ("A learning rate of 1e+09 was said. Is that meant? Those in use lie between 1e-5 and 1.",)


def test_an_optimizer_may_be_spelled_in_any_case() -> None:
    diagnosis = rr.diagnose(OVERFITS, optimizer="adamw")
    assert diagnosis.document.training.setting.optimizer == "AdamW" and diagnosis.warnings == ()


def test_metrics_of_ones_own_may_have_any_name() -> None:
    history = {"loss": [0.9, 0.5], "aux": [0.8, 0.6]}
    diagnosis = rr.diagnose(history, columns={"my_loss": "aux"})
    assert "my_loss" in diagnosis.document.training.curves


def test_a_rate_of_training_from_scratch_is_told_by_what_is_said_of_the_network() -> None:
    known = {"optimizer": "adam", "pretrained": True, "trainable": 5_000_000, "weights": 5_000_000}
    codes = [finding.code for finding in rr.diagnose(OVERFITS, learning_rate=1e-2, **known)]
    assert "RR154" in codes
    assert "RR154" not in [finding.code for finding in rr.diagnose(OVERFITS, learning_rate=1e-4, **known)]
