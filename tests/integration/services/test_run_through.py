"""The main job without Prefect: in, through every stage, published; again; changed; failing; parked."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.review.decisions import Decision, Request
from pipeline_core.services.intake import Upload
from pipeline_core.validation.rules import RULES
from tests.samples import hostile, office, pdfs
from tests.support.fakes import HashEmbedder, ScriptedFactGenerator
from tests.support.paths import SHARED
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]
LONG = MANUAL + "\n".join(
    f"## Part {n}\n\nThe part number {n} must be kept in cabinet {n + 40} of the store room at all times.\n"
    f"The supplier delivers part {n} within {n + 3} working days after the order was placed.\n"
    + f"Staff of team {n} record every use of this part in the green ledger before the shift ends. "
    * 8
    for n in range(1, 9)
)


def production(app: Pipeline, document_id: DocumentId) -> dict[str, object]:
    exported = app.views.export(app.realm_id, document_id)
    return {"chunks": exported["chunks"], "facts": exported["facts"]}


def state_of(app: Pipeline, document_id: DocumentId) -> tuple[str, str, str | None]:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return row["state"], row["stage"], row["outcome"]


def test_a_document_is_published_with_its_evidence(app: Pipeline) -> None:
    [document_id] = publish(app, upload())

    assert state_of(app, document_id) == ("done", "ingested", "published")
    exported = app.views.export(app.realm_id, document_id)
    # a text has no pages
    assert exported["page_count"] is None
    assert {(chunk["page_from"], chunk["page_to"]) for chunk in exported["chunks"]} == {(None, None)}
    assert {fact["page"] for fact in exported["facts"]} == {None}
    markdown = next(f for f in exported["files"] if f["file_type"] == "optimized_markdown")
    text = app.store.get(markdown["file_path"], sha256=markdown["checksum"]).decode()
    assert exported["facts"]
    for fact in exported["facts"]:
        assert fact["quote"] == " … ".join(span["quote"] for span in fact["evidence"])
        assert all(text[span["char_from"] : span["char_to"]] == span["quote"] for span in fact["evidence"])
    for chunk in exported["chunks"]:
        assert text[chunk["char_from"] : chunk["char_to"]] == chunk["text"]


def test_every_output_is_in_the_store_with_its_checksum(app: Pipeline) -> None:
    [document_id] = publish(app, upload())

    files = app.views.export(app.realm_id, document_id)["files"]
    assert {f["file_type"] for f in files} == {
        "markdown", "optimized_markdown", "chunks_json", "facts_json", "validation_json", "ingestion_json",
    }  # fmt: skip
    for file in files:
        assert len(app.store.get(file["file_path"], sha256=file["checksum"])) == file["file_size"]


def test_the_same_file_again_needs_no_work(app: Pipeline) -> None:
    publish(app, upload())
    again = receive(app, upload())
    assert again.new == set()
    assert needs_work(app, again) == []


def test_the_ledger_accounts_for_every_chunk(app: Pipeline) -> None:
    [document_id] = publish(app, upload(text=LONG))
    with app.open_uow() as uow:
        chunks = uow.staging.chunks([document_id])[document_id]
        questions = uow.staging.questions([document_id])[document_id]
    assert len(chunks) > 3
    assert all(row.outcome is not None for row in chunks)
    assert all(row.reason for row in chunks if row.fact_count == 0)
    assert sum(row.fact_count for row in chunks) == len(questions)


def test_one_changed_paragraph_asks_only_for_the_chunks_that_changed(make_pipeline: MakePipeline) -> None:
    generator, embedder = ScriptedFactGenerator(), HashEmbedder()
    app = make_pipeline(generator=generator, embedder=embedder)
    [old] = publish(app, upload(text=LONG, source="file:///manual.md"))
    asked, embedded = generator.calls, embedder.texts_embedded
    assert asked > 5

    changed = LONG.replace("cabinet 44", "the locked cabinet 44")
    assert changed != LONG
    [new] = publish(app, upload(text=changed, source="file:///manual.md"))

    assert new != old
    assert 1 <= generator.calls - asked <= 2
    assert 1 <= embedder.texts_embedded - embedded <= 2 * (1 + 6)
    assert state_of(app, new) == ("done", "ingested", "published")
    # the new version has taken the old one's place
    assert production(app, old) == {"chunks": [], "facts": []}
    assert production(app, new)["chunks"]


def test_going_back_to_the_old_version_publishes_it_again(app: Pipeline) -> None:
    [old] = publish(app, upload(text=MANUAL, source="file:///manual.md"))
    before = production(app, old)
    [new] = publish(app, upload(text=MANUAL + "\nThe chimney is swept every 6 months.\n", source="file:///manual.md"))
    [back] = publish(app, upload(text=MANUAL, source="file:///manual.md"))
    assert back == old
    assert production(app, old) == before
    assert production(app, new) == {"chunks": [], "facts": []}


def test_a_copy_elsewhere_keeps_the_old_version_published(app: Pipeline) -> None:
    [old] = publish(app, upload(source="file:///a.md"), upload(source="file:///b.md"))
    publish(app, upload(text=MANUAL + "\nThe chimney is swept every 6 months.\n", source="file:///a.md"))
    assert production(app, old)["chunks"]


def test_changed_settings_run_that_stage_and_what_follows(make_pipeline: MakePipeline) -> None:
    [document_id] = publish(make_pipeline(), upload(text=LONG))
    app = make_pipeline(changes={"chunk_max_chars": 700, "chunk_min_chars": 300})
    received = receive(app, upload(text=LONG))
    assert needs_work(app, received) == [document_id]

    _, reports = through(app, [document_id])

    ran = {name for name, report in reports.items() if report.ran}
    assert ran == {
        StageName.CHUNKER, StageName.FACT_GENERATOR, StageName.VALIDATION, StageName.EMBEDDER, StageName.INGESTOR,
    }  # fmt: skip
    assert state_of(app, document_id) == ("done", "ingested", "published")
    assert all(len(c["text"]) <= 700 for c in app.views.export(app.realm_id, document_id)["chunks"])
    assert needs_work(app, receive(app, upload(text=LONG))) == []


def test_the_optimizer_can_be_switched_off(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"optimizer_enabled": False})
    [document_id] = publish(app, upload())
    assert state_of(app, document_id) == ("done", "ingested", "published")


def test_one_bad_document_takes_nothing_from_the_others(app: Pipeline) -> None:
    received = receive(app, upload("good.md"), upload("bad.pdf", "%PDF-1.7\nnothing more"))
    ids = needs_work(app, received)
    through(app, ids)
    states = sorted(state_of(app, document_id)[0] for document_id in ids)
    assert states == ["deadletter", "done"]
    [dead] = app.views.jobs(app.realm_id, states=["deadletter"])
    assert dead["last_error"]["code"] == "corrupt_document"
    assert dead["last_error"]["action"]


def test_a_transient_failure_is_tried_again_and_then_dead_lettered(make_pipeline: MakePipeline) -> None:
    generator = ScriptedFactGenerator()
    app = make_pipeline(generator=generator)
    [document_id] = needs_work(app, receive(app, upload()))
    generator.fail_with(ServiceUnavailableError("the model is away"))
    for attempt in range(4):
        _, reports = through(app, [document_id])
        assert reports[StageName.FACT_GENERATOR].ran == []
        assert state_of(app, document_id)[0] == ("retryable" if attempt < 3 else "deadletter")
    [row] = app.views.jobs(app.realm_id)
    assert row["last_error"]["code"] == "retries_exhausted"
    assert "the model is away" in row["last_error"]["message"]

    generator.heal()
    app.retry(document_id, from_stage=None, by="test")
    _, reports = through(app, [document_id])
    assert reports[StageName.MARKDOWN_CONVERSION].ran == []
    assert state_of(app, document_id) == ("done", "ingested", "published")


def test_retry_from_a_stage_runs_it_anew_and_reuses_what_came_before(app: Pipeline) -> None:
    [document_id] = publish(app, upload())
    before = production(app, document_id)
    app.retry(document_id, from_stage=StageName.CHUNKER, by="test")
    _, reports = through(app, [document_id])
    assert reports[StageName.CHUNKER].ran == [document_id]
    assert reports[StageName.FACT_GENERATOR].reused == [document_id]
    assert reports[StageName.INGESTOR].ran == [document_id]
    assert production(app, document_id) == before


def test_a_missing_output_is_named_and_can_be_made_again(app: Pipeline) -> None:
    [document_id] = needs_work(app, receive(app, upload()))
    through(app, [document_id], until=StageName.MARKDOWN_OPTIMIZER)
    # the run was interrupted after the optimizer; meanwhile somebody lost its file
    key = next(k for k in app.store.list(f"documents/{document_id}/") if k.endswith(".opt.md"))
    app.store.delete(key)
    with app.open_uow() as uow:
        uow.session.connection.execute("UPDATE upload_jobs SET lease_expires_at = now() - interval '1 s'")
        uow.session.connection.execute("UPDATE upload_jobs SET claimed_by = 'somebody else'")
        uow.commit()
    through(app, [document_id])
    [row] = app.views.jobs(app.realm_id)
    assert row["state"] == "deadletter"
    assert row["last_error"]["code"] == "object_not_found"
    app.retry(document_id, from_stage=StageName.MARKDOWN_OPTIMIZER, by="test")
    through(app, [document_id])
    assert state_of(app, document_id) == ("done", "ingested", "published")


def test_documents_of_every_usual_format(app: Pipeline) -> None:
    text = "The deductible is 250 euros for each claim."
    files = [
        Upload("a.docx", office.docx_file("Hail is covered up to 900 euros a year.")),
        Upload("b.pptx", office.pptx_file(("Fees", "The fee for a copy is 12 euros at every branch."))),
        Upload("c.xlsx", office.xlsx_file(Tariff=[["Peril", "Limit"], ["Flood", "700"], ["Theft", "450"]])),
        Upload("d.pdf", pdfs.pdf(pdfs.text("Claims", "Every claim must be reported within 14 days."))),
        Upload("e.html", office.html_file().replace(b"250", b"260")),
    ]
    ids = needs_work(app, receive(app, *files))
    through(app, ids)
    states = {row["filename"]: (row["state"], row["outcome"]) for row in app.views.jobs(app.realm_id)}
    assert states == dict.fromkeys(["a.docx", "b.pptx", "c.xlsx", "d.pdf", "e.html"], ("done", "published"))
    exports = [app.views.export(app.realm_id, document_id) for document_id in ids]
    facts = {fact["evidence"][0]["quote"] for exported in exports for fact in exported["facts"]}
    assert {text, text.replace("250", "260"), "Every claim must be reported within 14 days."} <= facts


def test_a_document_that_lost_something_is_not_published_unseen(app: Pipeline) -> None:
    slides = office.pptx_file(("One", "The fee for a copy is 12 euros at every branch."), ("Two", "Lost."))
    deep = hostile.nested_html(300, text="Nobody reads this.", after="The office opens its doors at nine.")
    files = [
        Upload("slides.pptx", hostile.without(slides, "ppt/slides/slide2.xml")),
        Upload("deep.html", deep),
        Upload("scans.pdf", pdfs.pdf(hostile.POLICY, pdfs.photo, pdfs.photo, pdfs.photo)),
        Upload("cut.pdf", (whole := hostile.policy_pdf(6))[: len(whole) // 2]),
    ]
    through(app, needs_work(app, receive(app, *files)))
    rows = {row["filename"]: row for row in app.views.jobs(app.realm_id)}
    assert {name: (row["state"], row["stage"]) for name, row in rows.items()} == dict.fromkeys(
        ["slides.pptx", "deep.html", "scans.pdf", "cut.pdf"], ("awaiting_review", "validation_review")
    )
    codes = {
        name: {f["code"] for f in app.views.job(app.realm_id, row["job_id"])["findings"] if f["severity"] == "critical"}
        for name, row in rows.items()
    }
    assert codes == {
        "slides.pptx": {"converter_warning", "pages_failed"},
        "deep.html": {"nested_too_deep"},
        "scans.pdf": {"pages_without_text"},
        "cut.pdf": {"pages_failed"},
    }


def findings_of(app: Pipeline, document_id: DocumentId) -> dict[str, dict[str, Any]]:
    """The findings in the job's ``validation.json``, by code."""
    file = next(f for f in app.views.export(app.realm_id, document_id)["files"] if f["file_type"] == "validation_json")
    assert file["file_path"].endswith(".validation.json")
    report = json.loads(app.store.get(file["file_path"], sha256=file["checksum"]))
    assert report["rules"] == [rule.code for rule in RULES]
    counts = Counter(finding["severity"] for finding in report["findings"])
    assert {name: report[name] for name in ("critical", "warning", "info")} == {
        name: counts[name] for name in ("critical", "warning", "info")
    }
    return {finding["code"]: finding for finding in report["findings"]}


