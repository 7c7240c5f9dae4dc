"""Facts without a model: the document's own sentences, list items and table rows.

A quote is always a slice of the chunk, letter for letter. Statements and answers are that slice without its
markdown marks: nothing is rephrased. Where no question is natural, none is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import islice
from math import ceil

from pipeline_core.adapters.facts.asked import Asked, answer_claims, questions_asked
from pipeline_core.adapters.facts.back_matter import back_matter
from pipeline_core.adapters.facts.blocks import Block, read_blocks, why_nothing
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.debris import is_debris, is_entry_of_contents, is_note_in_list
from pipeline_core.adapters.facts.list_items import item_claims
from pipeline_core.adapters.facts.lists import read_items
from pipeline_core.adapters.facts.plain_sections import with_sections
from pipeline_core.adapters.facts.row_sources import outside
from pipeline_core.adapters.facts.scope import bare
from pipeline_core.adapters.facts.scoped import Scopes
from pipeline_core.adapters.facts.sentences import pieces_of_sentences, prose_claims, without_footnote_marks
from pipeline_core.adapters.facts.short_paragraphs import entries, short_rules
from pipeline_core.adapters.facts.subjects import subject_of
from pipeline_core.adapters.facts.table_body import Table
from pipeline_core.adapters.facts.table_rows import is_page_number, table_claims, why_no_rows
from pipeline_core.adapters.facts.unmarked_headings import with_fused_headings, with_stories
from pipeline_core.domain.endings import with_one_end
from pipeline_core.domain.errors import UnexpectedError
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.domain.languages import likely_language
from pipeline_core.domain.reading_order import is_out_of_order, is_shuffled
from pipeline_core.domain.tables import MOST_ROWS
from pipeline_core.domain.text import strip_markdown
from pipeline_core.domain.unreadable import unreadable
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.ports.workers import InWorker

REVISION = 14
"""Raise it whenever the same chunk may give other facts."""

# Below it a sentence says little, whatever else the chunk has.
MIN_SCORE = -0.5
PER_CHARS = 400
"""Characters of a chunk for which ``max_facts`` are the most: a long chunk states more than a short one."""


class ExtractiveFactGenerator(InWorker):
    """The best of what a chunk states outright, in document order. No key, network or cost.

    Of sentences there are at most ``max_facts`` for each ``PER_CHARS`` characters; tables are said with all their rows.
    """

    name = "extractive"
    context_chars = 0

    def __init__(self, max_facts: int):
        self.version = f"{REVISION}+sentencex-{version('sentencex')}"
        self.max_facts = max_facts
        self.params: dict[str, object] = {"max_facts": max_facts}

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        """One answer for each chunk, in order; a defect in one is its UnexpectedError and harms no other."""
        return [self._generate_one(chunk) for chunk in chunks]

    def _generate_one(self, chunk: ChunkInput) -> Generated | Exception:
        try:
            return extract(chunk, self.max_facts)
        except Exception as error:
            return UnexpectedError(f"The extractive generator failed: {error!r}")


def _with_subject(claim: Claim, block: Block, language: str) -> Claim | None:
    """The claim of an item with the name of what it is about; None where that stands somewhere else in the text."""
    name = subject_of(claim.statement, block.headings, block.title, language)
    if name is None:
        return None
    return replace(claim, statement=f"{name}: {claim.statement}", answer=None) if name else claim


def _of_paragraph(text: str, block: Block, question: Asked | None, own: Claim | None, language: str) -> Iterator[Claim]:
    """The claims of a paragraph: of an answer, with its question where that is understood; else of its sentences."""
    if question and question.is_understood:
        found: Iterable[Claim] = answer_claims(text, block, question, language)
    elif question:
        found = prose_claims(text, replace(block, start=question.answer_start), language)
    else:
        found = _with_own(prose_claims(text, block, language), own)
    return (claim for claim in found if not is_debris(claim.statement))


def _table_before(chunk: ChunkInput) -> Table | None:
    """The table that the chunk may begin in the middle of."""
    if not chunk.table_before:
        return None
    above = ChunkInput(chunk.table_before, chunk.heading_path)
    blocks = read_blocks(above)
    table = table_claims(above.text, blocks, len(blocks) - 1)[1]
    return table and outside(table, above.text)


def _with_own(found: Iterable[Claim], own: Claim | None) -> list[Claim]:
    """The claims of a paragraph, and the one that its place gives it, where its first sentence has none."""
    claims = list(found)
    if own is None:
        return claims
    behind = [claim for claim in claims if claim.start >= own.spans[-1][1]]
    # what is read as a sentence has the blank of a mark below its term: "Hull : The part …"
    is_kept = len(behind) < len(claims) and not any(" : " in c.statement and " : " not in own.statement for c in claims)
    return claims if is_kept else [own, *behind]


def extract(chunk: ChunkInput, max_facts: int) -> Generated:
    """The chunk's facts, or the reason why it has none."""
    if is_out_of_order(chunk.text):
        return Generated((), reason="its words came out of their order")
    language = likely_language(chunk.text) if chunk.language is None else chunk.language
    blocks = with_stories(with_sections(read_blocks(chunk), chunk.text), chunk.text)
    blocks = with_fused_headings(blocks, chunk.text, language)
    claims: list[Claim] = []
    rows: list[Claim] = []
    untold: dict[str, None] = {}
    table = _table_before(chunk)
    shuffled = is_shuffled(chunk.text)
    pieces = pieces_of_sentences(chunk.text, blocks, is_open=chunk.sentence_is_open)
    # the lead-in and the items of the list that the chunk may begin in the middle of
    above = [(chunk.list_before, block) for block in read_blocks(ChunkInput(chunk.list_before, chunk.heading_path))]
    items = read_items(chunk.text, blocks, language, above)
    short = short_rules(chunk.text, blocks, language)
    own = {**short, **entries(chunk.text, blocks, language)}
    asked = questions_asked(chunk.text, blocks, language, chunk.repeated_headings)
    titles = {bare(strip_markdown(b.text_in(chunk.text))).casefold() for b in blocks if b.kind == "heading"}
    scopes = Scopes(chunk.text, blocks, language, chunk.repeated_headings)
    for at, block in enumerate(blocks):
        if section := back_matter(block.headings):
            untold |= {f"a section of {section}": None} if block.kind == "table" else {}
            continue
        if block.kind == "table":
            before = table
            of_table, table = table_claims(chunk.text, blocks, at, table, chunk.table_after, chunk.table_above)
            rows += () if chunk.table_is_full and at == 0 else of_table
            untold |= {} if of_table else {why_no_rows(chunk.text, block, goes_on=before is not None): None}
        elif at in items:
            if is_note_in_list(block.item, [other.block.item for other in items[at].siblings]):
                continue
            if is_entry_of_contents([other.said for other in items[at].siblings], titles):
                continue
            goes_on = chunk.list_goes_on and items[at].siblings[-1].block is blocks[-1]
            found = item_claims(chunk.text, items[at], language, goes_on=goes_on)
            named = (_with_subject(claim, block, language) for claim in found)
            worth = (c for c in named if c and c.score >= MIN_SCORE and not is_debris(c.statement))
            rows += [scopes.said(claim, block) for claim in worth]
            table = None
        elif block.kind == "prose" and not shuffled and at not in pieces:
            question = asked.get(at)
            say = scopes.said_of_its_place if at in short else scopes.said
            for claim in _of_paragraph(chunk.text, block, question, own.get(at), language):
                is_asked = question is not None and question.is_understood
                # what the document asks itself is asked, whatever the statement is said with
                said = replace(say(claim, block), answer=claim.answer) if is_asked else say(claim, block)
                # rules, entries and answers that stand one below the other are all said, as the rows of a table are
                if at in own or (is_asked and question is not None and question.span in said.spans):
                    rows += [said] if said.score >= MIN_SCORE else []
                else:
                    claims.append(said)
            table = table if is_page_number(chunk.text, block) else None
    ranked = sorted(claims, key=lambda claim: (-claim.score, claim.start))
    best = (claim for claim in ranked if claim.score >= MIN_SCORE)
    taken: set[str] = set()
    most = max_facts * max(1, ceil(len(chunk.text) / PER_CHARS))
    chosen = [*_choose(chunk.text, rows, taken), *islice(_choose(chunk.text, best, taken), most)]
    reason = f"of a table the first {MOST_ROWS:,} rows are said" if chunk.table_is_full else None
    if not chosen:
        return Generated((), reason=reason or why_nothing(chunk.text, blocks, untold, shuffled=shuffled))
    reason = reason or (f"none of {'; '.join(untold)}" if untold else None)
    return Generated(tuple(candidate for _, candidate in sorted(chosen, key=lambda row: row[0])), reason)


def _choose(text: str, claims: Iterable[Claim], taken: set[str]) -> Iterator[tuple[int, FactCandidate]]:
    """Facts and where they stand: no two of a chunk share a question or a statement, and all can be read.

    One whose question is asked already, or that has none, is said without.
    """
    for claim in claims:
        statement = with_one_end(without_footnote_marks(claim.statement))
        if statement in taken or unreadable(statement):
            continue
        is_asked = claim.question and claim.answer is not None and claim.question.casefold() not in taken
        question, answer = (claim.question, claim.answer) if is_asked else (None, None)
        taken |= {statement, *([question.casefold()] if question else ())}
        quotes = tuple(text[start:end] for start, end in claim.spans)
        # of equal rows, the one below this header
        start = claim.spans[0][0] if claim.around else 0
        yield claim.start, FactCandidate(question, answer, statement, quotes, claim.traits, start, claim.around)
