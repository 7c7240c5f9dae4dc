"""Looks of a run of a Word document: by its own properties, its character style, its paragraph's style."""

from collections.abc import Iterator, Mapping

from pipeline_core.adapters.converters.ooxml.names import Element, find, is_on, name, value

_LONGEST_CHAIN = 20


class Styles:
    """The styles of ``word/styles.xml``; ``root`` is None where there are none."""

    def __init__(self, root: Element | None):
        styles = () if root is None else root.iter(name("w:style"))
        self._styles = {value(style, "w:styleId"): style for style in styles}
        self._last_run: Element | None = None
        self._last_looks: Mapping[str, Element] = {}
        self._looks: dict[tuple[str | None, ...], dict[str, Element]] = {}

    def run_property(self, run: Element, short: str) -> Element | None:
        """The run property (``w:strike``) that holds: the run's own, its style's, its paragraph's style's."""
        return self._looks_at(run).get(name(short))

    def run_properties(self, run: Element) -> list[Element]:
        """All run properties that hold for the run."""
        return list(self._looks_at(run).values())

    def _looks_at(self, run: Element) -> Mapping[str, Element]:
        if run is not self._last_run:
            self._last_run, self._last_looks = run, self._of_run(run)
        return self._last_looks

    def _of_run(self, run: Element) -> Mapping[str, Element]:
        own = {look.tag: look for look in run.iterfind(f"{name('w:rPr')}/*")}
        paragraph = next(run.iterancestors(name("w:p")), None)
        style = value(find(paragraph, "w:pPr", "w:pStyle"))
        run_style = value(own.get(name("w:rStyle")))
        return self._looks_of(run_style, style) | own if run_style or style else own

    def run_is(self, run: Element, short: str) -> bool:
        """Return whether an on/off property holds for the run."""
        return is_on(self.run_property(run, short)) or False

    def has_header_look(self, style: Element | None) -> bool:
        """Return whether a table of this style (``w:tblStyle``) may show its first row as a header."""
        looks = (look for found in self._chain(value(style)) for look in found.iter(name("w:tblStylePr")))
        return any(value(look, "w:type") == "firstRow" for look in looks)

    def shading(self, style: Element | None) -> Element | None:
        """The shading (``w:shd``) that a style (``w:pStyle``) gives its paragraphs."""
        found = (find(style, "w:pPr", "w:shd") for style in self._chain(value(style)))
        return next((shading for shading in found if shading is not None), None)

    def may_shade(self, style: Element | None) -> bool:
        """Return whether a table of this style (``w:tblStyle``) may have shaded cells."""
        return any(next(found.iter(name("w:shd")), None) is not None for found in self._chain(value(style)))

    def _looks_of(self, *names: str | None) -> dict[str, Element]:
        """The run properties of these styles by their tags; the first style that has one counts."""
        if names not in self._looks:
            found: dict[str, Element] = {}
            for style in (style for name_ in names for style in self._chain(name_)):
                found = {look.tag: look for look in style.iterfind(f"{name('w:rPr')}/*")} | found
            self._looks[names] = found
        return self._looks[names]

    def _chain(self, identifier: str | None) -> Iterator[Element]:
        """The style of this name, and those that it is based on."""
        for _ in range(_LONGEST_CHAIN):
            found = self._styles.get(identifier)
            if found is None:
                return
            yield found
            identifier = value(found.find(name("w:basedOn")))
