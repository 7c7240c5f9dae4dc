"""The Python client does what the command line does: every command has its methods, and every method is typed."""

import inspect
from typing import Any, get_type_hints

import pytest
import typer

from pipeline_core.cli import entry
from pipeline_core.client import Client

COUNTERPARTS: dict[str, tuple[str, ...]] = {
    "run": ("run", "run_now", "submit", "wait", "estimate", "progress", "stopping"),
    "status": ("status", "statuses", "details", "newest", "rows", "counts"),
    "retry": ("retry", "retry_all", "published", "foresee_read_again", "read_again"),
    "stage": ("next_available_stage", "execute_stage"),
    "queue": ("queue", "set_priority", "by"),
    "costs": ("costs", "document_costs", "prices"),
    "review": (
        "waiting", "next_waiting", "facts", "pairs", "history", "chunks", "decide", "decide_facts", "edit", "resolve",
        "add_fact", "undo", "undo_fact", "undo_pair", "reviewer", "introduce",
    ),
    "search": ("search", "answer"),
    "export": ("export",),
    "changes": ("changes", "pages_of_changes", "mark_of_changes", "change_cursors", "forget_cursor"),
    "withdraw": ("withdraw", "foresee_withdrawal"),
    "source": (
        "sources", "source", "add_source", "change_source", "remove_source", "source_files", "source_runs", "plan_sync",
        "sync_source", "confirm_vanishing", "refuse_vanishing", "vanished",
    ),
    "versions": ("versions",),
    "diff": ("diff",),
    "revert": ("revert", "foresee_reversion"),
    "import-questions": ("stage_bank",),
    "batches": (
        "banks", "bank", "facts", "pairs", "history", "decide_facts", "edit", "resolve", "compare_bank", "recount_bank",
        "import_bank",
    ),
    "reembed": ("models", "reembed", "abandon_reembedding"),
    "evaluate": ("evaluate",),
    "mark": ("mark",),
    "deep-scan": ("deep_scan",),
    "verify": ("verify", "repair"),
    "backup": ("backup",),
    "restore": ("restore",),
    "enrol": ("enrol",),
    "erase": (
        "plan_erasure", "erase", "erasure_under_way", "erase_again", "remove_returned", "verify_erasure",
        "search_everywhere",
    ),
    "erasures": ("erasures",),
    "realm": ("realms", "use_realm", "move"),
}  # fmt: skip
"""Commands by name, and the methods that do the same. A new command, or a new method, is a new row or a word in one."""

WITHOUT = {
    "up": "keeps processes up until Ctrl-C",
    "api": "serves HTTP until Ctrl-C",
    "console": "opens pages for a person",
    "upkeep": "does chores until Ctrl-C",
    "ui": "keeps a server up for a person to look at",
    "token": "prints what another process signs in with",
    "doctor": "tells a person what is configured, reachable or missing",
    "migrate": "brings the schema up to date, before anything is connected",
    "deploy": "makes the deployments, once for a server",
    "prepare": "makes the local databases ready before the first run",
}
"""Commands about an installation, which a program that works with documents has no use for."""

OVER_HTTP = {
    "page_image": "GET /documents/{id}/pages/{page}.png",
    "page_words": "GET /documents/{id}/pages/{page}/words",
    "page_marks": "GET /documents/{id}/pages/{page}/marks",
    "marks": "GET /documents/{id}/facts/{fact_id}/marks",
    "provenance": "GET /facts/{fact_id}/provenance",
    "source_texts": "GET /documents/{id}/facts/{fact_id}/source",
    "preview": "GET /documents/{id}/review-preview",
    "decide_matching": "POST /documents/{id}/review",
    "acknowledge": "POST /jobs/{id}/acknowledge",
    "files": "GET /documents/{id}/files",
    "download": "GET /documents/{id}/files/{stage}/{name}",
}
"""Methods that no command has, and the endpoint that does the same."""

PUBLIC = [name for name in dir(Client) if not name.startswith("_") and name != "close"]


def test_every_command_has_its_methods() -> None:
    commands = set(typer.main.get_command(entry.app).commands)  # type: ignore[attr-defined]
    assert commands == COUNTERPARTS.keys() | WITHOUT.keys()
    assert not COUNTERPARTS.keys() & WITHOUT.keys()
    meant = {name for methods in COUNTERPARTS.values() for name in methods} | OVER_HTTP.keys()
    assert meant == set(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_method_is_documented_and_typed(name: str) -> None:
    member: Any = getattr(Client, name)
    function = member.fget if isinstance(member, property) else member
    assert inspect.getdoc(function), "a docstring says what it does"
    hints = get_type_hints(function, include_extras=True)
    assert hints["return"] is not Any
