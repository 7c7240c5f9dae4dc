"""A reviewer adds a fact that the generator missed: from the mark in the source to production and back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.errors import AlreadyDecidedError, NotFoundError, PipelineError, RefusedError
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.domain.ids import ChunkId, DocumentId, batch_id_for, user_id_for
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.question_filter import QuestionFilter
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.domain.wished import Wished
from pipeline_core.duplicates.detection import Detection
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.review.add import Added, AddFact
from pipeline_core.review.decisions import Decision, Request, Resolution
from pipeline_core.review.marking import Marked, MissedFact
from tests.support.through import needs_work, receive, through, upload

KNOWN = "The pressure relief valve of the boiler opens at 3 bar and protects the vessel."
MISSED = "Engineers must service the burner once every 12 months."
TEXT = f"# Manual\n\n{KNOWN}\n\n{MISSED}\n\n# Colours\n\nThe casing is painted grey and white.\n"


class OneFact:
    """Finds one sentence, wherever it stands, and nothing else; with ``fails``, every other chunk fails."""

    name, version, context_chars = "one-fact", "1", 0

    def __init__(self) -> None:
        self.params: dict[str, object] = {}
        self.fails = False

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        return [self._one(chunk) for chunk in chunks]

    def _one(self, chunk: ChunkInput) -> Generated | Exception:
        if KNOWN in chunk.text:
            return Generated((FactCandidate(None, None, KNOWN, (KNOWN,)),))
        return ValueError("no answer") if self.fails else Generated((), "nothing was found")


@pytest.fixture
def generator() -> OneFact:
    return OneFact()


@pytest.fixture
def app(make_pipeline: Callable[..., Pipeline], generator: OneFact) -> Pipeline:
    return make_pipeline(
        generator=generator, changes={"workflow": "manual", "chunk_max_chars": 170, "chunk_min_chars": 20}
    )


@pytest.fixture
def waiting(app: Pipeline) -> DocumentId:
    return park(app)


def park(app: Pipeline, name: str = "manual.md", text: str = TEXT) -> DocumentId:
    [document_id] = needs_work(app, receive(app, upload(name, text)))
    through(app, [document_id])
    return document_id


def chunk_with(app: Pipeline, document_id: DocumentId, words: str) -> Chunk:
    with app.open_uow() as uow:
        rows = uow.staging.chunks([document_id])[document_id]
    return next(row.chunk for row in rows if words in row.chunk.text)


def missed(app: Pipeline, document_id: DocumentId, *words: str, **said: str | None) -> MissedFact:
    chunk = chunk_with(app, document_id, words[0])
    marks = [Marked(at := chunk.text.index(one), at + len(one)) for one in words]
    return MissedFact(chunk.chunk_id, tuple(marks), **said)


def add(app: Pipeline, document_id: DocumentId, *words: str, **said: str | None) -> Added:
    fact = missed(app, document_id, *(words or (MISSED,)), **said)
    return app.add_fact(document_id, fact, by=Reviewer(app.realm_id, "Ann", "it was missed"))


def go_on(app: Pipeline, document_id: DocumentId, **more: Any) -> None:
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id), **more))
    through(app, [document_id])


def job(app: Pipeline, document_id: DocumentId) -> dict[str, Any]:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return app.views.job(app.realm_id, row["job_id"])


def published(app: Pipeline, document_id: DocumentId) -> dict[str, dict[str, Any]]:
    return {fact["statement"]: fact for fact in app.views.export(app.realm_id, document_id)["facts"]}


def test_a_missed_fact_is_staged_with_the_words_of_its_chunk_and_published(app: Pipeline, waiting: DocumentId) -> None:
    asked, answered = "How often is the burner serviced?", "Once every 12 months."
    added = add(app, waiting, question=asked, answer=answered)
    assert (added.is_new, added.message) == (True, "fact added and approved; approve the document to go on")
    fact, chunk = added.fact, chunk_with(app, waiting, MISSED)
    [span] = fact.evidence
    assert (fact.question, fact.answer, fact.statement, fact.quote) == (asked, answered, MISSED, MISSED)
    assert span.char_from == chunk.char_from + chunk.text.index(MISSED)
    assert (fact.match, fact.status, fact.generator, fact.added_by) == ("exact", "approved", "reviewer", "Ann")
    assert fact.confidence_words == "confidence 0.990 (for it: added by a person)"

    shown = job(app, waiting)
    [event] = [event for event in shown["events"] if event["code"] == "fact_added"]
    assert (event["type"], event["payload"]["by"], event["payload"]["reason"]) == ("review", "Ann", "it was missed")
    assert event["payload"]["question_id"] == str(fact.question_id)
    assert event["payload"]["evidence"] == [span.as_json()]
    assert (shown["facts_added"], shown["facts"]) == (1, 2)

    go_on(app, waiting)
    shown = job(app, waiting)
    assert (shown["state"], shown["outcome"]) == ("done", "published")
    assert not [finding for finding in shown["findings"] if finding["severity"] == "critical"]
    out = published(app, waiting)[MISSED]
    assert (out["generator"], out["added_by"], out["quote"], out["match"]) == ("reviewer", "Ann", MISSED, "exact")
    assert app.search.answer(app.realm_id, asked).hits[0]["facts"][0]["question"] == asked
    with app.open_uow() as uow:
        assert uow.agreement.disagreements([waiting]) == []


def test_exactly_these_facts_leaves_an_added_one_in(app: Pipeline, waiting: DocumentId) -> None:
    add(app, waiting)
    go_on(app, waiting, approved=())
    assert list(published(app, waiting)) == [MISSED]


def test_the_ledger_counts_it_and_names_no_reason_any_more(app: Pipeline, waiting: DocumentId) -> None:
    grey = "The casing is painted grey and white."
    before = {(row["outcome"], row["outcome_reason"]) for row in job(app, waiting)["ledger"]}
    assert ("nothing_here", "nothing was found") in before
    add(app, waiting, grey)
    assert {row["outcome"] for row in job(app, waiting)["ledger"]} == {"facts"}
    assert sum(row["facts"] for row in job(app, waiting)["ledger"]) == 2


def test_a_chunk_that_failed_stays_so_although_a_fact_of_it_was_added(app: Pipeline, generator: OneFact) -> None:
    generator.fails = True
    document_id = park(app)
    add(app, document_id, "The casing is painted grey and white.")
    [failed] = [row for row in job(app, document_id)["ledger"] if row["outcome"] == "failed"]
    assert (failed["facts"], failed["outcome_reason"] is not None) == (1, True)
    go_on(app, document_id)
    codes = [finding["code"] for finding in job(app, document_id)["findings"]]
    assert ("chunk_failed" in codes, "ledger_counts" in codes) == (True, False)


@pytest.mark.parametrize("stage", [StageName.FACT_GENERATOR, StageName.MARKDOWN_CONVERSION])
def test_it_survives_when_the_stages_run_anew(app: Pipeline, waiting: DocumentId, stage: StageName) -> None:
    added = add(app, waiting)
    go_on(app, waiting)
    app.retry(waiting, from_stage=stage, by="Ann")
    through(app, [waiting])
    [fact] = [fact for fact in app.review.facts(OfDocument(waiting), app.realm_id) if fact.generator == "reviewer"]
    assert fact.question_id == added.fact.question_id
    assert fact.status in ("approved", "imported")
    assert (fact.evidence, fact.confidence) == (added.fact.evidence, added.fact.confidence)
    go_on(app, waiting)
    assert set(published(app, waiting)) == {KNOWN, MISSED}
    assert not [one for one in job(app, waiting)["findings"] if one["code"] == "ledger_counts"]


def test_what_people_decided_survives_when_the_text_is_cut_otherwise(
    make_pipeline: Callable[..., Pipeline], app: Pipeline, waiting: DocumentId, generator: OneFact
) -> None:
    """What a person added or rejected by itself is no less a decision for the chunk that it was in."""
    added = add(app, waiting)
    [known] = [fact for fact in app.review.facts(OfDocument(waiting), app.realm_id) if fact.generator != "reviewer"]
    app.review.decide(waiting, Request(Decision.REJECT, Reviewer(app.realm_id), question_ids=(known.question_id,)))
    go_on(app, waiting)
    other = make_pipeline(generator=generator, changes={"workflow": "manual"})
    other.retry(waiting, from_stage=StageName.CHUNKER, by="Ann")
    through(other, [waiting])
    facts = {fact.question_id: fact for fact in other.review.facts(OfDocument(waiting), app.realm_id)}
    assert {one: fact.status for one, fact in facts.items()} == {
        added.fact.question_id: "approved", known.question_id: "rejected",
    }  # fmt: skip
    assert (facts[added.fact.question_id].evidence, facts[added.fact.question_id].added_by) == (
        added.fact.evidence, "Ann",
    )  # fmt: skip
    assert facts[added.fact.question_id].chunk_id != added.fact.chunk_id
    go_on(other, waiting)
    assert list(published(other, waiting)) == [MISSED]
    assert not [one for one in job(other, waiting)["findings"] if one["code"] == "ledger_counts"]


def test_what_a_generator_finds_later_at_the_same_place_comes_beside_it(
    app: Pipeline, waiting: DocumentId, monkeypatch: pytest.MonkeyPatch, generator: OneFact
) -> None:
    add(app, waiting, statement="The burner needs an engineer each year.")
    generator.version = "2"
    found = Generated((FactCandidate(None, None, KNOWN, (KNOWN,)), FactCandidate(None, None, MISSED, (MISSED,))))
    monkeypatch.setattr(generator, "_one", lambda chunk: found if KNOWN in chunk.text else Generated((), "nothing"))
    go_on(app, waiting)
    app.retry(waiting, from_stage=StageName.FACT_GENERATOR, by="Ann")
    through(app, [waiting])
    facts = {fact.statement: fact.generator for fact in app.review.facts(OfDocument(waiting), app.realm_id)}
    assert facts[MISSED] == "one-fact"
    assert facts["The burner needs an engineer each year."] == "reviewer"


def test_who_adds_what_is_said_already_is_told(app: Pipeline, waiting: DocumentId) -> None:
    [known] = app.review.facts(OfDocument(waiting), app.realm_id)
    added = add(app, waiting, KNOWN, question="When does it open?", answer="At 3 bar.")
    assert (added.fact.status, added.fact.duplicate_of) == ("duplicate", known.question_id)
    assert str(known.question_id) in added.message
    [pair] = job(app, waiting)["pairs"]
    assert (pair["method"], pair["resolution"], pair["question_id"]) == (
        "exact", "keep_existing", added.fact.question_id,
    )  # fmt: skip
    app.review.resolve(OfDocument(waiting), Resolution.KEEP_BOTH, [pair["duplicate_id"]], by=Reviewer(app.realm_id))
    go_on(app, waiting)
    with app.open_uow() as uow:
        assert len(uow.staging.questions([waiting])[waiting]) == 2
    assert len(app.views.export(app.realm_id, waiting)["facts"]) == 2


def test_it_is_compared_with_what_is_published(app: Pipeline, waiting: DocumentId) -> None:
    add(app, waiting)
    go_on(app, waiting)
    alike = MISSED.replace("the burner", "each burner")
    second = park(app, "second.md", TEXT.replace("Manual", "Other").replace(MISSED, alike))
    added = add(app, second, alike)
    waits = "1 pair of near-duplicates to decide"
    assert added.message == f"fact added and approved; {waits}; approve the document to go on"
    [pair] = [pair for pair in job(app, second)["pairs"] if pair["question_id"] == added.fact.question_id]
    assert (pair["existing_file"], pair["existing_text"], pair["resolution"]) == ("manual.md", MISSED, "pending")


def test_who_may_keep_no_vector_compares_by_meaning_all_the_same(app: Pipeline, waiting: DocumentId) -> None:
    """As a process does that was given the API's login alone."""
    add(app, waiting)
    go_on(app, waiting)
    alike = MISSED.replace("the burner", "each burner")
    second = park(app, "second.md", TEXT.replace("Manual", "Other").replace(MISSED, alike))
    alone = AddFact(app.open_uow, Detection(app.settings, app.embedders))
    added = alone(second, missed(app, second, alike), by=Reviewer(app.realm_id))
    [pair] = [pair for pair in job(app, second)["pairs"] if pair["question_id"] == added.fact.question_id]
    assert (pair["method"], "no_vector" in pair["reasons"]["flags"]) == ("scored", False)


