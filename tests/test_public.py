"""The public surface, and the promises of the documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import rightrate as rr

ROOT = Path(__file__).parent.parent


def test_the_public_names_are_these() -> None:
    assert rr.__all__ == [
        "CannotRunError",
        "DataError",
        "Diagnosis",
        "FindResult",
        "MissingExtraError",
        "ModelError",
        "Policy",
        "Requirement",
        "RightrateError",
        "TuneResult",
        "UsageError",
        "Verdict",
        "Waiver",
        "Watch",
        "diagnose",
        "explain",
        "find",
        "judge",
        "read_log",
        "schedules",
        "tune",
    ]
    assert all(getattr(rr, name) is not None for name in rr.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="tuna"):
        rr.tuna  # noqa: B018


def test_every_file_and_folder_named_in_the_architecture_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    source = ROOT / "src" / "rightrate"
    for name in re.findall(r"`([a-z_]+(?:/[a-z_]*)*(?:\.py)?/?)`", text):
        if "/" in name or name.endswith(".py"):
            places = [source / name, source / f"{name}.py", source / "engine" / name, ROOT / name]
            assert any(place.exists() for place in places), name


def test_every_link_of_the_readme_leads_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
            if not link.startswith("http"):
                assert (document.parent / link).exists(), (document.name, link)


def test_the_readmes_python_example_runs_as_it_stands(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert {"model.keras", "result.json", "report.html"} <= {p.name for p in (tmp_path / "tuned").iterdir()}


def test_the_readmes_verdict_prints_what_it_shows(tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text().split("## Is it fit to ship?")[1]
    code, shown = (re.search(rf"```{kind}\n(.*?)```", section, re.DOTALL).group(1) for kind in ("python", "text"))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == shown, done.stderr[-2000:]


def test_the_readmes_command_lines_are_understood(tmp_path, monkeypatch, capsys) -> None:
    """Each names files that do not exist here: the answer must be about the files, not about the options."""
    from rightrate.cli.main import main

    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text()
    commands = re.findall(r"^\$ (rightrate .*)$", text, re.MULTILINE)
    assert len(commands) >= 3
    for command in commands:
        with pytest.raises(SystemExit) as ended:
            main(command.split()[1:])
        said = capsys.readouterr().err
        about_a_file = r"Error: (There is no (model )?(file|module)|(The log )?'.*' cannot be read)"
        needs_none = command.startswith("rightrate explain")
        assert ended.value.code == (0 if needs_none else 2), command
        assert needs_none or re.search(about_a_file, said), command


def test_no_file_of_the_package_is_larger_than_allowed() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        assert len(path.read_text().splitlines()) <= 400, path
    assert (ROOT / "src/rightrate/demo/backbone.keras").stat().st_size <= 300_000
