"""The slider over thresholds, held to scikit-learn's numbers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, precision_score, recall_score

from rightrate.judging import judge
from rightrate.report.judged.html import to_html
from rightrate.verdict import Policy

NAMES = np.array(["ok", "fraud"])


def rows(seed: int = 3, size: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    fraud = (random.random(size) < 0.08).astype(int)
    # Rounded, so that many rows share a score and lie exactly at a threshold.
    return fraud, np.round(1 / (1 + np.exp(-(random.normal(size=size) + 3 * fraud - 2))), 3)


def judged(fraud: np.ndarray, prob: np.ndarray, **options):
    policy = options.pop("policy", None)
    return judge(NAMES[fraud], prob, positive="fraud", labels=list(NAMES), policy=policy, **options)


@pytest.fixture
def explore(open_html):
    def open_page(verdict, width=1280, **options):
        return open_html(to_html(verdict), True, viewport={"width": width, "height": 900}, **options)

    return open_page


def part(page, name: str) -> str:
    return page.locator(f'[data-part="{name}"]').inner_text()


def percent(value: float) -> str:
    if 0.9995 <= value < 1:
        return "above 99.9 %"
    return "below 0.1 %" if 0 < value < 0.0005 else f"{100 * value:.1f}".removesuffix(".0") + " %"


def move(page, place: int) -> None:
    page.locator('[data-part="slider"]').evaluate(
        "(e, place) => { e.value = place; e.dispatchEvent(new Event('input', { bubbles: true })); }", place
    )


def test_at_each_listed_threshold_the_page_says_what_scikit_learn_says(explore):
    fraud, prob = rows()
    verdict = judged(fraud, prob)
    page = explore(verdict)
    listed = verdict.curves["counts"]["threshold"]
    assert len(listed) <= 201
    for place in (0, 1, 7, 60, 101, 150, len(listed) - 2, len(listed) - 1):
        move(page, place)
        said = prob >= listed[place]
        (tn, fp), (fn, tp) = confusion_matrix(fraud, said, labels=[0, 1])
        assert [part(page, name) for name in ("tp", "fp", "fn", "tn")] == [f"{n:,}" for n in (tp, fp, fn, tn)]
        assert part(page, "recall") == percent(recall_score(fraud, said))
        precision = "not measured" if not said.any() else percent(precision_score(fraud, said))
        assert part(page, "precision") == precision
        assert part(page, "f1") == percent(f1_score(fraud, said, zero_division=0))
        assert part(page, "alarms") == percent(said.mean())


def test_it_starts_at_the_threshold_in_use_with_the_counts_of_the_confusion_matrix(explore):
    fraud, prob = rows()
    page = explore(judged(fraud, prob, threshold=0.3), 390)
    (tn, fp), (fn, tp) = confusion_matrix(fraud, prob >= 0.3)
    assert part(page, "at") == "0.3"
    assert [part(page, name) for name in ("tp", "fp", "fn", "tn")] == [f"{n:,}" for n in (tp, fp, fn, tn)]


def test_the_keyboard_moves_it_and_a_number_can_be_typed(explore):
    fraud, prob = rows()
    verdict = judged(fraud, prob)
    page = explore(verdict)
    slider = page.get_by_label("Threshold", exact=False).and_(page.locator("[type=range]"))
    slider.focus()
    page.keyboard.press("Home")
    assert part(page, "at") == "0" and part(page, "recall") == "100 %"
    page.keyboard.press("ArrowRight")
    assert part(page, "at") == f"{verdict.curves['counts']['threshold'][1]:.4g}"
    assert "recall" in slider.get_attribute("aria-valuetext")
    field = page.get_by_label("Threshold, as a number")
    field.fill("0.5")
    said = prob >= 0.5
    assert part(page, "tp") == f"{(said & (fraud == 1)).sum():,}"
    status = page.locator('.explorer [role="status"]')
    status.filter(has_text="Threshold 0.5: precision").wait_for(state="attached")
    assert status.get_attribute("aria-live") == "polite"


def test_costs_and_alarms_a_day_follow_the_fields_and_begin_with_the_policy(explore):
    fraud, prob = rows()
    policy = Policy(cost_fn=500, cost_fp=5, items_per_day=3000, alerts_per_day=200)
    page = explore(judged(fraud, prob, policy=policy))
    fields = {name: page.locator(f'[data-part="{name}"]') for name in ("items", "missed", "alarm")}
    assert [field.input_value() for field in fields.values()] == ["3000", "500", "5"]
    said = prob >= 0.5
    fn, fp, n = (~said & (fraud == 1)).sum(), (said & (fraud == 0)).sum(), len(prob)
    assert part(page, "daily") == f"{float(f'{said.mean() * 3000:.4g}'):,.10g}"
    assert part(page, "cost") == f"{float(f'{(500 * fn + 5 * fp) / n * 3000:.4g}'):,.10g}"
    fields["missed"].fill("10")
    fields["items"].fill("1500")
    assert part(page, "cost") == f"{float(f'{(10 * fn + 5 * fp) / n * 1500:.4g}'):,.10g}"
    listed = judged(fraud, prob, policy=policy).curves["counts"]
    page.get_by_role("button", name="lowest cost", exact=True).click()
    costs = 10 * np.array(listed["fn"]) + 5 * np.array(listed["fp"])
    assert part(page, "fn") == f"{listed['fn'][costs.argmin()]:,.0f}"


def test_in_production_precision_alarms_and_cost_are_at_its_prevalence(explore):
    fraud, prob = rows()
    page = explore(judged(fraud, prob, policy=Policy(prevalence=0.01, items_per_day=1000, alerts_per_day=10)))
    said = prob >= 0.5
    found, false = said[fraud == 1].mean(), said[fraud == 0].mean()
    alarms = 0.01 * found + 0.99 * false
    assert part(page, "precision") == percent(precision_score(fraud, said)), "that of the rows"
    assert part(page, "there") == percent(0.01 * found / alarms)
    assert part(page, "alarms") == percent(alarms)
    assert "at the production prevalence of 1 %" in page.locator(".explorer").inner_text()


def test_weighted_rows_are_said_to_be_sums_of_weights(explore):
    fraud, prob = rows(size=400)
    weights = np.where(fraud == 1, 2.5, 1.0)
    page = explore(judged(fraud, prob, weights=weights))
    said = prob >= 0.5
    assert "sums of the rows' weights" in page.locator(".explorer").inner_text()
    assert float(part(page, "tp").replace(",", "")) == weights[said & (fraud == 1)].sum()
    assert part(page, "precision") == percent(precision_score(fraud, said, sample_weight=weights))


def test_a_named_class_of_several_is_held_against_the_rest(explore):
    random = np.random.default_rng(1)
    true = random.integers(0, 3, 300)
    prob = random.dirichlet(np.ones(3), 300) + np.eye(3)[true]
    prob /= prob.sum(axis=1, keepdims=True)
    verdict = judge(true, prob, labels=["a", "b", "c"], positive="b")
    page = explore(verdict)
    said = prob[:, 1] >= 0.5
    (tn, fp), (fn, tp) = confusion_matrix(true == 1, said)
    assert [part(page, name) for name in ("tp", "fp", "fn", "tn")] == [f"{n:,}" for n in (tp, fp, fn, tn)]
    assert "All other classes count as one here." in page.locator(".explorer").inner_text()


def test_without_scripts_there_is_the_table(explore):
    fraud, prob = rows(size=300)
    verdict = judged(fraud, prob)
    page = explore(verdict, java_script_enabled=False)
    assert not page.locator('[data-part="slider"]').is_visible()
    page.locator(".explorer summary").click()
    assert page.locator(".explorer details tbody tr:visible").count() == len(verdict.curves["counts"]["tp"])
