"""Headings that a conversion has left on the line of their text without a mark: "Payment terms The fee is due in May."

What tells is an article with a capital in mid-sentence, with a small letter behind it and before the word that it
follows: no language that writes nouns small has that, but where a sentence begins.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.english import has_finite_verb
from pipeline_core.domain.fluency import is_common_word

# German has capitals of its own. "Vitamin A is", "hepatite A é" are no sentences that begin with an article.
_ARTICLES = {
    "en": "The|An|This|These|Each|Every",
    "fr": "Les?|La|Une?|Des|Cette|Ces|Chaque",
    "es": "El|Los|Las?|Una?|Cada",
    "it": "Il|Lo|La|Gli|Le|Una?|Ogni",
    "pt": "Os|As|Uma?|No|Na|Cada",
    "nl": "De|Het|Een|Elke",
}
_FUSED = {
    code: re.compile(
        rf"(?P<title>[^\W\d_a-z][\w’'-]*(?: (?:[-–—]|[\w’'()/-]+)){{0,6}} [^\W\d_A-Z][\w’'()/-]+)"
        rf" (?=(?:{words}) [^\W\d_A-Z][^\W\d_]*\b)"
    )
    for code, words in _ARTICLES.items()
}


def with_fused_headings(blocks: Sequence[Block], text: str, language: str) -> list[Block]:
    """The blocks, each that begins with such a heading below it."""
    pattern = _FUSED.get(language)
    return [_below_its_own(block, text, pattern, language) for block in blocks] if pattern else list(blocks)


def _below_its_own(block: Block, text: str, pattern: re.Pattern[str], language: str) -> Block:
    if block.kind != "prose" or block.item or block.marks or block.number or block.run_in:
        return block
    match = pattern.match(text, block.start, block.end)
    # a quoted title within a sentence follows an article or a preposition
    if match is None or is_common_word(match["title"].rsplit(" ", 1)[1].lower()):
        return block
    title = match["title"]
    if language == "en" and has_finite_verb(title.split()):
        return block
    span = match.span("title")
    return replace(block, start=match.end(), headings=(*block.headings, title), run_in=span)
