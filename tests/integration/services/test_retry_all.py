"""Many dead letters are started again at once: all, those of one code, those since a moment; others are left."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import CorruptDocumentError, NoTextError, PipelineError, RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.ports.converter import Converter
from pipeline_core.services.retry_all import Which, moment
from tests.support.through import MANUAL, needs_work, receive, through, upload

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


class RefusingConverter:
    """Refuses files by the beginning of their name, as long as ``refuses``."""

    errors: ClassVar[dict[str, type[PipelineError]]] = {"bad": CorruptDocumentError, "blank": NoTextError}

    def __init__(self, converter: Converter) -> None:
        self.name, self.version, self._converter, self.refuses = converter.name, converter.version, converter, True

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        error = self.errors.get(filename.split("-")[0]) if self.refuses else None
        if error:
            raise error
        return self._converter.convert(data, filename=filename, mime=mime)


@pytest.fixture
def dead(make_pipeline: Callable[..., Pipeline], app: Pipeline) -> tuple[Pipeline, dict[str, DocumentId]]:
    """Three dead letters of two codes, and a published document."""
    converter = RefusingConverter(app.converter)
    made = make_pipeline(converter=converter, changes={"duplicate_threshold": 1.0})
    names = ["bad-1.md", "bad-2.md", "blank-1.md", "fine-1.md"]
    received = receive(made, *(upload(name, f"{MANUAL}\nThe name of this is {name}.\n") for name in names))
    through(made, needs_work(made, received))
    converter.refuses = False
    return made, {row["filename"]: row["document_id"] for row in made.views.jobs(made.realm_id)}


def states(app: Pipeline) -> dict[str, str]:
    return {row["filename"]: row["state"] for row in app.views.jobs(app.realm_id)}


def test_all_of_them_in_one_statement(dead: tuple[Pipeline, dict[str, DocumentId]]) -> None:
    app, ids = dead
    assert states(app) == {
        "bad-1.md": "deadletter", "bad-2.md": "deadletter", "blank-1.md": "deadletter", "fine-1.md": "done"
    }  # fmt: skip
    seen = app.retry_all.preview(app.realm_id, Which())
    assert seen.by_code == {"corrupt_document": 2, "no_text": 1}
    assert "queued" not in states(app).values()

    retried = app.retry_all(app.realm_id, Which(), by="ann")
    assert retried.by_code == seen.by_code
    assert set(retried.document_ids) == set(ids.values()) - {ids["fine-1.md"]}
    with app.open_uow() as uow:
        query = b"SELECT count(DISTINCT (ts, correlation_id)) FROM events WHERE code = 'retried'"
        assert uow.session.connection.execute(query).fetchone()[0] <= 3  # type: ignore[index]
        query = b"SELECT count(DISTINCT correlation_id) FROM events WHERE code = 'retried'"
        assert uow.session.connection.execute(query).fetchone() == (1,)
    through(app, retried.document_ids)
    assert set(states(app).values()) == {"done"}
    assert app.retry_all(app.realm_id, Which(), by="ann").document_ids == []


@pytest.mark.parametrize(
    ("which", "meant"),
    [
        (Which(code="no_text"), {"blank-1.md"}),
        (Which(code="corrupt_document"), {"bad-1.md", "bad-2.md"}),
        (Which(code="unknown_code"), set()),
        (Which(since=datetime.now(UTC) + timedelta(hours=1)), set()),
        (Which(since=datetime.now(UTC) - timedelta(hours=1), code="no_text"), {"blank-1.md"}),
    ],
)
def test_only_those_that_are_meant(dead: tuple[Pipeline, dict[str, DocumentId]], which: Which, meant: set[str]) -> None:
    app, _ = dead
    retried = app.retry_all(app.realm_id, which, from_stage=StageName.INGEST, by="ann")
    assert len(retried.document_ids) == len(meant)
    assert {name for name, state in states(app).items() if state == "queued"} == meant


def test_a_stage_that_they_never_came_to_is_where_they_failed(dead: tuple[Pipeline, dict[str, DocumentId]]) -> None:
    app, _ = dead
    retried = app.retry_all(app.realm_id, Which(), from_stage=StageName.EMBEDDER, by="ann")
    through(app, retried.document_ids)
    assert set(states(app).values()) == {"done"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("2026-11-29", datetime(2026, 11, 29, tzinfo=UTC)),
        ("2026-11-29T03:00", NOW),
        ("2026-11-29T04:00+01:00", NOW),
    ],
)
def test_moments(text: str, meant: datetime) -> None:
    assert moment(text, NOW) == meant


def test_what_is_no_moment_is_refused() -> None:
    for text in ("", "yesterday", "2x", "-3h"):
        with pytest.raises(RefusedError, match="not a time"):
            moment(text)