def test_what_contradicts_a_published_fact_is_said(app: Pipeline) -> None:
    old = "# Costs\n\nThe annual deductible of the plan is 500 euros for each member.\n"
    new = old.replace("500", "750")
    [first] = publish(app, upload("old.md", old))
    assert "contradicts_published" not in findings_of(app, first)
    [second] = publish(app, upload("new.md", new))
    finding = findings_of(app, second)["contradicts_published"]
    assert finding["severity"] == "warning"
    for part in ("500 euros", "750 euros", "old.md", "new.md"):
        assert part in finding["message"]
    assert "page" not in finding["message"]  # markdown has none
    assert finding["numbers"]["values"] == [["€750"], ["€500"]]
    quotes = [(side["document"], side["quote"]) for side in finding["numbers"]["sides"]]
    assert quotes == [("new.md", new.splitlines()[-1]), ("old.md", old.splitlines()[-1])]


def test_what_denies_a_published_fact_is_said(app: Pipeline) -> None:
    publish(app, upload("old.md", "# Loss\n\nThe annual deductible of the plan is waived for every member over 65.\n"))
    denied = "# Loss\n\nThe annual deductible of the plan is not waived for every member over 65.\n"
    [second] = publish(app, upload("new.md", denied))
    finding = findings_of(app, second)["contradicts_published"]
    assert finding["severity"] == "warning"
    for part in ("the opposite", "is waived", "is not waived", "old.md"):
        assert part in finding["message"]
    assert state_of(app, second) == ("done", "ingested", "published")


