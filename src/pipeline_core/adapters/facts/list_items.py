"""Claims of lists: each item with its lead-in, or alone where it is a sentence that the lead-in does not change."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline_core.adapters.facts import joints, lead_words
from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.definitions import natural_question
from pipeline_core.adapters.facts.english_words import BASES, IMPERATIVES
from pipeline_core.adapters.facts.ids import length_of_id, without_id
from pipeline_core.adapters.facts.item_texts import (
    IDEOGRAPH,
    LEAST_WORDS,
    Told,
    ended,
    is_closed,
    is_cut,
    is_sentence,
    joined,
    leads_in,
    only_points,
    opening,
    read_told,
    told_of,
)
from pipeline_core.adapters.facts.lead_words import leads_to_items
from pipeline_core.adapters.facts.leaning import opens_back, points_back
from pipeline_core.adapters.facts.list_words import ANNOUNCES, Meaning, meaning_of, says_no
from pipeline_core.adapters.facts.lists import LEADS, Item, Lead, whole_sentence
from pipeline_core.adapters.facts.refusals import is_list_of_names, why_refused
from pipeline_core.adapters.facts.scope import name_of_section
from pipeline_core.adapters.facts.sentences import CODE_NAME, keeps_numbers, prose_claims, sentences_of
from pipeline_core.domain.text import numbers_in
from pipeline_core.domain.unreadable import unreadable

_MOST_WORDS = 70
_LONGEST_WHOLE = 700
"""Characters of a list that is said as one, because its items hold only together."""
# What points forward, at the items, leans on nothing; nor does what asks or announces.
_POINTS_FORWARD = re.compile(
    r"(?:the following|following|these are|see|note|what|how|why|when|where|who|examples?|next|first|second|third"
    r"|ce (?:qui|que|qu|dont)|quello che|ciò che)\b",
    re.I,
)
_OF_THESE = re.compile(r"\b((?:any|all|each|none|one|either|both) of) (?:these|those)\b", re.IGNORECASE)
"""Before a list, they are its items."""
_OPENS = "\"'“‘«„¿¡*_(<["
"""Signs with which a lead-in may begin."""
_MOST_OF_NAME = 6
"""Words of an item that names what the items below it are, without a colon."""
_MOST_WITH_REST = 45
"""Words from which an item is said with its first sentence alone, and each other one by itself."""
_MOST_IN_WHOLE = 60
_MOST_WHERE_ONLY_WHOLE = 90
"""Words of a list that is said as one: where its items might be said singly, and where they can not."""
_MOST_ITEMS = 8
_MOST_OF_SHORT = 4
_MOST_OF_PHASE = 6
"""Words of one of several phases that say nothing without the others: "Running the fit"."""
_MOST_UNDER_HEADING = 8
"""Words of each item of a list that is said as one, where the lead-in makes no sentence with one of them."""


def item_claims(text: str, item: Item, language: str, *, goes_on: bool) -> Iterator[Claim]:
    """The claims of one item: as part of its list, or else its whole sentences as those of a paragraph.

    ``goes_on``: its list does, in the next chunk.
    """
    claims = list(_in_list(text, item, language, goes_on=goes_on))
    if not claims and _may_be_paragraph(text, item, language):
        claims = [_as_item(claim) for claim in prose_claims(text, item.block, language)]
    yield from claims


def _may_be_paragraph(text: str, item: Item, language: str) -> bool:
    """Return whether only headings stand above the item, no "no" negates it, and it makes sense alone."""
    if item.is_cut or item.is_misplaced or item.block.has_unclear_sign or not whole_sentence(item.said):
        return False
    leads = [lead for lead in item.leads if not lead.is_heading]
    if any(lead.has_colon or lead.is_item or lead.is_torn for lead in leads):
        return False
    if any(says_no(lead.said, language) for lead in item.leads) or only_points(item.block.text_in(text)):
        return False
    return not item.said[:1].islower() and not _is_one_of_many(text, item, (), language)


def _in_list(text: str, item: Item, language: str, *, goes_on: bool) -> Iterator[Claim]:
    body = item.block.text_in(text)
    if LEADS.search(body) or item.block.has_unclear_sign or item.goes_on or only_points(body):
        return
    told = read_told(text, item.block, language)
    if not any(map(str.isalnum, told.said)) or unreadable(told.said) or not keeps_numbers(told.said, body):
        return
    siblings = [f"{sibling.said} {sibling.joint_in(text)}".rstrip() for sibling in item.siblings]
    leads = _leads_of(item, siblings, language)
    colons = [lead for lead in leads if lead.leads_on]
    meanings = [meaning_of(lead.said, siblings, language) for lead in colons]
    if any(lead.is_torn for lead in leads) or (item.is_misplaced and _is_demanded(colons, told, language)):
        return
    if leads and all(lead.is_heading for lead in leads):
        if _goes_on_from_lost(told, siblings, leads, language):
            return
        if told.label:
            yield from _labelled(item.block, _first_sentence(text, item, told, language)[0], leads[0], language)
            return
        said_no = any(says_no(lead.said, language) for lead in leads)
        if said_no and says_no(told.said, language) and is_sentence(told.said, language):
            leads, colons, meanings = [], [], []  # "This policy does not cover floods" under "Exclusions"
    if item.is_cut or item.is_misplaced or is_cut(told.said):
        if all(meaning.is_neutral for meaning in meanings):
            yield from map(_as_item, prose_claims(text, item.block, language))  # those of its sentences that are whole
        return
    if not is_closed(told.said):
        return
    stands = is_sentence(told.said, language)
    may_stand = not _is_demanded(colons, told, language) and not _is_one_of_many(text, item, colons, language)
    if stands and not told.label and may_stand and all(meaning.is_neutral for meaning in meanings):
        # "A table of tides.": with a full stop, and no sentence without what leads to it
        alone = [c for c in _alone(text, item, told, language) if not (colons and c.traits.get("verb_unseen"))]
        yield from alone
        if alone or not colons or points_back(told.said, language) or why_refused(told.said, language):
            return
    if colons or (leads and not stands):
        first, rest = _first_sentence(text, item, told, language)
        yield from _with_leads(text, item, first, leads, meanings, language, goes_on=goes_on)
        if rest:
            yield from map(_as_item, prose_claims(text, rest, language))
    elif told.label:
        # what follows in a long item is about the term, and does not say so
        heading = next((lead for lead in item.leads if lead.is_heading), None)
        yield from _labelled(item.block, _first_sentence(text, item, told, language)[0], heading, language)
    elif not stands:
        yield from _under_heading(item.block, told)


def _leads_of(item: Item, siblings: Sequence[str], language: str) -> list[Lead]:
    """Find the lead-ins of the item. A heading is one if there is no other, or if it says that the items are not so."""
    leads = [lead for lead in item.leads if not lead.is_heading and (lead.has_colon or _announces(lead))]
    heading = next((lead for lead in item.leads if lead.is_heading), None)
    if heading and leads_to_items(heading, language):
        meaning = meaning_of(heading.said, list(siblings), language)
        if not leads or meaning.is_negated or meaning.is_told:
            return [heading, *leads]
    return leads


def _is_one_of_many(text: str, item: Item, leads: Sequence[Lead], language: str) -> bool:
    """Return whether the item says too little by itself: a question of several, a step, one of the four parts.

    Nothing is left of what such a list says when one of its items is taken out.
    """
    heads = [lead.said for lead in leads]
    if any(map(lead_words.announces_questions, heads)) or any(
        lead_words.is_question(sibling.block.text_in(text), language) for sibling in item.siblings
    ):
        return True
    marks = [sibling.block.item for sibling in item.siblings]
    if all(length_of_id(sibling.said) for sibling in item.siblings):
        return False  # each is known by its id
    if leads and len(marks) > 1 and lead_words.are_steps(heads[-1]):
        return True
    return lead_words.are_numbered(marks) and all(_is_order(sibling.said, language) for sibling in item.siblings)


def _goes_on_from_lost(told: Told, siblings: Sequence[str], leads: Sequence[Lead], language: str) -> bool:
    """Return whether "and" or "or" parts items that begin small, and they do not continue the heading above."""
    if not told.said[:1].islower() or any(lead.is_line for lead in leads):
        return False
    if any(says_no(lead.said, language) or leads_in(lead.said, language) for lead in leads):
        return False
    return any(joints.says_and(sibling, language) or joints.says_or(sibling, language) for sibling in siblings[:-1])


def _is_demanded(leads: Sequence[Lead], told: Told, language: str) -> bool:
    """A heading demands by its verb alone: what stands under "Requirements" is said as one."""
    kinds = (lead_words.demands_itself if lead.is_heading else lead_words.demands for lead in leads)
    demanded = any(demands(lead.said) for demands, lead in zip(kinds, leads, strict=True))
    return demanded and not lead_words.demands_itself(opening(told.said, language))


def _is_order(said: str, language: str) -> bool:
    words = without_id(said).split()
    first = words[0].strip("*_,").lower() if words else ""
    return language == "en" and (first in IMPERATIVES or (first in BASES and not said[:1].islower()))


def _first_sentence(text: str, item: Item, told: Told, language: str) -> tuple[Told, Block | None]:
    """Split a long item into what the lead-in leads to and what follows, which may be the paragraph below the list."""
    if len(told.said.split()) <= _MOST_WITH_REST:
        return told, None
    raw = text[told.start : told.end]
    spans = list(sentences_of(raw, language))
    if len(spans) < 2 or item.block.marks:
        return told, None
    start, end = spans[0]
    first = told_of(raw[start:end], told.start + start)
    return first, replace(item.block, start=told.start + spans[1][0], item="")


def _announces(lead: Lead) -> bool:
    """Return whether a paragraph or item without a colon leads to the list below it.

    A sentence that is whole does where it points at what follows: else the list is about something of its own.
    """
    if whole_sentence(lead.said):
        is_long = len(lead.said.split()) >= LEAST_WORDS or IDEOGRAPH.search(lead.said.rstrip("。．"))
        return bool(is_long) and ANNOUNCES.search(lead.said) is not None
    # an item below another may have got its place by the way the page was read; a name above its parts is short
    return lead.is_item and len(lead.said.split()) <= _MOST_OF_NAME


def _alone(text: str, item: Item, told: Told, language: str) -> Iterator[Claim]:
    if whole_sentence(told.said):
        for claim in prose_claims(text, item.block, language):
            if not claim.traits.get("verb_unseen"):  # a fragment with a full stop
                yield _as_item(claim)
        return
    if _leans(told.said, language) or len(told.said.split()) > _MOST_WORDS:
        return
    statement = f"{told.said}."
    yield _claim(((told.start, told.end),), statement, language, lead_in=0.0, whole=1.0)


def _as_item(claim: Claim) -> Claim:
    traits = {name: value for name, value in claim.traits.items() if name != "prose"}
    return replace(claim, traits={**traits, "item": 1.0, "lead_in": 0.0})


def _with_leads(
    text: str,
    item: Item,
    told: Told,
    leads: Sequence[Lead],
    meanings: Sequence[Meaning],
    language: str,
    *,
    goes_on: bool,
) -> Iterator[Claim]:
    if not leads[0].said or not (leads[0].said[0].isalnum() or leads[0].said[0] in _OPENS):
        return  # its beginning stands elsewhere
    if _leans(leads[0].said, language) or (leads[0].said[0].islower() and not CODE_NAME.match(leads[0].said)):
        return
    if any(why_refused(said, language) for said in (told.said, *(lead.said for lead in leads)) if said[-1:] != "?"):
        return
    spans = tuple(lead.span for lead in leads if lead.span)
    lead = ": ".join(lead.said if lead.has_colon else lead.said.rstrip(" .。۔।") for lead in leads)
    may_join = len(leads) == 1 and not told.label and not _OF_THESE.search(leads[0].said)
    in_sentence = joined(leads[-1].said, told.said, language) if may_join else None
    only_whole = _holds_only_with_all(text, item, leads, meanings, language)
    is_counted = (lead_words.count_announced(leads[-1].said) or 0) >= len(item.siblings)
    are_names = leads[0].is_heading and len(leads) == 1 and _are_short_under_heading(item)
    of_phases = lead_words.are_phases(leads[-1].said)
    if only_whole or is_counted or of_phases or (not in_sentence and (are_names or _is_short(item, meanings))):
        most = _MOST_WHERE_ONLY_WHOLE if only_whole else _MOST_IN_WHOLE
        listed = _listed(text, item, language, most) if spans and not goes_on else None
        if listed:
            if item is item.siblings[0]:
                said, places = ended(listed[0]), listed[1]
                with_lead = f"{lead} {said}" if lead[-1] in "?？؟" else f"{lead}: {said}"
                claim = _claim((*spans, *places), with_lead, language, lead_in=1.0, whole=1.0)
                is_asked = leads[-1].is_heading and lead_words.is_question(lead, language)
                yield replace(claim, answer=said, question=lead) if is_asked else claim
            return
        may_stand = all(meaning.is_neutral for meaning in meanings) and not lead_words.demands(lead)
        if is_counted and not only_whole and may_stand and is_sentence(told.said, language):
            # said without the lead-in it promises no others
            if told.label:
                yield from _labelled(item.block, told, None, language)
            elif not points_back(told.said, language):
                yield _claim(((told.start, told.end),), ended(told.said), language, lead_in=0.0, whole=1.0)
            return
        if only_whole or (of_phases and len(told.said.split()) <= _MOST_OF_PHASE):
            return
    if not told.label and not lead_words.demands(lead) and opens_back(told.said, language):
        return
    statement = ended(in_sentence or f"{lead}: {told.said}")
    if len(statement.split()) <= 2 * _MOST_WORDS:
        whole = (*spans, (told.start, told.end))
        yield _claim(whole, statement, language, lead_in=1.0, whole=float(all(x.leads_on for x in leads)))


def _listed(text: str, item: Item, language: str, most: int) -> tuple[str, tuple[tuple[int, int], ...]] | None:
    """All items of its list as one, with the words between them, and where each stands.

    None where they have more words or some of them were not read whole.
    """
    if any(other.parts or other.is_cut for other in item.siblings) or len(item.siblings) > _MOST_ITEMS:
        return None
    if not all(any(map(str.isalnum, other.said)) for other in item.siblings):
        return None
    said, spans, after = "", [], ""
    for other in item.siblings:
        told = read_told(text, other.block, language)
        body = other.block.text_in(text)
        before = joints.joint_at_start(body, language) if said and not after else ""
        after = other.joint_in(text) or joints.joint_at_end(body, language)
        said += "".join(f"{part} " for part in (before, f"{told.said.rstrip('.。;, ')};", after) if part)
        end = other.joint.end if other.joint else other.block.end if after else told.end
        spans.append((other.block.start if before else told.start, end))
    said = said.rstrip("; ")
    if len(said.split()) > most or len(said) > _LONGEST_WHOLE:
        return None
    return said, tuple(spans)


def _holds_only_with_all(
    text: str, item: Item, leads: Sequence[Lead], meanings: Sequence[Meaning], language: str
) -> bool:
    """Return whether one item after the lead-in would say what the list does not, or next to nothing."""
    if any(_holds_only_whole(meaning) for meaning in meanings):
        return True
    colons = [lead for lead in leads if lead.leads_on]
    of_leads = zip(colons, meanings, strict=True)
    if any(not meaning.is_known and lead_words.is_unsure_condition(lead.said) for lead, meaning in of_leads):
        return True
    return _is_one_of_many(text, item, colons, language)


def _is_short(item: Item, meanings: Sequence[Meaning]) -> bool:
    """Return whether its list has names only, and keeps its meaning when they are joined."""
    return (
        len(item.siblings) > 1
        and all(meaning.is_neutral for meaning in meanings)
        and all(len(other.said.split()) <= _MOST_OF_SHORT and other.said[-1:] != "。" for other in item.siblings)
    )


def _are_short_under_heading(item: Item) -> bool:
    """Return whether the list below a heading has only names of what the heading says: "Exclusions: flood; war."."""
    return len(item.siblings) > 1 and all(
        len(other.said.split()) <= _MOST_UNDER_HEADING
        and not (whole_sentence(other.said) and other.said.count(" ") >= LEAST_WORDS)
        and other.said[-1:] != "。"  # a sentence, of however few blanks
        for other in item.siblings
    )


def _holds_only_whole(meaning: Meaning) -> bool:
    """Return whether one item after the lead-in would say what the list does not.

    "Paid if: it was locked; and it was insured" is no promise for what was locked alone, "you must either: pay; or
    leave" no order to pay. What language does not tell may be either, and so is what an "and" or "or" joins in a
    language whose words of conditions are not known.
    """
    if meaning.is_exception:
        return True
    if not meaning.is_known:
        return meaning.needs_all or meaning.takes_any
    if meaning.is_condition:
        # each of the faults that make something vulnerable is one
        return meaning.needs_all or not (meaning.takes_any or meaning.is_told)
    return meaning.is_choice and not meaning.is_negated and not meaning.is_told


def _labelled(block: Block, told: Told, heading: Lead | None, language: str) -> Iterator[Claim]:
    """``**Deductible:** $500`` says what a row of a table with two columns says.

    A value that is no sentence is said with the heading, and so is each where that says what is not so.
    """
    is_whole = whole_sentence(told.said)
    name = heading.said if heading else block.headings[-1].rstrip(" :.") if block.headings else ""
    is_named = bool(name_of_section(name, language) and not is_whole) or bool(
        heading and says_no(heading.said, language)
    )
    statement = f"{name} – {told.said}" if is_named else told.said
    if len(statement.split()) <= _MOST_WORDS:
        score = 1.5 + bool(numbers_in(statement))
        traits = {"item": 1.0, "label": 1.0, "lead_in": 0.0, "sentence_whole": float(is_whole)}
        above = (heading.span,) if is_named and heading and heading.span else ()
        yield Claim((*above, (told.start, told.end)), statement, score, traits)


def _under_heading(block: Block, told: Told) -> Iterator[Claim]:
    """A list right below a heading has no other lead-in."""
    words = told.said.split()
    if not block.headings or not LEAST_WORDS <= len(words) <= _MOST_WORDS:
        return
    if told.said[:1].islower() or why_refused(told.said, "") or is_list_of_names(told.said):
        return
    heading = block.headings[-1].rstrip(" :.")
    yield _claim(((told.start, told.end),), ended(f"{heading}: {told.said}"), "", lead_in=0.0, whole=0.0)


def _claim(spans: tuple[tuple[int, int], ...], statement: str, language: str, *, lead_in: float, whole: float) -> Claim:
    bare = without_id(statement)
    asked = natural_question(bare, language) if ": " not in bare else None
    traits = {
        "item": 1.0,
        "lead_in": lead_in,
        "requirement": float(length_of_id(statement) > 0),
        "lead_in_missing": float(not lead_in and not whole),
        "sentence_whole": whole,
    }
    score = 1.5 + bool(numbers_in(statement))
    return Claim(spans, statement, score, traits, asked, statement)


def _leans(lead: str, language: str) -> bool:
    """Return whether a lead-in is understood only after what stands before it."""
    lead = _OF_THESE.sub(r"\1 the following", lead)
    return points_back(lead, language, to_its_end=False) and not _POINTS_FORWARD.match(lead)
