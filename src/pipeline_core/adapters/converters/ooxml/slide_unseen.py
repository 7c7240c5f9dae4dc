"""Text of a slide that nobody sees: of the colour of what it stands on, of no colour, or too small."""

from collections.abc import Iterator, Sequence

from pipeline_core.adapters.converters.ooxml.colours import BLACK, Colour, alike, is_clear
from pipeline_core.adapters.converters.ooxml.names import Element, find, local_name, name, remove, value
from pipeline_core.adapters.converters.ooxml.slide_grounds import Ground, Grounds, fill_of
from pipeline_core.adapters.converters.ooxml.slide_shapes import kin, level_of, placeholder

_TINY = 200
"""Hundredths of a point: nobody reads letters so small."""
_TITLES = ("title", "ctrTitle")
_PLAIN_TABLES = ("{2D5ABB26-0587-4C30-8999-92F81FD0307C}", "{5940675A-B579-460E-94D1-54222C63F5DA}")
"""The styles of tables that fill no cell: without and with lines."""


def take_unseen(shape: Element, layers: Sequence[Element], grounds: Grounds, *, keep: bool) -> Iterator[str]:
    """The words that a reader of the shape does not see, by paragraphs; taken out of it unless ``keep``."""
    for paragraph in shape.iter(name("a:p")):
        behind: list[Ground] | None = None
        words = ""
        for run in paragraph.findall(name("a:r")) + paragraph.findall(name("a:fld")):
            text = "".join(node.text or "" for node in run.findall(name("a:t")))
            if not any(map(str.isalnum, text)):
                continue
            if behind is None:
                behind = list(_behind(paragraph, shape, grounds))
            if _is_unseen(run, _looks(run, paragraph, shape, layers), behind, grounds):
                words += text
                if not keep:
                    remove(run)
        if words:
            yield " ".join(words.split())


def _is_unseen(run: Element, looks: Sequence[Element], behind: Sequence[Ground], grounds: Grounds) -> bool:
    properties = run.find(name("a:rPr"))
    size = value(properties, "sz") or ""
    if size.isdigit() and int(size) < _TINY:
        return True
    if properties is not None and _stands_out(properties):
        return False
    fills = (look if local_name(look) == "fontRef" else fill_of(look) for look in looks)
    fill = next((found for found in fills if found is not None), None)
    if fill is not None and (local_name(fill) == "noFill" or is_clear(fill)):
        return True
    colour = grounds.palette.colour(fill) if fill is not None else _usual(run, grounds)
    if colour is None or (fill is not None and local_name(fill) not in ("solidFill", "fontRef")):
        return False
    marked = find(properties, "a:highlight")
    if marked is not None:
        behind = [Ground(grounds.palette.colour(marked))]
    return all(ground.colour is not None and alike(colour, ground.colour) for ground in behind)


def _stands_out(properties: Element) -> bool:
    """Return whether letters have a line, a shadow or a glow of their own, or the colour of links."""
    line, effects = properties.find(name("a:ln")), properties.find(name("a:effectLst"))
    drawn = fill_of(line)
    return (
        (drawn is not None and local_name(drawn) != "noFill")
        or (effects is not None and len(effects) > 0)
        or properties.find(name("a:hlinkClick")) is not None
    )


def _usual(run: Element, grounds: Grounds) -> Colour | None:
    """The colour of text that has none; in tables their styles may give it one."""
    is_in_table = next(run.iterancestors(name("a:tc")), None) is not None
    return None if is_in_table else grounds.palette.named("tx1") or BLACK


def _looks(run: Element, paragraph: Element, shape: Element, layers: Sequence[Element]) -> list[Element]:
    """List the elements that format the run, the nearest first."""
    looks = [run.find(name("a:rPr"))]
    if local_name(shape) == "sp":
        level = (f"a:lvl{level_of(paragraph) + 1}pPr", "a:defRPr")
        place = placeholder(shape)
        looks += [find(one, "p:txBody", "a:lstStyle", *level) for one in kin(shape, layers[1:])]
        if place is None:
            looks.append(find(shape, "p:style", "a:fontRef"))
        styles = "p:otherStyle" if place is None else "p:titleStyle" if place.get("type") in _TITLES else "p:bodyStyle"
        looks.append(find(layers[-1], "p:txStyles", styles, *level))
    return [look for look in looks if look is not None and (local_name(look) != "fontRef" or len(look))]


def _behind(paragraph: Element, shape: Element, grounds: Grounds) -> Iterator[Ground]:
    cell = next(paragraph.iterancestors(name("a:tc")), None)
    if cell is None:
        yield from grounds.behind(shape)
        return
    fill = fill_of(find(cell, "a:tcPr"))
    if fill is not None and (own := grounds.of_fill(fill)) is not None:
        yield own
    elif fill is None and _has_fills(shape):
        yield Ground(None)
    else:
        yield from grounds.behind(shape)


def _has_fills(frame: Element) -> bool:
    """Return whether the table, or its style, may fill its cells."""
    for properties in frame.iter(name("a:tblPr")):
        style = properties.find(name("a:tableStyleId"))
        is_styled = style is not None and (style.text or "").strip().upper() not in _PLAIN_TABLES
        return is_styled or fill_of(properties) is not None
    return False
