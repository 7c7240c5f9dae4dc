"""Backups and restores, for people and for scripts."""

import time
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline_core.domain.wording import counted, listed
from pipeline_core.services.backup_files import Manifest
from pipeline_core.services.restore import Restored
from pipeline_core.terminal.hints import pasteable
from pipeline_core.terminal.output import StatusLine

_EVERY_S = 10.0


class StepDisplay(StatusLine):
    """Says how far it is: a line that changes on a terminal, else a line every ten seconds."""

    def __init__(self, console: Console, first: str) -> None:
        super().__init__(console, first)
        self._next = time.monotonic() + _EVERY_S

    def __call__(self, step: str) -> None:
        """This is done now."""
        if self._console.is_terminal:
            self._status.update(step)
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY_S
            self._console.print(step, markup=False, soft_wrap=True)


def backup_json(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """Return the contents of a backup."""
    return {
        "folder": str(folder),
        "seconds": round((manifest.ended_at - manifest.began_at).total_seconds(), 1),
        "documents": manifest.database.rows.get("documents", 0),
        "database_bytes": manifest.dump_bytes,
        "objects": manifest.objects,
        "objects_bytes": manifest.objects_bytes,
        "schema": manifest.database.schema[-1],
        "missing": manifest.missing,
    }


def print_backup(console: Console, folder: Path, manifest: Manifest) -> None:
    """One line, and what the store lacked."""
    seconds = (manifest.ended_at - manifest.began_at).total_seconds()
    console.print(
        f"{folder}: {counted(manifest.database.rows.get('documents', 0), 'document')}, "
        f"{counted(manifest.objects, 'object')}, {(manifest.objects_bytes + manifest.dump_bytes) / 1e6:,.1f} MB "
        f"in {seconds:,.1f} s.",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    if manifest.missing:
        told = pasteable("`pipeline verify` says how to repair it.")
        console.print(
            f"{counted(len(manifest.missing), 'object')} that the database names are missing from the store or "
            f"have changed: {listed(manifest.missing, 3)}. {told}",
            markup=False, soft_wrap=True,
        )  # fmt: skip


def restored_json(folder: Path, restored: Restored) -> dict[str, Any]:
    """Return what was restored."""
    return {
        **backup_json(folder, restored.manifest),
        "copied": restored.copied,
        "there_already": restored.kept,
        "jobs_freed": restored.freed,
        "erased_again": restored.erased,
    }


def print_restored(console: Console, restored: Restored) -> None:
    """Print what was restored, and what to do next."""
    rows = restored.manifest.database.rows
    kept = f", {restored.kept:,} already there" if restored.kept else ""
    console.print(
        f"Restored as of {restored.manifest.began_at:%Y-%m-%d %H:%M:%S} UTC: "
        f"{counted(rows.get('documents', 0), 'document')}, {counted(restored.copied, 'object')} copied{kept}.",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    if restored.freed:
        console.print(f"{counted(restored.freed, 'job')} that were under way wait in the queue again.", markup=False)
    if restored.erased:
        told = counted(restored.erased, "erasure")
        console.print(f"{told} of after the backup {'was' if restored.erased == 1 else 'were'} carried out again.")
    console.print(pasteable("`pipeline verify` checks that everything is there."), markup=False)
