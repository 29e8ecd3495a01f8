"""How much memory there is."""

from __future__ import annotations

import os

# Share of the free memory that the samples, and again that the kept outputs, may take: a search beside a notebook
# must not push the machine into swapping.
SHARE = 0.35
#: Taken where the system does not tell.
FALLBACK = 2 * 1024**3


def allowance() -> int:
    """Bytes that one large table may take."""
    try:
        with open("/proc/meminfo") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(SHARE * int(line.split()[1]) * 1024)
    except OSError:
        pass
    try:
        return int(SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return FALLBACK
