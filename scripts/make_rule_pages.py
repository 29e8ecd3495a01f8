"""Writes docs/rules from the source: one page for each finding, and an index. Pages of codes that are gone go too."""

from __future__ import annotations

from pathlib import Path

from rightrate.explaining import pages

FOLDER = Path(__file__).parent.parent / "docs" / "rules"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    texts = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(texts)} pages in {FOLDER}")


if __name__ == "__main__":
    main()
