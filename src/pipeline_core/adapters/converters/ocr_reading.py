"""The pages of a file that OCR is to read, a few at a time: each call has a deadline, in a process to be killed."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pipeline_core.adapters.converters.ocr import read_pages
from pipeline_core.adapters.converters.ocr_page import ScannedPage
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain.errors import ConversionCrashedError, ConversionTimeoutError

_BATCH = 4
"""Pages a call: of one that takes too long, or too much memory, only so many are read again."""
_MOST_FAILED = 3
"""Pages that may fail alone: after that the file is taken to be made so that it cannot be read."""

Work = Callable[[Source, ConvertOptions], Mapping[int, ScannedPage]]


def read_scans(run: Callable[[Work], Mapping[int, ScannedPage]], numbers: Sequence[int]) -> dict[int, ScannedPage]:
    """Read the pages, as far as it goes. ``run`` does one call where it can be killed."""
    read: dict[int, ScannedPage] = {}
    waiting = [numbers[at : at + _BATCH] for at in range(0, len(numbers), _BATCH)]
    failed = 0
    while waiting and failed < _MOST_FAILED:
        batch = waiting.pop(0)
        try:
            read |= run(partial(read_pages, batch))
        except (ConversionTimeoutError, ConversionCrashedError):
            if len(batch) == 1:
                failed += 1
            else:
                waiting[:0] = [[number] for number in batch]
    return read
