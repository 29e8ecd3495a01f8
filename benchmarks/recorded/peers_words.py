"""What a peer's words say about the learning rate."""

from __future__ import annotations

import re

_RATE = r"(?:the |your |a )?(?:peak |maximum )?(?:learning rate|lr)\b"
_LOWER = re.compile(
    rf"\b(?:lower|reduce|reducing|decrease|halve) {_RATE}"
    r"|\b(?:learning rate|lr)\b[^.;]{0,20}\btoo high"
    r"|\btoo high (?:a )?(?:learning rate|lr)\b",
    re.IGNORECASE,
)
_RAISE = re.compile(
    rf"\b(?:raise|raising|increase|higher) {_RATE}|\b(?:learning rate|lr)\b[^.;]{{0,20}}\btoo low", re.IGNORECASE
)
_BROKEN = re.compile(r"diverg|\bnan\b|\binf\b|training instability", re.IGNORECASE)


def place(texts: list[str], gives_advice: bool) -> str:
    """Where the rate lies by these words: one of "too low", "right", "too high".

    Any advice to lower the rate is "too high", any advice to raise it is "too low". Both, or neither, is "right": the
    reader of such a report does not change the rate.

    Args:
        texts: every finding whole, with the causes and remedies that it names.
        gives_advice: whether the peer gives advice at all. Where it only names what it sees, a loss that is NaN,
            infinite or diverging is read as "too high", the remedy that the others give for it.

    Example:
        >>> place(["Loss oscillates. Reduce the learning rate or add warmup."], True)
        'too high'
        >>> place(["Lower the learning rate.", "LR too low."], True)
        'right'
        >>> place(["Lowering the learning rate will not help."], True)
        'right'
        >>> place(["NaN detected in loss"], False)
        'too high'
    """
    words = "\n".join(texts)
    lower = bool(_LOWER.search(words)) or (not gives_advice and bool(_BROKEN.search(words)))
    higher = bool(_RAISE.search(words))
    if lower == higher:
        return "right"
    return "too high" if lower else "too low"
