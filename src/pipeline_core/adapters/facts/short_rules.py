"""Rules of a house and orders of a leaflet: short paragraphs one below the other, too short to be sentences elsewhere.

"No dogs.", "Store below 25 °C.", "Breakfast from 7 to 10 am.": where several stand together, each that has a number, a
duty or a "no" says something of what heading or title name. What has none of these may be a slogan or a link.
"""

import re
from collections.abc import Sequence

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.elsewhere import points_elsewhere
from pipeline_core.adapters.facts.leaning import points_back
from pipeline_core.adapters.facts.lists import whole_sentence
from pipeline_core.adapters.facts.refusals import why_refused
from pipeline_core.adapters.facts.sentences import is_rule, keeps_numbers, sentences_of
from pipeline_core.adapters.facts.worth import traits_of
from pipeline_core.domain.languages import UNSPACED
from pipeline_core.domain.number_words import with_digits
from pipeline_core.domain.text import strip_markdown

_LEAST_IN_RUN = 3
_MOST_WORDS, _MOST_SIGNS = 14, 40
_LEAST_SIGNS = 4
_ENDS = re.compile(r"[.。．।]\s*\Z")


def short_rules(text: str, blocks: Sequence[Block], language: str) -> dict[int, Claim]:
    """The claims of short paragraphs in runs of them, by their numbers."""
    found: dict[int, Claim] = {}
    run: list[int] = []
    for at, block in enumerate(blocks):
        if _is_short(text, block, language):
            run.append(at)
            continue
        found |= _claims(text, blocks, run, language)
        run = []
    return found | _claims(text, blocks, run, language)


def _is_short(text: str, block: Block, language: str) -> bool:
    body = block.text_in(text)
    if block.kind != "prose" or block.item or block.run_in or block.marks or block.has_unclear_sign or "\n" in body:
        return False
    is_fit = len(body) <= _MOST_SIGNS if language in UNSPACED else len(body.split()) <= _MOST_WORDS
    return is_fit and whole_sentence(body) and len(list(sentences_of(body, language))) == 1


def _claims(text: str, blocks: Sequence[Block], run: Sequence[int], language: str) -> dict[int, Claim]:
    if len(run) < _LEAST_IN_RUN:
        return {}
    return {at: claim for at in run if (claim := _rule(text, blocks[at], language))}


def _rule(text: str, block: Block, language: str) -> Claim | None:
    body = block.text_in(text)
    said = strip_markdown(body)
    if not _ENDS.search(said) or said[:1].islower() or len(said) < _LEAST_SIGNS or not _says_something(said, language):
        return None
    if why_refused(said, language) or points_back(said, language) or points_elsewhere(said, language):
        return None
    if not keeps_numbers(said, body) or not any(map(str.isalpha, said)):
        return None
    told = traits_of(said, language)
    if told.get("first_person"):
        return None
    traits = {"prose": 1.0, "sentence_whole": 1.0, "leans": 0.0, "score": 1.5, **told}
    return Claim(((block.start, block.end),), said, 1.0, traits)


def _says_something(said: str, language: str) -> bool:
    counted = any(map(str.isdigit, with_digits(said) if language == "en" else said))
    return counted or is_rule(said, language)
