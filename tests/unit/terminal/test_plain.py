"""Names of others on a terminal: none of them acts on it, breaks a table, or is spelt otherwise than its document."""

import io
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest

from pipeline_core.domain.errors import EmptyFileError
from pipeline_core.domain.object_keys import safe_filename
from pipeline_core.domain.rows.feed import ChangeCursor
from pipeline_core.domain.rows.sources import SourceRow, VanishedRow
from pipeline_core.domain.sources import Change, Planned, RunOutcome, Vanished
from pipeline_core.services.sync_source import Synced
from pipeline_core.terminal.changes import print_cursors
from pipeline_core.terminal.plain import PlainConsole
from pipeline_core.terminal.sources import print_sources_waiting, print_synced, sources_table
from tests.support.hostile_texts import PAYLOADS
from tests.support.rows import row_of

NOW = datetime(2026, 11, 30, tzinfo=UTC)
OF_TERMINALS = ["red\x1b[31m\x1b]0;evil\x07.md", "two\nlines\tand more.md", "[bold]x[/bold].md", "\x9b31m.md"]
HOSTILE = [*PAYLOADS.values(), *OF_TERMINALS]


def acts(text: str) -> list[str]:
    return [one for one in text if one != "\n" and (ord(one) < 32 or 127 <= ord(one) < 160 or one in "\u202e\u2066")]


def synced(name: str) -> Synced:
    told: Any = Mock(spec=Synced)
    told.source = row_of(SourceRow, name="docs")
    told.outcome, told.plan, told.withdrawn, told.is_waiting = RunOutcome.DONE, {}, [], False
    told.planned = [Planned(Change.REFUSED, "file:///x", f"below/{name}", None, EmptyFileError(where=name))]
    return told


@pytest.mark.parametrize("name", HOSTILE)
def test_no_table_of_sources_lets_a_name_act(name: str) -> None:
    file = io.StringIO()
    console = PlainConsole(file=file, width=300, color_system=None)
    print_synced(console, synced(name.replace("/", "")), [], is_plan=True)
    assert len(file.getvalue().splitlines()) == 3, file.getvalue()
    source = row_of(SourceRow, name=name, uri=name, kind="folder", items=1, unread=0, missing=1)
    gone = row_of(
        VanishedRow, filename=safe_filename(name), source=name, vanished=Vanished.REVIEW, vanished_at=NOW, facts=1,
        is_published=True, job_id="0123456789",
    )  # fmt: skip
    console.print(sources_table([source]))
    print_sources_waiting(console, [gone], [source])
    print_cursors(console, [row_of(ChangeCursor, name=name, confirmed_at=NOW, behind=0)])
    assert acts(file.getvalue()) == []


def test_a_file_of_a_source_is_spelt_as_its_document() -> None:
    file = io.StringIO()
    print_synced(PlainConsole(file=file, width=300), synced("<b>bold.md"), [], is_plan=True)
    assert f"below/{safe_filename('<b>bold.md')}" in file.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_the_console_passes_nothing_that_acts(name: str) -> None:
    """Whatever module prints it, with markup or without."""
    file = io.StringIO()
    PlainConsole(file=file, width=300, color_system=None).print(name.replace("\t", ""), markup=False)
    assert acts(file.getvalue()) == []
