"""The pages of the findings: one for each code that the source can raise, and none that is stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rightrate.diagnosis.rule import HEADINGS
from rightrate.diagnosis.rules import RULES
from rightrate.errors import UsageError
from rightrate.explaining import OTHERS, codes, explain, listing, pages

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "rules"
RAISED = {
    code
    for path in (ROOT / "src" / "rightrate").rglob("*.py")
    if path.name not in ("explaining.py", "finding.py")
    for code in re.findall(r'"(RR\d{3})"', path.read_text())
}


def test_every_code_that_the_source_can_raise_has_a_page() -> None:
    assert RAISED - set(codes()) == set()


def test_every_page_is_of_a_code_that_the_source_can_raise() -> None:
    assert {page.code for page in OTHERS} - RAISED == set()


def test_no_code_has_two_pages() -> None:
    every = [*(rule.code for rule in RULES), *(page.code for page in OTHERS)]
    assert len(every) == len(set(every))


def test_the_files_in_docs_rules_are_fresh() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*")}
    stale = sorted(name for name in {*there, *pages()} if there.get(name) != pages().get(name))
    assert not stale, f"Stale pages: {stale}. Run: python scripts/make_rule_pages.py"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_page_of_a_rule_has_its_title_its_cause_and_all_its_parts(rule) -> None:
    text = explain(rule.code)
    assert text.startswith(f"# {rule.code}: {rule.title}\n") and rule.name in text
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(HEADINGS)
    assert "----" not in text


@pytest.mark.parametrize("page", OTHERS, ids=lambda page: page.code)
def test_the_other_pages_say_what_it_means_and_what_to_do(page) -> None:
    text = explain(page.code.lower())
    assert f"## What it means\n\n{page.means}" in text and f"## What to do\n\n{page.mend}" in text
    assert page.means.endswith(".") and page.mend.endswith(".") and not page.title.endswith(".")


def test_the_list_names_every_finding_once() -> None:
    assert sorted(re.findall(r"^- (RR\d{3}):", listing(), re.MULTILINE)) == sorted(codes())


@pytest.mark.parametrize(
    ("code", "text"), [("RR100", "Did you mean RR101 or RR102"), ("overfitting", "Known: RR101"), ("", "Known")]
)
def test_an_unknown_code_is_an_error_that_offers_others(code: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"No finding has the code '{code}'.*{text}"):
        explain(code)
