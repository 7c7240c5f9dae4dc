"""Shapes of a slide: what they take from layout and master, the items of lists in them, and where they stand."""

from collections.abc import Sequence

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.ooxml.names import Element, find, name, value

_BODY = ("body", "obj", "", "subTitle")
_BULLETS = ("buNone", "buChar", "buAutoNum", "buBlip")


def list_mark(paragraph: Element, shape: Element, layers: Sequence[Element]) -> str | None:
    """``1.`` for an item of a numbered list, ``-`` for one of another; None for what is no item.

    ``layers``: the layout and the master of the slide, where it has them.
    """
    place = placeholder(shape)
    styles = [find(found, "p:txBody", "a:lstStyle") for found in kin(shape, layers)]
    if place is not None and place.get("type", "") in _BODY and layers:
        styles.append(find(layers[-1], "p:txStyles", "p:bodyStyle"))
    inherited = (find(style, f"a:lvl{level_of(paragraph) + 1}pPr") for style in styles)
    for look in (find(paragraph, "a:pPr"), *inherited):
        kind = next((kind for kind in _BULLETS if find(look, f"a:{kind}") is not None), None)
        if kind is not None:
            return None if kind == "buNone" else "1." if kind == "buAutoNum" else "-"
    return None


def level_of(paragraph: Element) -> int:
    """Return the depth of the paragraph in a list, from 0."""
    level = value(paragraph.find(name("a:pPr")), "lvl") or "0"
    return min(int(level), 8) if level.isdigit() else 0


def placeholder(shape: Element) -> Element | None:
    """The ``p:ph`` of the shape, if it is a placeholder."""
    return next(shape.iter(name("p:ph")), None)


def kin(shape: Element, layers: Sequence[Element]) -> list[Element]:
    """The shape and, if it is a placeholder, those of the layers (layout, master) that it takes its looks from."""
    place = placeholder(shape)
    others = [] if place is None else [same_place(layer, place) for layer in layers]
    return [shape, *(other for other in others if other is not None)]


def same_place(layer: Element, place: Element) -> Element | None:
    """The shape of a layout or a master that a placeholder takes its looks from."""
    kind, index = place.get("type", ""), place.get("idx")
    shapes = [(shape, there) for shape in layer.iter(name("p:sp")) if (there := placeholder(shape)) is not None]
    for shape, there in shapes:
        if index is not None and there.get("idx") == index:
            return shape
    for shape, there in shapes:
        if there.get("type", "") == kind or (kind in ("", "obj") and there.get("type") == "body"):
            return shape
    return None


def box_of(shape: Element) -> Box | None:
    """The box of a shape in the slide's own units, within its groups; None if the shape does not say it."""
    transform = next(shape.iter(name("a:xfrm"), name("p:xfrm")), None)
    box = None if transform is None else box_in(transform, "a:off", "a:ext")
    if transform is None or box is None:
        return None
    if transform.get("rot", "0") != "0":
        # whatever the angle, the shape stays within this circle's square
        middle_x, middle_y = box.middle
        reach = (box.right - box.left + box.bottom - box.top) / 2
        box = Box(middle_x - reach, middle_y - reach, middle_x + reach, middle_y + reach)
    for group in shape.iterancestors(name("p:grpSp")):
        placed = _within(group, box)
        if placed is None:
            return None
        box = placed
    return box


def _within(group: Element, box: Box) -> Box | None:
    transform = find(group, "p:grpSpPr", "a:xfrm")
    if transform is None:
        return box
    outer, inner = box_in(transform, "a:off", "a:ext"), box_in(transform, "a:chOff", "a:chExt")
    if outer is None or inner is None or transform.get("rot", "0") != "0":
        return None
    across = (outer.right - outer.left) / ((inner.right - inner.left) or 1)
    down = (outer.bottom - outer.top) / ((inner.bottom - inner.top) or 1)
    return Box(
        outer.left + (box.left - inner.left) * across,
        outer.top + (box.top - inner.top) * down,
        outer.left + (box.right - inner.left) * across,
        outer.top + (box.bottom - inner.top) * down,
    )


def box_in(transform: Element, off: str, extent: str) -> Box | None:
    """The box between these two of a transform; None if it does not say them."""
    start, size = transform.find(name(off)), transform.find(name(extent))
    if start is None or size is None:
        return None
    try:
        x, y = int(start.get("x", "")), int(start.get("y", ""))
        return Box(x, y, x + int(size.get("cx", "")), y + int(size.get("cy", "")))
    except ValueError:
        return None
