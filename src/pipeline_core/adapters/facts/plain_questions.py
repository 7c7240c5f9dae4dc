"""Names of sections, as questions about their tables say them."""

import re
from collections.abc import Sequence

_GENERIC_HEADING = re.compile(
    r"(?:overview|introduction|summary|general|abstract|notes?|description|details|background|conclusions?"
    r"|discussion|results?|methods?|scope|purpose|definitions?|faq|about|contents?|other)$",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^(?:\d+\.)+\d*\s+")


def _label(headings: Sequence[str]) -> str:
    """The heading a reader would name: the last one, with the one above it where it says little alone."""
    names = [_NUMBERING.sub("", name, count=1).strip(" .:") for name in headings]
    name = names[-1]
    if len(names) > 1 and (_GENERIC_HEADING.match(name) or len(name) < 12):
        name = f"{_shortened(names[-2], 40)} › {name}"
    return _shortened(name.replace('"', "'"), 70)


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rpartition(" ")[0].rstrip(" ,;:.-–—") + "…"


def according_to(headings: Sequence[str]) -> str:
    return f', according to "{_label(headings)}"' if headings else ""


def under_heading(headings: Sequence[str]) -> str:
    return f' under "{_label(headings)}"' if headings else ""


def listed(phrases: Sequence[str], language: str) -> str:
    if language != "en":
        return ", ".join(phrases)
    return " and ".join(filter(None, [", ".join(phrases[:-1]), *phrases[-1:]]))
