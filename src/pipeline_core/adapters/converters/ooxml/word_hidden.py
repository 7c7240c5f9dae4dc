"""Text of a Word document that no reader of it sees: hidden, white on white, of no size, rows that are not shown."""

from collections.abc import Iterator

from pipeline_core.adapters.converters.ooxml.names import Element, is_on, local_name, name, remove, value
from pipeline_core.adapters.converters.ooxml.word_styles import Styles

_TEXT = ("w:t", "w:sym", "w:tab", "w:br")
_WHITE = frozenset({"ffffff", "white"})
_SMALLEST = 3  # half points
_SHOWN = 80


def hidden_passages(root: Element, styles: Styles, *, keep: bool) -> list[str]:
    """Each hidden passage as a reader would look for it; taken out of the tree unless ``keep``."""
    passages: list[str] = []
    has_background = next(root.iter(name("w:background")), None) is not None
    for row in list(root.iter(name("w:tr"))):
        if is_on(row.find(f"{name('w:trPr')}/{name('w:hidden')}")):
            passages += _said(_text_of(row))
            if not keep:
                remove(row)
    for paragraph in root.iter(name("w:p")):
        runs = [run for run in _runs_of(paragraph) if _is_hidden(run, styles, has_background)]
        passages += _said(" ".join(map(_text_of, runs)))
        for part in [part for run in runs for part in run if not keep]:
            if part.tag in {name(short) for short in _TEXT}:
                remove(part)
    return passages


def _runs_of(paragraph: Element) -> Iterator[Element]:
    """The runs whose nearest paragraph this is: a text box has its own."""
    for run in paragraph.iter(name("w:r")):
        if next(run.iterancestors(name("w:p")), None) is paragraph:
            yield run


def _said(text: str) -> list[str]:
    text = " ".join(text.split())
    return [f"the text “{text[:_SHOWN]}{'…' * (len(text) > _SHOWN)}”"] if text else []


def _text_of(element: Element) -> str:
    return "".join(node.text or "" for node in element.iter(name("w:t")))


def _is_hidden(run: Element, styles: Styles, has_background: bool) -> bool:
    if not _text_of(run).strip() and run.find(name("w:sym")) is None:
        return False
    if styles.run_is(run, "w:vanish"):
        return True
    size = value(styles.run_property(run, "w:sz")) or ""
    if size.isdigit() and int(size) < _SMALLEST:
        return True
    colour = (value(styles.run_property(run, "w:color")) or "").lower()
    return colour in _WHITE and not has_background and not _has_ground(run, styles)


def _has_ground(run: Element, styles: Styles) -> bool:
    """Whether white text may stand on something that is not white: what cannot be known counts as that."""
    if styles.run_property(run, "w:highlight") is not None or _is_shaded(styles.run_property(run, "w:shd")):
        return True
    for ancestor in run.iterancestors():
        kind = local_name(ancestor)
        if kind in ("txbxContent", "hdr", "ftr"):
            return True
        for properties in ancestor.findall(name(f"w:{kind}Pr")) if kind in ("p", "tc", "tr", "tbl") else ():
            styled = properties.find(name("w:tblStyle")) is not None or properties.find(name("w:pStyle")) is not None
            if styled or _is_shaded(properties.find(name("w:shd"))):
                return True
    return False


def _is_shaded(shading: Element | None) -> bool:
    return (value(shading, "w:fill") or "auto").lower() not in (*_WHITE, "auto")
