"""Pages are read once, kept by the file's checksum, and made again where the store does not keep them."""

import threading
from uuid import UUID

import pytest

from pipeline_core.domain.errors import NotFoundError, PageNotShownError, StoreUnavailableError
from pipeline_core.domain.ids import DocumentId, sha256_hex
from pipeline_core.domain.locating.word import Word
from pipeline_core.domain.page_views import ImageKind, PageView, PageWords
from pipeline_core.domain.rows.documents import Original
from pipeline_core.ports.object_store import StoredObject
from pipeline_core.services.page_views import PageViews, Recent
from tests.support.memory_store import MemoryObjectStore

DATA = b"%PDF"
WORDS = PageWords(595.0, 842.0, (Word("boiler", (60.0, 100.0, 90.0, 110.0)),))


class Viewer:
    """Answers at once, and counts; or fails."""

    revision = "7"

    def __init__(self) -> None:
        self.asked: list[tuple[int, ImageKind | None]] = []
        self.fails = False

    def view(self, data: bytes, number: int, kind: ImageKind | None) -> PageView:
        assert data == DATA
        self.asked.append((number, kind))
        if self.fails:
            raise PageNotShownError(f"Page {number} is damaged.")
        return PageView(WORDS, b"picture" if kind else None)


class FullStore(MemoryObjectStore):
    """Takes nothing any more."""

    def put(self, key: str, data: bytes) -> StoredObject:
        if key.startswith("pages/"):
            raise StoreUnavailableError("It is full.")
        return super().put(key, data)


def original(mime: str = "application/pdf", pages: int | None = 3) -> Original:
    return Original(DocumentId(UUID(int=1)), "a.pdf", mime, pages, "documents/a.pdf", sha256_hex(DATA))


def views(store: MemoryObjectStore | None = None) -> tuple[PageViews, Viewer]:
    store = store or MemoryObjectStore()
    store.put("documents/a.pdf", DATA)
    viewer = Viewer()
    return PageViews(store, viewer), viewer


def test_a_page_is_read_once_for_its_picture_and_its_words() -> None:
    store = MemoryObjectStore()
    pages, viewer = views(store)
    assert pages.image(original(), 2, ImageKind.WEBP) == b"picture"
    assert pages.words(original(), 2) == WORDS
    assert pages.image(original(), 2, ImageKind.WEBP) == b"picture"
    assert viewer.asked == [(2, ImageKind.WEBP)]
    kept = f"pages/{sha256_hex(DATA)}/7/2"
    assert sorted(store.list("pages/")) == [f"{kept}.webp", f"{kept}.words.json"]
    # another process finds them there
    other, second = views(store)
    assert (other.image(original(), 2, ImageKind.WEBP), other.words(original(), 2)) == (b"picture", WORDS)
    assert second.asked == []


def test_words_alone_make_no_picture() -> None:
    pages, viewer = views()
    pages.words(original(), 1)
    assert viewer.asked == [(1, None)]


def test_many_who_ask_at_once_have_it_read_once() -> None:
    pages, viewer = views()
    threads = [threading.Thread(target=pages.image, args=(original(), 1, ImageKind.WEBP)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert viewer.asked == [(1, ImageKind.WEBP)]


def test_a_store_that_takes_nothing_stops_nobody() -> None:
    pages, viewer = views(FullStore())
    assert [pages.image(original(), 1, ImageKind.PNG) for _ in range(2)] == [b"picture"] * 2
    assert len(viewer.asked) == 2


def test_a_page_that_cannot_be_shown_is_not_tried_again_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    pages, viewer = views()
    viewer.fails = True
    for _ in range(3):
        with pytest.raises(PageNotShownError, match="damaged"):
            pages.image(original(), 1, ImageKind.WEBP)
    assert len(viewer.asked) == 1
    monkeypatch.setattr("pipeline_core.services.page_views._FAILED_S", 0.0)
    viewer.fails = False
    assert pages.image(original(), 1, ImageKind.WEBP) == b"picture"


@pytest.mark.parametrize(
    ("file", "number"), [(original("text/markdown", None), 1), (original(), 4), (original(), 0)], ids=["md", "4", "0"]
)
def test_only_pages_that_are_there_are_read(file: Original, number: int) -> None:
    pages, viewer = views()
    with pytest.raises(NotFoundError):
        pages.words(file, number)
    assert viewer.asked == []


def test_what_was_used_last_is_kept() -> None:
    recent, made = Recent[int](2), list[str]()

    def get(key: str) -> None:
        recent.get(key, lambda: made.append(key) or len(made))

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]
