"""Pipelines that convert by LlamaParse, and documents for it."""

from typing import Any, NamedTuple

from pydantic import SecretStr

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.intake import Upload
from pipeline_core.services.run_stage import StageReport
from tests.paid_services.server import PaidServer
from tests.samples import pdfs
from tests.support.through import needs_work, receive, through

KEY = "llx-test-9c1e5b7a3f2dqzwk"
PAGES = 3


def policy(title: str = "Policy", pages: int = PAGES) -> bytes:
    """A PDF of so many pages."""
    return pdfs.pdf(*(pdfs.text(f"Section {n}", title, *pdfs.prose(4)) for n in range(1, pages + 1)))


DATA = policy()


def llama_settings(server: PaidServer, **changes: object) -> dict[str, object]:
    """Settings under which documents are converted by the server."""
    return {
        "converter": "llama-parse",
        "llama_cloud_api_key": SecretStr(KEY),
        "llama_cloud_base_url": server.url,
        "llama_parse_poll_s": 0.02,
        "llama_parse_timeout_s": 0.6,
        "llama_parse_deadline_s": 15.0,
        **changes,
    }


def pdf_upload(name: str = "policy.pdf", data: bytes = DATA) -> Upload:
    return Upload(name, data)


class Rest(NamedTuple):
    """Where a document came to rest in conversion: ``converted``, ``local``, ``parked``, ``dead``; and why."""

    outcome: str
    code: str | None
    findings: list[dict[str, Any]]
    retries: int
    pages: PageMap | None = None


def take_in(app: Pipeline, *uploads: Upload) -> list[DocumentId]:
    return needs_work(app, receive(app, *(uploads or (pdf_upload(),))))


def convert(app: Pipeline, *ids: DocumentId) -> StageReport:
    """The documents' conversion, once."""
    _, reports = through(app, ids, until=StageName.MARKDOWN_CONVERSION)
    return reports[StageName.MARKDOWN_CONVERSION]


def to_rest(app: Pipeline, document_id: DocumentId) -> Rest:
    """Convert until it no longer wants to be tried again."""
    retries = 0
    while document_id in (report := convert(app, document_id)).retry:
        retries += 1
        assert retries < 6
    for outcome, errors in (("parked", report.parked), ("held", report.held), ("dead", report.dead)):
        if errors:
            return Rest(outcome, errors[document_id].code, [], retries)
    with app.open_uow() as uow:
        row = uow.stages.rows(StageName.MARKDOWN_CONVERSION, [document_id])[document_id]
        output = uow.stages.outputs([document_id], ["markdown"])[document_id]["markdown"]
    findings = (row.result or {})["findings"]
    is_local = any(finding["code"] == "converter_fallback" for finding in findings)
    return Rest("local" if is_local else "converted", None, findings, retries,
                PageMap.from_json(output.metadata["page_map"]))  # fmt: skip


def assert_settled(app: Pipeline, document_id: DocumentId, *, under_way: int = 0) -> None:
    """Nothing is claimed, as many of the document's calls are open as jobs are under way, and the accounts agree."""
    with app.open_uow() as uow:
        query = uow.session.connection.execute
        assert query("SELECT count(*) FROM paid_claims").fetchone() == (0,)
        still = "SELECT count(*) FROM paid_calls WHERE state = 'reserved' AND document_id = %s"
        assert query(still, [document_id]).fetchone() == (under_way,)
        accounts = query(
            "SELECT a.reserved_usd, a.spent_usd, coalesce(sum(c.reserved_usd) FILTER (WHERE c.state = 'reserved'), 0), "
            "coalesce(sum(c.cost_usd), 0) FROM budget_accounts a "
            "LEFT JOIN paid_calls c ON a.scope || ':' || a.period = ANY(c.accounts) GROUP BY a.scope, a.period"
        ).fetchall()
        assert accounts or not under_way
        assert all((reserved, spent) == (open_, paid) for reserved, spent, open_, paid in accounts)
