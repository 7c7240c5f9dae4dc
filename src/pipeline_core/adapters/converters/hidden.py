"""The findings about what a file hides from its readers, rows, sheets, slides, text, and about its comments."""

from collections.abc import Sequence

from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import listed


def named(text: str, most: int = 80) -> list[str]:
    """A hidden text as a reader would look for it, by how it begins; nothing for a blank one."""
    return [f"the text “{shortened(text, most)}”"] if text.strip() else []


def shortened(text: str, most: int) -> str:
    """The text on one line, and no more than so many characters of it."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]}…"


def hidden_content(parts: Sequence[str], *, kept: bool) -> Finding:
    """``parts`` names each hidden part as a reader would look for it: ``row 4 of the sheet “Prices”``, ``slide 3``."""
    became = (
        "was converted as well, because UPLOAD_PIPELINE_KEEP_HIDDEN is set"
        if kept
        else "was left out; set UPLOAD_PIPELINE_KEEP_HIDDEN=true and convert the document again to include it"
    )
    return Finding(
        "hidden_content",
        Severity.WARNING,
        f"The file hides content from its readers: {listed(parts)}. It {became}.",
        {"parts": len(parts), "named": listed(parts), "kept": kept},
    )


def comments_left_out(count: int, *, first: str | None = None, within: str = "text", file: str = "document") -> Finding:
    """``first`` is what the first comment says, as far as it is shown; they stand ``within`` the text of a ``file``."""
    were = f"{count} comments were" if count > 1 else "1 comment was"
    shown = f", the first: “{first}”" if first is not None else ""
    return Finding(
        "comments_left_out",
        Severity.WARNING,
        f"{were} left out{shown}. If what they say belongs to the {within}, write it there and upload the {file} "
        "again.",
        {"comments": count},
    )
