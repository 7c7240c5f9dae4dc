"""Documents with canaries in their names and texts, and failures of every kind: no log has a canary in it."""

import io
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors as sqlstate

from pipeline_core import bootstrap, logs
from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli import entry
from pipeline_core.domain.errors import CorruptDocumentError, DisturbedRunError, ServiceUnreachableError, TransientError
from pipeline_core.ports.fact_generator import ChunkInput, Generated
from pipeline_core.services.intake import Upload
from tests.api.conftest import NO_LIMITS, client_of
from tests.e2e.conftest import asking
from tests.support.fakes import ScriptedFactGenerator
from tests.support.logging_restored import restored as restored
from tests.support.servers import wait_until
from tests.support.through import MANUAL, needs_work, receive, upload
from tests.support.two_users import ANN

NAME, TEXT = "Zebrafinch-Merger", "The xylocarp clause binds every tenant of the old quarry."
CANARIES = ("zebrafinch", "xylocarp")
DETAIL = f"duplicate key\nDETAIL:  Key (filename, text)=({NAME}.md, {TEXT}) already exists."
FAILURES: dict[str, Exception] = {
    "permanent": CorruptDocumentError(f"{NAME} is damaged at {TEXT!r}"),
    "defect": ValueError(f"cannot read {TEXT!r} of {NAME}"),
    "database": sqlstate.UniqueViolation(DETAIL),
    "cause": RuntimeError(f"{NAME} came to nothing"),
    "transient": DisturbedRunError(f"no answer for {TEXT}", where=f"{NAME}.md"),
    # what holds up everything that needs it comes last
    "held": ServiceUnreachableError(f"no answer for {TEXT}", where=f"{NAME}.md"),
}


class RaisingFactGenerator(ScriptedFactGenerator):
    """Has defects, too: an error that is not one chunk's ends the call."""

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        answers = super().generate(chunks)
        for answer in answers:
            if isinstance(answer, Exception) and not isinstance(answer, TransientError):
                raise answer
        return answers


@pytest.fixture
def generator() -> ScriptedFactGenerator:
    return RaisingFactGenerator()


@pytest.fixture
def wired(
    make_pipeline: Any, generator: ScriptedFactGenerator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Pipeline]:
    """The pipeline of this process, as a worker has it: its logs are in the home."""
    changes = {
        **NO_LIMITS,
        "duplicate_threshold": 1.0,
        "retry_base_s": 0.05,
        "max_retries": 2,
        "home": tmp_path / "home",
    }
    app = make_pipeline(generator=generator, changes={**changes, "user_id": ANN})
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    bootstrap.pipeline()
    logs.configure(app.home / "logs", {**logs.LEVELS, "prefect": logging.INFO})
    yield app
    bootstrap.pipeline.cache_clear()


def files(kind: str) -> list[Upload]:
    body = MANUAL + f"\n{TEXT} This one is of the kind {kind}.\n"
    return [upload(f"{NAME} {kind} {n}.md", body + f"Room {n} has its own key.\n") for n in range(2)]


def lines_in_prefect(url: str) -> list[str]:
    """The newest 1,000 lines of runs' logs."""
    lines: list[str] = []
    with asking(url) as client:
        for offset in range(0, 1000, 200):
            asked = {"limit": 200, "offset": offset, "sort": "TIMESTAMP_DESC"}
            lines += [row["message"] for row in client.post("/logs/filter", json=asked).json()]
    return lines


def test_no_log_has_a_name_or_a_text(
    wired: Pipeline, generator: ScriptedFactGenerator, process_document: Any, prefect_api_url: str, postgres_url: str,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for kind, error in FAILURES.items():
        error.__cause__ = FAILURES["database"] if kind == "cause" else None
        generator.fail_with(error, on=lambda chunk, kind=kind: f"kind {kind}" in chunk.text)  # type: ignore[misc]
        process_document(document_ids=needs_work(wired, receive(wired, *files(kind))), return_state=True)
    generator.heal()
    refused = receive(wired, Upload(f"{NAME}.pdf", b"%PDF-1.7 " + TEXT.encode()), Upload(f"{NAME}.bin", b"\0\1\2"))
    process_document(document_ids=needs_work(wired, refused), return_state=True)

    with client_of(wired) as ann:
        for name, content in ((f"{NAME}.md", TEXT.encode()), (f"{NAME}.exe", b"MZ\0\0"), (f"{NAME}.txt", b"")):
            ann.post("/api/v2/upload", files={"file": (name, io.BytesIO(content))})
        ann.get(f"/api/v2/documents/{NAME}", params={"q": TEXT})
        ann.get("/api/v2/search", params={"q": TEXT})
        ann.post(f"/{NAME}", json={"reason": TEXT})
    entry._report(FAILURES["defect"])
    with psycopg.connect(postgres_url) as connection:
        for statement in (f"SELECT '{TEXT}'::uuid", f"INSERT INTO nowhere VALUES ('{NAME}')"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)  # type: ignore[arg-type]
            connection.rollback()

    capfd.readouterr()
    log = (wired.home / "logs" / "pipeline.jsonl").read_text()
    for event in ("stage_failed", "unforeseen_error", "stage_done", "request", "Task run failed"):
        assert event in log
    told = wired.views.jobs(wired.realm_id)
    assert {row["last_error"]["code"] for row in told if row["last_error"]} >= {"unexpected", "retries_exhausted"}
    assert wait_until(lambda: any("fact-generator: document" in line for line in lines_in_prefect(prefect_api_url)))
    lines = lines_in_prefect(prefect_api_url)
    postgres_log = Path(psycopg.conninfo.conninfo_to_dict(postgres_url)["host"]).with_name("logs") / "postgres.log"  # type: ignore[arg-type]
    assert "LOG:" in postgres_log.read_text()
    places = {"the log": log, "Prefect": "\n".join(lines), "PostgreSQL": postgres_log.read_text()}
    for place, text in places.items():
        assert [line for line in text.splitlines() if any(one in line.lower() for one in CANARIES)] == [], place
