"""Tracked changes of a Word document as if they were accepted, and its comments left out."""

from collections.abc import Iterator, Sequence

from pipeline_core.adapters.converters.hidden import comments_left_out
from pipeline_core.adapters.converters.ooxml.names import Element, name, remove
from pipeline_core.domain.findings import Finding, Severity

_GONE = ("del", "moveFrom", "cellDel")
_OLD_LOOKS = ("rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange", "tblGridChange")
_NEW = ("ins", "moveTo")
_COMMENT_MARKS = ("commentReference", "commentRangeStart", "commentRangeEnd", "annotationRef")
_SHOWN = 160


def accept(root: Element) -> int:
    """Accept the tracked changes of one part; how many there were."""
    changes = sum(1 for _ in root.iter(*_names((*_GONE, *_NEW, *_OLD_LOOKS))))
    if not changes:
        return 0
    for old in list(root.iter(*_names(_OLD_LOOKS))):
        remove(old)
    _drop_rows(root)
    ended = [paragraph for paragraph in root.iter(name("w:p")) if _end_is_gone(paragraph)]
    for gone in list(root.iter(*_names(_GONE))):
        remove(gone)
    for paragraph in ended:
        _join_with_next(paragraph)
    return changes


def _names(short: Sequence[str]) -> tuple[str, ...]:
    return tuple(name(f"w:{part}") for part in short)


def _drop_rows(root: Element) -> None:
    for row in list(root.iter(name("w:tr"))):
        if row.find(f"{name('w:trPr')}/{name('w:del')}") is not None:
            remove(row)
    for cell in list(root.iter(name("w:tc"))):
        if cell.find(f"{name('w:tcPr')}/{name('w:cellDel')}") is not None:
            cell[:] = [part for part in cell if part.tag == name("w:tcPr")]
    for table in list(root.iter(name("w:tbl"))):
        if next(table.iter(name("w:tr")), None) is None:
            remove(table)


def _end_is_gone(paragraph: Element) -> bool:
    marks = paragraph.find(f"{name('w:pPr')}/{name('w:rPr')}")
    return marks is not None and any(marks.find(mark) is not None for mark in _names(("del", "moveFrom")))


def _join_with_next(paragraph: Element) -> None:
    """The end of the paragraph was deleted: what is left of it stands at the start of the next."""
    left = [part for part in paragraph if part.tag != name("w:pPr")]
    has_text = any(node.text for node in paragraph.iter(*_names(("t", "sym"))))
    following = paragraph.getnext()
    if not has_text:
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


def drop_comment_marks(root: Element) -> None:
    for mark in list(root.iter(*_names(_COMMENT_MARKS))):
        remove(mark)


def drop_comments(root: Element) -> Iterator[Finding]:
    """Empty the part with the comments; a finding that says how many there were, and the first."""
    texts = [
        " ".join("".join(node.text or "" for node in comment.iter(name("w:t"))).split())
        for comment in root.iter(name("w:comment"))
    ]
    root[:] = []
    if texts:
        first = f"{texts[0][:_SHOWN]}…" if len(texts[0]) > _SHOWN else texts[0]
        yield comments_left_out(len(texts), first=first)
