"""Text of a Word document that no reader of it sees: hidden, of its ground's colour, of no size, in rows not shown."""

from collections.abc import Iterator

from pipeline_core.adapters.converters.hidden import named
from pipeline_core.adapters.converters.ooxml.colours import alike
from pipeline_core.adapters.converters.ooxml.names import Element, is_on, name, remove, value
from pipeline_core.adapters.converters.ooxml.word_grounds import Grounds, shown_by_effects
from pipeline_core.adapters.converters.ooxml.word_styles import Styles

_TEXT = ("w:t", "w:sym", "w:tab", "w:br")
_SMALLEST = 3  # half points


def hidden_passages(root: Element, styles: Styles, grounds: Grounds, *, keep: bool) -> list[str]:
    """Each hidden passage as a reader would look for it; taken out of the tree unless ``keep``."""
    passages: list[str] = []
    for row in list(root.iter(name("w:tr"))):
        if is_on(row.find(f"{name('w:trPr')}/{name('w:hidden')}")):
            passages += named(_text_of(row))
            if not keep:
                remove(row)
    for paragraph in root.iter(name("w:p")):
        runs = [run for run in _runs_of(paragraph) if _is_hidden(run, styles, grounds)]
        passages += named(" ".join(map(_text_of, runs)))
        for part in [part for run in runs for part in run if not keep]:
            if part.tag in {name(short) for short in _TEXT}:
                remove(part)
    return passages


def _runs_of(paragraph: Element) -> Iterator[Element]:
    """The runs whose nearest paragraph this is: a text box has its own."""
    for run in paragraph.iter(name("w:r")):
        if next(run.iterancestors(name("w:p")), None) is paragraph:
            yield run


def _text_of(element: Element) -> str:
    return "".join(node.text or "" for node in element.iter(name("w:t")))


def _is_hidden(run: Element, styles: Styles, grounds: Grounds) -> bool:
    if not _text_of(run).strip() and run.find(name("w:sym")) is None:
        return False
    if styles.run_is(run, "w:vanish"):
        return True
    size = value(styles.run_property(run, "w:sz")) or ""
    if size.isdigit() and int(size) < _SMALLEST:
        return True
    colour = grounds.of_text(run)
    if colour is None or shown_by_effects(styles.run_properties(run)):
        return False
    behind = grounds.behind(run)
    return behind is not None and alike(colour, behind)
