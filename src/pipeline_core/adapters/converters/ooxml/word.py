"""DOCX, rewritten so that xberg's markdown says what the document shows."""

import re
from collections.abc import Iterator

from lxml import etree

from pipeline_core.adapters.converters.hidden import hidden_content
from pipeline_core.adapters.converters.ooxml.charts import write_drawings
from pipeline_core.adapters.converters.ooxml.completeness import Rewritten, unread_markup
from pipeline_core.adapters.converters.ooxml.formulas import display, inline
from pipeline_core.adapters.converters.ooxml.names import (
    YES,
    Element,
    drop_fallbacks,
    find,
    is_on,
    name,
    remove_all,
    text_in,
    value,
)
from pipeline_core.adapters.converters.ooxml.package import Package
from pipeline_core.adapters.converters.ooxml.pieces import Piece, Script, write
from pipeline_core.adapters.converters.ooxml.symbols import UNKNOWN, from_symbol_font, is_symbol_font, unknown_symbols
from pipeline_core.adapters.converters.ooxml.word_hidden import Grounds, hidden_passages
from pipeline_core.adapters.converters.ooxml.word_notes import MARKER, marked_text, move_notes
from pipeline_core.adapters.converters.ooxml.word_passages import margins_left_out, word_passages
from pipeline_core.adapters.converters.ooxml.word_revisions import (
    COMMENT_MARKS,
    accept,
    drop_comments,
    tracked_changes,
)
from pipeline_core.adapters.converters.ooxml.word_styles import Styles
from pipeline_core.domain.findings import Finding

_TEXT_PARTS = ("header", "footer", "footnotes", "endnotes")
_SCRIPTS = {"superscript": Script.RAISED, "subscript": Script.LOWERED}
_CODE = re.compile(r"[0-9A-Fa-f]{1,4}")
_FIRST_ROW = 0x20  # of tblLook's bits, ECMA-376 part 1, 17.7.6.7


def rewrite_word(data: bytes, filename: str, *, keep_hidden: bool) -> Rewritten:
    """The document with its changes accepted, without comments and (unless ``keep_hidden``) hidden text, its notes,
    formulas, symbols, struck and raised text written so that they survive.

    Raises CorruptDocumentError if it cannot be unpacked.
    """
    package = Package(data, filename)
    main = next(iter(package.related("", "officeDocument")), "")
    root = package.tree(main)
    if root is None:
        return Rewritten(data, (unread_markup(main or "word/document.xml"),))
    parts: dict[str, list[Element]] = {}
    for kind, part in package.targets(main).values():
        if (tree := package.tree(part)) is not None:
            parts.setdefault(kind, []).append(tree)
    texts = [root, *(tree for kind in _TEXT_PARTS for tree in parts.get(kind, ()))]
    styles = Styles(next(iter(parts.get("styles", ())), None))
    grounds = Grounds(root, styles, *(next(iter(parts.get(kind, ())), None) for kind in ("theme", "settings")))
    for tree in texts:
        drop_fallbacks(tree)
    findings = [*_drop_what_is_no_text(texts, parts, styles, grounds, keep_hidden=keep_hidden)]
    drawn = write_drawings(root, package, main)
    for tree in texts:
        _write_formulas(tree)
        _write_boxes(tree)
        _write_tables(tree, styles)
    for body in root.findall(name("w:body")):
        move_notes(body, {kind: trees[0] for kind, trees in parts.items() if kind in ("footnotes", "endnotes")})
    unknown = [said for tree in texts for said in _write_texts(tree, styles)]
    for tree in (*texts, *parts.get("styles", ())):
        _drop_written_looks(tree)
    if unknown:
        findings.append(unknown_symbols(unknown))
    findings += margins_left_out(package, main)
    return Rewritten(package.save(), tuple(findings), tuple(word_passages(package, main, drawn)))


def _drop_what_is_no_text(
    texts: list[Element], parts: dict[str, list[Element]], styles: Styles, grounds: Grounds, *, keep_hidden: bool
) -> Iterator[Finding]:
    if changes := sum(map(accept, texts)):
        yield tracked_changes(changes)
    for tree in texts:
        remove_all(tree, *COMMENT_MARKS)
    for comments in parts.get("comments", ()):
        yield from drop_comments(comments)
    hidden = [passage for tree in texts for passage in hidden_passages(tree, styles, grounds, keep=keep_hidden)]
    if hidden:
        yield hidden_content(hidden, kept=keep_hidden)


def _run(text: str) -> Element:
    run = etree.Element(name("w:r"))
    run.append(marked_text(text))
    return run


def _write_formulas(root: Element) -> None:
    for paragraph in list(root.iter(name("m:oMathPara"))):
        _replace(paragraph, [_run(display(formula)) for formula in paragraph.findall(name("m:oMath"))])
    for formula in list(root.iter(name("m:oMath"))):
        text = inline(formula)
        # two formulas side by side stand apart, and so does ½ from the number before it
        before = formula.getprevious()
        said = "" if before is None else text_in(before, "w:t")
        parts = before is not None and any(node.get(MARKER) is not None for node in before)
        gap = " " if parts or (said[-1:].isdigit() and text[:1].isdigit()) else ""
        _replace(formula, [_run(gap + text)])


