"""Facts without a question, and facts whose evidence is several spans, from the generator to whoever reads them."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.console import Console

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.facts import Around, FactCandidate, Generated, Span, place_of
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.domain.search import SearchMode
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.services.export_formats import FORMATS
from pipeline_core.terminal.actions import new_words
from pipeline_core.terminal.answering import print_hits
from pipeline_core.terminal.reviewing import print_facts
from tests.support.through import needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]
USUAL = {"validation_max_facts_per_10k_chars": 1e6, "duplicate_threshold": 1.0}
WORDS = [f"{first}{last}ing" for first in "bcdfgklm" for last in ("al", "en", "ir", "or", "um")]
LINE = " ".join(WORDS)


class Told:
    """Says what it is told to of every chunk."""

    name, version, context_chars = "told", "1", 0

    def __init__(self, *facts: FactCandidate) -> None:
        self.facts: tuple[FactCandidate, ...] = facts

    @property
    def params(self) -> dict[str, object]:
        return {"facts": [fact.as_json() for fact in self.facts]}

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        return [Generated(self.facts) for _ in chunks]


SPANS = st.tuples(st.integers(0, len(WORDS) - 1), st.integers(1, 9)).map(lambda span: WORDS[span[0] : sum(span)])
QUOTES = st.lists(SPANS.map(" ".join), min_size=1, max_size=5)


@settings(
    max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(found=st.lists(st.tuples(st.booleans(), QUOTES), min_size=1, max_size=12))
def test_any_spans_stay_as_they_are_from_the_generator_to_the_export(
    make_pipeline: MakePipeline, found: list[tuple[bool, list[str]]]
) -> None:
    told, number = Told(), next(_NUMBER)
    app = make_pipeline(generator=told, changes=USUAL)
    told.facts = tuple(
        FactCandidate(
            f"Of what is {WORDS[at]}?" if asked else None, f"Of {WORDS[at]}." if asked else None,
            f"In {WORDS[number]} it is {WORDS[at]} {'and so ' * at}on.", tuple(quotes), {"words": float(at)},
        )
        for at, (asked, quotes) in enumerate(found)
    )  # fmt: skip
    # each its own: what was taken in or said before is not read or said again
    [document_id] = publish(app, upload("words.md", f"{LINE}\n\nPart {number}.\n"))
    exported = app.views.export(app.realm_id, document_id)
    text = app.store.get(exported["published_path"], sha256=exported["published_sha256"]).decode()
    facts = {fact["statement"]: fact for fact in exported["facts"]}
    assert len(facts) == len(found)
    for candidate in told.facts:
        fact = facts[candidate.statement]
        assert [span["quote"] for span in fact["evidence"]] == list(dict.fromkeys(candidate.quotes))
        assert all(text[span["char_from"] : span["char_to"]] == span["quote"] for span in fact["evidence"])
        assert fact["quote"] == " … ".join(span["quote"] for span in fact["evidence"])
        assert (fact["question"], fact["answer"]) == (candidate.question, candidate.answer)
    [_, *rows] = csv.reader(io.StringIO(b"".join(FORMATS["csv"].write(exported)).decode(), newline=""))
    assert [json.loads(row[-1]) for row in rows] == [
        [[span["char_from"], span["char_to"], span["page"]] for span in fact["evidence"]] for fact in exported["facts"]
    ]


_NUMBER = count()
LEAD, FLOOD, WAR = "The policy does not cover:", "damage by flood,", "damage by war."
POLICY = f"# Cover\n\n{LEAD}\n\n- {FLOOD}\n- {WAR}\n"
NO_FLOOD = FactCandidate(None, None, "The policy does not cover damage by flood.", (LEAD, FLOOD))
NO_WAR = FactCandidate("What war damage is covered?", "None.", "The policy does not cover damage by war.", (LEAD, WAR))


def parked(make_pipeline: MakePipeline) -> tuple[Pipeline, DocumentId]:
    app = make_pipeline(generator=Told(NO_FLOOD, NO_WAR), changes={**USUAL, "workflow": "manual"})
    received = receive(app, upload("policy.md", POLICY))
    through(app, needs_work(app, received))
    return app, next(iter(received.documents))


def test_a_fact_without_a_question_is_found_shown_and_not_asked_for(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(generator=Told(NO_FLOOD, NO_WAR), changes=USUAL)
    publish(app, upload("policy.md", POLICY))
    for mode in SearchMode:
        hits = app.search.answer(app.realm_id, "damage by flood", limit=3, kind="fact", mode=mode).nearest
        [hit] = [one for one in hits if one["statement"] == NO_FLOOD.statement]
        assert (hit["question"], hit["answer"], hit["evidence"]) == (None, None, f"{LEAD} … {FLOOD}")
        assert [span["quote"] for span in hit["spans"]] == [LEAD, FLOOD]
        console = Console(width=200, file=io.StringIO(), record=True)
        print_hits(console, [hit, hit])
        assert console.export_text().count(NO_FLOOD.statement) == 2
    result = app.evaluate.from_approved(app.realm_id)
    assert (result.scores[SearchMode.TEXT].questions, result.skipped) == (1, 1)


def test_one_question_answered_twice_is_one_fact_and_two_statements_are_two(make_pipeline: MakePipeline) -> None:
    """The same statement again, of another document, is what is there already; another statement is not."""
    app = make_pipeline(generator=Told(NO_FLOOD, NO_WAR), changes=USUAL)
    publish(app, upload("policy.md", POLICY))
    [second] = publish(app, upload("second.md", POLICY + "\nSee page 2.\n"))
    counts = app.views.job(app.realm_id, app.views.resolve_job(app.realm_id, str(second)))
    assert (counts["facts"], counts["duplicates"]) == (0, 2)


def test_a_reviewer_adds_a_question_and_takes_it_away(make_pipeline: MakePipeline) -> None:
    app, document_id = parked(make_pipeline)
    flood, war = app.review.facts(OfDocument(document_id), app.realm_id)
    assert [span.quote for span in flood.evidence] == [LEAD, FLOOD]

    def edit(question_id: object, new: dict[str, str | None]) -> None:
        app.review.edit(OfDocument(document_id), question_id, new, by=Reviewer(app.realm_id))  # type: ignore[arg-type]

    with pytest.raises(RefusedError, match="question and no answer"):
        edit(flood.question_id, {"question": "Is flood covered?"})
    with pytest.raises(RefusedError, match="answer and no question"):
        edit(flood.question_id, {"answer": "No."})
    with pytest.raises(RefusedError, match="cannot be combined"):
        new_words("Is war covered?", None, None, no_question=True)
    with pytest.raises(RefusedError, match="none of them blank"):
        edit(war.question_id, {"question": " "})
    edit(flood.question_id, {"question": "Is flood covered?", "answer": "No."})
    edit(war.question_id, new_words(None, None, None, no_question=True))
    edited = app.review.facts(OfDocument(document_id), app.realm_id)
    assert [(fact.question, fact.answer) for fact in edited] == [("Is flood covered?", "No."), (None, None)]
    assert [fact.evidence for fact in edited] == [flood.evidence, war.evidence]
    console = Console(width=200, file=io.StringIO(), record=True)
    print_facts(console, edited)
    shown = console.export_text()
    assert "Is flood covered?" in shown
    assert NO_WAR.statement in shown
    assert f"“{LEAD} … {WAR}”" in shown


def test_what_validation_sees_has_no_question(make_pipeline: MakePipeline) -> None:
    """A number that the statement has and no quote has stops the document; one that any of the quotes has does not."""
    texts = f"# Fees\n\nThe fee for each visit is:\n\n- ${WORDS[0]} 25 for adults\n"
    quotes = ("The fee for each visit is:", f"${WORDS[0]} 25 for adults")
    told = Told(FactCandidate(None, None, f"The fee for each visit is ${WORDS[0]} 25 for adults.", quotes))
    app = make_pipeline(generator=told, changes=USUAL)
    [document_id] = publish(app, upload("fees.md", texts))
    assert len(app.views.export(app.realm_id, document_id)["facts"]) == 1
    told.facts = (FactCandidate(None, None, "The fee for each visit is 35 for adults.", quotes),)
    received = receive(app, upload("other.md", texts + "\nSee page 2.\n"))
    through(app, needs_work(app, received))
    [row] = app.views.jobs(app.realm_id, document_ids=list(received.documents))
    codes = [finding["code"] for finding in app.views.job(app.realm_id, row["job_id"])["findings"]]
    assert codes == ["number_not_in_evidence"]


TARIFF = """# Tariff

