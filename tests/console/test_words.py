"""Words on pages: what whoever reviews can do, who did what by name, times that are said, and figures that agree."""

from collections.abc import Callable

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import is_for_operators
from pipeline_core.services.intake import Upload
from tests.console.conftest import NO_LIMITS
from tests.samples.pdfs import pdf, photo, prose, text
from tests.support.through import needs_work, receive, through
from tests.support.two_users import ANN
from tests.support.visiting import Visitor, text_of, visit


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "ocr": False})


@pytest.fixture
def ann(pipeline: Pipeline) -> Visitor:
    return visit(pipeline)


def run(pipeline: Pipeline, *files: Upload) -> None:
    through(pipeline, needs_work(pipeline, receive(pipeline, *files)))


def test_a_failure_says_what_its_reader_can_do_and_names_no_setting(pipeline: Pipeline, ann: Visitor) -> None:
    run(pipeline, Upload("scan.pdf", pdf(photo), None))
    [job] = pipeline.views.jobs(ANN)
    for path in ("/dashboard", f"/jobs/{job.job_id}"):
        said = text_of(ann.get(path))
        assert "The document has no text: it is images only." in said
        assert "ask whoever runs this installation to have scans read" in said
        assert not is_for_operators(said)
    assert "pip install" in str(job.last_error), "operators read how to, as before"


def test_a_finding_says_what_its_reader_can_do_and_names_no_setting(pipeline: Pipeline, ann: Visitor) -> None:
    run(pipeline, Upload("half.pdf", pdf(text("Cover", *prose(3)), photo, photo, photo), None))
    said = text_of(ann.get("/review"))
    assert "From 3 of 4 pages no text could be read" in said
    assert "ask whoever runs this installation to have scans read; override if" in said
    assert not is_for_operators(said)


def test_a_file_that_is_too_large_is_refused_in_words_for_its_reader(make_pipeline: Callable[..., Pipeline]) -> None:
    ann = visit(make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "max_file_bytes": 100}))
    said = text_of(ann.post("/documents/upload", files={"file": ("long.md", b"# Rules\n" * 50)}))
    assert "or ask whoever runs this installation to raise the limit" in said
    assert not is_for_operators(said)


def test_a_limit_says_how_long_to_wait(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "limit_active_jobs": 1})
    ann = visit(pipeline)
    ann.post("/documents/upload", files={"file": ("first.md", b"# Rules\n\nOne.\n")})
    said = text_of(ann.post("/documents/upload", files={"file": ("second.md", b"# Rules\n\nTwo.\n")}))
    assert "You have 1 job under way; the limit is 1. Try again in 30 seconds." in said
