"""The lesson on a user's own run: a folder that a search wrote."""

from __future__ import annotations

import json

import pytest

from rightrate.errors import DataError, UsageError
from rightrate.learning import lesson
from rightrate.report.lesson import frame as frames
from rightrate.report.lesson.html import to_html
from tests.report import samples


def test_the_sliders_are_about_the_run_and_what_it_lacks_is_said(visit, run_folder):
    document = samples.normal()
    taught = lesson(run_folder(document))
    page = visit(to_html(taught))
    assert page.complaints == [] and [url.split(":")[0] for url in page.requests] == ["file"]
    trained = [trial for trial in document.trials if trial.evaluations]
    assert page.locator("#curves-rate").get_attribute("max") == str(len(trained) - 1)
    assert taught.curves.rates[taught.curves.chosen[0]] == document.learning_rate
    banner = page.locator(".banner").inner_text()
    assert "trains each rate once" in banner and "confusion matrix of a training's last look only" in banner
    assert page.locator("#matrix-point").count() == 0 and page.locator("[data-pick=seed]").count() == 0
    scores = next(trial for trial in document.trials if trial.learning_rate == document.learning_rate).scores
    assert page.locator("#step-3 [data-set='text:tp']").first.inner_text() == str(scores.found)


def test_a_regression_has_its_curves_and_the_demo_s_classes(visit, run_folder):
    taught = lesson(run_folder(samples.regression()))
    page = visit(to_html(taught))
    assert page.complaints == []
    assert page.locator("#curves-rate").get_attribute("max") == "2"
    assert page.locator("#matrix-rate").get_attribute("max") == "28"
    assert "the steps about precision and recall show the demo" in page.locator(".banner").inner_text()
    assert "your run scored no classes" in page.locator("#step-3").inner_text()


@pytest.mark.parametrize("width", (1280, 390))
@pytest.mark.parametrize("sample", (samples.hostile, samples.unfinished, samples.single))
def test_any_run_becomes_a_page(visit, run_folder, sample, width):
    page = visit(to_html(lesson(run_folder(sample()))), width)
    assert page.complaints == [] and page.locator("main script, main img, main b script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_names_are_only_text(visit, run_folder):
    page = visit(to_html(lesson(run_folder(samples.hostile()))))
    assert "<script>alert(1)</script>" in page.locator("body").inner_text()
    assert page.complaints == [] and page.locator("[onerror]").count() == 0


def test_a_class_that_the_run_does_not_name_is_picked_and_said(tmp_path, run_folder):
    folder = run_folder(samples.normal())
    content = json.loads((folder / "result.json").read_text())
    for trial in content["trials"]:
        if trial["scores"]:
            trial["scores"] |= {"positive": None, "confusion": [[50, 0, 0], [1, 49, 0], [20, 10, 20]]}
    (folder / "result.json").write_text(json.dumps(content))
    taught = lesson(folder)
    assert taught.classes.positive == "class 2"
    counts = taught.classes.of_seed(0)[taught.classes.chosen[0]].recorded.final
    assert (counts.tp, counts.fn, counts.fp, counts.tn) == (20, 30, 0, 100)
    assert any("names no positive class" in sentence for sentence in taught.missing)


def test_what_is_no_run_is_told_with_what_is_expected(tmp_path):
    with pytest.raises(UsageError, match=r"There is no folder .*nothing\. Expected a folder that `rightrate tune`"):
        lesson(tmp_path / "nothing")
    with pytest.raises(UsageError, match=r"holds no result.json, so it is no run"):
        lesson(tmp_path)
    file = tmp_path / "result.json"
    with pytest.raises(UsageError, match=r"is a file\. Expected a folder"):
        file.write_text("{}")
        lesson(file)
    with pytest.raises(UsageError, match=r"is not about a search"):
        lesson(tmp_path)
    file.write_text('{"kind": "tune", "format": 99}')
    with pytest.raises(UsageError, match=r"has format 99; this rightrate reads format 1"):
        lesson(tmp_path)
    file.write_text('{"kind": "tune", "format": 1, "trials": [{}]}')
    with pytest.raises(DataError, match=r"is not as rightrate writes it: the field 'evaluations' is missing"):
        lesson(tmp_path)
    file.write_text("{half")
    with pytest.raises(DataError, match=r"cannot be read"):
        lesson(tmp_path)


def test_a_run_in_which_nothing_was_measured_is_told(run_folder):
    with pytest.raises(DataError, match="no candidate that was measured"):
        lesson(run_folder(samples.empty()))


def test_a_training_that_finds_few_is_bad_whatever_its_losses_do(run_folder):
    folder = run_folder(samples.normal())
    content = json.loads((folder / "result.json").read_text())
    chosen = content["trials"][content["chosen"]]
    chosen["scores"] |= {"positives": 100, "found": 20, "precision": 0.8, "confusion": [[895, 5], [80, 20]]}
    (folder / "result.json").write_text(json.dumps(content))
    taught = lesson(folder)
    told = taught.classes.of_seed(0)[taught.classes.chosen[0]]
    assert told.recorded.final.recall == 0.2
    assert (told.band, told.band_why) == ("bad", "val_recall ended at 20%, below 50%.")


def test_numbers_beside_a_picture_have_room(run_folder):
    frame = frames.epochs([10.0], frames.losses([0.158786, 0.254519]))
    assert [label for _, label in frame.y_ticks] == ["0.16", "0.25"]