def _replace(element: Element, others: list[Element]) -> None:
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at : at + 1] = others


def _write_boxes(root: Element) -> None:
    """Check boxes and lists of old forms, whose state is in no text; furigana after its base, not before it."""
    for box in list(root.iter(name("w:checkBox"))):
        states = [box.find(name("w:checked")), box.find(name("w:default"))]
        state = next((is_on(state) for state in states if state is not None), False)
        _beside_field(box, "☒" if state else "☐")
    for choice in list(root.iter(name("w:ddList"))):
        entries = [value(entry) or "" for entry in choice.findall(name("w:listEntry"))]
        chosen = value(choice.find(name("w:result"))) or "0"
        if chosen.isdigit() and int(chosen) < len(entries):
            _beside_field(choice, entries[int(chosen)])
    remove_all(root, "w:rt")


def _beside_field(setting: Element, text: str) -> None:
    run = next(setting.iterancestors(name("w:r")), None)
    if run is not None:
        run.addprevious(_run(text))


def _write_tables(root: Element, styles: Styles) -> None:
    """A row without text above a table whose first row is, as the file says, no header.

    It says so where the table's style has a look for header rows and the table does not use it.
    """
    for table in root.iter(name("w:tbl")):
        rows = table.findall(name("w:tr"))
        style, look = (table.find(f"{name('w:tblPr')}/{name(part)}") for part in ("w:tblStyle", "w:tblLook"))
        if not rows or look is None or is_on(find(rows[0], "w:trPr", "w:tblHeader")):
            continue
        if styles.has_header_look(style) and not _first_row_is_special(look):
            header = etree.Element(name("w:tr"))
            for _ in rows[0].findall(name("w:tc")):
                etree.SubElement(etree.SubElement(header, name("w:tc")), name("w:p"))
            rows[0].addprevious(header)


def _first_row_is_special(look: Element) -> bool:
    if (first := value(look, "w:firstRow")) is not None:
        return first.lower() in YES
    try:
        return bool(int(value(look) or "20", 16) & _FIRST_ROW)
    except ValueError:
        return True


def _write_texts(root: Element, styles: Styles) -> Iterator[str]:
    """Write every paragraph; yields the words around symbols that nobody knows."""
    for paragraph in root.iter(name("w:p")):
        pieces: list[Piece] = []
        gap = False
        for node in paragraph.iter(name("w:t"), name("w:sym"), name("w:tab"), name("w:br")):
            run = node.getparent()
            if run is None or run.tag != name("w:r") or next(node.iterancestors(name("w:p")), None) is not paragraph:
                continue
            if node.tag in (name("w:tab"), name("w:br")):
                gap = True
                continue
            pieces.append(_piece(_with_symbols(node, run, styles), run, styles, gap=gap))
            gap = False
        if any(UNKNOWN in (piece.node.text or "") for piece in pieces):
            yield "".join(piece.node.text or "" for piece in pieces)
        write(pieces)


def _with_symbols(node: Element, run: Element, styles: Styles) -> Element:
    if node.tag == name("w:sym"):
        text = etree.Element(name("w:t"))
        code = value(node, "w:char") or ""
        char = chr(int(code, 16)) if _CODE.fullmatch(code) else ""
        text.text = from_symbol_font(char, value(node, "w:font"))
        run.replace(node, text)
        return text
    if node.get(MARKER) is None:
        fonts = styles.run_property(run, "w:rFonts")
        font = value(fonts, "w:ascii")
        font = font if is_symbol_font(font) else None
        node.text = from_symbol_font(node.text or "", font)
    return node


def _piece(node: Element, run: Element, styles: Styles, *, gap: bool) -> Piece:
    if node.attrib.pop(MARKER, None) is not None:
        return Piece(node, markdown=True, gap=gap)
    struck = styles.run_is(run, "w:strike") or styles.run_is(run, "w:dstrike")
    script = _SCRIPTS.get(value(styles.run_property(run, "w:vertAlign")) or "", Script.NONE)
    marks = [styles.run_is(run, f"w:{kind}") for kind in ("b", "i")]
    marks += [styles.run_property(run, f"w:{kind}") is not None for kind in ("u", "highlight")]
    look = (run.getparent(), *marks)
    return Piece(node, struck, script, look, gap)


def _drop_written_looks(root: Element) -> None:
    """Take out the properties that were written as text."""
    remove_all(root, "w:strike", "w:dstrike", "w:vertAlign")
    for table in root.iter(name("w:tbl")):  # xberg writes tags as text there
        if next(table.iterancestors(name("w:tc")), None) is not None:
            remove_all(table, "w:u")
