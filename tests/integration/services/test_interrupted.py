"""A run that is cut short: what its documents are charged with, and what is not their fault."""

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.stages.registry import BY_NAME
from tests.support.through import needs_work, receive, through, upload


def interrupted_by(error: BaseException, app: Pipeline) -> None:
    """Take the documents that can be taken through one stage, and no further."""
    batch = app.claim([row["document_id"] for row in app.views.jobs(app.realm_id)])
    with app.claim.released(batch):
        app.run_stage(BY_NAME[StageName.INGEST], batch)
        raise error


@pytest.mark.parametrize(
    ("error", "state", "tries", "code"),
    [
        (KeyboardInterrupt(), "retryable", 0, "interrupted"),
        (SystemExit(1), "retryable", 0, "interrupted"),
        (ServiceUnavailableError(), "retryable", 1, "service_unavailable"),
        (KeyError("a defect"), "deadletter", 0, "unexpected"),
    ],
)
def test_the_kind_of_interruption_decides(
    app: Pipeline, error: BaseException, state: str, tries: int, code: str
) -> None:
    receive(app, upload())
    with pytest.raises(type(error)):
        interrupted_by(error, app)
    [row] = app.views.jobs(app.realm_id)
    assert (row["state"], row["retry_count"], row["last_error"]["code"]) == (state, tries, code)


def test_the_next_run_goes_on_from_where_it_was(app: Pipeline) -> None:
    ids = needs_work(app, receive(app, upload()))
    for _ in range(app.settings.max_retries + 2):
        with pytest.raises(KeyboardInterrupt):
            interrupted_by(KeyboardInterrupt(), app)
    assert needs_work(app, receive(app, upload())) == ids
    through(app, ids)
    [row] = app.views.jobs(app.realm_id)
    assert (row["state"], row["outcome"]) == ("done", "published")
