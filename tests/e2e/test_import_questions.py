"""A question bank through the command line and the import flow, on a real Prefect server."""

from pathlib import Path

from tests.e2e.conftest import CommandLine
from tests.support.paths import ROOT

SAMPLE = ROOT / "tests" / "samples" / "question_bank.md"


def test_a_bank_from_file_to_search(cli: CommandLine) -> None:
    said = cli("import-questions", str(SAMPLE), code=3)
    assert "7 questions, 7 new" in said
    assert "Policies" in said
    [row] = cli.json("batches")
    assert (row["total"], row["pending"], row["status"]) == (7, 7, "pending")
    name = str(row["batch_id"])[:8]
    assert f"pipeline batches {name} approve" in said
    assert "No question of question_bank.md is approved" in cli("batches", name, "import", code=2)
    cli("batches", name, "approve", "--reason", "read it", code=3)
    after = cli.json("batches", name, "import")
    assert (after["imported"], after["status"]) == (7, "imported")
    assert after["history"][-1]["code"] == "batch_imported"
    assert "0 questions imported, 7 before." in cli("batches", name, "import")
    hits = cli.json("search", "How soon must a theft be reported?")
    assert hits[0]["answer"] == "Within 24 hours."
    assert "Within 24 hours." in cli("search", "How soon must a theft be reported?")
    again = cli.json("import-questions", str(SAMPLE))
    assert (again["new"], again["batch"]["imported"]) == (0, 7)


def test_approve_all_and_what_is_wrong_by_line(cli: CommandLine, tmp_path: Path) -> None:
    bank = tmp_path / "bank.md"
    bank.write_text("# T\n\nQ: Who pays for the harbour?\nA: The town.\n\nQ: And this?\n")
    result = cli.json("import-questions", str(bank), "--approve-all", code=4)
    assert (result["batch"]["imported"], result["batch"]["status"]) == (1, "imported")
    assert [(problem["line"], problem["left_out"]) for problem in result["problems"]] == [(6, True)]
    assert "line 6" in cli("import-questions", str(bank), code=4)
    (tmp_path / "empty.md").write_text("nothing here")
    assert cli.json("import-questions", str(tmp_path / "empty.md"), code=4)["batch"] is None
    assert "cannot be read" in cli("import-questions", str(tmp_path / "nowhere.md"), code=2)
