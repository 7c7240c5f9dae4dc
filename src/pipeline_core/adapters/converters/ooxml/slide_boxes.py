"""Positions of the shapes of a slide, in its own units."""

from dataclasses import dataclass

from pipeline_core.adapters.converters.ooxml.names import Element, name


@dataclass(frozen=True, slots=True)
class Box:
    """``is_exact``: not only around the shape, as that of a turned one is."""

    left: float
    top: float
    right: float
    bottom: float
    is_exact: bool = True

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def covers(self, other: "Box") -> bool:
        return (
            self.is_exact
            and self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


def box_of(shape: Element) -> Box | None:
    """The box of a shape, within its groups; None if the shape does not say it."""
    transform = next(shape.iter(name("a:xfrm"), name("p:xfrm")), None)
    box = None if transform is None else _box(transform, "a:off", "a:ext")
    if transform is None or box is None:
        return None
    if transform.get("rot", "0") != "0":
        # whatever the angle, the shape stays within this circle's square
        middle_x, middle_y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        reach = (box.right - box.left + box.bottom - box.top) / 2
        box = Box(middle_x - reach, middle_y - reach, middle_x + reach, middle_y + reach, is_exact=False)
    for group in shape.iterancestors(name("p:grpSp")):
        placed = _within(group, box)
        if placed is None:
            return None
        box = placed
    return box


def _within(group: Element, box: Box) -> Box | None:
    transform = group.find(f"{name('p:grpSpPr')}/{name('a:xfrm')}")
    if transform is None:
        return box
    outer, inner = _box(transform, "a:off", "a:ext"), _box(transform, "a:chOff", "a:chExt")
    if outer is None or inner is None or transform.get("rot", "0") != "0":
        return None
    across = (outer.right - outer.left) / ((inner.right - inner.left) or 1)
    down = (outer.bottom - outer.top) / ((inner.bottom - inner.top) or 1)
    return Box(
        outer.left + (box.left - inner.left) * across,
        outer.top + (box.top - inner.top) * down,
        outer.left + (box.right - inner.left) * across,
        outer.top + (box.bottom - inner.top) * down,
        box.is_exact,
    )


def _box(transform: Element, off: str, extent: str) -> Box | None:
    start, size = transform.find(name(off)), transform.find(name(extent))
    if start is None or size is None:
        return None
    try:
        x, y = int(start.get("x", "")), int(start.get("y", ""))
        return Box(x, y, x + int(size.get("cx", "")), y + int(size.get("cy", "")))
    except ValueError:
        return None
