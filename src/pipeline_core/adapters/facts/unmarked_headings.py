"""Headings without a mark: "Scenario #2" on a line of its own, or on that of its text, as conversions leave them.

What tells the second ("Payment terms The fee is due in May.") is an article with a capital in mid-sentence, with a
small letter behind it and before the word that it follows: no language that writes nouns small has that, but where a
sentence begins.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline_core.adapters.facts.back_matter import tells_stories
from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.english import has_finite_verb
from pipeline_core.adapters.facts.lists import whole_sentence
from pipeline_core.domain.fluency import is_common_word
from pipeline_core.domain.text import strip_markdown

_MOST_WORDS, _MOST_CHARS = 8, 80


def with_stories(blocks: Sequence[Block], text: str) -> list[Block]:
    """The blocks, those of such an example with its line among their headings: up to the next heading or such line."""
    found: list[Block] = []
    story = ""
    under: tuple[str, ...] = ()
    for block in blocks:
        label = _label(block, text)
        if block.kind == "heading" or block.headings != under:
            story = ""
        if label:
            story, under = label if tells_stories(label) else "", block.headings
        found.append(replace(block, headings=(*block.headings, story)) if story else block)
    return found


def _label(block: Block, text: str) -> str:
    """The line's words, where it names what stands below it; "" for a paragraph."""
    if block.kind != "prose" or block.item:
        return ""
    said = strip_markdown(block.text_in(text)).strip()
    is_line = "\n" not in said and len(said) <= _MOST_CHARS and len(said.split()) <= _MOST_WORDS
    # a question may head what stands below it
    is_named = not whole_sentence(said) or said[-1:] in "?？؟"
    return said if is_line and is_named and not said[:1].islower() else ""


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
