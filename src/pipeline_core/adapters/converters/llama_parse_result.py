"""Responses of LlamaParse, as pages, costs and markdown. Each is checked before it is used."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pipeline_core.adapters.converters.pages import PageText, all_blank, assemble, page_of, storable
from pipeline_core.adapters.converters.pdf_findings import page_findings
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted, PageOutcome
from pipeline_core.domain.errors import ConversionFailedError, NoTextError, TooManyPagesError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.harmless_links import without_active_links
from pipeline_core.domain.parsing import ParsedPage, ParsePlan, ParseResult
from pipeline_core.domain.spending import PagePrice

if TYPE_CHECKING:
    from llama_cloud.types import ParsingGetResponse

UNITS = {
    **dict.fromkeys((filetypes.PDF, filetypes.DOCX, filetypes.ODT, filetypes.DOC, filetypes.RTF), "page"),
    **dict.fromkeys((filetypes.PPTX, filetypes.ODP, filetypes.PPT), "slide"),
    **dict.fromkeys((filetypes.XLSX, filetypes.ODS, filetypes.XLS), "sheet"),
}
"""File types that go to the service, and its unit for a page. It adds nothing to texts, web pages, mails and books."""

_ENDED = {"FAILED": "failed", "CANCELLED": "was cancelled"}


def is_readable(response: Any) -> bool:
    """Return whether the response has the protocol's shape as far as it is used here."""
    job = getattr(response, "job", None)
    return isinstance(getattr(job, "id", None), str) and isinstance(getattr(job, "status", None), str)


def result_of(
    response: "ParsingGetResponse", plan: ParsePlan, price: PagePrice, quoted: Callable[[str], str]
) -> ParseResult | None:
    """Return the outcome of the job; None: it has not ended, or its result is not there yet."""
    job = response.job
    if how := _ENDED.get(job.status):
        why = quoted(job.error_message or "no reason given").rstrip(".")
        return ParseResult(
            usage=usage_of(response, price, pages=None),
            error=ConversionFailedError(f"The job {job.id} of LlamaParse {how}: {why}.", where=plan.filename),
        )
    rows = getattr(response.markdown, "pages", None)
    if job.status != "COMPLETED" or rows is None:
        return None
    try:
        pages = _pages(rows, plan)
    except ConversionFailedError as error:
        return ParseResult(usage=usage_of(response, price, pages=None), error=error)
    return ParseResult(pages, usage_of(response, price, pages=len(pages)))


def usage_of(response: "ParsingGetResponse", price: PagePrice, *, pages: int | None) -> Usage | None:
    """Return the cost of the job: the credits billed, else its pages at their price, else None."""
    credits = getattr(response.job.usage, "credits", None)
    if isinstance(credits, int | float):
        return Usage(cost_usd=credits * price.credit)
    return None if pages is None else price.of(pages)


def _pages(rows: Sequence[Any], plan: ParsePlan) -> tuple[ParsedPage, ...]:
    """Every page once, in order; those that are missing have failed.

    Raises:
        ConversionFailedError: there is none, one comes twice, or there are more than the file has.
    """
    found: dict[int, ParsedPage] = {}
    for row in rows:
        number, text = getattr(row, "page_number", None), getattr(row, "markdown", None)
        if not isinstance(number, int) or number < 1 or number in found:
            raise ConversionFailedError(f"LlamaParse's pages cannot be told apart: {number!r}.", where=plan.filename)
        is_good = getattr(row, "success", False) is True and isinstance(text, str)
        found[number] = ParsedPage(number, storable(text) if is_good and text is not None else None)
    if not found:
        raise ConversionFailedError("LlamaParse's result has no pages.", where=plan.filename)
    if plan.pages is not None and max(found) > plan.pages:
        raise ConversionFailedError(
            f"LlamaParse's result has a page {max(found)}, and the file has {plan.pages}.", where=plan.filename
        )
    return tuple(found.get(n) or ParsedPage(n, None) for n in range(1, (plan.pages or max(found)) + 1))


def converted(pages: Sequence[ParsedPage], plan: ParsePlan, converter: str) -> Converted:
    """The pages as one markdown with its page map.

    Raises:
        TooManyPagesError: the service may have left pages out.
        ConversionFailedError, NoTextError: no page has any text.
    """
    if plan.pages is None and len(pages) >= plan.max_pages:
        raise TooManyPagesError(
            f"{plan.filename} has {plan.max_pages} pages or more, and no more than that were to be read.",
            action="Raise UPLOAD_PIPELINE_LLAMA_PARSE_UNCOUNTED_PAGES, then `pipeline retry JOB`.",
            http_action="Have UPLOAD_PIPELINE_LLAMA_PARSE_UNCOUNTED_PAGES raised, then "
            "`POST /api/v2/jobs/{job_id}/retry`.",
        )
    texts = [_page_text(page) for page in pages]
    outcomes = {text.outcome for text in texts}
    if PageOutcome.TEXT not in outcomes:
        if PageOutcome.FAILED in outcomes:
            raise ConversionFailedError(f"LlamaParse could not read any page of {len(pages):,}.", where=plan.filename)
        raise NoTextError(
            f"LlamaParse found no text in {plan.filename}: {all_blank(len(pages))}.",
            action="Upload the filled document.",
        )
    markdown, page_map = assemble(texts, UNITS[plan.kind])
    findings = tuple(page_findings(texts, (), damaged=False))
    return without_active_links(Converted(markdown, page_map, converter, findings, total=plan.pages))


def _page_text(page: ParsedPage) -> PageText:
    text = (page.markdown or "").strip("\n")
    return page_of(None if page.markdown is None else text if text.strip() else "")
