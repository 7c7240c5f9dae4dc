"""Claims of lists: each item with its lead-in, or alone where it is a sentence that the lead-in does not change."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.definitions import natural_question
from pipeline_core.adapters.facts.english import has_finite_verb
from pipeline_core.adapters.facts.joined_items import joined
from pipeline_core.adapters.facts.leaning import points_back
from pipeline_core.adapters.facts.list_words import Meaning, meaning_of, without_joint
from pipeline_core.adapters.facts.lists import Item, Lead, whole_sentence
from pipeline_core.adapters.facts.refusals import is_list_of_names, why_refused
from pipeline_core.adapters.facts.sentences import CODE_NAME, LABELS_ONLY, keeps_numbers, prose_claims
from pipeline_core.domain.cut_ends import CUT_END
from pipeline_core.domain.text import numbers_in, strip_markdown
from pipeline_core.domain.unreadable import unreadable

_MOST_WORDS = 70
_LONGEST_WHOLE = 700
"""Characters of a list that is said as one, because its items hold only together."""
_ENUMERATION = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{2,4})\)\s+")
_LABEL = re.compile(
    r"(?:(?P<marks>\*\*|__)(?P<bold>[^*_:\n]{2,80})(?::(?P=marks)|(?P=marks)\s*[:–—-])|(?P<plain>[^:*_`|\[\]<>\n.!?;]{2,60}):"
    r"|(?P<dash>[^:*_`|\[\]<>\n.!?;,]{2,60}) [–—-])\s+(?P<value>\S.*)",
    re.DOTALL,
)
_LINK = re.compile(r"\[[^\[\]]*\]\([^()\s]*\)|<?(?:https?://|www\.)\S+")
_MOST_BESIDE_LINK = 8
"""Words beside a link from which an item that is no sentence says more than where to look."""
_LEADS = re.compile(r"[:：](?:[*_`\s])*\Z")
# What points forward, at the items, leans on nothing; nor does what asks or announces.
_POINTS_FORWARD = re.compile(
    r"(?:the following|following|these are|see|note|what|how|why|when|where|who|examples?|next|first|second|third)\b",
    re.I,
)
_ANNOUNCES = re.compile(
    r"\b(?:(?:as|the) follow(?:s|ing)|below|these(?: \w+)? are|folgend\w*|nachstehend\w*|suivant\w*|ci-dessous"
    r"|siguientes?|a continuación|seguintes?|abaixo|a seguir|seguent[ei]|di seguito|volgende|hieronder|berikut|di bawah"
    r"|следующ\w*|ниже|παρακάτω|ακόλουθ\w*)\b|以下|如下|下列|次の|زیر|التالي\w*",
    re.IGNORECASE,
)
"""What says that a list comes, in each supported language."""
_LEAST_UNDER_HEADING = 4


@dataclass(frozen=True, slots=True)
class _Told:
    """An item's own words, without its label's marks and the joint to the next item, and where they stand."""

    said: str
    start: int
    end: int
    label: str = ""


def item_claims(text: str, item: Item, language: str, *, goes_on: bool) -> Iterator[Claim]:
    """The claims of one item. ``goes_on``: its list does, in the next chunk."""
    body = item.block.text_in(text)
    if _LEADS.search(body) or item.block.has_unclear_sign:
        return
    told = _told(text, item.block, language)
    if _only_points(body):
        return
    if not any(map(str.isalnum, told.said)) or unreadable(told.said) or not keeps_numbers(told.said, body):
        return
    leads = [lead for lead in item.leads if lead.has_colon or _announces(lead)]
    colons = [lead for lead in leads if lead.has_colon]
    siblings = [sibling.said for sibling in item.siblings]
    meanings = [meaning_of(lead.said, siblings, language) for lead in colons]
    if item.is_cut or _is_cut(told.said):
        if all(_is_neutral(meaning) for meaning in meanings):
            yield from map(_as_item, prose_claims(text, item.block, language))  # those of its sentences that are whole
        return
    stands = _is_sentence(told.said, language)
    if stands and not told.label and all(_is_neutral(meaning) for meaning in meanings):
        alone = list(_alone(text, item, told, language))
        yield from alone
        if alone or not colons or points_back(told.said, language) or why_refused(told.said, language):
            return
    if colons or (leads and not stands):
        yield from _with_leads(text, item, told, leads, meanings, language, goes_on=goes_on)
    elif told.label and len(told.said.split()) > _MOST_WORDS:
        yield from _alone(text, item, told, language)
    elif told.label:
        yield from _labelled(item.block, told)
    elif not stands:
        yield from _under_heading(item.block, told)


def _announces(lead: Lead) -> bool:
    """Whether a paragraph or item without a colon leads to the list below it.

    A sentence that is whole does where it points at what follows: else the list is about something of its own.
    """
    if whole_sentence(lead.said):
        return len(lead.said.split()) >= _LEAST_UNDER_HEADING and _ANNOUNCES.search(lead.said) is not None
    return lead.is_item


def _only_points(body: str) -> bool:
    """Whether the item is a link and little else."""
    rest = _LINK.sub(" ", body)
    least = _LEAST_UNDER_HEADING if whole_sentence(strip_markdown(body)) else _MOST_BESIDE_LINK
    return rest != body and len(re.findall(r"\w+", rest)) < least


def _is_cut(said: str) -> bool:
    """Whether a long item ends in mid-phrase."""
    return len(said.split()) >= 5 and not whole_sentence(said) and CUT_END.search(said) is not None


def _is_neutral(meaning: Meaning) -> bool:
    """Whether what follows holds as it stands."""
    return meaning.is_known and not (
        meaning.is_condition or meaning.is_negated or meaning.is_told or meaning.is_choice or meaning.takes_any
    )


def _told(text: str, block: Block, language: str) -> _Told:
    body = block.text_in(text)  # as long as it is in the text, so that places in it are places there
    begin = match.end() if (match := _ENUMERATION.match(body)) else 0
    raw = without_joint(body[begin:], language)
    start = block.start + begin
    end = start + len(raw)
    label = _LABEL.fullmatch(raw)
    key = strip_markdown(label["bold"] or label["plain"] or label["dash"] or "").rstrip(" :") if label else ""
    if (
        label
        and (label["bold"] or (len(key.split()) <= 5 and not key[:1].islower()))
        and key.lower() not in LABELS_ONLY
    ):
        return _Told(f"{key}{' –' if label['dash'] else ':'} {strip_markdown(label['value'])}", start, end, key)
    return _Told(strip_markdown(raw), start, end)


def _is_sentence(said: str, language: str) -> bool:
    """Whether the item says something by itself: it ends as a sentence does or, in English, has subject and verb."""
    if whole_sentence(said):
        return said[:1].isupper() or not said[:1].isalpha() or not said[:1].islower()
    words = said.split()
    return language == "en" and len(words) >= 5 and words[0][:1].isupper() and has_finite_verb(words)


def _alone(text: str, item: Item, told: _Told, language: str) -> Iterator[Claim]:
    if whole_sentence(told.said):
        for claim in prose_claims(text, item.block, language):
            yield _as_item(claim)
        return
    if _leans(told.said, language) or len(told.said.split()) > _MOST_WORDS:
        return
    statement = f"{told.said}."
    yield _claim(((told.start, told.end),), statement, language, lead_in=0.0, whole=1.0)


def _as_item(claim: Claim) -> Claim:
    traits = {name: value for name, value in claim.traits.items() if name != "prose"}
    return Claim(
        claim.spans,
        claim.statement,
        claim.answer,
        claim.questions,
        claim.score,
        {**traits, "item": 1.0, "lead_in": 0.0},
    )


def _with_leads(
    text: str,
    item: Item,
    told: _Told,
    leads: Sequence[Lead],
    meanings: Sequence[Meaning],
    language: str,
    *,
    goes_on: bool,
) -> Iterator[Claim]:
    if _leans(leads[0].said, language) or (leads[0].said[0].islower() and not CODE_NAME.match(leads[0].said)):
        return
    if any(why_refused(said, language) for said in (told.said, *(lead.said for lead in leads)) if said[-1:] != "?"):
        return
    needs_whole = [_holds_only_whole(meaning) for meaning in meanings]
    spans = tuple(lead.span for lead in leads if lead.span)
    lead = ": ".join(lead.said if lead.has_colon else lead.said.rstrip(" .。۔।") for lead in leads)
    whole = (*spans, (told.start, told.end))
    if any(needs_whole):
        if item is item.siblings[0] and not goes_on and spans and not any(other.parts for other in item.siblings):
            others = [_told(text, other.block, language) for other in item.siblings]
            listed = "; ".join(other.said.rstrip(".;, ") for other in others)
            all_spans = (*spans, *((other.start, other.end) for other in others))
            if len(listed) <= _LONGEST_WHOLE and not any(other.is_cut for other in item.siblings):
                yield _claim(all_spans, _ended(f"{lead}: {listed}"), language, lead_in=1.0, whole=1.0)
                return
        if _is_said_as_one(text, item, language, goes_on=goes_on, spans=spans) or any(m.is_choice for m in meanings):
            return
        statement = _ended(f"{lead}: … {told.said}")
    else:
        in_sentence = joined(leads[-1].said, told.said, language) if len(leads) == 1 and not told.label else None
        statement = _ended(in_sentence or f"{lead}: {told.said}")
    if len(statement.split()) <= 2 * _MOST_WORDS:
        yield _claim(whole, statement, language, lead_in=1.0, whole=float(all(x.has_colon for x in leads)))


def _is_said_as_one(text: str, item: Item, language: str, *, goes_on: bool, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the whole list was said with its first item."""
    if goes_on or not spans or any(other.parts or other.is_cut for other in item.siblings):
        return False
    said = [_told(text, other.block, language).said.rstrip(".;, ") for other in item.siblings]
    return len("; ".join(said)) <= _LONGEST_WHOLE


