"""Pages of PDFs in processes that can be killed: what people see, and what hostile files do not do."""

import io
from collections.abc import Iterator

import pikepdf
import pytest
from PIL import Image

from pipeline_core.adapters.page_viewer import PooledPageViewer
from pipeline_core.domain.errors import PageNotShownError
from pipeline_core.domain.page_views import ImageKind
from pipeline_core.settings import load_settings
from tests.samples.pdfs import blank, pdf, text
from tests.support.paths import SHARED

LARGE_BYTES = 300_000
TWO = pdf(text("Boiler manual", "The valve opens at 3 bar."), blank)


@pytest.fixture(scope="module")
def viewer() -> Iterator[PooledPageViewer]:
    made = PooledPageViewer(load_settings(page_workers=1, page_timeout_s=5.0))
    yield made
    made.close()


@pytest.mark.parametrize("kind", [ImageKind.WEBP, ImageKind.PNG])
def test_a_page_has_its_picture_and_its_words(viewer: PooledPageViewer, kind: ImageKind) -> None:
    view = viewer.view(TWO, 1, kind)
    assert (view.words.width, view.words.height) == (595, 842)
    assert [word.text for word in view.words.words] == ["Boiler", "manual", "The", "valve", "opens", "at", "3", "bar."]
    left, top, right, bottom = view.words.words[2].box
    assert 59 < left < right < 90
    assert 842 - 735 < top < bottom < 842 - 710
    assert view.image is not None
    image = Image.open(io.BytesIO(view.image))
    assert (image.format, image.size) == (kind.name, (1190, 1684))
    # the letters are where the box says
    dark = image.convert("L").crop(tuple(round(2 * edge) for edge in (left, top, right, bottom)))
    assert dark.getextrema()[0] < 100


def test_a_small_picture_tells_pages_apart(viewer: PooledPageViewer) -> None:
    image = viewer.view(TWO, 1, ImageKind.SMALL).image
    assert image is not None
    assert Image.open(io.BytesIO(image)).size == (149, 211)
    assert ImageKind.SMALL.mime == "image/webp"


def test_a_page_that_is_turned_has_boxes_as_it_is_shown(viewer: PooledPageViewer) -> None:
    with pikepdf.open(io.BytesIO(TWO)) as document:
        document.pages[0].Rotate = 90
        output = io.BytesIO()
        document.save(output)
    view = viewer.view(output.getvalue(), 1, ImageKind.PNG)
    assert (view.words.width, view.words.height) == (842, 595)
    assert view.image is not None
    image = Image.open(io.BytesIO(view.image)).convert("L")
    for word in view.words.words:
        dark = image.crop(tuple(round(2 * edge) for edge in word.box))
        assert dark.getextrema()[0] < 100, word


def test_words_alone_need_no_picture(viewer: PooledPageViewer) -> None:
    assert viewer.view(TWO, 2, None).image is None
    assert viewer.view(TWO, 2, None).words.words == ()


def test_a_cut_off_file_is_repaired(viewer: PooledPageViewer) -> None:
    assert viewer.view(TWO[: TWO.rindex(b"xref")], 1, None).words.words


@pytest.mark.parametrize(("data", "number"), [(TWO, 3), (b"%PDF-1.7 nothing", 1)], ids=["no such page", "no PDF"])
def test_what_cannot_be_shown_is_said(viewer: PooledPageViewer, data: bytes, number: int) -> None:
    with pytest.raises(PageNotShownError):
        viewer.view(data, number, ImageKind.PNG)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared documents")
@pytest.mark.timeout(120)
@pytest.mark.parametrize("size", ["small", pytest.param("large", marks=pytest.mark.chaos)])
def test_hostile_files_are_shown_or_refused(viewer: PooledPageViewer, size: str) -> None:
    for file in sorted(SHARED.glob("hostile/*.pdf")):
        if (file.stat().st_size > LARGE_BYTES) != (size == "large"):
            continue
        try:
            view = viewer.view(file.read_bytes(), 1, ImageKind.WEBP)
        except PageNotShownError:
            continue
        assert view.image is not None, file.name
        assert len(view.image) < 5_000_000, file.name
    assert viewer.view(TWO, 1, None).words.words
