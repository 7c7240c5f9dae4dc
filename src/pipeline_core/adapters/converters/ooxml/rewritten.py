"""An office file as prepared for xberg."""

from dataclasses import dataclass

from pipeline_core.adapters.converters.ooxml.completeness import Passage
from pipeline_core.domain.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The file's bytes, what had to be said about it, and what its markdown has to say."""

    data: bytes
    findings: tuple[Finding, ...] = ()
    passages: tuple[Passage, ...] = ()


def unread_markup(part: str) -> Finding:
    """The finding about a part that is no sound XML, so that nobody knows what it strikes out or hides."""
    return Finding(
        "unread_markup",
        Severity.CRITICAL,
        f"The markup of {part} is not well-formed, so text that is struck out, hidden or moved may be in the "
        "result. Open the file in the program that made it, save it again and upload that.",
        {"part": part},
    )
