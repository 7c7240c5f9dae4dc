"""The finding about characters that had to be guessed."""

import re
from collections.abc import Iterator

from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.text_encoding import Decoded

_SAMPLE = 80
_TELLING = re.compile(r"[^\x00-\x7f]")
_DO = "If it reads wrong, save the file as UTF-8 and upload that."


def encoding_findings(decoded: Decoded) -> Iterator[Finding]:
    """Says which encoding was taken where the file does not name one, with a line of it; a warning if in doubt."""
    if not decoded.guessed:
        return
    line = _sample_line(decoded.text)
    doubt = f" It may be {decoded.other} as well." if decoded.other else ""
    yield Finding(
        "encoding_guessed",
        Severity.WARNING if decoded.other else Severity.INFO,
        "document",
        f"The file does not say how its characters are encoded; it was read as {decoded.encoding}: "
        f"“{line}”.{doubt} {_DO}",
        {"encoding": decoded.encoding, "other": decoded.other},
    )


def _sample_line(text: str) -> str:
    """The words around the first character beyond ASCII."""
    first = _TELLING.search(text)
    start = max(0, first.start() - _SAMPLE // 2) if first else 0
    start = text.find(" ", start, first.start() if first else 0) + 1 if start else 0
    return " ".join(text[start : start + _SAMPLE].split())
