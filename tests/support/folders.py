"""Folders as sources, for tests."""

import os
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.sources import SourceKind, Vanished
from pipeline_core.services.sync_source import Synced
from tests.support.published import drain
from tests.support.through import through

LONG_AGO_S = 3600


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files as if that had been long ago, so that their times tell whether they change."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (time.time() - LONG_AGO_S,) * 2)


def add_folder(
    app: Pipeline,
    folder: Path,
    name: str = "docs",
    *,
    vanished: Vanished = Vanished.WITHDRAW,
    grace: timedelta = timedelta(0),
) -> SourceRow:
    folder.mkdir(parents=True, exist_ok=True)
    return app.sources.add(app.realm_id, SourceKind.FOLDER, name, str(folder), vanished=vanished, grace=grace)


def sync(app: Pipeline, source: SourceRow) -> Synced:
    """Sync, and process what that queues."""
    synced = app.sync_source(source)
    through(app, synced.to_run)
    drain(app)
    return synced
