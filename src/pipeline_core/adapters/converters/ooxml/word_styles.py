"""What a run of a Word document looks like: by its own properties, its character style, its paragraph's style."""

from collections.abc import Iterator

from pipeline_core.adapters.converters.ooxml.names import Element, is_on, name, value

_LONGEST_CHAIN = 20


class Styles:
    """The styles of ``word/styles.xml``; ``root`` is None where there are none."""

    def __init__(self, root: Element | None):
        styles = () if root is None else root.iter(name("w:style"))
        self._styles = {value(style, "w:styleId"): style for style in styles}

    def run_property(self, run: Element, short: str) -> Element | None:
        """The run property (``w:strike``) that holds: the run's own, its style's, its paragraph's style's."""
        own = run.find(f"{name('w:rPr')}/{name(short)}")
        if own is not None:
            return own
        styled = self._of_style(run.find(f"{name('w:rPr')}/{name('w:rStyle')}"), short)
        if styled is not None:
            return styled
        paragraph = next(run.iterancestors(name("w:p")), None)
        style = None if paragraph is None else paragraph.find(f"{name('w:pPr')}/{name('w:pStyle')}")
        return self._of_style(style, short)

    def run_is(self, run: Element, short: str) -> bool:
        """Whether an on/off property holds for the run."""
        return is_on(self.run_property(run, short)) or False

    def has_header_look(self, style: Element | None) -> bool:
        """Whether a table of this style (``w:tblStyle``) may show its first row as a header."""
        looks = (look for found in self._chain(style) for look in found.iter(name("w:tblStylePr")))
        return any(value(look, "w:type") == "firstRow" for look in looks)

    def _of_style(self, style: Element | None, short: str) -> Element | None:
        wanted = (found.find(f"{name('w:rPr')}/{name(short)}") for found in self._chain(style))
        return next((element for element in wanted if element is not None), None)

    def _chain(self, style: Element | None) -> Iterator[Element]:
        """The style that the element names, and those that it is based on."""
        identifier = value(style)
        for _ in range(_LONGEST_CHAIN):
            found = self._styles.get(identifier)
            if found is None:
                return
            yield found
            identifier = value(found.find(name("w:basedOn")))
