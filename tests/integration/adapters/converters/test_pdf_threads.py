"""PDFs that threads of one process convert at the same time."""

from concurrent.futures import ThreadPoolExecutor

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from tests.samples import hostile


def test_threads_that_convert_pdfs_do_not_crash_the_process() -> None:
    source = Source(hostile.policy_pdf(), "policy.pdf", filetypes.PDF)
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: pdf.convert(source, ConvertOptions(max_pages=10)).markdown, range(40)))
    assert len(set(results)) == 1
