"""An index of one's own, here a table of SQLite, that stays in step with production by the feed of changes alone.

PIPELINE_TOKEN=$(pipeline token) python examples/follow_changes.py index.db
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

API = os.environ.get("UPLOAD_PIPELINE_API_URL") or "http://127.0.0.1:8420"
Get = Callable[..., Any]


def get(path: str, **query: object) -> Any:
    token = os.environ["PIPELINE_TOKEN"]
    asked = Request(f"{API}/api/v2/{path}?{urlencode(query)}", headers={"Authorization": f"Bearer {token}"})
    try:
        with urlopen(asked, timeout=60) as answer:
            return json.load(answer)
    except HTTPError as error:
        return json.load(error)


def apply(index: sqlite3.Connection, change: dict[str, Any], get: Get) -> None:
    """Let go what went, and read anew what came or changed, as it is now: a later change says what came after."""
    index.executemany("DELETE FROM facts WHERE id = ?", [(one,) for one in change["facts_went"]])
    wanted = {*change["facts_came"], *change["facts_changed"]}
    if wanted and change["document_id"]:
        found = get(f"documents/{change['document_id']}/export", format="json").get("facts", [])
        rows = [(one["question_id"], one["statement"]) for one in found if one["question_id"] in wanted]
        index.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)


def follow(index: sqlite3.Connection, get: Get, *, wait: float = 30) -> bool:
    """Take the next changes and the mark after them, both or neither; returns whether there were any."""
    index.executescript("CREATE TABLE IF NOT EXISTS facts (id PRIMARY KEY, statement); "
                        "CREATE TABLE IF NOT EXISTS mark (one PRIMARY KEY, since)")  # fmt: skip
    known = [since for (since,) in index.execute("SELECT since FROM mark")]
    page = get("changes", wait=wait, **({"since": known[0]} if known else {}))
    if "items" not in page:
        sys.exit(f"{page['detail']} {page['action']}")
    with index:
        for change in page["items"]:
            apply(index, change, get)
        index.execute("INSERT OR REPLACE INTO mark VALUES (1, ?)", [page["next_cursor"]])
    return bool(page["items"])


if __name__ == "__main__":
    with sqlite3.connect(sys.argv[1]) as database:
        while True:
            follow(database, get)
