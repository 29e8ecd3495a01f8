"""What each file says of a model that could not be judged: a check that did not run never looks like one that passed.

None of them is a verdict. The JSON has a format of its own, so that nobody who reads verdicts takes it for one.
"""

from __future__ import annotations

import json
from importlib.metadata import version

from rightrate.report.judged import github, junit, markdown
from rightrate.report.judged import words as say
from rightrate.report.judged.read_json import NOT_RUN_FORMAT
from rightrate.report.section import First

HEADING = "COULD NOT RUN"
#: The files of a folder of reports (`Verdict.save`), by what they hold.
FILES = {"json": "verdict.json", "html": "report.html", "markdown": "summary.md", "junit": "junit.xml"}
_FORMAT_VERSION = 1
# Characters of a message; longer than any of our own, and short enough for a page.
_LONGEST = 2000
_NO_ANSWER = "The model was not judged: this is neither FIT nor NOT FIT."


def texts(message: str, exit_code: int) -> dict[str, str]:
    """The text of each kind of file.

    Args:
        message: why it could not run, e.g. the text of the exception.
        exit_code: what the command ends with, 2 or 4.

    Returns:
        "json", "html", "markdown", "junit" -> text, to be written as UTF-8.

    Example:
        >>> json.loads(texts("The file is empty.", 2)["json"])["outcome"]
        'COULD_NOT_RUN'
    """
    message = say.short(message, _LONGEST)
    told = {
        "format": NOT_RUN_FORMAT,
        "format_version": _FORMAT_VERSION,
        "rightrate": version("rightrate"),
        "outcome": "COULD_NOT_RUN",
        "reason": message,
        "exit_code": exit_code,
    }
    return {
        "json": json.dumps(told, indent=2),
        "html": _page(message),
        "markdown": f"# {HEADING}\n\n**{markdown.escaped(message)}**\n\n{_NO_ANSWER}\n",
        "junit": junit.could_not_run(message),
    }


def annotation(message: str) -> str:
    """The workflow command that shows it in GitHub Actions.

    Example:
        >>> annotation("The file is empty.")
        '::error title=rightrate%3A COULD NOT RUN::The file is empty.'
    """
    return github.command("error", f"rightrate: {HEADING}", message)


def _page(message: str) -> str:
    from rightrate.report.one_page import page  # what draws charts is not needed for the other texts

    first = First("rightrate judge", HEADING, "open", (message, _NO_ANSWER))
    return page(HEADING, first, (), {})