def test_a_sentence_that_contradicts_a_row_of_a_published_table_is_said(app: Pipeline) -> None:
    table = (
        "| Peril | Excess | Remarks |\n|---|---|---|\n| Storm or flood | $900 for each loss | Includes the cellar |\n"
    )
    more = "| Fire | $400 for each loss | Includes smoke |\n| Theft | $300 for each loss | Includes bicycles |\n"
    publish(app, upload("policy.md", f"# Policy\n\n## Excess by peril\n\n{table}{more}"))
    [second] = publish(
        app, upload("letter.md", "# Letter\n\nThe storm and flood excess by peril is $600 for each loss.\n")
    )
    finding = findings_of(app, second)["contradicts_published"]
    assert "another value of the same" in finding["message"]
    for side, (name, quoted) in zip(
        finding["numbers"]["sides"], [("letter.md", "$600"), ("policy.md", "$900")], strict=True
    ):
        assert (side["document"], quoted in side["quote"]) == (name, True)
        assert quoted in finding["message"]


def test_what_a_person_left_out_is_not_validated(make_pipeline: MakePipeline) -> None:
    """A fact that contradicts another stops its document; once it is rejected, the document goes on."""
    app = make_pipeline(changes={"workflow": "manual", "duplicate_threshold": 1.0})
    text = (
        "# Costs\n\nThe annual deductible is $500 for each member.\n\nThe annual deductible is $750 for each member.\n"
    )
    [document_id] = publish(app, upload("costs.md", text))
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    assert state_of(app, document_id)[:2] == ("awaiting_review", "validation_review")
    assert findings_of(app, document_id)["contradiction"]["severity"] == "critical"
    app.review.decide(document_id, Request(Decision.RETURN, Reviewer(app.realm_id)))
    [wrong] = [f.question_id for f in app.review.facts(OfDocument(document_id), app.realm_id) if "$750" in f.statement]
    app.review.decide(document_id, Request(Decision.REJECT, Reviewer(app.realm_id), question_ids=(wrong,)))
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    assert "contradiction" not in findings_of(app, document_id)
    assert state_of(app, document_id) == ("done", "ingested", "published")


