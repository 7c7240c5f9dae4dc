"""Pages of documents as people see them: read once, kept in the object store by the file's checksum and the page."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import orjson
import structlog

from pipeline_core.domain.errors import (
    NotFoundError,
    ObjectNotFoundError,
    PageNotShownError,
    PipelineError,
)
from pipeline_core.domain.page_views import ImageKind, PageView, PageWords
from pipeline_core.domain.rows.documents import Original
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.ports.page_viewer import PageViewer

log = structlog.stdlib.get_logger(__name__)
T = TypeVar("T")
PREFIX = "pages/"
"""Prefix of the keys: the files' checksums follow."""
_LOCKS = 64
_KEPT_PAGES = 256
_FAILED_S = 600.0
"""A page that could not be shown is not tried again for so long: each try may take a process for seconds."""


class Recent(Generic[T]):
    """The values that were used last, by their keys; any thread may ask."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of this key, made where it is not known; two threads may make it at once."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


class PageViews:
    """Pictures and words of the pages of PDFs. Who may see a document is decided before it comes here."""

    def __init__(self, store: ObjectStore, viewer: PageViewer) -> None:
        self._store, self._viewer = store, viewer
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        self._words: Recent[PageWords] = Recent(_KEPT_PAGES)
        self._failed: dict[tuple[str, int], tuple[float, str]] = {}

    @property
    def revision(self) -> str:
        """The version of what reads pages: with the file and the page it says which picture it is."""
        return self._viewer.revision

    def image(self, original: Original, number: int, kind: ImageKind) -> bytes:
        """The picture of a page.

        Raises:
            NotFoundError: the document has no such page, or its pages have no pictures.
            PageNotShownError: it cannot be shown.
        """
        _require(original, number)
        key = self._key(original, number, kind.value)
        if (known := self._kept(key)) is not None:
            return known
        with self._lock_of(original, number):
            if (known := self._kept(key)) is not None:
                return known
            view = self._view(original, number, kind)
            assert view.image is not None
            self._keep(key, view.image)
            self._keep(self._key(original, number, "words.json"), orjson.dumps(view.words.as_json()))
            return view.image

    def words(self, original: Original, number: int) -> PageWords:
        """The words of a page, with its size.

        Raises:
            NotFoundError, PageNotShownError: as ``image``.
        """
        _require(original, number)
        return self._words.get((original.sha256, number), lambda: self._read_words(original, number))

    def _read_words(self, original: Original, number: int) -> PageWords:
        key = self._key(original, number, "words.json")
        with self._lock_of(original, number):
            if (known := self._kept(key)) is not None:
                return PageWords.from_json(orjson.loads(known))
            view = self._view(original, number, None)
            self._keep(key, orjson.dumps(view.words.as_json()))
            return view.words

    def _view(self, original: Original, number: int, kind: ImageKind | None) -> PageView:
        failed_at, why = self._failed.get((original.sha256, number), (0.0, ""))
        if why and time.monotonic() - failed_at < _FAILED_S:
            raise PageNotShownError(why)
        data = self._store.get(original.key, sha256=original.sha256)
        try:
            return self._viewer.view(data, number, kind)
        except PageNotShownError as error:
            self._failed = {
                page: (at, said) for page, (at, said) in self._failed.items() if time.monotonic() - at < _FAILED_S
            }
            self._failed[original.sha256, number] = (time.monotonic(), error.message)
            raise

    def _key(self, original: Original, number: int, ending: str) -> str:
        return f"{PREFIX}{original.sha256}/{self.revision}/{number}.{ending}"

    def _kept(self, key: str) -> bytes | None:
        try:
            return self._store.get(key)
        except ObjectNotFoundError:
            return None

    def _keep(self, key: str, data: bytes) -> None:
        """Keep what was made, if the store takes it: it is made again where it does not."""
        try:
            self._store.put(key, data)
        except PipelineError as error:
            log.warning("page_not_kept", kept=key, error=describe_error(error))

    def _lock_of(self, original: Original, number: int) -> threading.Lock:
        return self._locks[hash((original.sha256, number)) % _LOCKS]


def _require(original: Original, number: int) -> None:
    if not original.has_pictures:
        raise NotFoundError(
            f"{original.filename} has no pages that can be shown: it is no PDF.",
            action="Its text is shown instead.",
            http_action="`GET /api/v2/documents/{document_id}/facts/{fact_id}/source` has the text around a fact.",
        )
    if number < 1 or (original.pages is not None and number > original.pages):
        raise NotFoundError(f"{original.filename} has no page {number}.")
