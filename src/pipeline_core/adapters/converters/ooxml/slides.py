"""Slides of a presentation as markdown: titles, texts, lists, tables, charts, diagrams, notes, in the file's order."""

from collections.abc import Iterator, Sequence

from pipeline_core.adapters.converters.hidden import named
from pipeline_core.adapters.converters.ooxml.charts import chart_markdown, table_markdown
from pipeline_core.adapters.converters.ooxml.names import YES, Element, drop_fallbacks, local_name, name, value
from pipeline_core.adapters.converters.ooxml.package import Package
from pipeline_core.adapters.converters.ooxml.slide_grounds import grounds_of
from pipeline_core.adapters.converters.ooxml.slide_shapes import box_in, level_of, list_mark, placeholder
from pipeline_core.adapters.converters.ooxml.slide_text import paragraph_markdown, said
from pipeline_core.adapters.converters.ooxml.slide_unseen import take_unseen

_TITLES = ("title", "ctrTitle")
_NO_TEXT = ("sldNum", "hdr", "sldImg")
_DEEPEST = 50


class SlideReader:
    """Reads one slide. ``hidden`` names what it hides, which is left out unless ``keep_hidden``."""

    def __init__(self, package: Package, part: str, root: Element, size: tuple[int, int], *, keep_hidden: bool):
        self._package, self._root, self._size, self._keep = package, root, size, keep_hidden
        self._part, self._targets = part, package.targets(part)
        drop_fallbacks(root)
        grounds, layers = grounds_of(package, part, root)
        self._layers = layers[1:]
        self.hidden: list[str] = []
        for tree in root.iter(name("p:spTree")):
            for shape in _shapes(tree, 0):
                if not self._is_hidden(shape):
                    unseen = take_unseen(shape, layers, grounds, keep=keep_hidden)
                    self.hidden += [part for words in unseen for part in named(words)]

    def markdown(self) -> str:
        """The slide's blocks, its title first, its notes last."""
        titles: list[str] = []
        blocks: list[str] = []
        for tree in self._root.iter(name("p:spTree")):
            for shape in _shapes(tree, 0):
                is_title = (place := placeholder(shape)) is not None and place.get("type") in _TITLES
                found = [text for text in self._shape(shape) if text]
                if is_title and found and not titles:
                    titles = [f"## {' '.join(found)}"]
                else:
                    blocks += found
        return "\n\n".join([*titles, *blocks, *self._notes()])

    def texts(self) -> Iterator[str]:
        """Paragraphs that stand on the slide and are to be in its markdown, as they are in its XML."""
        for shape in (one for tree in self._root.iter(name("p:spTree")) for one in _shapes(tree, 0)):
            place = placeholder(shape)
            if (place is None or place.get("type") not in _NO_TEXT) and (self._keep or not self._is_hidden(shape)):
                for paragraph in shape.iter(name("a:p")):
                    yield said(paragraph)

    def _shape(self, shape: Element) -> list[str]:
        kind = local_name(shape)
        place = placeholder(shape)
        if place is not None and place.get("type") in _NO_TEXT:
            return []
        if self._is_hidden(shape):
            words = " ".join(said(paragraph) for paragraph in shape.iter(name("a:p")))
            self.hidden += named(words)
            if not self._keep:
                return []
        if kind == "graphicFrame":
            return list(self._graphic(shape))
        if kind == "pic":
            alt = " ".join((_properties(shape).get("descr") or "").split())
            return [f"![{alt.translate(_BRACKETS)}](picture)"] if alt else []
        body = shape.find(name("p:txBody"))
        if body is None:
            return []
        if place is not None and place.get("type") in _TITLES:
            return [paragraph_markdown(paragraph, emphasis=False) for paragraph in body.findall(name("a:p"))]
        return self._paragraphs(body.findall(name("a:p")), shape)

    def _paragraphs(self, paragraphs: Sequence[Element], shape: Element) -> list[str]:
        blocks: list[str] = []
        was_item = False
        numbers: dict[int, int] = {}
        for paragraph in paragraphs:
            marker = list_mark(paragraph, shape, self._layers)
            text = paragraph_markdown(paragraph)
            if not text:
                continue
            level = level_of(paragraph)
            if marker is None:
                blocks.append(text)
                numbers = {}
            else:
                numbers = {deep: count for deep, count in numbers.items() if deep <= level}
                numbers[level] = numbers.get(level, 0) + 1
                item = f"{'   ' * level if was_item else ''}{marker.replace('1', str(numbers[level]))} {text}"
                if was_item:
                    blocks[-1] += f"\n{item}"
                else:
                    blocks.append(item)
            was_item = marker is not None
        return blocks

    def _graphic(self, frame: Element) -> Iterator[str]:
        for table in frame.iter(name("a:tbl")):
            yield table_markdown(table)
        for chart in frame.iter(name("c:chart")):
            if (root := self._related(value(chart, "r:id"))) is not None:
                yield from chart_markdown(root)
        for diagram in frame.iter(name("dgm:relIds")):
            if (root := self._related(value(diagram, "r:dm"))) is not None:
                texts = [
                    paragraph_markdown(part) for point in root.iter(name("dgm:t")) for part in point.iter(name("a:p"))
                ]
                yield "\n".join(f"- {text}" for text in texts if text)

    def _related(self, identifier: str | None) -> Element | None:
        _, part = self._targets.get(identifier or "", ("", ""))
        return self._package.tree(part)

    def _notes(self) -> Iterator[str]:
        for root in map(self._package.tree, self._package.related(self._part, "notesSlide")):
            for shape in () if root is None else root.iter(name("p:sp")):
                place = placeholder(shape)
                if place is not None and place.get("type") == "body":
                    texts = [paragraph_markdown(paragraph) for paragraph in shape.iter(name("a:p"))]
                    if text := "\n\n".join(text for text in texts if text):
                        yield f"Speaker notes: {text}"

    def _is_hidden(self, shape: Element) -> bool:
        return _properties(shape).get("hidden") in YES or self._is_outside(shape)

    def _is_outside(self, shape: Element) -> bool:
        parent = shape.getparent()
        transform = next(shape.iter(name("a:xfrm"), name("p:xfrm")), None)
        if transform is None or parent is None or parent.tag != name("p:spTree") or not all(self._size):
            return False
        box = box_in(transform, "a:off", "a:ext")
        return box is not None and (
            box.left >= self._size[0] or box.top >= self._size[1] or box.right <= 0 or box.bottom <= 0
        )


_BRACKETS = str.maketrans("[]()", "    ")


def _shapes(tree: Element, depth: int) -> Iterator[Element]:
    """Shapes in the order of the file; those of a group where the group stands, unless it is hidden."""
    for shape in tree:
        kind = local_name(shape)
        if kind in ("grpSp", "AlternateContent", "Choice", "Fallback") and depth < _DEEPEST:
            if kind != "grpSp" or _properties(shape).get("hidden") not in YES:
                yield from _shapes(shape, depth + 1)
            else:
                yield shape
        elif kind in ("sp", "graphicFrame", "pic", "cxnSp"):
            yield shape


def _properties(shape: Element) -> Element:
    found = next(shape.iter(name("p:cNvPr")), None)
    return shape if found is None else found
