"""OpenDocument texts and slides (ODF 1.3 part 3), rewritten so that xberg's markdown says what they show."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline_core.adapters.converters.hidden import comments_left_out, hidden_content, named
from pipeline_core.adapters.converters.ooxml.completeness import Rewritten, unread_markup
from pipeline_core.adapters.converters.ooxml.names import Element, local_name, remove
from pipeline_core.adapters.converters.ooxml.package import Package
from pipeline_core.adapters.converters.ooxml.pieces import Piece, Script, write
from pipeline_core.domain.findings import Finding

_URN = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}%s"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}%s"
_PARAGRAPHS = (_URN % ("text", "p"), _URN % ("text", "h"))
_INLINE = ("span", "a", "meta", "ruby", "ruby-base", "bookmark-ref", "reference-ref", "date", "time", "page-number")
_GAPS = ("s", "tab", "line-break")
_GROUNDS = ("table-cell", "text-box", "custom-shape", "frame", "page")
_HIDES = {
    "section": (_URN % ("text", "display"), ("none",)),
    "hidden-text": (_URN % ("text", "is-hidden"), ("true",)),
    "hidden-paragraph": (_URN % ("text", "is-hidden"), ("true",)),
    "table-row": (_URN % ("table", "visibility"), ("collapse", "filter")),
}
_LONGEST_CHAIN = 20
_SHOWN = 80
_MARKER = "note-mark"


def rewrite_odf(data: bytes, filename: str, *, keep_hidden: bool) -> Rewritten:
    """The document without comments and (unless ``keep_hidden``) hidden text; its notes at their places, raised,
    lowered and struck text written so that it survives.

    Raises CorruptDocumentError if it cannot be unpacked.
    """
    package = Package(data, filename)
    root = package.tree("content.xml")
    if root is None:
        return Rewritten(data, (unread_markup("content.xml"),))
    sheets = [root] + [tree for tree in (package.tree("styles.xml"),) if tree is not None]
    styles = _Styles(sheets)
    findings = [*_drop_comments(root)]
    hidden = [*_drop_hidden(root, styles, keep=keep_hidden)]
    _move_notes(root)
    for paragraph in root.iter(*_PARAGRAPHS):
        pieces = [*_pieces(paragraph, styles)]
        unseen = [piece.node for piece, is_hidden in pieces if is_hidden and piece.node.text.strip()]
        hidden += named("".join(node.text for node in unseen))
        for node in unseen if not keep_hidden else ():
            node.text = ""
        write([piece for piece, _ in pieces])
    _drop_written_looks(sheets)
    if hidden:
        findings.append(hidden_content(hidden, kept=keep_hidden))
    return Rewritten(package.save(), tuple(findings))


class _Styles:
    """Text properties by the style's name, what it is based on included."""

    def __init__(self, trees: list[Element]):
        found = [style for tree in trees for style in tree.iter(_URN % ("style", "style"))]
        self._styles = {style.get(_URN % ("style", "name")): style for style in reversed(found)}

    def value(self, element: Element, attribute: str) -> str:
        """Return the value in the style of a paragraph, a span or a page; empty where the style has none."""
        name = next((value for key, value in element.attrib.items() if key.endswith("}style-name")), None)
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(name)
            if style is None:
                return ""
            for properties in style:
                if (value := properties.get(attribute)) is not None:
                    return str(value)
            name = style.get(_URN % ("style", "parent-style-name"))
        return ""


@dataclass
class _Slot:
    """One text of mixed content: an element's own, or the one behind it."""

    element: Element
    is_tail: bool

    @property
    def text(self) -> str:
        return (self.element.tail if self.is_tail else self.element.text) or ""

    @text.setter
    def text(self, text: str) -> None:
        setattr(self.element, "tail" if self.is_tail else "text", text)

    def set(self, name: str, value: str) -> None:
        """Blanks of texts are kept without being asked to."""


def _pieces(paragraph: Element, styles: _Styles) -> Iterator[tuple[Piece, bool]]:
    """The texts of the paragraph, each with whether nobody sees it."""
    gap = False

    def piece(element: Element, looks: list[Element], *, is_tail: bool) -> tuple[Piece, bool]:
        nonlocal gap
        said = [styles.value(look, _URN % ("style", "text-position")) for look in looks]
        script = next((_script(value) for value in said if value), Script.NONE)
        struck = next((v for v in (_line(styles, look) for look in looks) if v), "none") != "none"
        is_mark = not is_tail and _MARKER in element.attrib
        was_gap, gap = gap, False
        return Piece(_Slot(element, is_tail), struck, script, looks[0], was_gap, is_mark), _is_hidden(looks, styles)

    def walk(element: Element, looks: list[Element]) -> Iterator[tuple[Piece, bool]]:
        nonlocal gap
        yield piece(element, looks, is_tail=False)
        for child in element:
            kind = local_name(child)
            if kind in _INLINE:
                yield from walk(child, [child, *looks])
            elif kind in _GAPS:
                gap = True
            if child.tail:
                yield piece(child, looks, is_tail=True)

    yield from walk(paragraph, [paragraph])


