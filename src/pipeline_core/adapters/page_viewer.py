"""Pages of PDFs, read in processes that can be killed."""

from importlib.metadata import version

from pipeline_core.adapters.converters.page_view import view_guarded
from pipeline_core.adapters.converters.pool import Limits, WorkerPool
from pipeline_core.domain.errors import (
    PageNotShownError,
    StageCrashedError,
    StageTimeoutError,
    UnexpectedError,
)
from pipeline_core.domain.page_views import ImageKind, PageView
from pipeline_core.settings import Settings

_REVISION = 1
"""Raise it whenever the same bytes may give another picture or other words."""


class PooledPageViewer:
    """At most ``page_workers`` processes, each started when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        libraries = (version("liteparse"), version("pypdfium2"))
        self.revision = "-".join([str(_REVISION), *libraries])
        limits = Limits(
            settings.convert_memory_mb, settings.page_timeout_s, "page", StageTimeoutError, StageCrashedError
        )
        self._pool = WorkerPool(settings.page_workers, limits)

    def view(self, data: bytes, number: int, kind: ImageKind | None) -> PageView:
        """See ``ports.page_viewer``."""
        try:
            return self._pool.call(view_guarded, data, number, kind)
        except (StageTimeoutError, StageCrashedError, UnexpectedError) as error:
            raise PageNotShownError(f"Page {number} cannot be shown: {error.message}") from error

    def close(self) -> None:
        """Kill every process."""
        self._pool.close()
