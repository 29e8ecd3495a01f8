"""The page of `rightrate compare`: what changed, and how sure that is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rightrate.cli.main import main
from rightrate.report.judged.as_json import to_json
from rightrate.report.judged.compared import change_chart, summary, to_html
from rightrate.scoring.figure import Figure
from rightrate.verdict import Judgement
from rightrate.verdict.beyond_chance import corrected
from rightrate.verdict.difference import difference

from . import samples


def better() -> Judgement:
    """The trap's model after it learned to find frauds."""
    old = samples.trap()
    fraud = {**old.per_class["fraud"], "recall": Figure(0.88, 0.7, 0.96, 25), "precision": Figure(0.55, 0.4, 0.7, 40)}
    metrics = {**old.metrics, "accuracy": Figure(0.985, 0.977, 0.99, 1250), "log_loss": Figure(0.05, 0.04, 0.06, 1250)}
    return replace(samples.fit(), per_class={**old.per_class, "fraud": fraud}, metrics=metrics, class_names=("ok", "fraud"),
                   positive="fraud", next_steps=("Ship it.",))  # fmt: skip


def compared(old: Judgement, new: Judgement):
    return corrected(difference(old, new), old, new)


@pytest.fixture
def visit(open_html):
    def open_page(old, new, width=1280):
        text = to_html(compared(old, new), old, new, ("old.json", "new.json"))
        return open_html(text, 'data-chart="' in text, viewport={"width": width, "height": 900})

    return open_page


def test_it_answers_first_and_shows_each_figure_before_and_now(visit):
    page = visit(samples.trap(), better())
    assert page.locator(".headline").inner_text() == "NOT FIT → FIT"
    assert "figures changed beyond chance" in page.locator(".reason").first.inner_text()
    keys = page.locator(".keys").inner_text().split("\n")
    assert keys[keys.index("Recall of 'fraud'") + 1] == "88 %"
    assert "was 12 %; +76.0 points, better, proven" in keys
    row = page.locator("#changes tr", has_text="recall of 'fraud'")
    assert row.locator("td").all_inner_texts() == [
        "recall of 'fraud'", "12 % (4 to 30 %)", "88 % (70 to 96 %)", "+76.0 points", "better, proven",
    ]  # fmt: skip
    assert page.locator("#next li").first.inner_text() == "Ship it."
    assert page.locator('[data-chart="changes"] .mark-symbol path').count() > 5


def test_two_that_have_nothing_in_common_say_so(visit):
    page = visit(samples.empty(), samples.regression(), 390)
    assert "No figure is in both verdicts." in page.locator(".reason").first.inner_text()
    assert page.locator("figure").count() == 0 and page.complaints == []


def test_a_figure_that_is_no_number_is_not_drawn():
    old = replace(samples.trap(), metrics={"accuracy": Figure(float("nan"), 0.1, 0.2), "macro_f1": Figure(0.5)})
    new = replace(samples.trap(), metrics={"accuracy": Figure(0.9, 0.8, 0.95), "macro_f1": Figure(0.5)})
    chart = change_chart(compared(old, new))
    drawn = [row["figure"] for rows in chart.to_dict()["datasets"].values() for row in rows if "figure" in row]
    assert "macro F1" in drawn and "accuracy" not in drawn


def test_the_summary_counts_what_is_proven():
    same = samples.trap()
    assert summary(compared(same, same)).startswith("0 of ")
    assert "for the better, 0 for the worse" in summary(compared(same, better()))


def test_the_command_writes_the_page_of_two_files(tmp_path):
    paths = [tmp_path / name for name in ("old.json", "new.json")]
    for path, one in zip(paths, (samples.trap(), better()), strict=True):
        path.write_text(json.dumps(to_json(one)))
    target = tmp_path / "changes.html"
    with pytest.raises(SystemExit) as ended:
        main(["compare", *map(str, paths), "--html", str(target)])
    assert ended.value.code == 0
    assert "NOT FIT → FIT" in target.read_text(encoding="utf-8")
