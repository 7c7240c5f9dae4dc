"""Tracked changes of a Word document as if they were accepted, and its comments left out."""

from collections.abc import Iterator

from pipeline_core.adapters.converters.hidden import comments_left_out, shortened
from pipeline_core.adapters.converters.ooxml.names import Element, find, name, remove, remove_all, text_in
from pipeline_core.domain.findings import Finding, Severity

_GONE = ("w:del", "w:moveFrom", "w:cellDel")
_OLD_LOOKS = (
    "w:rPrChange", "w:pPrChange", "w:tblPrChange", "w:trPrChange", "w:tcPrChange", "w:sectPrChange", "w:tblGridChange",
)  # fmt: skip
_NEW = ("w:ins", "w:moveTo")
COMMENT_MARKS = ("w:commentReference", "w:commentRangeStart", "w:commentRangeEnd", "w:annotationRef")
_SHOWN = 160


def accept(root: Element) -> int:
    """Accept the tracked changes of one part; how many there were."""
    changes = sum(1 for _ in root.iter(*map(name, (*_GONE, *_NEW, *_OLD_LOOKS))))
    if not changes:
        return 0
    remove_all(root, *_OLD_LOOKS)
    _drop_rows(root)
    ended = [
        paragraph
        for paragraph in root.iter(name("w:p"))
        if any(find(paragraph, "w:pPr", "w:rPr", mark) is not None for mark in ("w:del", "w:moveFrom"))
    ]
    remove_all(root, *_GONE)
    for paragraph in ended:
        _join_with_next(paragraph)
    return changes


def _drop_rows(root: Element) -> None:
    for row in list(root.iter(name("w:tr"))):
        if find(row, "w:trPr", "w:del") is not None:
            remove(row)
    for cell in list(root.iter(name("w:tc"))):
        if find(cell, "w:tcPr", "w:cellDel") is not None:
            cell[:] = [part for part in cell if part.tag == name("w:tcPr")]
    for table in list(root.iter(name("w:tbl"))):
        if next(table.iter(name("w:tr")), None) is None:
            remove(table)


def _join_with_next(paragraph: Element) -> None:
    """The end of the paragraph was deleted: what is left of it stands at the start of the next."""
    left = [part for part in paragraph if part.tag != name("w:pPr")]
    following = paragraph.getnext()
    if not text_in(paragraph, "w:t", "w:sym"):
        if following is not None or paragraph.getprevious() is not None:
            remove(paragraph)
    elif following is not None and following.tag == name("w:p"):
        at = 1 if len(following) and following[0].tag == name("w:pPr") else 0
        following[at:at] = left
        remove(paragraph)


def tracked_changes(count: int) -> Finding:
    return Finding(
        "tracked_changes",
        Severity.INFO,
        f"The document has {count} tracked change{'s' * (count != 1)}; it was read as if all were accepted.",
        {"changes": count},
    )


def drop_comments(root: Element) -> Iterator[Finding]:
    """Empty the part with the comments; a finding that says how many there were, and the first."""
    texts = [text_in(comment, "w:t") for comment in root.iter(name("w:comment"))]
    root[:] = []
    if texts:
        yield comments_left_out(len(texts), first=shortened(texts[0], _SHOWN))
