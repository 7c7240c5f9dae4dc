"""Of two documents that say the same, the one that is published first has the fact, whatever the other waits for."""

import json
from collections import Counter
from collections.abc import Callable

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.services.decisions import Decision, Request, Resolution
from tests.published import EACH_LOSS, EVERY_LOSS, FACT, decide, drain, in_production, rows, staged, standing, text_of, who_says
from tests.through import publish, upload

MakePipeline = Callable[..., Pipeline]
OPENS = "The alpha office opens at 8 in the morning on Mondays."
BOILER = "The beta boiler must be serviced every 12 months by an engineer."
FIRST, SECOND = text_of("Alpha", FACT, OPENS), text_of("Beta", FACT, BOILER)


@pytest.fixture
def manual(make_pipeline: MakePipeline) -> Pipeline:
    """Every document of it waits for a person; of ``app``, on the same database, none does without a reason."""
    return make_pipeline(changes={"workflow": "manual"})


def lost(app: Pipeline) -> list[str]:
    """What published documents say and nobody has decided about, and no published document has."""
    return [
        said
        for (said,) in rows(
            app,
            "SELECT q.statement FROM staged_questions q JOIN documents d USING (document_id) "
            "WHERE d.published_at IS NOT NULL AND q.status <> 'rejected' AND NOT EXISTS ("
            "SELECT FROM all_questions a WHERE a.user_id = q.user_id AND a.match_sha256 = q.match_sha256)",
        )
    ]


def listed(app: Pipeline, document_id: DocumentId) -> list[str]:
    """The facts in the record of the document's publication."""
    exported = app.views.export(app.user_id, document_id)
    [path] = [file["file_path"] for file in exported["files"] if file["file_type"] == "ingestion_json"]
    found: list[str] = json.loads(app.ctx.store.get(path))["facts"]
    assert found == [str(fact["question_id"]) for fact in exported["facts"]]
    return found


def test_a_published_document_has_the_fact_that_one_that_waits_says_too(app: Pipeline, manual: Pipeline) -> None:
    [waiting] = publish(manual, upload("a.md", FIRST))
    [document_id] = publish(app, upload("b.md", SECOND))
    assert (who_says(app, FACT), staged(app, FACT)) == (["b.md"], [("a.md", "duplicate"), ("b.md", "imported")])
    assert len(listed(app, document_id)) == 2
    decide(manual, waiting)
    assert (who_says(app, FACT), who_says(app, OPENS)) == (["b.md"], ["a.md"])
    assert len(listed(app, waiting)) == 1