Table 1: Deductibles of 2026

(in thousands)

| Peril | Deductible | Limit |
|---|---|---|
| Flood | 500 | 10,000 |
| Storm | 700 | 12,000 |
"""
ROW = "| Flood | 500 | 10,000 |"
AROUND = ["Table 1: Deductibles of 2026", "(in thousands)", "| Peril | Deductible | Limit |"]


def test_a_row_is_exported_and_found_with_its_header_and_stands_where_it_is(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={**USUAL, "publish_from": 0.0, "ask_from": 0.0})
    [document_id] = publish(app, upload("tariff.md", TARIFF))
    facts = app.views.export(app.realm_id, document_id)["facts"]
    [flood] = [fact for fact in facts if "Flood" in fact["statement"]]
    assert [span["quote"] for span in flood["evidence"]] == [*AROUND, ROW]
    assert flood["quote"] == " … ".join([*AROUND, ROW])
    start = TARIFF.index(ROW)
    assert (flood["char_from"], flood["char_to"], flood["page"]) == (start, start + len(ROW), None)
    assert [fact["char_from"] for fact in facts] == [start, TARIFF.index("| Storm")]
    hits = app.search.answer(app.realm_id, "flood deductible", limit=3, kind="fact", mode=SearchMode.TEXT).nearest
    assert [span["quote"] for span in hits[0]["spans"]] == [*AROUND, ROW]
    assert hits[0]["heading_path"] == ["Tariff"]


BARE = FactCandidate(None, None, "Flood – Deductible: 500", (ROW,), {"row": 1.0})
HEADER = Around(AROUND[2], TARIFF.index(AROUND[2]))
WITH_HEADER = FactCandidate(None, None, BARE.statement, (ROW,), {"row": 1.0}, TARIFF.index(ROW), (HEADER,))


def test_a_row_that_is_read_again_takes_its_header_along_and_stays_the_fact_it_was(make_pipeline: MakePipeline) -> None:
    changes = {**USUAL, "publish_from": 0.0, "ask_from": 0.0}
    app = make_pipeline(generator=Told(BARE), changes=changes)
    [document_id] = publish(app, upload("tariff.md", TARIFF))
    [before] = app.views.export(app.realm_id, document_id)["facts"]
    assert [span["quote"] for span in before["evidence"]] == [ROW]
    app = make_pipeline(generator=Told(WITH_HEADER), changes=changes)
    assert app.read_again(app.realm_id, StageName.FACT_GENERATOR, by="ann").document_ids == [document_id]
    through(app, [document_id])
    [after] = app.views.export(app.realm_id, document_id)["facts"]
    assert [span["quote"] for span in after["evidence"]] == [AROUND[2], ROW]
    assert after["question_id"] == before["question_id"]
    assert after["char_from"] == before["char_from"]


@pytest.mark.parametrize(
    ("quotes", "place"), [([ROW], 0), ([AROUND[2], ROW], 1), ([LEAD, FLOOD], 0), (["It is.", "Tariff"], 0)]
)
def test_the_database_places_a_fact_as_python_does(app: Pipeline, quotes: list[str], place: int) -> None:
    evidence = tuple(Span(quote, at, at + len(quote), at + 1) for at, quote in enumerate(quotes))
    said = json.dumps([span.as_json() for span in evidence])
    with app.open_uow() as uow:
        found = uow.session.connection.execute("SELECT (place_of(%s::jsonb) ->> 'page')::int", [said]).fetchone()
    assert found == (place + 1,)
    assert place_of(evidence).page == place + 1
