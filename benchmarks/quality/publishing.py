"""Documents through the real pipeline at default settings, nobody deciding anything, and what is published then."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from benchmarks.scenario import Direct, Silent
from pipeline_core import logs
from pipeline_core.bootstrap import Pipeline, pipeline_with
from pipeline_core.domain.errors import NotPublishedError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.json_bytes import json_bytes
from pipeline_core.services.run_documents import RunDocuments

_USERS = UUID("8f5f9ad0-3f0c-4c6e-9d5e-5f1d3f3c1a77")


@dataclass(frozen=True, slots=True)
class Published:
    """Of one user. ``exports`` is the folder with what `pipeline export` says of each document.

    A document that waits for a person has an export without facts there: nothing of it is published.
    """

    realm_id: RealmId
    exports: Path
    seconds: dict[str, float] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)


@contextmanager
def pipeline_in(home: Path, **settings: object) -> Iterator[Pipeline]:
    """A pipeline with a database of its own, as it is set by default but for these settings."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)  # as root, PostgreSQL runs as a user that has to get in
    app = pipeline_with(home=home, **settings)
    logs.configure(app.settings.home / "logs")
    try:
        # start-up is not what is measured
        app.ctx.embedder.embed(["warm up"])
        yield app
    finally:
        app.close()


def publish(app: Pipeline, files: Sequence[Path], name: str, exports: Path) -> Published:
    """Run the files, one after the other, as documents of the user of this name, and export them."""
    realm_id = RealmId(uuid5(_USERS, name))
    result = Published(realm_id, exports)
    exports.mkdir(parents=True, exist_ok=True)
    direct: Any = Direct(app)
    run = RunDocuments(app.intake, app.find_work, direct, app.holds)
    for file in files:
        began = time.perf_counter()
        [document_id] = run([file], realm_id=realm_id, display=Silent()).document_ids
        result.seconds[file.name] = time.perf_counter() - began
        try:
            exported: object = app.export.read(document_id, realm_id=realm_id)
        except NotPublishedError:
            result.waiting.append(file.name)
            exported = {"filename": file.name, "facts": [], "chunks": []}
        (exports / f"{file.name}.json").write_bytes(json_bytes(exported))
    app.ensure_vector_indexes()
    return result


@contextmanager
def folder_of_exports(kept: str | None) -> Iterator[Path]:
    """Give the folder for exports: the named one, or a temporary one."""
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="pipeline-exports-") as folder:
        yield Path(folder)
