"""The flow on a real Prefect server: lanes, retries and the states that runs end in."""

import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

import pytest

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ServiceUnavailableError, StoreFullError
from pipeline_core.domain.ids import DocumentId
from tests.e2e.conftest import asking
from tests.support.fakes import ScriptedFactGenerator, first_times
from tests.support.paths import ROOT
from tests.support.through import MANUAL, needs_work, receive, upload


@pytest.fixture(scope="module")
def own_flow(prefect_api_url: str) -> Any:
    from examples.own_flow import contracts_to_facts

    return contracts_to_facts


@pytest.fixture
def generator() -> ScriptedFactGenerator:
    return ScriptedFactGenerator()


@pytest.fixture
def wired(make_pipeline: Any, generator: ScriptedFactGenerator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """The pipeline of this process, with a generator that can be told to fail."""
    app = make_pipeline(
        generator=generator, changes={"duplicate_threshold": 1.0, "retry_base_s": 0.1, "batch_size": 10}
    )
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    yield app
    bootstrap.pipeline.cache_clear()


def documents(app: Pipeline, number: int) -> list[DocumentId]:
    files = [
        upload(f"{n}.md", MANUAL.replace("65", str(40 + n)) + f"\nRoom {n} has its own key.\n") for n in range(number)
    ]
    return needs_work(app, receive(app, *files))


def task_runs(prefect_api_url: str, flow_run_id: UUID, at_least: int = 11) -> list[dict[str, Any]]:
    """The run's task runs, once the server has recorded them all: it does so from a queue."""
    rows: list[dict[str, Any]] = []
    asked = {"flow_runs": {"id": {"any_": [str(flow_run_id)]}}}
    with asking(prefect_api_url) as client:
        for _ in range(100):
            rows = client.post("/task_runs/filter", json=asked).json()
            if len(rows) >= at_least and all(row["state_type"] in ("COMPLETED", "FAILED") for row in rows):
                return rows
            time.sleep(0.2)
    return rows


def test_a_batch_is_one_task_run_a_stage(process_document: Any, wired: Pipeline, prefect_api_url: str) -> None:
    ids = documents(wired, 5)
    state = process_document(document_ids=ids, return_state=True)
    assert (state.name, state.message) == ("Completed", "5 done")
    rows = task_runs(prefect_api_url, state.state_details.flow_run_id)
    names = sorted(row["name"].rsplit("-", 1)[0] for row in rows)
    assert names == sorted(
        ["claim", "ingest", "markdown-conversion", "markdown-optimizer", "chunker", "fact-generator",
         "matching-gate", "validation", "validation-gate", "embedder", "ingestor"]
    )  # fmt: skip


def test_one_document_in_trouble_leaves_for_the_slow_lane(
    process_document: Any, wired: Pipeline, generator: ScriptedFactGenerator
) -> None:
    """It fails in the batch and once more alone; the others are published meanwhile; then it is, too."""
    ids = documents(wired, 4)
    generator.fail_with(ServiceUnavailableError("busy"), on=first_times(2, "Room 2"))
    state = process_document(document_ids=ids, return_state=True)
    assert (state.name, state.message) == ("Completed", "4 done")
    rows = {row["filename"]: row for row in wired.views.jobs(wired.realm_id)}
    assert {row["outcome"] for row in rows.values()} == {"published"}
    stages = wired.views.job(wired.realm_id, rows["2.md"]["job_id"])["stages"]
    assert next(s["retry_count"] for s in stages if s["stage_name"] == "fact-generator") == 2
    others = wired.views.job(wired.realm_id, rows["1.md"]["job_id"])["stages"]
    assert all(s["retry_count"] == 0 for s in others)


def test_spent_retries_end_in_the_dead_letters(
    process_document: Any, wired: Pipeline, generator: ScriptedFactGenerator, prefect_api_url: str
) -> None:
    ids = documents(wired, 2)
    generator.fail_with(ServiceUnavailableError("busy"), on=lambda chunk: "Room 1" in chunk.text)
    state = process_document(document_ids=ids, return_state=True)
    assert state.name == "CompletedWithDeadLetters"
    rows = {row["filename"]: row for row in wired.views.jobs(wired.realm_id)}
    assert rows["0.md"]["outcome"] == "published"
    assert rows["1.md"]["state"] == "deadletter"
    assert rows["1.md"]["last_error"]["code"] == "retries_exhausted"
    # its task failed, as Prefect shows it, and no stage ran on nothing afterwards
    runs = task_runs(prefect_api_url, state.state_details.flow_run_id, at_least=15)
    kinds = [(row["name"].rsplit("-", 1)[0], row["state_type"]) for row in runs]
    assert [name for name, kind in kinds if kind == "FAILED"] == ["fact-generator"]
    assert kinds.count(("matching-gate", "COMPLETED")) == 1


def test_a_document_that_fails_for_good_alone_fails_its_task_and_its_run(
    process_document: Any, wired: Pipeline, generator: ScriptedFactGenerator, prefect_api_url: str
) -> None:
    ids = documents(wired, 1)
    generator.fail_with(ServiceUnavailableError("busy"), on=lambda _chunk: True)
    state = process_document(document_ids=ids, return_state=True)
    assert (state.type.value, state.message) == ("FAILED", "1 deadletter")
    runs = task_runs(prefect_api_url, state.state_details.flow_run_id, at_least=6)
    [failed] = [row for row in runs if row["state_type"] == "FAILED"]
    assert failed["name"].startswith("fact-generator")
    assert "busy" in failed["state"]["message"]
    assert not [row for row in runs if row["name"].startswith(("matching-gate", "validation", "embedder", "ingestor"))]


def test_a_single_document_is_retried_by_prefect(
    process_document: Any, wired: Pipeline, generator: ScriptedFactGenerator, prefect_api_url: str
) -> None:
    ids = documents(wired, 1)
    generator.fail_with(ServiceUnavailableError("busy"), on=first_times(2, ""))
    state = process_document(document_ids=ids, return_state=True)
    assert state.name == "Completed"
    [row] = [
        row for row in task_runs(prefect_api_url, state.state_details.flow_run_id)
        if row["name"].startswith("fact-generator")
    ]  # fmt: skip
    assert row["run_count"] == 3


@pytest.mark.parametrize("generator", [None], ids=["the real generator"])
def test_a_run_that_needs_a_person_ends_so_named(process_document: Any, wired: Pipeline) -> None:
    bulletin = ROOT / "examples" / "documents" / "policyholder-bulletin.md"
    ids = needs_work(wired, receive(wired, bulletin))
    state = process_document(document_ids=ids, return_state=True)
    assert state.type.value == "COMPLETED"
    assert (state.name, state.message) == ("AwaitingReview", "1 awaiting review")


def test_the_stages_in_a_flow_of_ones_own(own_flow: Any, prefect_api_url: str, wired: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "manual.md").write_text(MANUAL)
    state = own_flow(str(tmp_path), return_state=True)
    assert state.result() == {"manual.md": "done"}
    names = {row["name"].rsplit("-", 1)[0] for row in task_runs(prefect_api_url, state.state_details.flow_run_id)}
    assert {"chunker", "count_chunks", "ingestor"} <= names


@pytest.mark.parametrize("number", [3, pytest.param(60, marks=pytest.mark.chaos)])
def test_a_full_store_that_gets_room_again_while_the_run_waits_dead_letters_nothing(
    wired: Pipeline, process_document: Any, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    ids = documents(wired, number)
    put_many, tries = wired.store.put_many, count(1)
    lock = Lock()

    def full(objects: Sequence[tuple[str, bytes]]) -> Any:
        with lock:
            # all of the first stage that writes, and two more tries of one document
            has_room = [next(tries) > number + 2 for _ in objects]
        written = iter(put_many([one for one, fits in zip(objects, has_room, strict=True) if fits]))
        return [next(written) if fits else StoreFullError() for fits in has_room]

    monkeypatch.setattr(wired.store, "put_many", full, raising=False)
    state = process_document([str(d) for d in ids], return_state=True)
    rows = wired.views.jobs(wired.realm_id, limit=None)
    assert next(tries) > number + 3, "the store was full"
    assert {(row["state"], row["outcome"], row["retry_count"]) for row in rows} == {("done", "published", 0)}
    assert state.name == "Completed"
    assert wired.holds.missing() == []


def test_a_store_that_stays_full_ends_the_run_with_all_held(
    wired: Pipeline, process_document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = documents(wired, 2)

    def full(objects: Sequence[tuple[str, bytes]]) -> list[StoreFullError]:
        return [StoreFullError() for _ in objects]

    with monkeypatch.context() as patch:
        patch.setattr(wired.store, "put_many", full, raising=False)
        state = process_document([str(d) for d in ids], return_state=True)
    assert state.name == "Held"
    assert "2 held: the object store is missing" in state.message
    assert {row["state"] for row in wired.views.jobs(wired.realm_id)} == {"queued"}
    wired.holds.try_now(ids)
    process_document([str(d) for d in ids], return_state=True)
    assert {row["outcome"] for row in wired.views.jobs(wired.realm_id)} == {"published"}