def test_a_number_that_the_words_lack_is_a_finding(app: Pipeline, waiting: DocumentId) -> None:
    add(app, waiting, question="How often is the burner serviced?", answer="Once every 24 months.")
    go_on(app, waiting)
    [finding] = [one for one in job(app, waiting)["findings"] if one["severity"] == "critical"]
    assert finding["code"] == "number_not_in_evidence"
    assert job(app, waiting)["stage"] == "validation_review"


def test_several_marks_are_one_proof_in_their_order(app: Pipeline, waiting: DocumentId) -> None:
    words = ("Engineers", "the burner once every 12 months")
    added = add(app, waiting, *reversed(words))
    assert [span.quote for span in added.fact.evidence] == list(reversed(words))
    assert added.fact.statement == "the burner once every 12 months Engineers"


def test_adding_it_again_changes_nothing(app: Pipeline, waiting: DocumentId) -> None:
    first, again = add(app, waiting), add(app, waiting)
    assert (again.is_new, again.fact) == (False, first.fact)
    assert len([event for event in job(app, waiting)["events"] if event["code"] == "fact_added"]) == 1
    app.review.decide(waiting, Request(Decision.REJECT, Reviewer(app.realm_id), question_ids=(first.fact.question_id,)))
    with pytest.raises(AlreadyDecidedError, match=r"added by Ann before, and is rejected"):
        add(app, waiting)


