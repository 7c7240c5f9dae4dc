"""Footnotes and endnotes of a Word document: one mark ``[^1]`` at each place, its note at the end of the text."""

from copy import deepcopy

from lxml import etree

from pipeline_core.adapters.converters.ooxml.names import YES, Element, name, remove, remove_all, value

_KINDS = {"w:footnoteReference": ("footnotes", "w:footnote"), "w:endnoteReference": ("endnotes", "w:endnote")}
_OWN_MARKS = ("w:footnoteRef", "w:endnoteRef")
# What refers to other parts by numbers that mean something else in the main part.
_NOT_MOVED = ("w:drawing", "w:pict", "w:object")
MARKER = "note"


def move_notes(body: Element, roots: dict[str, Element]) -> None:
    """Put a mark where a note is referred to, and the notes after the last paragraph, in the order of their marks.

    ``roots`` has the parts ``footnotes`` and ``endnotes``; they are emptied.
    """
    notes = {
        (kind, value(note, "w:id")): note
        for kind, short in _KINDS.values()
        if kind in roots
        for note in roots[kind].iter(name(short))
    }
    written: list[Element] = []
    for reference in list(body.iter(*map(name, _KINDS))):
        kind, _ = _KINDS[f"w:{etree.QName(reference).localname}"]
        note = notes.get((kind, value(reference, "w:id")))
        run = reference.getparent()
        if note is None or run is None:
            remove(reference)
            continue
        mark = f"[^{len(written) + 1}]"
        if value(reference, "w:customMarkFollows") in YES:
            for custom in run.findall(name("w:t")) + run.findall(name("w:sym")):
                remove(custom)
        run.replace(reference, marked_text(mark))
        if (look := run.find(name("w:rPr"))) is not None:
            remove(look)
        written.append(_definition(note, f"{mark}: "))
    for root in roots.values():
        root[:] = []
    ending = body[-1] if len(body) and body[-1].tag == name("w:sectPr") else None
    for paragraph in written:
        if ending is None:
            body.append(paragraph)
        else:
            ending.addprevious(paragraph)


def marked_text(text: str) -> Element:
    """A ``w:t`` whose text is markdown already."""
    node = etree.Element(name("w:t"))
    node.text = text
    node.set(MARKER, "1")
    return node


def _definition(note: Element, mark: str) -> Element:
    """The note as one paragraph: a line that begins anew would not be the note's."""
    paragraph = etree.Element(name("w:p"))
    run = etree.SubElement(paragraph, name("w:r"))
    run.append(marked_text(mark))
    for at, part in enumerate(note.iter(name("w:p"))):
        if at:
            etree.SubElement(etree.SubElement(paragraph, name("w:r")), name("w:tab"))
        for child in part:
            if child.tag != name("w:pPr"):
                paragraph.append(deepcopy(child))
    remove_all(paragraph, *_OWN_MARKS, *_NOT_MOVED)
    for link in paragraph.iter(name("w:hyperlink")):
        link.attrib.pop(name("r:id"), None)
    for blank in paragraph.iter(name("w:t")):
        if blank.get(MARKER) is None and blank.text:
            blank.text = blank.text.lstrip()
            if blank.text:
                break
    return paragraph
