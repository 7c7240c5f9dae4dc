"""The conservation ledger on real rows: what is dropped on the way stops the document."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from pipeline_core.adapters.converters.declared import declared_total
from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted, PageMap
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import Reviewer
from pipeline_core.review.decisions import Decision, Request, Resolution
from pipeline_core.services.intake import Upload
from pipeline_core.stages import gates
from pipeline_core.stages.registry import BY_NAME
from tests.samples import office, pdfs
from tests.support.published import UNDER_ITS_LEASE
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]


class DropsItsLastPage:
    """A converter with a defect: the last page is in neither its text nor its map."""

    name, version = "drops-a-page", "1"

    def __init__(self, converter: LocalConverter) -> None:
        self._converter = converter

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        converted = self._converter.convert(data, filename=filename, mime=mime)
        pages = converted.page_map.pages[:-1]
        return replace(
            converted,
            markdown=converted.markdown[: pages[-1].char_to],
            page_map=PageMap(pages, converted.page_map.unit),
        )


def findings(app: Pipeline) -> set[tuple[str, str]]:
    [row] = app.views.jobs(app.realm_id)
    assert row["state"] == "awaiting_review"
    with app.open_uow() as uow:
        [(report,)] = uow.session.connection.execute("SELECT stage3_validation_results FROM upload_jobs").fetchall()
    return {(finding["code"], finding["severity"]) for finding in report["findings"]}


def test_a_dropped_page_stops_the_document(make_pipeline: MakePipeline, app: Pipeline) -> None:
    broken = make_pipeline(converter=DropsItsLastPage(app.converter))  # type: ignore[arg-type]
    data = pdfs.pdf(*(pdfs.text(f"Page {n}", *pdfs.prose(12)) for n in range(1, 4)))
    ids = needs_work(broken, receive(broken, Upload("three.pdf", data)))
    through(broken, ids)
    assert ("pages_lost", "critical") in findings(broken)


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        ("DELETE FROM staged_chunks WHERE ordinal = 1", "text_outside_chunks"),
        (
            "DELETE FROM staged_questions WHERE question_id = (SELECT question_id FROM staged_questions LIMIT 1)",
            "ledger_counts",
        ),
        ("UPDATE staged_chunks SET outcome = NULL, fact_count = 0, outcome_reason = NULL", "chunk_without_outcome"),
    ],
    ids=["a chunk", "a fact", "an outcome"],
)
def test_what_is_dropped_of_the_staged_rows_stops_the_document(app: Pipeline, harm: str, code: str) -> None:
    text = MANUAL + "\n".join(f"## Part {n}\n\nThe part {n} must be kept in cabinet {n}0.\n" * 12 for n in range(1, 5))
    ids = needs_work(app, receive(app, upload(text=text)))
    through(app, ids, until=StageName.FACT_GENERATOR)
    with app.open_uow() as uow:
        uow.session.connection.execute(UNDER_ITS_LEASE)
        uow.session.connection.execute(harm.encode())
        uow.session.connection.execute(b"UPDATE upload_jobs SET lease_expires_at = now() - interval '1 s'")
        uow.commit()
    through(app, ids)
    assert (code, "critical") in findings(app)


def test_rejected_facts_are_still_accounted_for(app: Pipeline) -> None:
    ids = needs_work(app, receive(app, upload()))
    through(app, ids, until=StageName.FACT_GENERATOR)
    with app.open_uow() as uow:
        uow.session.connection.execute(
            b"UPDATE staged_questions SET status = 'rejected', reviewed_by = realm_id, reviewed_at = now()"
        )
        uow.session.connection.execute(b"UPDATE upload_jobs SET lease_expires_at = now() - interval '1 s'")
        uow.commit()
    _, reports = through(app, ids)
    report: Any = reports[StageName.VALIDATION]
    assert report.ran == ids
    [row] = app.views.jobs(app.realm_id)
    assert row["state"] == "done"


@pytest.mark.parametrize(
    ("kind", "data", "total"),
    [
        (filetypes.PPTX, office.pptx_file(("One", "a"), ("Two", "b"), ("Three", "c")), 3),
        (filetypes.XLSX, office.xlsx_file(first=[["a", "b"]], second=[["c"]]), 2),
        (filetypes.DOCX, office.docx_file("one paragraph"), None),
        (filetypes.PPTX, b"PK\x03\x04 and nothing more", None),
    ],
    ids=["slides", "sheets", "no pages", "not a container"],
)
def test_what_an_office_file_says_it_has(
    app: Pipeline, kind: filetypes.FileType, data: bytes, total: int | None
) -> None:
    assert declared_total(data, kind) == total
    if total:
        converted = app.converter.convert(data, filename=f"file.{kind.extensions[0]}", mime=kind.mime)
        assert converted.total == total == len(converted.page_map.pages)


def test_pairs_that_nobody_decided_stop_a_document_that_did_not_wait_for_them(app: Pipeline) -> None:
    """They may have come between the gate of matching review and validation."""
    rules = "# Rules\n\nMembers must report every loss to the service office within thirty days.\n"
    publish(app, upload("first.md", rules))
    [document_id] = publish(app, upload("second.md", rules.replace("every", "each")))
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id), duplicates=Resolution.KEEP_BOTH))
    with psycopg.connect(app.database_url) as connection:
        connection.execute(
            "UPDATE upload_pipeline.staging_duplicates "
            "SET resolution = 'pending', resolved_by = NULL, resolved_at = NULL"
        )
    batch = app.claim([document_id])
    with app.claim.released(batch):
        app.pass_gate(gates.VALIDATION, app.run_stage(BY_NAME[StageName.VALIDATION], batch).batch)
    [row] = app.views.jobs(app.realm_id, states=["awaiting_review"])
    [finding] = app.views.job(app.realm_id, row["job_id"])["findings"]
    assert (row["stage"], finding["code"]) == ("validation_review", "undecided_duplicates")
    assert finding["message"].startswith("1 undecided pair of near-duplicates")
