"""Terminal, Markdown, HTML and CSV: the same answer, and nothing that a name could break."""

from __future__ import annotations

import csv
import html
import io
import math
import re
import subprocess
import sys

import numpy as np
import pytest
from rich.console import Console

from rightrate.report import sections, tables
from rightrate.report.csv import COLUMNS, guarded, to_csv
from rightrate.report.markdown import to_markdown
from rightrate.report.terminal import to_terminal
from rightrate.search import Ended

from . import samples


def printed(document, width: int = 200) -> str:
    console = Console(width=width, file=io.StringIO(), force_terminal=False, color_system=None)
    console.print(to_terminal(document))
    return console.file.getvalue()


def read_html(text: str) -> str:
    body = re.sub(r"<(script|style|noscript).*?</\1>", "", text, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", body))


def read_markdown(text: str) -> str:
    return html.unescape(re.sub(r"\\(.)", r"\1", text))


@pytest.mark.parametrize("sample", samples.ALL)
def test_the_answer_is_the_same_everywhere(sample):
    document = sample()
    outputs = printed(document, 5000), read_markdown(to_markdown(document)), read_html(samples.page(sample))
    said = [sections.headline(document), *(text for _, text in sections.answer(document))]
    said += [text for _, text in sections.cost(document)]
    said += [text for finding in sections.findings(document) for text in finding]
    for output in outputs:
        for text in said:
            assert text.strip() in output


@pytest.mark.parametrize("sample", (samples.normal, samples.unfinished))
def test_every_candidate_is_listed_with_its_place(sample):
    table = tables.candidates(sample())
    for output in (read_markdown(to_markdown(sample())), read_html(samples.page(sample))):
        for row in table.rows:
            assert all(cell in output for cell in row)
    for row, trial in zip(table.rows, sample().trials, strict=True):
        line = next(line for line in printed(sample()).splitlines() if line.startswith(f"{row[0]} "))
        assert all(cell in line for cell in (*row[:5], row[-2]))
        assert (row[-1] in printed(sample())) or trial.ended is Ended.FINISHED


def test_what_was_not_measured_is_said_and_is_no_number():
    answer = dict(sections.answer(samples.regression()))
    assert answer["Precision and recall"] == "not measured"
    assert answer["Interval"].startswith("not measured")
    text = printed(samples.unfinished())
    assert "No learning rate was chosen." in text
    assert "not a number" in text


def test_the_answer_comes_first():
    for output in (printed(samples.normal()), read_markdown(to_markdown(samples.normal()))):
        assert output.index("Use a learning rate of 3e-4.") < 120


def test_unfinished_runs_say_so_everywhere():
    document = samples.unfinished()
    pages = read_html(samples.page(samples.unfinished))
    for output in (printed(document, 500), to_markdown(document), pages):
        assert "This run did not finish: interrupted by Ctrl-C after 4 s." in output
        assert "no rate could be chosen" in output


def test_a_terminal_of_80_columns_is_not_overrun_and_breaks_no_heading():
    text = printed(samples.normal(), 80)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "validation" in text
    assert "precision" in text


def test_terminal_shows_hostile_names_as_they_are():
    text = printed(samples.hostile(), 5000)
    assert "[red]markup[/red]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_markdown_is_escaped():
    text = to_markdown(samples.hostile())
    assert "<" not in text
    assert "http://" not in text
    table = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {9}
    assert text.count("\n# ") == 0


def test_html_is_escaped():
    text = samples.page(samples.hostile)
    assert len(re.findall(r"<script", text)) == 4
    assert "<img src=x" not in text
    assert "\x1b" not in text


def test_csv_has_every_point_and_keeps_what_is_no_number():
    document = samples.normal()
    rows = list(csv.DictReader(io.StringIO(to_csv(document))))
    assert tuple(rows[0]) == COLUMNS
    for trial in document.trials:
        mine = [row for row in rows if float(row["learning_rate"]) == trial.learning_rate]
        for curve in (trial.train_curve, trial.curve):
            values = [float(row["value"]) for row in mine if row["name"] == curve.name]
            np.testing.assert_array_equal(values, curve.values)
    last = rows[-1]
    assert (last["step"], float(last["epoch"])) == ("13", 0.65)
    assert math.isnan(float(last["value"]))


def test_csv_holds_no_formula():
    names = {row["name"] for row in csv.DictReader(io.StringIO(to_csv(samples.hostile())))}
    assert names == {"loss", "val_loss", "val_=1+1|</script>"}
    assert [guarded(text) for text in ("=1", " +1", "-1", "@x", "\t=1")] == [
        "'=1",
        "' +1",
        "'-1",
        "'@x",
        "' =1",
    ]


def test_importing_the_package_loads_no_drawing_library():
    """scikit-learn, which `scoring` needs, loads pandas and rich by itself; the report must add neither."""
    code = (
        "import sys, rightrate.scoring, rightrate.search, rightrate.diagnosis; before = set(sys.modules); "
        "import rightrate.report; "
        "print(*sorted(set(sys.modules) - before)); print('altair' in sys.modules, 'jinja2' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    added, loaded = run.stdout.splitlines()
    assert all(name.startswith("rightrate.") for name in added.split())
    assert loaded == "False False"


def test_the_verdict_on_the_model_and_what_leads_in_its_training_are_said_everywhere():
    document = samples.full()
    said = [text for _, text in sections.fitness(document)]
    assert len(said) == 2 and said[0].startswith("FIT: ") and "critical RR121: The validation loss turned" in said[1]
    for output in (printed(document, 5000), read_markdown(to_markdown(document))):
        assert all(text in output for text in said)
    page = read_html(samples.page(samples.full))
    assert all(text.partition(": ")[2] in page for text in said)
    assert sections.fitness(samples.normal()) == ()
