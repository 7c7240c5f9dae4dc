"""Documents of a run are validated before any is published: what they contradict of each other is said all the same."""

from typing import Any

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.review.decisions import Decision, Request
from tests.support.through import publish, through, upload

OLD = "# Costs\n\nThe annual deductible of the plan is 500 euros for each member.\n"
NEW = OLD.replace("500", "750")
DISPUTED = (
    "# Letter\n\nThe annual deductible of the plan is 900 euros for each member.\n\n"
    "The moving allowance is $300 for each person.\n\nThe moving allowance is $400 for each person.\n"
)


def said_against(app: Pipeline, document_id: DocumentId) -> list[str]:
    """What is published otherwise, as the findings of the newest job say it."""
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    findings: list[dict[str, Any]] = app.views.job(app.realm_id, row["job_id"])["findings"]
    assert row["warnings"] == sum(finding["severity"] == "warning" for finding in findings)
    assert row["critical"] == sum(finding["severity"] == "critical" for finding in findings)
    sides = [one["numbers"]["sides"] for one in findings if one["code"] == "contradicts_published"]
    return sorted(f"{here['document']} - {there['document']}" for here, there in sides)


def state_of(app: Pipeline, document_id: DocumentId) -> tuple[str, str]:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return row["state"], row["stage"]


def test_documents_of_one_run_are_compared_with_each_other(app: Pipeline) -> None:
    documents = publish(app, upload("old.md", OLD), upload("new.md", NEW))
    assert {state_of(app, document_id) for document_id in documents} == {("done", "ingested")}
    assert [said_against(app, document_id) for document_id in documents] == [["old.md - new.md"], ["new.md - old.md"]]


def test_rows_of_tables_are_compared_by_header_and_caption(app: Pipeline) -> None:
    table = "# Ferry\n\n## Fares\n\n| Passenger | Fare in EUR |\n|---|---|\n| Adult | 14 |\n| Child | 7 |\n"
    documents = publish(app, upload("old.md", table), upload("new.md", table.replace("14", "16")))
    assert [said_against(app, document_id) for document_id in documents] == [["old.md - new.md"], ["new.md - old.md"]]


def test_a_waiting_document_is_compared_with_what_is_published_meanwhile(app: Pipeline) -> None:
    """It waits for a contradiction of its own: the person who looks at it is told of the other one too."""
    waiting, published = publish(app, upload("letter.md", DISPUTED), upload("old.md", OLD))
    assert state_of(app, waiting) == ("awaiting_review", "validation_review")
    assert said_against(app, waiting) == ["letter.md - old.md"]
    publish(app, upload("new.md", NEW))
    assert said_against(app, waiting) == ["letter.md - new.md", "letter.md - old.md"]
    assert said_against(app, published) == []
    app.review.decide(waiting, Request(Decision.OVERRIDE, Reviewer(app.realm_id, reason="Both of them hold.")))
    through(app, [waiting])
    assert state_of(app, waiting) == ("done", "ingested")
    assert said_against(app, waiting) == ["letter.md - new.md", "letter.md - old.md"]


def test_what_is_no_longer_published_is_contradicted_no_longer(app: Pipeline) -> None:
    waiting, _ = publish(app, upload("letter.md", DISPUTED), upload("old.md", OLD, source="file:///old.md"))
    publish(app, upload("old.md", "# Costs\n\nThe plan is open to every member of the club.\n", "file:///old.md"))
    assert said_against(app, waiting) == []
    assert state_of(app, waiting) == ("awaiting_review", "validation_review")
