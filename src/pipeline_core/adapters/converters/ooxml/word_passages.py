"""Text of a Word document, paragraph by paragraph, with the places where a reader finds it."""

import re
from collections.abc import Container, Iterator

from pipeline_core.adapters.converters.ooxml.completeness import Passage
from pipeline_core.adapters.converters.ooxml.names import Element, name, text_in
from pipeline_core.adapters.converters.ooxml.package import Package
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import listed

_NO_WORDS = re.compile(r"[\W\d_]*")
_SHOWN = 100
_DRAWINGS = {"chart": "a chart", "diagramData": "a diagram"}
_APART = {name("w:tab"): " ", name("w:br"): " ", name("w:cr"): " ", name("w:noBreakHyphen"): "-"}


def word_passages(package: Package, main: str, drawn: Container[Element]) -> Iterator[Passage]:
    """Paragraphs of the text, but those that were ``drawn`` from charts and diagrams: of these their own."""
    if (root := package.tree(main)) is not None:
        yield from _paragraphs(root, drawn)
    for kind, part in package.targets(main).values():
        if kind in _DRAWINGS and (tree := package.tree(part)) is not None:
            for paragraph in tree.iter(name("a:p")):
                yield Passage(_DRAWINGS[kind], text_in(paragraph, "a:t"))


def margins_left_out(package: Package, main: str) -> Iterator[Finding]:
    """The finding about what stands above and below every page, which is no part of the text."""
    trees = map(package.tree, package.related(main, "header", "footer"))
    passages = [passage.text for tree in trees if tree is not None for passage in _paragraphs(tree)]
    said = dict.fromkeys(" ".join(text.split()) for text in passages if not _NO_WORDS.fullmatch(text))
    if said:
        yield Finding(
            "headers_left_out",
            Severity.INFO,
            "Headers and footers are not part of the text and were left out: "
            f"{listed([f'“{text[:_SHOWN]}”' for text in said])}.",
            {"texts": list(said)[:_SHOWN]},
        )


def _paragraphs(root: Element, drawn: Container[Element] = ()) -> Iterator[Passage]:
    for number, paragraph in enumerate(root.iter(name("w:p")), start=1):
        parts = []
        for node in paragraph.iter(name("w:t"), *_APART):
            if next(node.iterancestors(name("w:p")), None) is paragraph:
                parts.append(_APART.get(node.tag) or node.text or "")
        if parts and paragraph not in drawn:
            is_box = next(paragraph.iterancestors(name("w:txbxContent")), None) is not None
            yield Passage("a text box" if is_box else f"paragraph {number}", "".join(parts))
    for paragraph in root.iter(name("a:p")):
        yield Passage("a drawing", text_in(paragraph, "a:t"))
