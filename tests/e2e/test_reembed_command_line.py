"""Changing the model and measuring search from the command line, through Prefect."""

import json
from pathlib import Path

import psycopg

from tests.e2e.conftest import CommandLine
from tests.support.through import MANUAL

QUESTION = "When does the pressure relief valve open?"


def test_reembed_and_evaluate(cli: CommandLine, database_url: str, tmp_path: Path) -> None:
    file, labelled = tmp_path / "manual.md", tmp_path / "questions.jsonl"
    file.write_text(MANUAL)
    labelled.write_text(json.dumps({"question": QUESTION, "document": "manual.md", "quote": "3 bar"}) + "\n")
    cli("run", str(file))
    [active, old] = cli.json("reembed", "--model", "wordllama-64")
    assert (active["model"], active["is_active"], active["questions"]) == ("wordllama-64", True, 4)
    assert (old["model"], old["is_active"], old["waiting"]) == ("wordllama-256", False, 0)
    assert "3 bar" in cli.json("search", QUESTION, "--limit", "1", "--mode", "vector")[0]["evidence"]
    result = cli.json("evaluate", str(labelled))
    assert (result["model"], result["modes"]["hybrid"]["hit@1"]) == ("wordllama-64", 1.0)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT DISTINCT embed_model FROM upload_pipeline.all_questions").fetchall()
    assert rows == [("wordllama-64",)]
