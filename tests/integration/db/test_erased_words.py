"""Words are taken out of JSON alike, by Python where it is a file's or Prefect's, and by SQL where it is a row's."""

import json
from typing import Any

import psycopg
import pytest

from pipeline_core.domain.erasing import Cleaner

WORDS = ("Ada Müller’s café costs 40 € (net).", "müller.md", "a+b [draft].txt", "back\\slash.md", "übung.md")
NAMES = ("Ada Müller",)


@pytest.mark.parametrize(
    "said",
    [
        {"reason": "It contradicts:\nmüller.md\nAda Müller’s café costs 40 € (net). So it goes."},
        {"by": "Ada Müller", "reason": "Ada Müller asked for it."},
        {"code": "müller.md", "nested": [{"a+b [draft].txt": "a+b [draft].txt", "müller": 1}, None, 3, True]},
        {
            "path": "x/müller.md?y",
            "no part of it": "obermüller.md",
            "nor of this": "müller.mdx",
            "back": "back\\slash.md",
        },
        ["übung.md", "Lübung.md", "ßübung.md übung.md", "(übung.md)"],
        "müller.md",
        {},
    ],
)
def test_python_and_sql_take_the_same_words_out(database_url: str, said: Any) -> None:
    with psycopg.connect(database_url) as connection:
        [(clean,)] = connection.execute(
            "SELECT upload_pipeline.without_words(%s::jsonb, %s::text[], %s::text[])",
            [json.dumps(said), sorted(WORDS, key=len, reverse=True), list(NAMES)],
        ).fetchall()
    assert clean == Cleaner(WORDS, NAMES).value(said)
