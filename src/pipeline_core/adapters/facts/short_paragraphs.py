"""Short paragraphs that are facts by their place: rules of a house, and entries of a glossary.

"No dogs.", "Store below 25 °C.", "Breakfast from 7 to 10 am.": where several stand together, each that has a number, a
duty or a "no" says something of what heading or title name. What has none of these may be a slogan or a link. Entries
are "**Term**: what it is.", "Term — what it is.", or a term above ": …".
"""

import re
from collections.abc import Sequence
from itertools import groupby

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.elsewhere import points_elsewhere
from pipeline_core.adapters.facts.leaning import points_back
from pipeline_core.adapters.facts.lists import whole_sentence
from pipeline_core.adapters.facts.refusals import is_caption, is_list_of_names, is_reference, why_refused
from pipeline_core.adapters.facts.sentences import LABELS_ONLY, is_rule, keeps_numbers, sentences_of
from pipeline_core.adapters.facts.worth import traits_of
from pipeline_core.domain.languages import UNSPACED
from pipeline_core.domain.number_words import with_digits
from pipeline_core.domain.text import numbers_in, strip_markdown

_LEAST_IN_RUN = 3
_MOST_WORDS, _MOST_SIGNS = 14, 40
_LEAST_SIGNS = 4
_ENDS = re.compile(r"[.。．।]\s*\Z")


def short_rules(text: str, blocks: Sequence[Block], language: str) -> dict[int, Claim]:
    """The claims of short paragraphs in runs of them, by their numbers."""
    kinds = groupby(range(len(blocks)), lambda at: _is_short(text, blocks[at], language))
    runs = [list(run) for is_short, run in kinds if is_short]
    together = (at for run in runs if len(run) >= _LEAST_IN_RUN for at in run)
    return {at: claim for at in together if (claim := _rule(text, blocks[at], language))}


def _is_short(text: str, block: Block, language: str) -> bool:
    body = block.text_in(text)
    if block.kind != "prose" or block.item or block.run_in or block.marks or block.has_unclear_sign or "\n" in body:
        return False
    is_fit = len(body) <= _MOST_SIGNS if language in UNSPACED else len(body.split()) <= _MOST_WORDS
    return is_fit and whole_sentence(body) and len(list(sentences_of(body, language))) == 1


def _rule(text: str, block: Block, language: str) -> Claim | None:
    body = block.text_in(text)
    said = strip_markdown(body)
    counted = any(map(str.isdigit, with_digits(said) if language == "en" else said))
    if not _ENDS.search(said) or said[:1].islower() or len(said) < _LEAST_SIGNS:
        return None
    if not (counted or is_rule(said, language)):
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


_ENTRY = re.compile(
    r"(?:(?:\*\*|__)(?P<bold>[^*_:：\n]{2,60}?)\s?(?:[:：](?:\*\*|__)|(?:\*\*|__)(?:\s?[:：]|\s?[–—-](?=\s)))"
    r"|(?P<above>[^\n:：*_|]{2,60})\n[:：](?=\s)"
    r"|(?P<plain>[^\n:：*_|.!?;,]{2,40}?)(?:\s?[:：]|\s[–—-](?=\s)))\s*(?P<value>\S.*)",
    re.DOTALL,
)
_MOST_WORDS_OF_TERM = 6
_LEAST_WORDS_OF_MEANING, _MOST_WORDS_OF_MEANING = 4, 60


def entries(text: str, blocks: Sequence[Block], language: str) -> dict[int, Claim]:
    """The claims of entries by the numbers of their paragraphs.

    A term in bold, or on a line above its meaning, is one by itself; a plain one where one stands beside it.
    """
    found = {at: entry for at, block in enumerate(blocks) if (entry := _entry(text, block, language))}
    return {at: claim for at, (claim, is_marked) in found.items() if is_marked or at - 1 in found or at + 1 in found}


def _entry(text: str, block: Block, language: str) -> tuple[Claim, bool] | None:
    if block.kind != "prose" or block.item or block.marks or block.run_in:
        return None
    body = block.text_in(text)
    match = _ENTRY.fullmatch(body)
    if match is None or is_reference(body) or is_caption(body):
        return None
    term = strip_markdown(match["bold"] or match["above"] or match["plain"])
    spans = list(sentences_of(match["value"], language))
    if not spans or not _is_term(term):
        return None
    end = match.start("value") + spans[0][1]
    value = strip_markdown(match["value"][spans[0][0] : spans[0][1]])
    if not _is_meaning(value, language) or not keeps_numbers(value, match["value"]):
        return None
    parted = body[: match.start("value")].rstrip(" *_")[-1]
    statement = f"{term} {parted} {value}" if parted in "–—-" else f"{term}: {value}"
    score = 2.0 + bool(numbers_in(value))
    traits = {"label": 1.0, "sentence_whole": 1.0, "score": score}
    claim = Claim(((block.start, block.start + end),), statement, score, traits)
    return claim, not match["plain"]


def _is_term(term: str) -> bool:
    words = term.split()
    return (
        1 <= len(words) <= _MOST_WORDS_OF_TERM
        and not term[:1].islower()
        and term.lower() not in LABELS_ONLY
        and any(map(str.isalpha, term))
    )


def _is_meaning(value: str, language: str) -> bool:
    words = len(value) // 2 if language in UNSPACED else len(value.split())
    return (
        _LEAST_WORDS_OF_MEANING <= words <= _MOST_WORDS_OF_MEANING
        and whole_sentence(value)
        and value[-1] not in "!?"
        and not is_list_of_names(value)
        and not why_refused(value, language)
        and not points_back(value, language)
    )
