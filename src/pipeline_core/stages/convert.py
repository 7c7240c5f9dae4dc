"""markdown-conversion: the original becomes markdown, with a map back to its pages."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import orjson

from pipeline_core.domain.documents import Converted, Document
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.page_words import words_as_json
from pipeline_core.domain.titles import title_of
from pipeline_core.stages.base import Fetched, OutputFile, Saved, Stage, StageContext, StageInput, StageResult

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


class Parsed(NamedTuple):
    """Number and kind of pages, and the document's title."""

    pages: int | None
    unit: str
    title: str


def fetch(_ctx: StageContext, _uow: "UnitOfWork", jobs: Sequence[HeldJob]) -> Fetched[None]:
    # The file name is an input too: it decides between text formats. A document that stands under another name by
    # now is still what it was taken for.
    return {
        job.document_id: StageInput((job.document.file_sha256, job.document.mime, job.document.stored_name), None)
        for job in jobs
    }


def run(ctx: StageContext, document: Document, _data: None) -> StageResult[Parsed]:
    data = ctx.store.get(document.raw_path, sha256=document.file_sha256)
    converted = ctx.converter.convert(data, filename=document.stored_name, mime=document.mime)
    pages = converted.page_map.pages
    outcomes = Counter(page.outcome.value for page in pages)
    words = _words(converted)
    markdown = OutputFile(
        "markdown",
        ".md",
        converted.markdown.encode("utf-8"),
        "text/markdown; charset=utf-8",
        {
            "page_map": converted.page_map.as_json(),
            "converter": converted.converter,
            # an earlier conversion may have left words that are not of this text
            "page_words": sha256_hex(words.data) if words else None,
        },
    )
    parsed = Parsed(
        converted.page_map.count if converted.total is None else converted.total,
        converted.page_map.unit,
        title_of(converted.markdown, converted.title, document.filename),
    )
    report = {
        "converter": converted.converter,
        "title": parsed.title,
        "characters": len(converted.markdown),
        "pages": parsed.pages,
        "pages_accounted": len(pages),
        "unit": parsed.unit,
        "page_outcomes": dict(outcomes),
        "findings": [finding.as_json() for finding in converted.findings],
    }
    return StageResult(parsed, (markdown, words) if words else (markdown,), report)


def _words(converted: Converted) -> OutputFile | None:
    """Returns the words of the pages, which prove that a quote is on its page in one piece."""
    if converted.page_words is None:
        return None
    data = orjson.dumps(words_as_json(converted.page_words))
    return OutputFile("page_words", ".words.json", data, "application/json")


def save(_ctx: StageContext, uow: "UnitOfWork", done: Sequence[Saved[Parsed]]) -> None:
    uow.documents.set_parsed([(item.document.document_id, *item.files["markdown"], *item.result.rows) for item in done])
    uow.jobs.set_stage1_results({item.job.job_id: item.result.report for item in done})


STAGE = Stage(
    name=StageName.MARKDOWN_CONVERSION,
    version="3",
    fetch=fetch,
    run=run,
    save=save,
    leaves="markdown",
    config=lambda ctx: {
        "converter": ctx.converter.name,
        "converter_version": ctx.converter.version,
        "max_pages": ctx.settings.max_pages,
        "ocr": ctx.settings.ocr_pages,
        "keep_hidden": ctx.settings.keep_hidden,
    },
    # waiting for a service takes no core
    threads=lambda settings: (
        settings.convert_workers if settings.converter == "local" else settings.llama_parse_concurrency
    ),
)
