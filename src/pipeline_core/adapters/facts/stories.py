"""Examples told below a line of its own that is no heading: "Scenario #2", bold or plain, above its paragraphs."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline_core.adapters.facts.back_matter import tells_stories
from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.lists import whole_sentence
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
