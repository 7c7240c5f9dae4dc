"""The page of validation review, without a browser."""

from pipeline_core.bootstrap import Pipeline
from tests.support.reviewing import CONTRADICTORY, park
from tests.support.visiting import text_of, visit


def test_a_page_names_every_finding_and_nothing_of_a_document_is_active(api_pipeline: Pipeline) -> None:
    park(api_pipeline, "<script>alert(1) & more.md", CONTRADICTORY.replace("Costs", "<img src=x onerror=alert(1)>"))
    ann = visit(api_pipeline)
    page = ann.get("/review")
    assert (page.status_code, page.url.path.split("/")[1]) == (200, "validate")
    for hostile in ("<script>alert", "<img"):
        assert hostile not in page.text
    said = text_of(page)
    assert "The document contradicts itself." in said
    assert "Critical" in said
    assert "alert(1) & more.md" in said
