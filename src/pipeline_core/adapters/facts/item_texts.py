"""Text of a list item: its words without marks and joints, and in English in one sentence with its lead-in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline_core.adapters.facts import english_words as en
from pipeline_core.adapters.facts import joints
from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.english import has_finite_verb, in_mid_sentence
from pipeline_core.adapters.facts.ids import without_id
from pipeline_core.adapters.facts.lists import whole_sentence
from pipeline_core.adapters.facts.sentences import LABELS_ONLY, sentences_of
from pipeline_core.domain.cut_ends import ends_cut
from pipeline_core.domain.text import strip_markdown

LEAST_WORDS = 4
"""Of what says more than a name."""
_ENUMERATION = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{2,4})\)\s+")
_LABEL = re.compile(
    r"(?:(?P<marks>\*\*|__)(?P<bold>[^*_:\n]{2,80})(?::(?P=marks)|(?P=marks)(?P<abbr>\s*\([^()\n]{1,40}\))?\s*[:–—-])|(?P<plain>[^:*_`|\[\]<>\n.!?;]{2,60}):"
    r"|(?P<dash>[^:*_`|\[\]<>\n.!?;,]{2,60}) [–—-])\s+(?P<value>\S.*)",
    re.DOTALL,
)
_LINK = re.compile(r"\[[^\[\]]*\]\([^()\s]*\)|<?(?:https?://|www\.)\S+")
_MOST_BESIDE_LINK = 8
"""Words beside a link from which an item that is no sentence says more than where to look."""
IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]\Z")


@dataclass(frozen=True, slots=True)
class Told:
    """An item's own words, without its label's marks and the joint to the next item, and where they stand."""

    said: str
    start: int
    end: int
    label: str = ""


def is_closed(said: str) -> bool:
    """Return whether each bracket that it opens is closed: else it was cut inside one."""
    return all(said.count(opens) <= said.count(closes) for opens, closes in ("()", "[]", "（）"))


def opening(said: str, language: str) -> str:
    """The first sentence."""
    start, end = next(iter(sentences_of(said, language)), (0, len(said)))
    return said[start:end]


def only_points(body: str) -> bool:
    """Return whether the item is a link and little else."""
    rest = _LINK.sub(" ", body)
    least = LEAST_WORDS if whole_sentence(strip_markdown(body)) else _MOST_BESIDE_LINK
    return rest != body and len(re.findall(r"\w+", rest)) < least


def is_cut(said: str) -> bool:
    """Return whether a long item ends in mid-phrase."""
    return len(said.split()) >= 5 and not whole_sentence(said) and ends_cut(said)


def read_told(text: str, block: Block, language: str) -> Told:
    body = block.text_in(text)  # as long as it is in the text, so that places in it are places there
    begin = match.end() if (match := _ENUMERATION.match(body)) else 0
    if block.number:
        begin = len(body) - len(body[len(block.number) :].lstrip())
    begin += len(body[begin:]) - len(joints.without_first_joint(body[begin:], language))
    return told_of(joints.without_joint(body[begin:], language), block.start + begin)


def told_of(raw: str, start: int) -> Told:
    end = start + len(raw)
    # where the marks of the term do not end with it, its dash tells
    label = _LABEL.fullmatch(raw) or _LABEL.fullmatch(strip_markdown(raw))
    key = strip_markdown(label["bold"] or label["plain"] or label["dash"] or "").rstrip(" :") if label else ""
    key += (label["abbr"] or "").rstrip() if label else ""
    if (
        label
        and (label["bold"] or (len(key.split()) <= 5 and not key[:1].islower()))
        and key.lower() not in LABELS_ONLY
    ):
        return Told(f"{key}{' –' if label['dash'] else ':'} {strip_markdown(label['value'])}", start, end, key)
    return Told(strip_markdown(raw), start, end)


def is_sentence(said: str, language: str) -> bool:
    """Return whether the item is a statement by itself: it ends as a sentence or, in English, has subject and verb."""
    if whole_sentence(said):
        return said[:1].isupper() or not said[:1].isalpha() or not said[:1].islower()
    words = without_id(said).split()
    return language == "en" and len(words) >= 5 and words[0][:1].isupper() and has_finite_verb(words)


def ended(statement: str) -> str:
    statement = statement.rstrip(" ;,")
    if whole_sentence(statement):
        return statement
    return f"{statement}{'。' if IDEOGRAPH.search(statement) else '.'}"


_MOST_WORDS = 60
_ADJECTIVES = en.word_set("open new main key common other special important basic special typical final")
_ASKS = en.word_set("what who which how when where why")
"""Words that begin a name made of a clause: "What we pay for" makes no sentence with the words after it."""
_TAKES_CLAUSE = en.word_set("if when whenever where unless that because until once")
_TAKES_NOUN = en.word_set("for of by with from against without between via using as including excluding except")
_TAKES_VERB = en.MODALS | en.word_set("to not never")
_ALSO_VERBS = (
    en.BASES
    | en.IMPERATIVES
    | en.word_set("be have get go wear tell ask let put sign smoke eat drink sell buy move open close")
)
_ONLY_VERBS = (en.BASES | en.IMPERATIVES) - en.NOUN_TOO
_NOUN_VERBS = (
    en.ASKABLE | en.word_set("include exclude cover contain require have provide support comprise")
) - en.word_set("be")


def _is_noun(words: Sequence[str]) -> bool:
    first = words[0].strip(en.EDGES).lower()
    return not has_finite_verb(words) and (first not in _ONLY_VERBS or len(words) == 1)


def _is_verb(words: Sequence[str]) -> bool:
    return words[0].strip(en.EDGES).lower() in _ALSO_VERBS


def joined(lead: str, item: str, language: str) -> str | None:
    """One sentence, or None where it would be none."""
    words, first = lead.split(), item.split()
    if language != "en" or not words or not first or any(mark in item for mark in (". ", "; ", ": ", "! ", "? ")):
        return None
    if len(words) + len(first) > _MOST_WORDS or lead.split(": ")[-1].split()[0].lower() in _ASKS:
        return None
    fits = _fitting(words)
    bare = item.rstrip(".").split()
    if fits is None or not fits(bare):
        return None
    # a verb or a determiner is capitalised only because it comes first
    is_common = first[0].lower() in _ALSO_VERBS | en.DETERMINERS
    return f"{lead} {in_mid_sentence(item, lead, plural=is_common)}"


def leads_in(lead: str, language: str) -> bool:
    """Return whether an item may continue its words: "You need", "Prices include"."""
    words = lead.split()
    return language == "en" and len(words) > 1 and _fitting(words) is not None


def _fitting(lead: Sequence[str]) -> Callable[[Sequence[str]], bool] | None:
    """Return a test of the words that may follow the last word of the lead-in."""
    last = lead[-1].lower()
    if last in _TAKES_CLAUSE:
        return has_finite_verb
    if last in _TAKES_VERB:
        return _is_verb
    if last in _TAKES_NOUN:
        return _is_noun
    before = lead[-2].lower() if len(lead) > 1 else ""
    if last in _NOUN_VERBS and (before in en.MODALS | {"not", "to", "we", "you", "they"} or len(lead) > 2):
        return _is_noun
    # "Known issues", "New features": a noun
    names_what = before.endswith(("ed", "wn", "ent")) or before in _ADJECTIVES
    return _is_noun if en.THIRD_PERSON.get(last, "") in _NOUN_VERBS and len(lead) > 1 and not names_what else None