def _line(styles: _Styles, look: Element) -> str:
    return styles.value(look, _URN % ("style", "text-line-through-style")) or (
        "solid" if styles.value(look, _URN % ("style", "text-line-through-type")) in ("single", "double") else ""
    )


def _script(position: str) -> Script:
    place = position.split()[0] if position.split() else ""
    if place == "super" or (place.endswith("%") and place[:-1].strip("0.") and not place.startswith("-")):
        return Script.RAISED
    return Script.LOWERED if place == "sub" or place.startswith("-") else Script.NONE


def _is_hidden(looks: list[Element], styles: _Styles) -> bool:
    if any(styles.value(look, _URN % ("text", "display")) == "none" for look in looks):
        return True
    colour = next((value for look in looks if (value := styles.value(look, _FO % "color"))), "").lower()
    if colour not in ("#ffffff", "#fff"):
        return False
    grounds = {styles.value(look, _FO % "background-color") for look in looks}
    inside = {local_name(ancestor) for ancestor in looks[-1].iterancestors()}
    return grounds <= {"", "transparent", "#ffffff"} and inside.isdisjoint(_GROUNDS)


def _drop_hidden(root: Element, styles: _Styles, *, keep: bool) -> Iterator[str]:
    """Sections, rows, texts under a condition and slides that are not shown."""
    slides = 0
    for element in list(root.iter()):
        kind = local_name(element)
        slides += kind == "page"
        if kind == "page":
            is_hidden = styles.value(element, _URN % ("presentation", "visibility")) == "hidden"
        elif kind in _HIDES:
            attribute, values = _HIDES[kind]
            is_hidden = element.get(attribute) in values
        else:
            continue
        if kind == "hidden-paragraph":
            element = next(element.iterancestors(*_PARAGRAPHS), element)
        said = "".join(element.itertext()) or element.get(_URN % ("text", "string-value")) or ""
        if is_hidden and said.strip():
            yield f"slide {slides}" if kind == "page" else named(said)[0]
            if not keep:
                remove(element)


def _drop_comments(root: Element) -> Iterator[Finding]:
    notes = list(root.iter(_URN % ("office", "annotation")))
    texts = [" ".join("".join(p.itertext()) for p in note.iter(*_PARAGRAPHS)) for note in notes]
    etree.strip_elements(root, _URN % ("office", "annotation"), _URN % ("office", "annotation-end"), with_tail=False)
    if texts:
        yield comments_left_out(len(texts), first=texts[0][:_SHOWN])


def _move_notes(root: Element) -> None:
    """Put ``[^1]`` where a note stands, and the notes after the last paragraph."""
    body = next(root.iter(_URN % ("office", "text")), None)
    if body is None:
        return
    for number, note in enumerate(list(body.iter(_URN % ("text", "note"))), start=1):
        parent = note.getparent()
        if parent is None:
            continue
        texts = [" ".join("".join(p.itertext()).split()) for p in note.iter(*_PARAGRAPHS)]
        mark = etree.Element(_URN % ("text", "span"))
        mark.text, mark.tail = f"[^{number}]", note.tail
        mark.set(_MARKER, "1")
        parent.replace(note, mark)
        written = etree.SubElement(body, _URN % ("text", "p"))
        begin = etree.SubElement(written, _URN % ("text", "span"))
        begin.text, begin.tail = f"[^{number}]: ", " ".join(texts)
        begin.set(_MARKER, "1")


def _drop_written_looks(trees: list[Element]) -> None:
    """Take out what was written as text, and underlines, which xberg writes as bold."""
    written = ("text-position", "text-line-through-style", "text-line-through-type", "text-underline-style")
    for tree in trees:
        for properties in tree.iter(_URN % ("style", "text-properties")):
            for attribute in written:
                properties.attrib.pop(_URN % ("style", attribute), None)
        for element in tree.iter():
            element.attrib.pop(_MARKER, None)
