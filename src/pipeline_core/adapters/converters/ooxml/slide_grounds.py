"""Backgrounds of the text of a slide: its shape, the shapes below it, the slide's background."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.ooxml.colours import WHITE, Colour, Palette, is_clear
from pipeline_core.adapters.converters.ooxml.names import NO, Element, find, local_name, name
from pipeline_core.adapters.converters.ooxml.package import Package
from pipeline_core.adapters.converters.ooxml.slide_shapes import box_of, kin, placeholder

FILLS = ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
_SHAPES = ("p:sp", "p:pic", "p:graphicFrame")
_FIRST_BACKGROUND = 1001  # of the theme's fills for backgrounds, ECMA-376 part 1, 19.3.1.3
_MOST_SHAPES = 2_000
"""Each shape is compared with those below it; on a slide of more the ground is taken as not known."""


@dataclass(frozen=True, slots=True)
class Ground:
    """``colour`` is None where it is not one known colour; ``is_whole`` if nothing below it is seen."""

    colour: Colour | None
    is_whole: bool = True


class Grounds:
    """``layers``: the slide, its layout and its master, as far as there are such; ``theme`` is the master's."""

    def __init__(self, layers: Sequence[Element], theme: Element | None):
        self._layers = layers
        mappings = [found for layer in layers if (found := _mapping(layer)) is not None]
        self.palette = Palette(theme, {str(k): str(v) for k, v in mappings[0].attrib.items()} if mappings else {})
        self._theme = theme
        self._background = self._of_background()
        self._below = [(shape, box_of(shape)) for shape in self._stacked()]
        self._places = {id(below): at for at, (below, _) in enumerate(self._below)}

    def behind(self, shape: Element) -> Iterator[Ground]:
        """Yield what stands, or may stand, behind the text of a shape, from the top down to what hides the rest."""
        at = self._places.get(id(shape))
        if at is None or at > _MOST_SHAPES:
            yield Ground(None)
            return
        own = self._of_shape(shape)
        if own is not None:
            yield own
            if own.is_whole:
                return
        box = next((box for one in kin(shape, self._layers[1:]) if (box := box_of(one)) is not None), None)
        for below, area in reversed(self._below[:at]):
            if box is not None and area is not None and not area.touches(box, by=0):
                continue
            ground = self._of_shape(below)
            if ground is not None:
                is_within = box is not None and area is not None and Box.around((box, area)) == area
                covers = is_within and _is_square(below)
                yield Ground(ground.colour, covers)
                if covers:
                    return
        yield Ground(self._background)

    def _stacked(self) -> Iterator[Element]:
        """All shapes that are shown, the lowest first: of layouts and masters but the placeholders."""
        shown: list[Element] = []
        for layer in self._layers:
            shown.append(layer)
            if (layer.get("showMasterSp") or "").lower() in NO:
                break
        for layer in reversed(shown):
            for shape in layer.iter(*map(name, _SHAPES)):
                if layer is self._layers[0] or placeholder(shape) is None:
                    properties = next(shape.iter(name("p:cNvPr")), None)
                    if properties is None or properties.get("hidden", "0").lower() in NO:
                        yield shape

    def _of_shape(self, shape: Element) -> Ground | None:
        """Return the fill of the shape; None if it is not filled."""
        if local_name(shape) == "pic":
            return Ground(None)
        if local_name(shape) == "graphicFrame":
            # a table without fills shows what is below it, to its own text as to that above it
            return None if next(shape.iter(name("a:tbl")), None) is not None else Ground(None, is_whole=False)
        for one in kin(shape, self._layers[1:]):
            if (fill := fill_of(find(one, "p:spPr"))) is not None:
                return self.of_fill(fill)
            reference = find(one, "p:style", "a:fillRef")
            if reference is not None:
                return self._of_reference(reference, "a:fillStyleLst", 1)
        return None

    def of_fill(self, fill: Element, own: Colour | None = None) -> Ground | None:
        """The ground that a fill makes; None for no fill."""
        kind = local_name(fill)
        if kind == "noFill" or (kind == "solidFill" and is_clear(fill)):
            return None
        return Ground(self.palette.colour(fill, own) if kind == "solidFill" else None)

    def _of_reference(self, reference: Element, fills: str, first: int) -> Ground | None:
        index = reference.get("idx", "0")
        if not index.isdigit() or int(index) in (0, 1000):
            return None
        listed = None if self._theme is None else next(self._theme.iter(name(fills)), None)
        own = self.palette.colour(reference)
        if listed is None:
            return Ground(own)
        at = int(index) - first
        return self.of_fill(listed[at], own) if 0 <= at < len(listed) else Ground(None)

    def _of_background(self) -> Colour | None:
        for layer in self._layers:
            background = find(layer, "p:cSld", "p:bg")
            if background is None:
                continue
            properties, reference = background.find(name("p:bgPr")), background.find(name("p:bgRef"))
            ground: Ground | None = None
            if properties is not None:
                fill = fill_of(properties)
                ground = None if fill is None else self.of_fill(fill)
            elif reference is not None:
                ground = self._of_reference(reference, "a:bgFillStyleLst", _FIRST_BACKGROUND)
            return WHITE if ground is None else ground.colour
        return WHITE


def grounds_of(package: Package, part: str, root: Element) -> tuple[Grounds, list[Element]]:
    """The grounds of the slide, and its layers: the slide, its layout, its master."""
    layouts = package.related(part, "slideLayout")[:1]
    masters = [master for layout in layouts for master in package.related(layout, "slideMaster")][:1]
    themes = [theme for master in masters for theme in package.related(master, "theme")]
    above = [tree for one in layouts + masters if (tree := package.tree(one)) is not None]
    layers = [root, *above]
    return Grounds(layers, package.tree(themes[0]) if themes else None), layers


def fill_of(properties: Element | None) -> Element | None:
    """The fill among properties of a shape, a cell or a text."""
    return next((part for part in (() if properties is None else properties) if local_name(part) in FILLS), None)


def _mapping(layer: Element) -> Element | None:
    override = find(layer, "p:clrMapOvr", "a:overrideClrMapping")
    return layer.find(name("p:clrMap")) if override is None else override


def _is_square(shape: Element) -> bool:
    """Return whether the shape fills its whole box."""
    geometry = next(shape.iter(name("a:prstGeom")), None)
    transform = next(shape.iter(name("a:xfrm"), name("p:xfrm")), None)
    is_turned = transform is not None and transform.get("rot", "0") != "0"
    return geometry is not None and geometry.get("prst") == "rect" and not is_turned
