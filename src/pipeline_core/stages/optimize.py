"""markdown-optimizer: the markdown without what conversion left behind; may be switched off."""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from pipeline_core.domain.documents import Document, PageMap
from pipeline_core.domain.errors import LedgerError
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.jobs import HeldJob, OutputRow
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.wording import counted
from pipeline_core.stages.base import (
    Computation,
    Fetched,
    OutputFile,
    Stage,
    StageContext,
    StageResult,
)
from pipeline_core.stages.cleaning import clean
from pipeline_core.stages.inputs import fetch_markdown, page_map, read_text

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


def fetch(_ctx: StageContext, uow: "UnitOfWork", jobs: Sequence[HeldJob]) -> Fetched[OutputRow]:
    return fetch_markdown(uow, jobs, ["markdown"])


def run(ctx: StageContext, _document: Document, data: OutputRow) -> Computation[None]:
    return partial(_optimize, read_text(ctx.store, data), page_map(data))


def _optimize(text: str, before: PageMap) -> StageResult[None]:
    markdown, pages, changes = clean(text, before)
    if len(pages.pages) != len(before.pages):
        raise LedgerError(f"{len(before.pages)} pages went into the optimizer and {len(pages.pages)} came out.")
    output = OutputFile(
        "optimized_markdown",
        ".opt.md",
        markdown.encode("utf-8"),
        "text/markdown; charset=utf-8",
        {"page_map": pages.as_json()},
    )
    findings = [_repaired(changes["mojibake"]).as_json()] if changes.get("mojibake") else []
    return StageResult(None, (output,), {"changes": changes, "characters": len(markdown), "findings": findings})


def _repaired(lines: int) -> Finding:
    return Finding(
        "encoding_repaired",
        Severity.INFO,
        f"Letters of {counted(lines, 'line')} had been read in a wrong encoding (“Ã¼” for “ü”) and were put right. "
        "Where a name or a sign matters, compare it with the original.",
        {"lines": lines},
    )


STAGE = Stage(
    name=StageName.MARKDOWN_OPTIMIZER,
    version="5",
    fetch=fetch,
    run=run,
    leaves="optimized_markdown",
    config=lambda _ctx: {"ftfy": version("ftfy")},
    is_required=False,
    is_enabled=lambda settings: settings.optimizer_enabled,
)
