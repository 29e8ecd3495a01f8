"""The live pages in a real Chromium, against a real server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ..report import samples
from . import logs
from .conftest import Served
from .test_folder import finished_run

Serve = Callable[..., Served]
Visit = Callable[..., Page]
REPORT = "<!doctype html><html lang=en><title>report</title><h1>the report itself</h1>"
HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
NAMES = (HOSTILE, "=cmd|'/c calc'!A1", "\u202egnp.exe", "👩‍👩‍👧 name", "x" * 500, "{{ 7*7 }}")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens an address; `complaints` and `requests` of the page hold all that came of it."""
    contexts = []

    def open_page(address: str, width: int = 1280, **options: Any) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.complaints, page.requests = [], []  # type: ignore[attr-defined]
        page.on("console", lambda message: page.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (page.complaints.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A search under way, one that is finished, a watched training."""
    root = tmp_path / "runs"
    logs.write(root / "0001/search.jsonl", *logs.search("finished one"), logs.looked(0.01, 100, 0.25), logs.finished())
    finished_run(root / "0001")
    (root / "0001/report.html").write_text(REPORT)
    logs.write(root / "0002/search.jsonl", *logs.search())
    training = [{"step": step, "loss": 1.0 / step, "learning_rate": 0.01} for step in range(1, 41)]
    epochs = [{"step": 10 * i, "epoch": i, "val_loss": 0.5 / i, "val_accuracy": 0.6} for i in range(1, 5)]
    said = [
        logs.finding("RR121", 20),
        logs.finding("RR104", 20, title="A spike."),
        logs.finding("RR104", 30, withdrawn=True),
    ]
    rescue = {
        "intervention": "rescue",
        "epoch": 1,
        "step": 8,
        "why": "the loss became NaN",
        "back_to": 0,
        "learning_rate": 0.01,
    }
    logs.write(root / "watch.jsonl", logs.watch(), rescue, *training, *epochs, *said)
    return root


def link(page: Page, name: str) -> str:
    return page.locator("#rows a", has_text=name).first.get_attribute("href") or ""


def opened(visit: Visit, served: Served, name: str, **options: Any) -> Page:
    page = visit(served.address, **options)
    row = page.locator("#rows tr", has_text=name)
    page.goto(f"{served.address}run/{row.get_attribute('data-run')}")
    page.locator("figure svg[role=img]").first.wait_for()
    return page


def test_what_is_appended_appears(serve: Serve, visit: Visit, folder: Path) -> None:
    page = opened(visit, serve(folder), "0002")
    expect(page.locator("#sentence")).to_contain_text("best so far 0.01, validation loss 0.5;")
    page.evaluate("window.asked = performance.now()")
    logs.append(folder / "0002/search.jsonl", logs.looked(0.001, 40, 0.125), logs.progress(0.001, 0.125, 0.5))
    expect(page.locator("#sentence")).to_contain_text("best so far 1e-3, validation loss 0.125;", timeout=20_000)
    expect(page.locator("tr.best td").first).to_have_text("1e-3")
    logs.append(folder / "0002/search.jsonl", {"left": 0.01, "why": "fell behind"}, logs.looked(0.0003, 10, 0.75))
    expect(page.locator("#table-candidates tbody tr")).to_have_count(4)
    expect(page.locator("#table-candidates")).to_contain_text("fell behind")
    expect(page.locator("#table-candidates")).to_contain_text("too high: diverged")


def test_a_run_that_begins_appears_in_the_list(serve: Serve, visit: Visit, folder: Path) -> None:
    page = visit(serve(folder).address)
    expect(page.locator("#rows tr")).to_have_count(3)
    logs.write(folder / "0003/search.jsonl", *logs.search("the newest"))
    expect(page.locator("#rows tr")).to_have_count(4, timeout=20_000)
    expect(page.locator("#rows tr").first).to_contain_text("the newest")
    expect(page.locator("#sentence")).to_have_text("4 runs; 3 are under way.")


def test_what_is_removed_is_said_to_be_gone(serve: Serve, visit: Visit, folder: Path) -> None:
    served = serve(folder)
    page = opened(visit, served, "0002")
    every = visit(served.address)
    shutil.rmtree(folder / "0002")
    expect(page.locator("#badge")).to_have_text("not there any more", timeout=20_000)
    expect(page.locator("#sentence")).to_have_text("This run is not there any more.")
    expect(page.locator("#notice")).to_contain_text("removed or moved")
    expect(page.locator("#table-candidates")).to_contain_text("1e-3")
    shutil.rmtree(folder)
    expect(every.locator("#sentence")).to_contain_text("The folder was removed or moved", timeout=20_000)
    expect(every.locator("#list")).to_be_hidden()


@pytest.mark.parametrize("width", (1280, 390))
def test_why_a_candidate_left_is_read_without_scrolling(serve: Serve, visit: Visit, folder: Path, width: int) -> None:
    why = "left at step 1174: promised place 3 of 4 at the end of the training, and the budget carries 2 of them"
    logs.append(folder / "0002/search.jsonl", {"left": 0.01, "why": why})
    page = opened(visit, serve(folder), "0002", width=width)
    expect(page.locator("#table-candidates")).to_contain_text(why)
    box = page.locator("#table-candidates td", has_text=why).bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.locator("#table-candidates").evaluate("table => table.scrollWidth <= table.clientWidth")


def test_the_shapes_that_were_compared_are_shown_with_the_chosen_one(serve: Serve, visit: Visit, folder: Path) -> None:
    page = opened(visit, serve(folder), "0002", width=390)
    shape = {"shape": 0, "of": 2, "says": "Hold 0.01.", "steps": 100, "values": {"val_loss": 0.25}}
    logs.append(folder / "0002/search.jsonl", shape)
    expect(page.locator("#sentence")).to_contain_text("compared: 1 of 2 trained", timeout=20_000)
    other = {"shape": 1, "of": 2, "says": "Fall along a cosine.", "steps": 100, "values": {"val_loss": 0.125}}
    logs.append(folder / "0002/search.jsonl", other, {**logs.finished(), "shape": 1})
    table = page.locator("#table-shapes")
    expect(table.locator("tr.best")).to_contain_text("Fall along a cosine.", timeout=20_000)
    assert table.locator("tr.best td").all_inner_texts() == ["chosen", "0.125", "100", "Fall along a cosine."]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", (1280, 390))
def test_the_best_rate_s_name_covers_no_other_mark(serve: Serve, visit: Visit, folder: Path, width: int) -> None:
    rates, losses = (0.0105, 0.0085, 0.0125), (0.54, 0.55, 0.47)
    looks = [logs.looked(rate, 20, loss) for rate, loss in zip(rates, losses, strict=True)]
    logs.append(folder / "0002/search.jsonl", *looks, logs.looked(0.01, 20, 0.5), logs.progress(0.01, 0.5, 0.5))
    page = opened(visit, serve(folder), "0002", width=width)
    expect(page.locator("#chart-rate .drawing .mark")).to_have_count(6)
    name = page.locator("#chart-rate text.t-best").bounding_box()
    assert name is not None
    for mark in page.locator("#chart-rate .drawing .mark").all():
        box = mark.bounding_box()
        assert box is not None
        is_beside = box["x"] >= name["x"] + name["width"] or box["x"] + box["width"] <= name["x"]
        assert is_beside or box["y"] + 1 >= name["y"] + name["height"] or box["y"] + box["height"] - 1 <= name["y"]


def test_a_search_that_finishes_leads_to_its_report(serve: Serve, visit: Visit, folder: Path) -> None:
    page = opened(visit, serve(folder), "0002")
    expect(page.locator("#doors")).to_be_hidden()
    logs.append(folder / "0002/search.jsonl", logs.finished())
    expect(page.locator("#badge")).to_have_text("writing its results", timeout=20_000)
    finished_run(folder / "0002")
    (folder / "0002/report.html").write_text(REPORT)
    page.get_by_role("link", name="Read the report").click(timeout=20_000)
    expect(page.locator("h1")).to_have_text("the report itself")


def test_the_list_leads_to_a_finished_report_by_keyboard(serve: Serve, visit: Visit, folder: Path) -> None:
    page = visit(serve(folder).address)
    page.locator("#rows a", has_text="0001").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("the report itself")


def test_a_watched_training_shows_findings_withdrawals_and_rescues(serve: Serve, visit: Visit, folder: Path) -> None:
    page = opened(visit, serve(folder), "watch.jsonl")
    expect(page.locator("#sentence")).to_contain_text("Epoch 4 of 10, step 40 of 100; training loss 0.025")
    withdrawn = page.locator("#findings li.withdrawn")
    expect(withdrawn).to_have_count(1)
    expect(withdrawn).to_contain_text("Withdrawn at step 30: true no longer.")
    expect(page.locator("#acts li")).to_contain_text("Rescued: the loss became NaN; it went back to step 0")
    assert page.locator("#chart-losses .rule").count() == 1  # where the standing finding was made
    logs.append(
        folder / "watch.jsonl", logs.finding("RR101", 41, title="The loss diverged."), {"step": 41, "loss": "NaN"}
    )
    expect(page.locator("#findings li").first).to_contain_text("The loss diverged.", timeout=20_000)
    expect(page.locator("#sentence")).to_contain_text("the training loss is no number since step 41")


def test_a_killed_training_is_told(serve: Serve, visit: Visit, folder: Path) -> None:
    script = f"""
import time
from pathlib import Path
from rightrate.runner import events
from rightrate.runner.search_log import search_log
from rightrate.search import Plan
(folder := Path({str(folder / "0009")!r})).mkdir()
with search_log(folder, title="killed", objective="val_loss") as hear:
    hear(events.Planned((0.001, 0.01), 100, 1.0, Plan("p", False, 1.0, "e")))
    hear(events.Looked(0.001, 10, 100, {{"val_loss": 0.5}}))
    print("written", flush=True)
    time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    page = opened(visit, serve(folder), "0009")
    expect(page.locator("#badge")).to_have_text("running")
    process.kill()  # not waited for yet: it is a zombie, and gone all the same
    expect(page.locator("#notice")).to_contain_text("ended without saying so: its process is gone", timeout=20_000)
    expect(page.locator("#badge")).to_have_text("stopped unexpectedly")
    process.communicate()


def test_a_lost_connection_is_said_and_what_was_there_stays(serve: Serve, visit: Visit, folder: Path) -> None:
    served = serve(folder)
    page = opened(visit, served, "0002")
    expect(page.locator("#connection")).to_be_hidden()
    served.process.kill()
    expect(page.locator("#connection")).to_contain_text("connection to the live view is lost", timeout=20_000)
    expect(page.locator("#table-candidates tbody tr")).to_have_count(3)


@pytest.mark.parametrize("width", (1280, 390))
@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_axe_finds_nothing_serious_and_nothing_is_asked_elsewhere(
    serve: Serve, visit: Visit, folder: Path, width: int, scheme: str
) -> None:
    served = serve(folder)
    page = visit(served.address, width=width, color_scheme=scheme)
    expect(page.locator("#rows tr")).to_have_count(3)
    rows = {row.get_attribute("data-run") for row in page.locator("#rows tr").all()}
    for address in (served.address, *(f"{served.address}run/{run}" for run in rows)):
        page.goto(address)
        page.locator("figure svg[role=img], #rows tr").first.wait_for()
        found = Axe().run(page).response["violations"]
        assert [
            (one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")
        ] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.getAnimations().length") == 0  # nothing moves, whatever a reader prefers
    assert page.complaints == []  # type: ignore[attr-defined]
    origin = served.address.partition(served.token)[0]
    assert all(asked.startswith((origin, "data:")) for asked in page.requests)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_only_text(serve: Serve, visit: Visit, tmp_path: Path, name: str) -> None:
    search = [*logs.search(name), {"left": 0.001, "why": name}, {"failed": name}]
    search[1]["plan"] = name
    logs.write(tmp_path / "search.jsonl", *search)
    watched = logs.watch(training=name, setting={"optimizer": name, "planned": 100})
    values = [{"step": 1, name: 1.0, "loss": 1.0}, {"step": 2, name: 2.0, "loss": 1.0}]
    rescue = {"intervention": "stop", "epoch": 1, "step": 2, "why": name}
    logs.write(tmp_path / "odd <b>&.jsonl", watched, *values, logs.finding(name[:20], 2, title=name), rescue)
    served = serve(tmp_path)
    page = visit(served.address, width=390)
    expect(page.locator("#rows tr")).to_have_count(2)
    for run in [row.get_attribute("data-run") for row in page.locator("#rows tr").all()]:
        page.goto(f"{served.address}run/{run}")
        page.locator("figure svg[role=img]").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator("main img, main script, main b").count() == 0
        if name == HOSTILE:
            expect(page.locator("main")).to_contain_text("<script>alert(2)</script>")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_real_report_draws_its_charts(serve: Serve, visit: Visit, tmp_path: Path) -> None:
    logs.write(tmp_path / "search.jsonl", *logs.search(), logs.finished())
    finished_run(tmp_path)
    (tmp_path / "report.html").write_text(samples.page(samples.normal), encoding="utf-8")
    page = visit(serve(tmp_path).address)
    page.get_by_role("link", name="Read the report").click()
    page.locator("figure svg").first.wait_for(timeout=60_000)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_report_of_somebody_else_s_can_read_nothing_and_send_nothing(
    serve: Serve, visit: Visit, folder: Path
) -> None:
    script = """
<!doctype html><title>t</title><p id=said>waiting</p><script>
(async () => {
  const tries = [fetch(location.href.replace(/run.*/, "events")), fetch("https://evil.example/")];
  const ended = await Promise.allSettled(tries);
  document.getElementById("said").textContent = ended.map((one) => one.status).join(" ");
})();
</script>"""
    (folder / "0001/report.html").write_text(script)
    page = visit(serve(folder).address)
    page.locator("#rows a", has_text="0001").first.click()
    expect(page.locator("#said")).to_have_text("rejected rejected")


def test_only_the_sentence_is_read_aloud(serve: Serve, visit: Visit, folder: Path) -> None:
    page = opened(visit, serve(folder), "0002")
    spoken = page.locator("[aria-live]")
    expect(spoken).to_have_count(1)
    expect(spoken).to_have_text(page.locator("#sentence").inner_text())


def test_no_script_but_the_page_s_own_runs(serve: Serve, visit: Visit, folder: Path) -> None:
    page = visit(serve(folder).address)
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.stolen = 1';"
        " document.body.append(s); }"
    )
    assert page.evaluate("window.stolen") is None


def test_without_scripts_the_sentence_is_there(serve: Serve, visit: Visit, folder: Path) -> None:
    page = visit(serve(folder).address, java_script_enabled=False)
    assert page.locator("#sentence").inner_text() == "3 runs; 2 are under way."
    assert "needs JavaScript" in page.locator("noscript").inner_text()
