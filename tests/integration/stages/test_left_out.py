"""A quote that is read across two columns: left out and listed, taken in by a reviewer, then critical."""

from collections.abc import Callable

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.documents import Converted, Page, PageMap
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.page_words import Run
from pipeline_core.domain.review import Reviewer
from pipeline_core.review.decisions import Decision, Request
from pipeline_core.services.intake import Upload
from tests.samples.pdfs import pdf, text
from tests.support.through import needs_work, receive, through

GARBLED = "The boiler must be serviced once every year notice of three months to the end of the contract."
WHOLE = "The pressure valve opens at 3 bar and protects the vessel from bursting."
MARKDOWN = f"# Manual\n\n{GARBLED}\n\n{WHOLE}\n"


class TwoColumns:
    """Reads a page of two columns across, as converters do."""

    name, version = "two-columns", "1"

    def convert(self, _data: bytes, *, filename: str, mime: str) -> Converted:
        lines = (
            ("The boiler must be serviced once every year", 40.0, 100.0),
            ("Members may end the contract with the due", 300.0, 100.0),
            ("by an engineer whom the maker has certified", 40.0, 112.0),
            ("notice of three months to the end of the contract.", 300.0, 112.0),
            (WHOLE, 40.0, 300.0),
        )
        runs = tuple(Run(words, (left, top, left + 5 * len(words), top + 11)) for words, left, top in lines)
        pages = PageMap((Page(1, 0, len(MARKDOWN)),), "page")
        return Converted(MARKDOWN, pages, self.name, total=1, page_words={1: runs})

    def close(self) -> None:
        """Holds nothing."""


def test_left_out_then_taken_in_then_critical(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(converter=TwoColumns())
    [document_id] = needs_work(app, receive(app, Upload("a.pdf", pdf(text("Manual", WHOLE)))))
    through(app, [document_id])

    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    job = app.views.job(app.realm_id, row["job_id"])
    assert (row["state"], row["facts"], row["left_out"]) == ("done", 1, 1)
    [fact] = job["left_out_facts"]
    assert (fact["quote"], fact["reason"]) == (GARBLED, "evidence_scattered_on_page")
    [finding] = [found for found in job["findings"] if found["code"] == "evidence_scattered_on_page"]
    assert finding["severity"] == "warning"
    assert [exported["quote"] for exported in app.views.export(app.realm_id, document_id)["facts"]] == [WHOLE]

    asked = Request(Decision.APPROVE, Reviewer(app.realm_id, reason="It is right."), None, (fact["question_id"],))
    decided = app.review.decide(document_id, asked)
    assert decided.state is JobState.QUEUED
    through(app, [document_id])
    job = app.views.job(app.realm_id, row["job_id"])
    assert (job["state"], job["left_out"], job["critical"]) == ("awaiting_review", 0, 1)
    app.review.decide(
        document_id, Request(Decision.OVERRIDE, Reviewer(app.realm_id, reason="Read on the page itself."))
    )
    through(app, [document_id])
    published = app.views.export(app.realm_id, document_id)["facts"]
    assert {exported["quote"] for exported in published} == {GARBLED, WHOLE}


def test_one_that_is_taken_in_among_the_approved_is_compared_as_well(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(converter=TwoColumns())
    [first] = needs_work(app, receive(app, Upload("a.pdf", pdf(text("Manual", WHOLE)))))
    through(app, [first])
    [row] = app.views.jobs(app.realm_id, document_ids=[first])
    [fact] = app.views.job(app.realm_id, row["job_id"])["left_out_facts"]
    app.review.decide(
        first, Request(Decision.APPROVE, Reviewer(app.realm_id, reason="It is right."), None, (fact["question_id"],))
    )
    through(app, [first])
    app.review.decide(first, Request(Decision.OVERRIDE, Reviewer(app.realm_id, reason="Read on the page itself.")))
    through(app, [first])

    manual = make_pipeline(converter=TwoColumns(), changes={"workflow": "manual"})
    [second] = needs_work(manual, receive(manual, Upload("b.pdf", pdf(text("Another", WHOLE)))))
    through(manual, [second])
    [row] = manual.views.jobs(manual.realm_id, document_ids=[second])
    [fact] = manual.views.job(manual.realm_id, row["job_id"])["left_out_facts"]
    chosen = Request(
        Decision.APPROVE, Reviewer(manual.realm_id, reason="It is right."), approved=(fact["question_id"],)
    )
    manual.review.decide(second, chosen)
    through(manual, [second])

    [row] = manual.views.jobs(manual.realm_id, document_ids=[second])
    assert (row["facts"], row["left_out"], row["left_out_by"]) == (0, 2, {"duplicate": 2})
    published = [exported["quote"] for exported in app.views.export(app.realm_id, first)["facts"]]
    assert published.count(GARBLED) == 1
