"""Title of a document: from its own words where it has one, otherwise from its file name."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from pipeline_core.domain.fences import fences
from pipeline_core.domain.markdown_lines import headings_with_underlined
from pipeline_core.domain.text import strip_markdown

MAX_TITLE_CHARS = 300
_LOOKED_AT = 20_000
_FRONT_MATTER = re.compile(
    r"\A---\n.*?^title:[ \t]*(?P<quote>[\"']?)(?P<title>[^\n]*?)(?P=quote)[ \t]*$.*?^---[ \t]*$", re.M | re.S
)
# What programs write into the title when nobody gave one.
_NO_TITLE = re.compile(
    r"(?:untitled|no title|title|document|doc|presentation|powerpoint presentation|slide|blank|template|book|sheet"
    r"|microsoft word(?: document)?|scan(?:ned)?(?: document)?)[\s\d.,#-]*",
    re.I,
)
_PRINTED = re.compile(r"microsoft (?:word|powerpoint|excel) - ", re.I)
_SAYS_NOTHING = re.compile(r"!\[[^\]]*\]\([^)]*\)|<!--.*?-->|^[-*_ ]{3,}$", re.M | re.S)
"""Content that may precede a title: pictures, comments and rules."""
_FILE_NAME = re.compile(r"\S+\.(?:docx?|pptx?|xlsx?|od[tsp]|rtf|pdf|indd|tex|dvi|qxd|pub|html?|md|txt)", re.I)


def title_of(markdown: str, declared: str | None, filename: str) -> str:
    """The title of a document.

    In this order: the title of its front matter, its first heading of the first level, the title that the file
    declares, its first heading of any level, the file's name without its ending. What programs declare when nobody
    gave a title is none.
    """
    beginning = _without_code(markdown[:_LOOKED_AT])
    front = _FRONT_MATTER.match(markdown[:_LOOKED_AT])
    headings = [(heading.level, strip_markdown(heading.title)) for heading in headings_with_underlined(beginning)]
    candidates = (
        front["title"] if front else "",
        next((title for level, title in headings if level == 1), ""),
        _declared(declared or ""),
        next((title for _, title in headings), ""),
        PurePath(filename).stem,
    )
    return next(" ".join(one.split())[:MAX_TITLE_CHARS] for one in candidates if one.strip())


def _without_code(text: str) -> str:
    for fence in reversed(fences(text)):
        text = text[: fence.start] + text[fence.end :]
    return text


def _declared(title: str) -> str:
    title = _PRINTED.sub("", title.strip())
    return "" if _NO_TITLE.fullmatch(title) or _FILE_NAME.fullmatch(title) else title


def naming_title(markdown: str) -> str:
    """The title that says what the document is about, by its front matter or headings; "" where none does.

    That is its first heading of the highest rank. One with text above it may as well be its first section, unless it
    has the shape of a title: "Name: what it is".
    """
    front = _FRONT_MATTER.match(markdown[:_LOOKED_AT])
    if front and front["title"].strip():
        return " ".join(front["title"].split())[:MAX_TITLE_CHARS]
    beginning = _without_code(markdown[:_LOOKED_AT])
    headings = headings_with_underlined(beginning)
    if not headings:
        return ""
    first = min(headings, key=lambda heading: heading.level)
    title = strip_markdown(first.title)
    is_on_top = not _SAYS_NOTHING.sub("", beginning[: first.start]).strip()
    return " ".join(title.split())[:MAX_TITLE_CHARS] if is_on_top or ": " in title else ""


_COUNTED = re.compile(r"^[\W\d]+|# ?\d+$")
_LEAST_REPEATED = 2


def headings_of(markdown: str) -> Mapping[str, int]:
    """Counts each heading of a document, ignoring a number before or after it ("Case #2")."""
    return Counter(_COUNTED.sub("", strip_markdown(heading.title)) for heading in headings_with_underlined(markdown))


def repeated_within(text: str, above: Sequence[str], headings: Mapping[str, int]) -> tuple[str, ...]:
    """The headings above and in a part of a document that stand in it several times, each once and in order."""
    mine = dict.fromkeys((*above, *(strip_markdown(heading.title) for heading in headings_with_underlined(text))))
    return tuple(heading for heading in mine if headings.get(_COUNTED.sub("", heading), 0) >= _LEAST_REPEATED)