def test_what_is_published_waits_again_as_the_refusal_says(
    make_pipeline: Callable[..., Pipeline], generator: OneFact
) -> None:
    app = make_pipeline(generator=generator)
    document_id = park(app)
    with pytest.raises(AlreadyDecidedError, match="it is published") as refused:
        add(app, document_id)
    assert "--publish-from 1 --ask-from 0" in refused.value.what_to_do
    again = app.intake.receive([upload("manual.md", TEXT)], realm_id=app.realm_id, wished=Wished(1.0, 0.0))
    through(app, needs_work(app, again))
    added = add(app, document_id)
    go_on(app, document_id)
    assert set(published(app, document_id)) == {KNOWN, MISSED}
    assert added.is_new


@pytest.mark.parametrize("words", [MISSED, KNOWN])
def test_adding_is_undone_and_redone(app: Pipeline, waiting: DocumentId, words: str) -> None:
    added = add(app, waiting, words)
    where, by, fact_id = OfDocument(waiting), Reviewer(app.realm_id, "Bob"), added.fact.question_id
    app.review.undo_fact(where, fact_id, by=replace(by, reason="it is no rule"))
    [fact] = app.review.facts(where, app.realm_id, ids=[fact_id])
    assert (fact.status, fact.added_by) == ("rejected", "Ann")
    event = job(app, waiting)["events"][0]
    assert (event["code"], event["payload"]["by"], event["payload"]["after"]["status"]) == (
        "fact_undone", "Bob", "rejected",
    )  # fmt: skip
    assert listed(app, waiting) == [KNOWN], "it is in no list and no count"
    app.review.undo_fact(where, fact_id, by=by)
    [fact] = app.review.facts(where, app.realm_id, ids=[fact_id])
    assert fact.status == added.fact.status
    assert len(listed(app, waiting)) == 2
    app.review.undo_fact(where, fact_id, by=by)
    go_on(app, waiting)
    assert list(published(app, waiting)) == [KNOWN]


