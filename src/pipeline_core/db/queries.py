"""Named queries: ``-- name: x`` in sql/queries/*.sql becomes ``QUERIES["x"]``."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def sql_folder() -> Path:
    """The ``sql`` folder: inside the installed package, or at the root of a source tree."""
    packaged = Path(__file__).parents[1] / "_sql"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "sql"


def parse(text: str) -> Iterator[tuple[str, str]]:
    """(name, statement) for each named query of a file."""
    parts = _NAME.split(text)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        yield name, body.strip()


@cache
def load() -> dict[str, str]:
    """Every named query.

    Raises:
        KeyError: two queries have one name.
    """
    queries: dict[str, str] = {}
    for path in sorted((sql_folder() / "queries").glob("*.sql")):
        for name, statement in parse(path.read_text("utf-8")):
            if name in queries:
                raise KeyError(f"two queries are named {name} (second in {path.name})")
            queries[name] = statement
    return queries
