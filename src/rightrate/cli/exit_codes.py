"""What a command ends with. A check that did not run never passes, and never reads as a model that failed."""

from __future__ import annotations

DONE = 0
NOT_FIT = 1
WRONG_USAGE = 2
#: Also: no rate could be chosen.
NOT_ENOUGH_EVIDENCE = 3
COULD_NOT_RUN = 4
#: As shells report a program that Ctrl-C ended.
INTERRUPTED = 130
