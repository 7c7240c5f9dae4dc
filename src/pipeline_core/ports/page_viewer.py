"""Port: what people see of one page of a file."""

from typing import Protocol

from pipeline_core.domain.page_views import ImageKind, PageView


class PageViewer(Protocol):
    """Shows pages of files that nobody trusts. ``revision`` changes when the same bytes may give something else."""

    revision: str

    def view(self, data: bytes, number: int, kind: ImageKind | None) -> PageView:
        """Read a page, by its number from 1; with a ``kind``, its picture too.

        Raises:
            PageNotShownError: the file has no such page, or it is damaged, takes too long or too much memory.
            TransientError: it may work later.
        """
        ...
