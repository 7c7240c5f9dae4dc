"""Of two documents that say the same, the one that is published first has the fact, whatever the other waits for."""

import json
from collections import Counter
from collections.abc import Callable

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId, duplicate_id_for
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.domain.staging import Pair
from pipeline_core.review.decisions import Decision, Request, Resolution
from tests.support.published import (
    EACH_LOSS,
    EVERY_LOSS,
    FACT,
    decide,
    drain,
    in_production,
    rows,
    staged,
    standing,
    text_of,
    who_says,
)
from tests.support.through import publish, through, upload

MakePipeline = Callable[..., Pipeline]
OPENS = "The alpha office opens at 8 in the morning on Mondays."
BOILER = "The beta boiler must be serviced every 12 months by an engineer."
FIRST, SECOND = text_of("Alpha", FACT, OPENS), text_of("Beta", FACT, BOILER)


def lost(app: Pipeline) -> list[str]:
    """What published documents say and nobody has decided about, and no published document has."""
    return [
        said
        for (said,) in rows(
            app,
            "SELECT q.statement FROM staged_questions q JOIN documents d USING (document_id) "
            "WHERE d.published_at IS NOT NULL AND q.status <> 'rejected' AND NOT EXISTS ("
            "SELECT FROM all_questions a WHERE a.realm_id = q.realm_id AND a.match_sha256 = q.match_sha256)",
        )
    ]


def listed(app: Pipeline, document_id: DocumentId) -> list[str]:
    """The facts in the record of the document's publication."""
    exported = app.views.export(app.realm_id, document_id)
    [path] = [file["file_path"] for file in exported["files"] if file["file_type"] == "ingestion_json"]
    found: list[str] = json.loads(app.ctx.store.get(path))["facts"]
    assert found == [str(fact["question_id"]) for fact in exported["facts"]]
    return found


def test_a_published_document_has_the_fact_that_one_that_waits_says_too(app: Pipeline, manual: Pipeline) -> None:
    [waiting] = publish(manual, upload("a.md", FIRST))
    [document_id] = publish(app, upload("b.md", SECOND))
    assert (who_says(app, FACT), staged(app, FACT)) == (["b.md"], [("a.md", "duplicate"), ("b.md", "imported")])
    assert len(listed(app, document_id)) == 2
    decide(manual, waiting)
    assert (who_says(app, FACT), who_says(app, OPENS)) == (["b.md"], ["a.md"])
    assert len(listed(app, waiting)) == 1


def test_of_three_that_say_the_same_the_first_published_has_it(app: Pipeline, manual: Pipeline) -> None:
    """All three wait; the second repeats the first, the third as well; they are decided from the last to the first."""
    ids = [publish(manual, upload(f"{name}.md", text_of(name, FACT, more)))[0] for name, more in
           zip("abc", (OPENS, BOILER, EVERY_LOSS), strict=True)]  # fmt: skip
    for document_id in reversed(ids):
        decide(manual, document_id)
        assert (who_says(app, FACT), lost(app)) == (["c.md"], [])
        listed(app, document_id)
    publish(app, upload("d.md", text_of("d", FACT, EACH_LOSS.replace("loss", "theft"))))
    assert who_says(app, FACT) == ["c.md"]
    # nobody is queued for it, and what follows the copy follows the fact
    assert [row["state"] for row in app.views.jobs(app.realm_id)].count("queued") == 0


def test_documents_published_together_have_the_fact_once(app: Pipeline, manual: Pipeline) -> None:
    publish(manual, upload("a.md", FIRST))
    ids = publish(app, upload("b.md", SECOND), upload("c.md", text_of("Gamma", FACT, EVERY_LOSS)))
    assert (len(who_says(app, FACT)), lost(app)) == (1, [])
    for document_id in ids:
        listed(app, document_id)


