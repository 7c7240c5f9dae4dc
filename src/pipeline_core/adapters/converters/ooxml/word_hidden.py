"""Text of a Word document that no reader of it sees: hidden, of its ground's colour, of no size, in rows not shown."""

from collections.abc import Iterator, Sequence

from pipeline_core.adapters.converters.hidden import named
from pipeline_core.adapters.converters.ooxml.colours import BLACK, WHITE, Colour, Palette, alike, from_hex
from pipeline_core.adapters.converters.ooxml.names import Element, find, is_on, local_name, name, remove, text_in, value
from pipeline_core.adapters.converters.ooxml.word_styles import Styles

_THEME = {
    "background1": "bg1", "text1": "tx1", "background2": "bg2", "text2": "tx2", "light1": "lt1", "dark1": "dk1",
    "light2": "lt2", "dark2": "dk2", "hyperlink": "hlink", "followedHyperlink": "folHlink",
}  # fmt: skip
# ECMA-376 part 1, 17.18.40
_MARKERS = {
    "black": BLACK, "blue": (0, 0, 255), "cyan": (0, 255, 255), "darkBlue": (0, 0, 128), "darkCyan": (0, 128, 128),
    "darkGray": (128, 128, 128), "darkGreen": (0, 128, 0), "darkMagenta": (128, 0, 128), "darkRed": (128, 0, 0),
    "darkYellow": (128, 128, 0), "green": (0, 255, 0), "lightGray": (192, 192, 192), "magenta": (255, 0, 255),
    "red": (255, 0, 0), "white": WHITE, "yellow": (255, 255, 0),
}  # fmt: skip


class Grounds:
    """``root`` is the main text; ``theme`` and ``settings`` are as the document has them."""

    def __init__(self, root: Element, styles: Styles, theme: Element | None, settings: Element | None):
        self._styles = styles
        self._palette = Palette(theme, _mapping(settings))
        self._page = self._of_page(root, settings)

    def behind(self, run: Element) -> Colour | None:
        """The colour that the run's text stands on; None where it is not one known colour."""
        return next(self._from_the_top(run), self._page)

    def of_text(self, run: Element) -> Colour | None:
        """The colour of the run's text; None if it has none of its own, for then it is one that can be read."""
        return self._colour(self._styles.run_property(run, "w:color"), "")

    def _colour(self, element: Element | None, kind: str) -> Colour | None:
        """Read the colour of ``w:color``, or the ``kind`` of colour of a shading."""
        plain = value(element, f"w:{kind or 'val'}")
        key = value(element, f"w:theme{kind.capitalize() or 'Color'}")
        if element is None or key is None:
            return from_hex(plain) or _MARKERS.get(plain or "")
        changes = [
            value(element, f"w:theme{kind.capitalize() if kind == 'fill' else ''}{change}")
            for change in ("Tint", "Shade")
        ]
        if any(changes) and (shown := from_hex(plain)) is not None:
            return shown
        return None if any(changes) else self._palette.named(_THEME.get(key, key)) or from_hex(plain)

    def _from_the_top(self, run: Element) -> Iterator[Colour | None]:
        marker = value(self._styles.run_property(run, "w:highlight")) or "none"
        if marker != "none":
            yield _MARKERS.get(marker)
        yield from self._shading(self._styles.run_property(run, "w:shd"))
        for element in run.iterancestors():
            match local_name(element):
                case "p":
                    own, style = find(element, "w:pPr", "w:shd"), find(element, "w:pPr", "w:pStyle")
                    yield from self._shading(self._styles.shading(style) if own is None else own)
                case "tc":
                    yield from self._shading(find(element, "w:tcPr", "w:shd"))
                case "tr":
                    yield from self._shading(find(element, "w:tblPrEx", "w:shd"))
                case "tbl":
                    if self._styles.may_shade(find(element, "w:tblPr", "w:tblStyle")):
                        yield None
                    yield from self._shading(find(element, "w:tblPr", "w:shd"))
                case "wsp":
                    fill = find(element, "wps:spPr", "a:solidFill")
                    yield self._palette.colour(fill)
                case "textbox" | "hdr" | "ftr":
                    yield None  # a box of old Word; pictures often stand behind headers

    def _shading(self, shading: Element | None) -> Iterator[Colour | None]:
        """The colour of a shading, None for a pattern; nothing if there is no shading."""
        pattern = value(shading) or "clear"
        is_filled = (value(shading, "w:fill") or "auto") != "auto" or value(shading, "w:themeFill") is not None
        if shading is None or pattern == "nil" or (pattern == "clear" and not is_filled):
            return
        if pattern == "clear":
            yield self._colour(shading, "fill")
        elif pattern == "solid":
            is_auto = (value(shading, "w:color") or "auto") == "auto"
            yield BLACK if is_auto else self._colour(shading, "color")
        else:
            yield None

    def _of_page(self, root: Element, settings: Element | None) -> Colour | None:
        if any((anchor.get("behindDoc") or "0") in ("1", "true") for anchor in root.iter(name("wp:anchor"))):
            return None  # which pages a drawing behind the text is on is not known
        background = next(root.iter(name("w:background")), None)
        if background is None:
            return WHITE
        display = find(settings, "w:displayBackgroundShape")
        return self._colour(background, "color") if is_on(display) and not len(background) else None