def listed(app: Pipeline, document_id: DocumentId) -> list[str | None]:
    """What every list has of a document's facts, which all counts agree with."""
    where, by = OfDocument(document_id), Reviewer(app.realm_id, "Ann")
    facts = app.review.facts(where, app.realm_id)
    [document] = app.views.jobs(app.realm_id, document_ids=[document_id])
    desk = app.desk(document.job_id, by)
    counts = app.for_user(app.person).views.batch(batch_id_for(document_id))
    questions = app.bulk.questions(where, app.realm_id, QuestionFilter(), limit=10)
    assert [row.question_id for row in desk.facts] == [fact.question_id for fact in facts]
    assert {row.question_id for row in questions} == {fact.question_id for fact in facts}
    assert app.bulk.total(where, app.realm_id, QuestionFilter()) == counts.total == len(facts)
    assert document.facts_added == sum(fact.added_by is not None for fact in facts)
    return [fact.statement for fact in facts]


def test_what_was_taken_back_can_be_added_again(app: Pipeline, waiting: DocumentId) -> None:
    where, by = OfDocument(waiting), Reviewer(app.realm_id, "Ann")
    first = add(app, waiting)
    app.review.undo_last(where, by=by)
    assert listed(app, waiting) == [KNOWN]
    again = add(app, waiting)
    assert (again.is_new, again.fact.question_id, again.fact.status) == (True, first.fact.question_id, "approved")
    assert listed(app, waiting) == [KNOWN, MISSED]
    codes = [event["code"] for event in reversed(job(app, waiting)["events"])]
    assert [code for code in codes if code.startswith("fact_")] == ["fact_added", "fact_undone", "fact_added"]
    app.review.undo_last(where, by=by)
    assert listed(app, waiting) == [KNOWN]


