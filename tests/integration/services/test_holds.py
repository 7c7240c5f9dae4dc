"""A part of the installation is missing: its work is held, not dead-lettered, and goes on when it is back."""

import errno
import os
from collections.abc import Callable, Sequence
from io import StringIO
from socket import gethostname
from typing import Any

import pytest
from rich.console import Console

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import (
    ConfigurationError,
    KeyRefusedError,
    PipelineError,
    QuotaExhaustedError,
    RateLimitedError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    StoreFullError,
    StoreRefusedError,
    UnknownToServiceError,
)
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import missing_part
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.object_store import StoredObject
from pipeline_core.terminal.queue import print_missing
from tests.support.through import MANUAL, needs_work, receive, through, upload

MakePipeline = Callable[..., Pipeline]


class FailingStore(LocalObjectStore):
    """A folder that takes nothing while ``error`` is set; ``tries`` counts what it refused."""

    error: PipelineError | None = None
    tries = 0

    def put(self, key: str, data: bytes) -> StoredObject:
        if self.error is not None:
            self.tries += 1
            raise self.error
        return super().put(key, data)

    def put_many(self, objects: Sequence[tuple[str, bytes]]) -> Sequence[StoredObject | PipelineError]:
        if self.error is not None:
            self.tries += len(objects)
            return [self.error] * len(objects)
        return super().put_many(objects)


def manuals(number: int) -> list[Any]:
    return [upload(f"{n}.md", f"{MANUAL}\nRoom {n} has its own key number 9{n}.\n") for n in range(number)]


def events(app: Pipeline, code: str) -> int:
    with app.open_uow() as uow:
        query = b"SELECT count(*) FROM events WHERE code = %s"
        return int(uow.session.connection.execute(query, [code]).fetchone()[0])  # type: ignore[index]


def jobs(app: Pipeline) -> list[tuple[str, str | None, int]]:
    """Of each job: its state, what it waits for, and how often it was tried again."""
    with app.open_uow() as uow:
        query = b"SELECT state, held_for, retry_count FROM upload_jobs"
        return sorted(uow.session.connection.execute(query).fetchall(), key=str)


def due(app: Pipeline) -> None:
    """Time passes."""
    with app.open_uow() as uow:
        uow.session.connection.execute(b"UPDATE missing_parts SET probe_at = now()")
        uow.commit()


def run_by_name(app: Pipeline, ids: list[DocumentId]) -> int:
    """One claim of them by name, and how many it was."""
    batch, _ = through(app, ids)
    return len(batch.document_ids)


FULL = StoreFullError("The object store's disk: No space left on device.", remedy="Free some space on the disk.")


@pytest.mark.parametrize("error", [FULL, StoreRefusedError("Read-only file system.")], ids=["full", "read-only"])
def test_a_full_or_read_only_store_dead_letters_nothing(
    make_pipeline: MakePipeline, settings: Any, error: PipelineError
) -> None:
    store = FailingStore(settings.home / "objects")
    app = make_pipeline(store=store, changes={"retry_base_s": 60.0, "duplicate_threshold": 1.0})
    ids = needs_work(app, receive(app, *manuals(6)))
    store.error = error

    through(app, ids[:3])
    assert jobs(app) == [("queued", "object store", 0)] * 3 + [("queued", None, 0)] * 3
    assert events(app, "held") == 3
    # none of them is due now: those that have not met it need the store as well
    assert all(50 < job.due_in_s <= 60 for job in app.queue.waiting())
    tried = store.tries

    # nobody tries again before it is due, and those that are named are told why
    through(app, ids)
    assert app.queue.take(10).document_ids == ()
    assert store.tries == tried
    assert jobs(app) == [("queued", "object store", 0)] * 6
    [row] = [row for row in app.views.jobs(app.realm_id) if row["document_id"] == ids[5]]
    assert error.message in row["last_error"]["message"]
    assert "continues by itself" in row["last_error"]["action"]
    assert events(app, "held") == 6

    # one tries, and fails: the next try is further off
    due(app)
    through(app, ids)
    assert store.tries == tried + 1
    told = {(row["metric"], row["label"]): row["value"] for row in app.for_user(app.realm_id).views.metrics()}
    assert told["held_jobs", "object store"] == 6
    assert told["part_missing_seconds", "object store"] >= 0
    console = Console(file=StringIO(), width=200)
    print_missing(console, app.holds.missing())
    assert "6 documents wait for the object store" in console.file.getvalue()  # type: ignore[attr-defined]
    [part] = app.holds.missing()
    assert (part.part, part.held, part.tries) == ("object store", 6, 2)
    assert part.probe_in_s > 60

    # it is back: one tries, the others follow
    store.error = None
    due(app)
    assert run_by_name(app, ids) == 1
    assert app.holds.missing() == []
    assert events(app, "released") == 5
    assert run_by_name(app, ids) == 5
    assert [row["outcome"] for row in app.views.jobs(app.realm_id)] == ["published"] * 6
    assert events(app, "dead_letter") == events(app, "retry_later") == 0


