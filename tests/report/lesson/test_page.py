"""The lesson in a real Chromium, opened from disk, as a beginner uses it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from sklearn.metrics import accuracy_score, precision_score, recall_score

from rightrate.demo.sweep import recorded
from rightrate.report import words

RATES = 29
SHARES = ("precision", "recall", "accuracy")


def slide(page, selector, value):
    """Set a slider as a hand or a key does."""
    page.locator(selector).evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', { bubbles: true })); }",
        str(value),
    )


def shares(counts):
    """Precision, recall and accuracy by scikit-learn, as the page writes them."""
    cells = (counts.tp, counts.fn, counts.fp, counts.tn)
    true, answered = np.repeat([1, 1, 0, 0], cells), np.repeat([1, 0, 1, 0], cells)
    precision = precision_score(true, answered) if counts.tp + counts.fp else None
    return [words.percent(one) for one in (precision, recall_score(true, answered), accuracy_score(true, answered))]


def shown(page, step, key):
    return page.locator(f"#step-{step} [data-set='text:{key}']").first.inner_text()


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("width", (1280, 390))
def test_opens_from_disk_without_network_complaint_or_sideways_scroll(visit, width, scheme):
    page = visit(width=width, color_scheme=scheme)
    assert page.complaints == []
    assert [url.split(":")[0] for url in page.requests] == ["file"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("main > section h2").count() == 9


def test_the_page_is_small(text):
    assert len(text.encode()) <= 1_500_000


@pytest.mark.parametrize("rate", (0, 8, 12, 16, 20, RATES - 1))
@pytest.mark.parametrize("seed", (0, 2))
def test_the_slider_shows_the_counts_and_shares_of_that_very_training(visit, rate, seed):
    page = visit()
    page.locator("#step-2 [data-pick=seed]").nth(seed).check()
    slide(page, "#curves-rate", rate)
    one = recorded()["sweep"][RATES * seed + rate]
    assert shown(page, 2, "rate") == words.rate(one.rate)
    assert [int(shown(page, 3, key)) for key in ("tp", "fn", "fp", "tn")] == [
        one.final.tp, one.final.fn, one.final.fp, one.final.tn,
    ]  # fmt: skip
    assert [shown(page, 3, key) for key in SHARES[:2]] == shares(one.final)[:2]
    for key, value in zip(SHARES, shares(one.final), strict=True):
        said = shown(page, 3, f"{key}Steps")
        assert said.endswith(f"= {value}") or (value == words.NOT_MEASURED and said.endswith("not measured"))
    ended = shown(page, 2, "ended")
    assert words.number(float(one.loss[-1])) in ended and words.number(float(one.val_loss[-1])) in ended


def test_the_diagnosis_and_the_verdict_follow_the_slider_in_the_tool_s_own_words(visit, taught):
    page = visit()
    for rate in (0, 14, 20):
        slide(page, "#curves-rate", rate)
        told = taught.curves.of_seed(0)[rate]
        assert shown(page, 2, "sentence") == told.sentence and shown(page, 2, "band") == told.band
        assert shown(page, 4, "outcome") == told.judged.outcome and shown(page, 4, "reason") == told.judged.reason


def test_the_epoch_slider_shows_the_counts_after_that_epoch(visit):
    page = visit()
    slide(page, "#matrix-rate", 12)
    for epoch in (0, 3, 9):
        slide(page, "#matrix-point", epoch)
        counts = recorded()["sweep"][12].counts[epoch]
        assert int(shown(page, 3, "fn")) == counts.fn
        assert shown(page, 3, "recall") == shares(counts)[1]


def test_the_picture_moves_with_the_slider(visit):
    page = visit()
    line = page.locator("#step-2 [data-set='d:dVal off:valOff']").first
    drawn = set()
    for rate in (0, 12, 20):
        slide(page, "#curves-rate", rate)
        drawn.add(line.get_attribute("d"))
    assert len(drawn) == 3 and not any("NaN" in path or "None" in path for path in drawn)


def test_keys_move_the_slider_and_a_screen_reader_hears_where_it_is(visit):
    page = visit()
    slider = page.locator("#curves-rate")
    slider.focus()
    page.keyboard.press("Home")
    assert slider.get_attribute("aria-valuetext").startswith("1e-6, the learning rate is too low")
    page.keyboard.press("ArrowRight")
    assert shown(page, 2, "rate") == "1.78e-6"
    expect(page.locator("#status")).to_contain_text("Rate 1.78e-6: The learning rate is too low")
    assert page.locator("[role=status], [aria-live]").count() == 1, "one place speaks, not each picture"


def test_the_first_step_adds_one_curve_after_the_other(visit):
    page = visit()
    picked = page.locator("#step-1 [data-pick=view]")
    accuracy = page.locator("#step-1 figure").nth(1)
    assert not accuracy.is_visible() and "looks perfect" in shown(page, 1, "lesson")
    picked.nth(1).check()
    assert not accuracy.is_visible() and "by heart" in shown(page, 1, "lesson")
    picked.nth(2).check()
    assert accuracy.is_visible()


def test_the_sweet_spot_is_where_both_shares_are_good(visit, taught):
    page = visit()
    good = [
        words.rate(one.recorded.rate)
        for one in taught.classes.of_seed(0)
        if min(one.recorded.final.precision or 0, one.recorded.final.recall or 0) >= 0.8
    ]
    said = shown(page, 4, "sweet")
    assert good[0] in said and float(page.locator("#step-4 rect.sweet").get_attribute("width")) > 8


def test_sorting_tells_right_from_wrong_and_counts_the_first_try(visit, taught):
    page = visit()
    cards = page.locator("[data-sort]")
    assert cards.count() == 6
    for i in range(6):
        band = page.evaluate("i => JSON.parse(document.getElementById('lesson').textContent).sorting[i].band", i)
        wrong = next(one for one in ("good", "fair", "bad") if one != band)
        if i == 0:
            cards.nth(i).locator(f"button[value={wrong}]").click()
            assert cards.nth(i).locator(".result").inner_text().startswith(f"Not {wrong}: it is {band}.")
        cards.nth(i).locator(f"button[value={band}]").click()
        assert cards.nth(i).locator(".result").inner_text().startswith("Right.")
        assert cards.nth(i).locator(f"button[value={band}]").get_attribute("aria-pressed") == "true"
    assert page.locator("#sort-score").inner_text() == "5"


def test_each_pitfall_shows_the_mistake_and_then_the_mended_training(visit, taught):
    page = visit()
    assert [one.name for one in taught.pitfalls] == ["high", "low", "ignored", "schedule"]
    for pitfall in taught.pitfalls:
        box = page.locator(f"[data-views={pitfall.name}]")
        sentence = box.locator("[data-set='text:sentence']")
        assert sentence.inner_text() == pitfall.wrong[1].sentence
        box.get_by_label("mended").check()
        assert sentence.inner_text() == pitfall.mended[1].sentence


def test_the_trap_asks_first_and_then_gives_the_verdict_with_its_reason(visit, taught):
    page = visit()
    answer = page.locator("#trap-answer")
    assert not answer.is_visible()
    page.get_by_role("button", name="Yes, it is fit").click()
    assert answer.is_visible()
    said = page.locator("#trap-said").inner_text()
    assert said.startswith("Not so. It is not fit.") and "always answering 'ok' also scores 98.0 %" in said
    assert (shown(page, 7, "recall"), shown(page, 7, "accuracy")) == ("12 %", "98 %")
    slide(page, "#trap-found", 25)
    assert shown(page, 7, "recall") == "100 %" and shown(page, 7, "outcome") == taught.trap[25].judged.outcome


def test_the_quiz_is_done_by_keyboard_alone(visit):
    page = visit()
    truth = page.evaluate("JSON.parse(document.getElementById('lesson').textContent).quiz.map(one => one.right)")
    page.locator("#matrix-point").focus()
    # From there by the tabulator to the first question, then with arrows, space and enter only.
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "question-1":
            break
    for number, right in enumerate(truth):
        page.keyboard.press("Space")
        for _ in range(right if number != 1 else right + 1):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Check"
        page.keyboard.press("Enter")
        result = page.locator("[data-question] .result").nth(number)
        assert result.inner_text().startswith("Not so:" if number == 1 else "Right."), number
        page.keyboard.press("Tab")
    assert page.locator("#quiz-score").inner_text() == str(len(truth) - 1)
    assert page.locator("#quiz-done").inner_text() == str(len(truth))


def test_checking_without_an_answer_asks_for_one(visit):
    page = visit()
    question = page.locator("[data-question]").first
    question.get_by_role("button", name="Check").click()
    assert question.locator(".result").inner_text() == "Choose an answer first."
    assert page.locator("#quiz-done").inner_text() == "0"


def test_without_scripts_texts_tables_pictures_and_answers_are_there(visit):
    page = visit(java_script_enabled=False)
    pictures = page.locator("svg.picture")
    assert pictures.count() > 12 and all(
        pictures.nth(i).bounding_box()["height"] > 100 for i in range(pictures.count())
    )
    assert page.locator("#step-2 tbody tr").count() == 3 * RATES
    assert page.locator(".live-only:visible").count() == 0
    assert "It is not fit." in page.locator("#step-7").inner_text()
    page.locator("[data-question] summary").first.click()
    assert "The rate is too high" in page.locator("[data-question] details").first.inner_text()


def test_on_paper_nothing_hides(visit):
    page = visit()
    page.emulate_media(media="print")
    assert page.locator("#trap-answer").is_visible() and page.locator("#step-1 figure").nth(1).is_visible()
    assert not page.locator("#curves-rate").is_visible()


def test_who_wants_no_motion_gets_none(visit):
    page = visit(reduced_motion="reduce")
    assert page.locator(".part.yes").first.evaluate("one => getComputedStyle(one).transitionDuration") == "0s"


def test_the_policy_stops_any_script_that_is_not_the_page_s_own(visit):
    page = visit()
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.stolen = 1'; document.body.append(s); }"
    )
    assert page.evaluate("window.stolen") is None


def test_the_worked_example_is_there_to_check_by_hand(visit):
    page = visit()
    page.locator("#step-3 summary").click()
    text = re.sub(r"\s+", " ", page.locator("#step-3 details").inner_text())
    for part in ("85 / (85 + 10) = 85 / 95 = 89.5 %", "85 / (85 + 15) = 85 / 100 = 85 %", "175 / 200 = 87.5 %"):
        assert part in text


def test_the_key_names_only_the_lines_that_are_drawn(visit):
    page = visit()
    name = page.locator("#step-1 .key").get_by_text("validation loss")
    assert not name.is_visible()
    page.get_by_label("and validation loss").check()
    assert name.is_visible()


def test_on_paper_nothing_speaks_of_what_is_not_there(visit):
    page = visit()
    page.emulate_media(media="print")
    assert page.locator("#step-2 .still").is_visible()
    assert "table below" not in page.locator("main").inner_text()