def shown_by_effects(looks: Sequence[Element]) -> bool:
    """Return whether letters have a line, a shadow or a glow, or are filled with more than a colour."""
    for look in looks:
        kind = local_name(look)
        if kind in ("emboss", "imprint") or look.tag == name("w:shadow"):
            if is_on(look):
                return True
        elif kind in ("textOutline", "textFill"):
            is_drawn = kind == "textOutline" or next(look.iter(name("w14:gradFill")), None) is not None
            if is_drawn and next(look.iter(name("w14:noFill")), None) is None:
                return True
        elif look.tag in (name("w14:shadow"), name("w14:glow")):
            return True
    return False


def _mapping(settings: Element | None) -> dict[str, str]:
    """Map the document's names of colours to the theme's."""
    found = find(settings, "w:clrSchemeMapping")
    names = {"t1": "tx1", "t2": "tx2"}
    pairs = {} if found is None else {str(k).rpartition("}")[2]: str(v) for k, v in found.attrib.items()}
    return {names.get(key, key): _THEME.get(to, to) for key, to in pairs.items()}


_TEXT = ("w:t", "w:sym", "w:tab", "w:br")
_SMALLEST = 3  # half points


def hidden_passages(root: Element, styles: Styles, grounds: Grounds, *, keep: bool) -> list[str]:
    """Each hidden passage as a reader would look for it; taken out of the tree unless ``keep``."""
    passages: list[str] = []
    for row in list(root.iter(name("w:tr"))):
        if is_on(find(row, "w:trPr", "w:hidden")):
            passages += named(text_in(row, "w:t"))
            if not keep:
                remove(row)
    for paragraph in root.iter(name("w:p")):
        runs = [run for run in _runs_of(paragraph) if _is_hidden(run, styles, grounds)]
        passages += named(" ".join(text_in(run, "w:t") for run in runs))
        for part in [part for run in runs for part in run if not keep]:
            if part.tag in {name(short) for short in _TEXT}:
                remove(part)
    return passages


def _runs_of(paragraph: Element) -> Iterator[Element]:
    """The runs whose nearest paragraph this is: a text box has its own."""
    for run in paragraph.iter(name("w:r")):
        if next(run.iterancestors(name("w:p")), None) is paragraph:
            yield run


def _is_hidden(run: Element, styles: Styles, grounds: Grounds) -> bool:
    if not text_in(run, "w:t").strip() and run.find(name("w:sym")) is None:
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