def text_of(words: str) -> Callable[[str], tuple[Marked, ...]]:
    return lambda text: (Marked(text.index(words), text.index(words) + len(words)),)


NO_FACTS: dict[str, tuple[Callable[[str], tuple[Marked, ...]], dict[str, str | None], str]] = {
    "nothing is marked": (lambda _: (), {}, "No words are marked"),
    "an empty mark": (lambda _: (Marked(3, 3),), {}, "3–3 is empty"),
    "a mark that runs backwards": (lambda _: (Marked(5, 3),), {}, "5–3 is reversed"),
    "a mark before the chunk": (lambda _: (Marked(-1, 3),), {}, "not within the chunk"),
    "a mark beyond the chunk": (lambda text: (Marked(0, len(text) + 1),), {}, "not within the chunk"),
    "blanks": (text_of("\n\n"), {}, "There is no readable text"),
    "a part of a word": (text_of("ervice the burner"), {}, "inside a word or a number"),
    "a part of a number": (text_of("2 months"), {}, "inside a word or a number"),
    "marks that overlap": (lambda text: (*text_of("must service")(text), *text_of("service the")(text)), {}, "overlap"),
    "a blank question": (text_of(MISSED), {"question": " \u200b", "answer": "x"}, "question is blank"),
    "a blank statement": (text_of(MISSED), {"statement": ""}, "statement is blank"),
    "a question without an answer": (text_of(MISSED), {"question": "Why?"}, "has no answer"),
    "an answer without a question": (text_of(MISSED), {"answer": "So."}, "has no question"),
    "a character that cannot be stored": (text_of(MISSED), {"statement": "a\x00b"}, "cannot be stored"),
}


def test_what_is_no_fact_is_refused(app: Pipeline, waiting: DocumentId, subtests: pytest.Subtests) -> None:
    chunk = chunk_with(app, waiting, MISSED)
    for what, (marks, said, told) in NO_FACTS.items():
        fact = MissedFact(chunk.chunk_id, marks(chunk.text), **said)
        with subtests.test(what), pytest.raises(RefusedError, match=told):
            app.add_fact(waiting, fact, by=Reviewer(app.realm_id))
    assert len(app.review.facts(OfDocument(waiting), app.realm_id)) == 1