@pytest.mark.parametrize("end", ["reject", "override", "newer version"])
def test_what_becomes_of_the_copy_does_not_matter(app: Pipeline, manual: Pipeline, end: str) -> None:
    [waiting] = publish(manual, upload("a.md", FIRST, "file:///a.md"))
    publish(app, upload("b.md", SECOND, "file:///b.md"))
    if end == "reject":
        manual.review.decide(waiting, Request(Decision.REJECT, Reviewer(manual.realm_id, reason="not ours")))
        assert who_says(app, FACT) == ["b.md"]
        manual.retry(waiting, from_stage=None, by="test")
        drain(manual)
        decide(manual, waiting)
    elif end == "newer version":
        publish(app, upload("a.md", text_of("Alpha", f"{FACT} {OPENS} {EVERY_LOSS}"), "file:///a.md"))
    else:
        decide(manual, waiting)
    drain(app)
    assert (who_says(app, FACT), who_says(app, OPENS), lost(app)) == (["b.md"], ["a.md"], [])
    # when the document that has it goes, the other one has it after all
    publish(app, upload("b.md", text_of("Beta", BOILER), "file:///b.md"))
    drain(manual)
    if standing(manual, waiting)[0] == "awaiting_review":
        decide(manual, waiting)
    assert (who_says(app, FACT), lost(app)) == (["a.md"], [])


def test_a_person_who_keeps_the_copy_is_obeyed(manual: Pipeline) -> None:
    """The two differ in spelling; the reviewer of the second keeps the first, which waits."""
    [first] = publish(manual, upload("a.md", text_of("Rules", EVERY_LOSS, OPENS)))
    [second] = publish(manual, upload("b.md", text_of("Rules", EACH_LOSS, BOILER)))
    decide(manual, second, Resolution.KEEP_EXISTING)
    assert in_production(manual) == [("b.md", BOILER)]
    decide(manual, first)
    assert [name for name, said in in_production(manual) if said == EVERY_LOSS] == ["a.md"]


@pytest.mark.parametrize("resolution", [Resolution.KEEP_BOTH, Resolution.KEEP_EXISTING, Resolution.REPLACE_EXISTING])
def test_what_is_undecided_of_the_copy_is_not_published_unasked(app: Pipeline, resolution: Resolution) -> None:
    """A document waits because its fact looks like a published one; another says that fact in the same words."""
    publish(app, upload("a.md", text_of("Rules", EVERY_LOSS)))
    [waiting] = publish(app, upload("b.md", text_of("Rules", EACH_LOSS, OPENS)))
    [second] = publish(app, upload("c.md", text_of("Rules", EACH_LOSS, BOILER)))
    assert [standing(app, one)[0] for one in (waiting, second)] == ["awaiting_review"] * 2
    decide(app, second, resolution)
    said = Counter(said for _, said in in_production(app))
    both = {Resolution.KEEP_BOTH: (1, 1), Resolution.KEEP_EXISTING: (1, 0), Resolution.REPLACE_EXISTING: (0, 1)}
    assert (said[EVERY_LOSS], said[EACH_LOSS]) == both[resolution]
    # the other one waited for the same decision
    drain(app)
    assert standing(app, waiting)[0] == "done"
    said = Counter(said for _, said in in_production(app))
    assert (said[EVERY_LOSS], said[EACH_LOSS]) == both[resolution]


def test_what_contradicts_itself_is_not_published_for_its_copy(app: Pipeline) -> None:
    """Both documents contradict themselves in the same words: neither is published unseen, and each can be mended."""
    costs = ("The fee is $500 for each insured member.", "The fee is $750 for each insured member.")
    ids = [publish(app, upload(f"{name}.md", text_of(name, *costs)))[0] for name in "ab"]
    assert [standing(app, one)[1] for one in ids] == ["validation_review"] * 2
    second = ids[1]
    app.review.decide(second, Request(Decision.RETURN, Reviewer(app.realm_id, reason="one is last year's")))
    [wrong] = [fact for fact in app.review.facts(OfDocument(second), app.realm_id) if fact.statement == costs[1]]
    reject = Request(Decision.REJECT, Reviewer(app.realm_id, reason="last year's"), question_ids=(wrong.question_id,))
    app.review.decide(second, reject)
    decide(app, second)
    assert in_production(app) == [("b.md", costs[0])]