@pytest.mark.parametrize("name", ["SMACT.docx", "SMACT.pptx", "asvs-4.0.3-en.xlsx", "SMACT.html"])
def test_office_documents(app: Pipeline, name: str) -> None:
    path = SHARED / "office" / name
    if not path.exists():
        pytest.skip("the shared documents are not here")
    [document_id] = needs_work(app, receive(app, path))
    through(app, [document_id])
    state, _, outcome = state_of(app, document_id)
    assert (state, outcome) in {("done", "published"), ("awaiting_review", None)}


def test_a_fact_is_not_lost_with_its_exact_duplicate(app: Pipeline) -> None:
    """Two documents say the same; the one whose words are published is replaced by another version without them."""
    same = "Members must report every loss to the service office within thirty days."
    [first] = publish(app, upload("first.md", f"# First\n\n{same}\n", "file:///first.md"))
    [second] = publish(app, upload("second.md", f"# Second\n\n{same}\n", "file:///second.md"))
    assert [f["statement"] for f in app.views.export(app.realm_id, first)["facts"]] == [same]
    assert app.views.export(app.realm_id, second)["facts"] == []

    publish(app, upload("first.md", "# First\n\nThe office opens its doors to visitors at nine.\n", "file:///first.md"))

    assert [row["document_id"] for row in app.views.jobs(app.realm_id, states=["queued"])] == [second]
    through(app, [second])
    assert [f["statement"] for f in app.views.export(app.realm_id, second)["facts"]] == [same]
    assert state_of(app, second) == ("done", "ingested", "published")
