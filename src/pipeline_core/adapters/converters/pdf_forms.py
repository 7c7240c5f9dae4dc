"""Form fields filled in and annotations made on a PDF, written into the page as text.

Neither is part of a page's own text. Put where they stand, they are read with the text around them.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pikepdf

from pipeline_core.adapters.converters.pdf_field_layout import CHARACTER_WIDTH, FieldLayout, text_matrix
from pipeline_core.adapters.converters.pdf_file import inherited
from pipeline_core.adapters.converters.pdf_objects import Box, PageObject
from pipeline_core.adapters.converters.to_unicode import mapped
from pipeline_core.domain.layout import upright

_HIDDEN = 2  # flag of an annotation
_PUSH_BUTTON = 1 << 16  # flag of a button
_RADIO = 1 << 15
_SAYS_NOTHING = frozenset({"", "Off", "On", "Yes"})  # values of buttons that only say whether they are set
_PASSWORD = 1 << 13  # flag of a text field
_NO_TEXT = frozenset({"/Widget", "/Link", "/Popup", "/FreeText"})
_TAG = re.compile(r"<[^>]*>")
CHECKED, UNCHECKED = "[x]", "[ ]"
_FONT = b"""<< /Type /Font /Subtype /Type0 /BaseFont /Helvetica /Encoding /Identity-H /DescendantFonts [
  << /Type /Font /Subtype /CIDFontType2 /BaseFont /Helvetica /DW %d
     /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>
     /FontDescriptor << /Type /FontDescriptor /FontName /Helvetica /Flags 4 /FontBBox [0 -200 1000 900]
       /ItalicAngle 0 /Ascent 750 /Descent -220 /CapHeight 700 /StemV 80 >> >> ] >>"""


@dataclass(slots=True)
class Written:
    """``fields`` stand at a place of the page; ``free`` is printed with it; ``notes`` lie on it as comments.

    ``choices``: of each button that is one of several, by its place, what sets these apart, and its value.
    """

    fields: list[tuple[Box, str]] = field(default_factory=list)
    free: list[tuple[Box, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    choices: dict[Box, tuple[object, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields or self.free or self.notes)


def written_on(page: pikepdf.Page) -> Written:
    """Read the form fields and notes of a page, in the order of the file."""
    found = Written()
    for annotation in page.obj.get("/Annots", []):
        try:
            if int(annotation.get("/F", 0)) & _HIDDEN:
                continue
            kind = str(annotation.get("/Subtype", ""))
            box = _box(annotation)
        except (AttributeError, TypeError, ValueError):
            continue  # not an annotation
        if kind == "/Widget" and box is not None:
            value = _value(annotation)
            if value:
                found.fields.append((box, value))
                if (choice := _choice(annotation)) is not None:
                    found.choices[box] = choice
        elif contents := _contents(annotation):
            if kind == "/FreeText" and box is not None:
                found.free.append((box, contents))
            elif kind not in _NO_TEXT:
                found.notes.append(contents)
    return found


def _box(annotation: Any) -> Box | None:
    rect = annotation.get("/Rect")
    if rect is None or len(rect) != 4:
        return None
    x0, y0, x1, y1 = map(float, rect)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _string(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")


def _contents(annotation: Any) -> str:
    """Return the text of the annotation: plain, else formatted."""
    plain = _string(annotation.get("/Contents")).strip()
    return plain or html.unescape(_TAG.sub(" ", _string(annotation.get("/RC")))).strip()


def _kind_of(widget: Any) -> tuple[str, int]:
    """The type of the field and its flags."""
    return str(inherited(widget, "/FT") or ""), int(inherited(widget, "/Ff") or 0)


def _value(widget: Any) -> str:
    kind, flags = _kind_of(widget)
    value = inherited(widget, "/V")
    if kind == "/Btn":
        state = widget.get("/AS", value)
        is_on = state is not None and str(state) not in ("/Off", "Off", "")
        return "" if flags & _PUSH_BUTTON else CHECKED if is_on else UNCHECKED
    if kind == "/Tx" and isinstance(value, pikepdf.Stream):
        value = value.read_bytes().decode("utf-8", "replace")
    if kind == "/Tx":
        return "" if flags & _PASSWORD else _string(value).strip()
    return _chosen(value, inherited(widget, "/Opt")) if kind == "/Ch" else ""


def _choice(widget: Any) -> tuple[object, str] | None:
    """The group of a radio button and the value that it stands for."""
    kind, flags = _kind_of(widget)
    if kind != "/Btn" or not flags & _RADIO:
        return None
    states = [str(state).lstrip("/") for state in widget.get("/AP", {}).get("/N", {}).keys()]  # noqa: SIM118
    value = next((state for state in states if state not in _SAYS_NOTHING), "")
    options = inherited(widget, "/Opt")
    if options is not None and value.isdigit() and int(value) < len(options):  # the states only count them
        value = _string(options[int(value)])
    parent = widget.get("/Parent")
    return (parent.objgen if parent is not None else _string(widget.get("/T"))), " ".join(value.split())


def _chosen(value: Any, options: Any) -> str:
    if value is None:
        return ""
    chosen = [str(one) for one in value] if isinstance(value, pikepdf.Array) else [str(value)]
    shown = {str(one[0]): str(one[1]) for one in options or [] if isinstance(one, pikepdf.Array) and len(one) == 2}
    return ", ".join(shown.get(one, one) for one in chosen).strip()


def write_fields(
    pdf: pikepdf.Pdf,
    page: pikepdf.Page,
    fields: Sequence[tuple[Box, str]],
    objects: Sequence[PageObject],
    choices: Mapping[Box, tuple[object, str]] = MappingProxyType({}),
) -> None:
    """Paint the values onto the page, each beside its label, and take the fields themselves away.

    ``objects`` are what the page shows already. Push buttons stay. Where the page does not say beside each button
    of a group what it stands for, the button's own value does.
    """
    page.obj.Annots = pikepdf.Array([one for one in page.obj.Annots if not _is_written(one)])
    if not fields:
        return
    turn = int(page.get("/Rotate", 0)) % 360
    layout = FieldLayout([upright(box, turn) for box, _ in fields], objects, turn)
    unlabelled = {group for box, (group, _) in choices.items() if not layout.has_label(upright(box, turn))}
    for_people = [
        (box, f"{value} {choices[box][1]}".strip() if box in choices and choices[box][0] in unlabelled else value)
        for box, value in fields
    ]
    lines = [line for box, value in for_people for line in layout.lines(upright(box, turn), value)]
    codes = {char: code for code, char in enumerate(sorted({c for line in lines for c in _units(line.text)}), start=1)}
    name = page.add_resource(_font(pdf, codes), pikepdf.Name.Font)
    operations = [b"q BT"]
    for line in lines:
        shown = b"".join(codes[unit].to_bytes(2, "big") for unit in _units(line.text)).hex().encode()
        operations.append(
            f"{name} {line.size:.2f} Tf {text_matrix(line.x, line.y, turn)} Tm <".encode() + shown + b"> Tj"
        )
    operations.append(b"ET Q")
    page.contents_add(pikepdf.Stream(pdf, b"q"), prepend=True)
    page.contents_add(pikepdf.Stream(pdf, b"Q " + b"\n".join(operations)))


def _is_written(annotation: Any) -> bool:
    subtype, (kind, flags) = str(annotation.get("/Subtype", "")), _kind_of(annotation)
    is_push_button = kind == "/Btn" and bool(flags & _PUSH_BUTTON)
    return subtype == "/FreeText" or (subtype == "/Widget" and not is_push_button)


def _units(text: str) -> list[str]:
    """The characters that a font of two bytes a character can have: pairs of surrogates for the rest."""
    data = text.encode("utf-16-be", "replace")
    return [data[at : at + 2].hex() for at in range(0, len(data), 2)]


def _font(pdf: pikepdf.Pdf, codes: dict[str, int]) -> pikepdf.Object:
    """A font whose only purpose is to say what its codes mean; nothing is drawn with it for people."""
    texts = {code: bytes.fromhex(unit).decode("utf-16-be", "surrogatepass") for unit, code in codes.items()}
    font = pdf.make_indirect(pikepdf.Object.parse(_FONT % int(CHARACTER_WIDTH * 1000)))
    font.ToUnicode = pikepdf.Stream(pdf, mapped(texts, 4))
    return font