def test_it_is_added_to_what_waits_in_matching_review_and_to_nothing_else(app: Pipeline, waiting: DocumentId) -> None:
    fact = missed(app, waiting, MISSED)

    def refused(**more: Any) -> PipelineError:
        arguments = {"document_id": waiting, "missed": fact, "by": Reviewer(app.realm_id), **more}
        with pytest.raises(PipelineError) as told:
            app.add_fact(arguments.pop("document_id"), arguments.pop("missed"), **arguments)
        return told.value

    assert isinstance(refused(by=Reviewer(user_id_for("bob"))), NotFoundError)
    other = park(app, "other.md", TEXT.replace("Manual", "Other"))
    stranger = missed(app, other, MISSED)
    assert isinstance(refused(missed=stranger), NotFoundError)
    assert isinstance(refused(missed=MissedFact(ChunkId(waiting), (Marked(0, 1),))), NotFoundError)
    add(app, waiting, question="How often?", answer="Every 24 months.")
    go_on(app, waiting)
    assert "return" in refused().what_to_do
    app.review.decide(waiting, Request(Decision.OVERRIDE, Reviewer(app.realm_id, reason="I have read it twice.")))
    through(app, [waiting])
    late = refused()
    assert isinstance(late, AlreadyDecidedError)
    assert "it is published" in late.message


def insert(app: Pipeline, copied: object, **changes: object) -> None:
    """A copy of a staged fact, with other values, as SQL by hand would insert it."""
    with app.open_uow() as uow:
        connection = uow.session.connection
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'upload_pipeline' "
                "AND table_name = 'staged_questions' AND is_generated = 'NEVER'"
            ).fetchall()
        ]
        values = ", ".join(f"%({name})s" if name in changes else name for name in columns)
        connection.execute(
            f"INSERT INTO staged_questions ({', '.join(columns)}) SELECT {values} FROM staged_questions "
            "WHERE question_id = %(copied)s".encode(),
            {**changes, "copied": copied},
        )
        uow.commit()


AGAINST_THE_RULES = [
    ({"added_by": None}, "staged_questions_added_check"),
    ({"added_by": " "}, "staged_questions_added_by_check"),
    ({"generator": "extractive"}, "staged_questions_added_check"),
    ({"evidence_match": "aligned"}, "staged_questions_added_check"),
    ({"evidence": '[{"quote": "Other words", "char_from": 20, "char_to": 31, "page": null}]'}, "added_evidence"),
    ({"evidence": '[{"quote": "#", "char_from": -1, "char_to": 0, "page": null}]'}, "added_evidence"),
    ({"evidence": '[{"quote": "grey", "char_from": 160, "char_to": 164, "page": null}]'}, "added_evidence"),
]


def test_the_database_holds_it_too(app: Pipeline, waiting: DocumentId, subtests: pytest.Subtests) -> None:
    added = add(app, waiting)
    for changes, constraint in AGAINST_THE_RULES:
        with subtests.test(str(changes)):
            with pytest.raises(PipelineError) as refused:
                insert(app, added.fact.question_id, question_id=waiting, **changes)
            assert isinstance(refused.value.__cause__, psycopg.errors.CheckViolation)
            assert constraint in str(refused.value.__cause__.diag.constraint_name)
    with pytest.raises(PipelineError) as refused, app.open_uow() as uow:
        uow.reviews.take_back_addition(added.fact.question_id)  # which is approved
    assert "staged_questions_taken_back_check" in str(refused.value.__cause__)


def test_the_database_takes_none_once_the_document_goes_on(app: Pipeline, waiting: DocumentId) -> None:
    added = add(app, waiting)
    insert(app, added.fact.question_id, question_id=waiting)
    go_on(app, waiting)
    with pytest.raises(PipelineError) as refused:
        insert(app, added.fact.question_id, question_id=app.realm_id)
    assert refused.value.__cause__.diag.constraint_name == "staged_questions_added_in_review"  # type: ignore[union-attr]
