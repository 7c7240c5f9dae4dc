"""Which settings and inputs make a stage run again, and nothing before it."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import CorrelationId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.stages import chunk, facts, optimize
from pipeline_core.stages.registry import BY_NAME
from tests.support.through import needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]
AFTER_COMPARISON = {StageName.VALIDATION, StageName.EMBEDDER, StageName.INGESTOR}


@pytest.mark.parametrize(
    "changes", [{"duplicate_mode": "baseline"}, {"duplicate_threshold": 0.8}, {"duplicate_automatic": 0.95}]
)
def test_settings_of_the_comparison_restart_it_and_nothing_before(
    make_pipeline: MakePipeline, changes: dict[str, object]
) -> None:
    [document_id] = publish(make_pipeline(), upload())
    app = make_pipeline(changes=changes)
    assert needs_work(app, receive(app, upload())) == [document_id]
    [row] = app.views.jobs(app.realm_id)
    assert (row["state"], row["stage"]) == ("queued", "facts_staged")

    _, reports = through(app, [document_id])
    assert {name for name, report in reports.items() if report.ran or report.reused} == AFTER_COMPARISON
    assert needs_work(app, receive(app, upload())) == []


def test_an_earlier_stage_comes_first(make_pipeline: MakePipeline) -> None:
    publish(make_pipeline(), upload())
    app = make_pipeline(changes={"duplicate_threshold": 0.8, "chunk_max_chars": 700})
    needs_work(app, receive(app, upload()))
    assert app.views.jobs(app.realm_id)[0]["stage"] == "chunking"


@pytest.mark.parametrize(
    ("first", "kinds"),
    [
        (StageName.MARKDOWN_OPTIMIZER, ("markdown",)),
        (StageName.CHUNKER, ("optimized_markdown",)),
        (StageName.FACT_GENERATOR, ("optimized_markdown",)),
    ],
)
def test_other_pages_under_the_same_text_are_another_input(
    app: Pipeline, first: StageName, kinds: tuple[str, ...]
) -> None:
    """A converter that mends its page map gives the same bytes: pages of evidence must follow nevertheless."""
    [document_id] = publish(app, upload())
    [row] = app.views.jobs(app.realm_id)
    with app.open_uow() as uow:
        uow.session.connection.execute(
            "UPDATE stage_output_files SET metadata = jsonb_set(metadata, '{page_map,pages,0,0}', '7') "
            "WHERE file_type = ANY(%s)",
            [list(kinds)],
        )
        targets = {row["job_id"]: BY_NAME[first].restarts_at}
        uow.jobs.restart(targets, code="retried", by="test", correlation_id=CorrelationId(uuid4()))
        uow.commit()
    _, reports = through(app, [document_id])
    assert reports[first].ran == [document_id]


@pytest.mark.parametrize(
    ("module", "stage"),
    [(optimize, StageName.MARKDOWN_OPTIMIZER), (chunk, StageName.CHUNKER)],
)
def test_a_library_of_another_version_is_another_configuration(
    app: Pipeline, monkeypatch: pytest.MonkeyPatch, module: object, stage: StageName
) -> None:
    before = BY_NAME[stage].config_sha256(app.ctx)
    monkeypatch.setattr(module, "version", lambda _name: "99.9")
    assert BY_NAME[stage].config_sha256(app.ctx) != before


def test_the_segmenter_is_part_of_the_generators_version(app: Pipeline) -> None:
    from importlib.metadata import version

    assert f"sentencex-{version('sentencex')}" in app.ctx.generator.version
    assert facts.STAGE.config(app.ctx)["generator_version"] == app.ctx.generator.version
