"""A row of a file is told by its line, whatever blank lines and line breaks lie before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rightrate.importers.prediction_rows import in_file, place_of

FILES = {
    "plain.csv": ("y\na\nb\n", 1, "line 3 of"),
    "blank.csv": ("\n\ny\n\na\n\n\nb\n", 1, "line 8 of"),
    "breaks.tsv": ('y\tz\n"a\nb"\tc\nd\te\n', 1, "line 4 of"),
    "marked.csv": ("\ufeffy\r\na\r\nb\r\n", 0, "line 2 of"),
    "lines.jsonl": ('\n{"y": 1}\n\n{"y": 2}\n', 1, "line 4 of"),
    "table.parquet": ("no text", 1, "row 2 of"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_row_is_found_where_it_begins(tmp_path: Path, name: str) -> None:
    content, row, place = FILES[name]
    (tmp_path / name).write_bytes(content.encode())
    found = place_of(tmp_path / name, row)
    assert found.startswith(place) and found.endswith(
        f"'{tmp_path / name}'" + (" (counted from 1)" * (place[0] == "r"))
    )


def test_a_message_without_a_row_names_the_file() -> None:
    assert in_file(Path("a.csv"), "labels are missing.") == "'a.csv': labels are missing."