class FailingConverter:
    """Converts nothing while ``error`` is set, but for files that are called ``fine…``."""

    def __init__(self, converter: Converter) -> None:
        self.name, self.version = converter.name, converter.version
        self._converter = converter
        self.error: Exception | None = None
        self.calls = 0
        self.serves: Callable[[], None] = lambda: None

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        self.serves()
        if self.error is not None and not filename.startswith("fine"):
            self.calls += 1
            raise self.error
        return self._converter.convert(data, filename=filename, mime=mime)


MISSING: dict[str, tuple[Exception, str]] = {
    "service not reached": (ServiceUnreachableError("Not reached.", where="api.example.com"), "api.example.com"),
    "service slows down": (RateLimitedError("Slow down.", where="api.example.com"), "api.example.com"),
    "key": (KeyRefusedError("The key has expired.", where="api.example.com"), "api.example.com"),
    "model is gone": (UnknownToServiceError("No such model.", where="api.example.com"), "api.example.com"),
    "no quota": (QuotaExhaustedError("No quota.", where="api.example.com"), "api.example.com"),
    "package": (ConfigurationError("The package is not installed."), "settings"),
    "temporary folder full": (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/x"), f"machine {gethostname()}"),
    "too many files": (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), f"machine {gethostname()}"),
    "disk fails": (OSError(errno.EIO, os.strerror(errno.EIO)), f"machine {gethostname()}"),
    "outage": (ServiceUnavailableError("500.", where="api.example.com"), "api.example.com"),
}


@pytest.mark.parametrize(("error", "part"), MISSING.values(), ids=MISSING)
def test_other_documents_go_on_and_what_needs_the_part_waits(
    make_pipeline: MakePipeline, app: Pipeline, error: Exception, part: str
) -> None:
    converter = FailingConverter(app.converter)
    held = make_pipeline(converter=converter, changes={"retry_base_s": 60.0, "duplicate_threshold": 1.0})
    fine = upload("fine.md", f"{MANUAL}\nThe cellar is closed in winter.\n")
    ids = needs_work(held, receive(held, *manuals(2), fine))
    converter.error = error

    through(held, ids)
    through(held, ids)
    assert converter.calls == 2
    rows = {row["filename"]: row for row in held.views.jobs(held.realm_id)}
    assert rows["fine.md"]["outcome"] == "published"
    assert {rows[name]["state"] for name in ("0.md", "1.md")} == {"queued"}
    assert missing_part(rows["0.md"]) == part
    assert jobs(held).count(("queued", part, 0)) == 2
    assert events(held, "held") == 2

    converter.error = None
    due(held)
    assert run_by_name(held, ids) == 1
    assert run_by_name(held, ids) == 1
    assert {row["outcome"] for row in held.views.jobs(held.realm_id)} == {"published"}
    assert events(held, "released") == 1


def test_what_fails_for_one_document_alone_is_that_documents(make_pipeline: MakePipeline, app: Pipeline) -> None:
    """A service that answers others is not away: the document is tried three times, then it is a dead letter."""
    converter = FailingConverter(app.converter)
    held = make_pipeline(converter=converter, changes={"retry_base_s": 0.0, "duplicate_threshold": 1.0})
    [poison, _] = needs_work(held, receive(held, *manuals(1), upload("fine.md", f"{MANUAL}\nOther.\n")))
    converter.error = ServiceUnavailableError("500.", where="api.example.com")
    for _ in range(4):
        # as the client says whenever a call is answered
        converter.serves = lambda: held.outages.answered("api.example.com")
        through(held, [poison])
    [row] = held.views.jobs(held.realm_id, document_ids=[poison])
    assert (row["state"], row["last_error"]["code"]) == ("deadletter", "retries_exhausted")