def test_a_document_published_without_a_fact_is_mended_by_the_next_publication(app: Pipeline, manual: Pipeline) -> None:
    """As an earlier version left it: the copy waits, and the document that was published has not got the fact."""
    [waiting] = publish(manual, upload("a.md", FIRST))
    publish(app, upload("b.md", SECOND))
    with app.open_uow() as uow:
        connection = uow.session.connection  # type: ignore[attr-defined]
        turned = "SELECT staged_question_id, existing_question_id FROM staging_duplicates"
        [(old, new)] = connection.execute(turned).fetchall()
        pair = duplicate_id_for(new, old)
        for statement, *values in (
            ("DELETE FROM all_questions WHERE question_id = %s", new),
            ("UPDATE staged_questions SET status = 'pending', duplicate_of = NULL WHERE question_id = %s", old),
            ("UPDATE staged_questions SET status = 'duplicate', duplicate_of = %s WHERE question_id = %s", old, new),
            ("UPDATE staging_duplicates SET duplicate_id = %s, staged_question_id = %s, existing_question_id = %s",
             pair, new, old),
        ):  # fmt: skip
            connection.execute(statement.encode(), values)
        uow.commit()
    assert lost(app) == [FACT]
    publish(app, upload("c.md", text_of("Gamma", EVERY_LOSS)))
    drain(app)
    assert (who_says(app, FACT), lost(app), standing(manual, waiting)[0]) == (["b.md"], [], "awaiting_review")


def test_a_copy_in_a_bank_is_left_out_too(manual: Pipeline) -> None:
    """The bank says so, and moves to where its questions put it."""
    bank = manual.staging.stage_bank(f"Q: {FACT[:-1]}?\nA: Yes.\n".encode(), "bank.md", by=Reviewer(manual.realm_id))
    assert bank.batch is not None
    batch = bank.batch.batch_id
    [question] = manual.staging.get_batch_questions(batch, realm_id=manual.realm_id)
    [document_id] = publish(manual, upload("b.md", text_of("Beta", FACT)))
    [fact] = manual.review.facts(OfDocument(document_id), manual.realm_id)
    with manual.open_uow() as uow:
        uow.session.connection.execute(b"DELETE FROM staging_duplicates")  # type: ignore[attr-defined]
        counterpart = Pair(fact.question_id, question.question_id, True, 0.95, "scored", "keep_existing", "the same")
        uow.staging.record_pairs([counterpart], [document_id])
        uow.commit()
    assert staged(manual, FACT) == [("b.md", "duplicate")]
    decide(manual, document_id)
    assert (who_says(manual, FACT), lost(manual)) == (["b.md"], [])
    [row] = manual.staging.get_batch_questions(batch, realm_id=manual.realm_id)
    assert (row.status, row.duplicate_of) == ("duplicate", fact.question_id)
    [status] = [
        found["status"] for found in manual.staging.batches(realm_id=manual.realm_id) if found["batch_id"] == batch
    ]
    assert status == "reviewed"


def test_a_deep_scan_that_waits_leaves_its_new_fact_to_who_is_published_first(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"facts_per_chunk": 1})
    facts = (OPENS, BOILER, EVERY_LOSS, FACT)
    [scanned] = publish(app, upload("a.md", text_of("Alpha", " ".join(facts))))
    before = len(in_production(app))
    app.dual_status.set_status([scanned], "Selected", realm_id=app.realm_id)
    through(app, app.deep_scan.claim(10))
    app.deep_scan.settle()
    assert (standing(app, scanned)[0], len(in_production(app))) == ("awaiting_review", before)
    new = [fact.statement for fact in app.review.facts(OfDocument(scanned), app.realm_id) if fact.status == "pending"]
    publish(app, upload("b.md", text_of("Beta", new[0])))
    assert who_says(app, new[0]) == ["b.md"]
    decide(app, scanned, Resolution.KEEP_BOTH)
    said = Counter(said for _, said in in_production(app))
    assert (set(facts), set(said.values())) == (set(said), {1})
    listed(app, scanned)
