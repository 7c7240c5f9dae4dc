"""The finding about characters that had to be guessed."""

import re
from collections.abc import Iterator

from pipeline_core.domain.encoding_guess import Decoded
from pipeline_core.domain.findings import Finding, Severity

_SAMPLE = 80
_TELLING = r"[^\x00-\x7f]"
_BROKEN = "\ufffd"
_DOUBTFUL, _NO_LANGUAGE = 0.35, 0.22
"""Damaged text and encodings that are not known fit worse than this; of names alone some do as well."""
_DO = "If it reads wrong, save the file as UTF-8 and upload that."


def encoding_findings(decoded: Decoded) -> Iterator[Finding]:
    """Says which encoding was taken where the file does not name one, with a line of it, and what could not be read.

    A guess in doubt is a warning; one that gives words of no language waits for a person.
    """
    if broken := decoded.text.count(_BROKEN):
        yield Finding(
            "characters_broken",
            Severity.WARNING,
            f"{broken:,} characters could not be read and stand as {_BROKEN}, the first in "
            f"“{_sample_line(decoded.text, _BROKEN)}”. Correct them in the program that made the file, and upload "
            "it again.",
            {"characters": broken},
        )
    if not decoded.guessed:
        return
    doubt = f" It may be {decoded.other} as well." if decoded.other else ""
    if decoded.fit < _DOUBTFUL:
        doubt += " The words fit no language well, so the file may be damaged."
    yield Finding(
        "encoding_guessed",
        _severity(decoded),
        f"The file does not say how its characters are encoded; it was read as {decoded.encoding}: "
        f"“{_sample_line(decoded.text, _TELLING)}”.{doubt} {_DO}",
        {"encoding": decoded.encoding, "other": decoded.other, "fit": round(decoded.fit, 3)},
    )


def _severity(decoded: Decoded) -> Severity:
    if decoded.fit < _NO_LANGUAGE:
        return Severity.CRITICAL
    return Severity.WARNING if decoded.other or decoded.fit < _DOUBTFUL else Severity.INFO


def _sample_line(text: str, looked_for: str) -> str:
    """The words around the first that is looked for."""
    first = re.search(looked_for, text)
    start = max(0, first.start() - _SAMPLE // 2) if first else 0
    start = text.find(" ", start, first.start() if first else 0) + 1 if start else 0
    return " ".join(text[start : start + _SAMPLE].split())