def _holds_only_whole(meaning: Meaning) -> bool:
    """Whether one item after the lead-in would say what the list does not.

    "Paid if: it was locked; and it was insured" is no promise for what was locked alone, "you must either: pay; or
    leave" no order to pay. What language does not tell may be either.
    """
    if meaning.is_condition:
        return not meaning.takes_any or meaning.needs_all
    return meaning.is_choice and not meaning.is_negated and not meaning.is_told


def _labelled(block: Block, told: _Told) -> Iterator[Claim]:
    """``**Deductible:** $500`` says what a row of a table with two columns says."""
    heading = block.headings[-1] if block.headings else ""
    is_whole = whole_sentence(told.said)
    statement = told.said if is_whole or not heading else f"{heading.rstrip(' :.')} – {told.said}"
    if len(statement.split()) <= _MOST_WORDS:
        score = 1.5 + bool(numbers_in(statement))
        traits = {"item": 1.0, "label": 1.0, "lead_in": 0.0, "sentence_whole": float(is_whole)}
        yield Claim(((told.start, told.end),), statement, None, lambda: iter(()), score, traits)


def _under_heading(block: Block, told: _Told) -> Iterator[Claim]:
    """A list right below a heading has no other lead-in."""
    words = told.said.split()
    if not block.headings or not _LEAST_UNDER_HEADING <= len(words) <= _MOST_WORDS:
        return
    if told.said[:1].islower() or why_refused(told.said, "") or is_list_of_names(told.said):
        return
    heading = block.headings[-1].rstrip(" :.")
    yield _claim(((told.start, told.end),), _ended(f"{heading}: {told.said}"), "", lead_in=0.0, whole=0.0)


def _claim(spans: tuple[tuple[int, int], ...], statement: str, language: str, *, lead_in: float, whole: float) -> Claim:
    asked = natural_question(statement, language) if ": " not in statement else None
    traits = {
        "item": 1.0,
        "lead_in": lead_in,
        "lead_in_missing": float(not lead_in and not whole),
        "sentence_whole": whole,
    }
    score = 1.5 + bool(numbers_in(statement))
    return Claim(spans, statement, statement, lambda: iter(filter(None, [asked])), score, traits)


def _leans(lead: str, language: str) -> bool:
    """Whether a lead-in is understood only after what stands before it."""
    return points_back(lead, language) and not _POINTS_FORWARD.match(lead)


def _ended(statement: str) -> str:
    statement = statement.rstrip(" ;,")
    return statement if whole_sentence(statement) else f"{statement}."
