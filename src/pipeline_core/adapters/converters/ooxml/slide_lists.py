"""Finds list items on a slide, by the properties of a paragraph, its shape, the layout and the master."""

from collections.abc import Sequence

from pipeline_core.adapters.converters.ooxml.names import Element, name, value

_BODY = ("body", "obj", "", "subTitle")
_BULLETS = ("buNone", "buChar", "buAutoNum", "buBlip")


class Lists:
    """``layers``: the layout and the master of a slide, where it has them."""

    def __init__(self, layers: Sequence[Element]):
        self._layers = layers

    def marker(self, paragraph: Element, shape: Element | None) -> str | None:
        """``1.`` for an item of a numbered list, ``-`` for one of another; None for what is no item."""
        properties = paragraph.find(name("a:pPr"))
        level = level_of(paragraph)
        looks = [properties, *(self._inherited(shape, level) if shape is not None else ())]
        for look in looks:
            bullet = (
                None
                if look is None
                else next((b for k in _BULLETS if (b := look.find(name(f"a:{k}"))) is not None), None)
            )
            if bullet is not None:
                kind = bullet.tag.rpartition("}")[2]
                return None if kind == "buNone" else "1." if kind == "buAutoNum" else "-"
        return None

    def _inherited(self, shape: Element, level: int) -> list[Element | None]:
        place = placeholder(shape)
        styles = [found.find(f"{name('p:txBody')}/{name('a:lstStyle')}") for found in kin(shape, self._layers)]
        if place is not None and place.get("type", "") in _BODY and self._layers:
            styles.append(self._layers[-1].find(f"{name('p:txStyles')}/{name('p:bodyStyle')}"))
        return [None if style is None else style.find(name(f"a:lvl{level + 1}pPr")) for style in styles]


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
