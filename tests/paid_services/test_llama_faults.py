"""The table of LlamaParse's faults, through the real client, with and without a fallback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.bootstrap import Pipeline
from pipeline_core.settings import Settings, load_settings
from tests.paid_services.llama import PAGES, assert_settled, llama_settings, pdf_upload, policy, take_in, to_rest
from tests.paid_services.llama_protocol import LlamaCloud
from tests.paid_services.llama_table import CASES, Case, render, written
from tests.paid_services.server import PaidServer
from tests.support.database import copied_database
from tests.support.drills import one_of_each


@pytest.fixture(scope="module")
def settings(postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One database for all rows: each has a document of its own."""
    home: Path = tmp_path_factory.mktemp("home")
    with copied_database(postgres_url, template_database) as url:
        yield load_settings(home=home, database_url=url, retry_base_s=0.05)


RUNS = [
    (case, fallback)
    for case in CASES
    for fallback in ("none", "local")
    # a fault that does not matter is seen best without a fallback, one that always stops with it
    if case.alone != case.local or (fallback == "none") == (case.alone == "converted")
]


def _comes_to(run: tuple[Case, str]) -> tuple[str | None, ...]:
    case, fallback = run
    return (fallback, case.alone if fallback == "none" else case.local, case.code)


@pytest.mark.parametrize("run", one_of_each(RUNS, _comes_to, lambda run: f"{run[0].name}, {run[1]}"))
def test_a_fault_of_llama_parse(
    settings: Settings,
    converter: LocalConverter,
    workers: WorkerProcesses,
    server: PaidServer,
    cloud: LlamaCloud,
    run: tuple[Case, str],
) -> None:
    case, fallback = run
    changes = llama_settings(server, converter_fallback=fallback, llama_parse_deadline_s=case.deadline_s)
    app = Pipeline(settings.model_copy(update=changes), local=converter, workers=workers)
    try:
        check(app, server, case, fallback)
    finally:
        app.close()


def check(app: Pipeline, server: PaidServer, case: Case, fallback: str) -> None:
    [document_id] = take_in(app, pdf_upload(data=policy(f"{case.name} {fallback}")))
    server.fail(case.fault, times=case.times, on=case.meets)

    rest = to_rest(app, document_id)

    expected = case.alone if fallback == "none" else case.local
    assert rest.outcome == expected
    assert server.paid == case.charged
    codes = {finding["code"]: finding for finding in rest.findings}
    if expected in ("dead", "parked", "held"):
        assert rest.code == case.code
    else:
        assert rest.pages is not None
        assert len(rest.pages.pages) == PAGES
        assert set(codes) == {
            *([case.finding] if case.finding else []),
            *(["converter_fallback"] * (expected == "local")),
        }
    if expected == "local":
        finding = codes["converter_fallback"]
        assert finding["severity"] == "warning"
        # what is tried again in the end has an error of its own
        assert finding["numbers"]["code"] == case.code or case.code == "retries_exhausted"
    assert_settled(app, document_id, under_way=int(case.code == "conversion_pending"))


def test_the_document_shows_this_table() -> None:
    assert written() == render(), "run python -m tests.paid_services.llama_table"
