"""The command line as people use it, against a real Prefect server."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.e2e.conftest import CommandLine
from tests.support.paths import ROOT
from tests.support.through import MANUAL

EXAMPLES = ROOT / "examples" / "documents"


@pytest.fixture
def reviewed(command_line: Callable[..., CommandLine]) -> CommandLine:
    return command_line(retry_base_s="0.1")


def test_the_examples_end_to_end(reviewed: CommandLine, database_url: str) -> None:
    """What a newcomer sees: four published, one that validation stopped, a decision, a search, an export."""
    result = reviewed.json("run", str(EXAMPLES), code=3)
    by_name = {row["filename"]: row for row in result["documents"]}
    assert len(by_name) == 5
    bulletin = by_name.pop("policyholder-bulletin.md")
    assert (bulletin["state"], bulletin["stage"], bulletin["critical"]) == ("awaiting_review", "validation_review", 1)
    assert {row["outcome"] for row in by_name.values()} == {"published"}
    assert all(row["facts"] > 5 for row in by_name.values())
    assert by_name["homeowners-policy.pdf"]["pages"] == 6

    findings = reviewed("review", "policyholder-bulletin.md")
    assert "contradicts itself" in findings
    # which was published in the same run
    assert "homeowners-policy.pdf, page 3" in " ".join(findings.split())
    assert "characters" in reviewed("review", "policyholder-bulletin.md", "override", "--reason", "short", code=2)
    assert "cannot be approved" in reviewed("review", "policyholder-bulletin.md", "approve", code=2)
    reviewed("review", "policyholder-bulletin.md", "override", "--reason", "The second amount is next year's.")
    assert reviewed.json("review") == []
    with psycopg.connect(database_url) as connection:
        events = connection.execute(
            "SELECT code FROM upload_pipeline.events WHERE job_id = %s ORDER BY event_id", (bulletin["job_id"],)
        ).fetchall()
        assert ("validation_overridden",) in events
        assert events[-1] == ("published",)

    hits = reviewed.json("search", "How soon must a theft be reported to the police?")
    assert "24 hours" in hits[0]["statement"]
    assert "24 hours" in hits[0]["evidence"]
    assert hits[0]["page"] is None
    assert hits[0]["filename"] in ("claims-handling-manual.docx", "claims-faq.html")

    exported = json.loads(reviewed("export", "homeowners-policy.pdf"))
    assert len(exported["facts"]) == by_name["homeowners-policy.pdf"]["facts"]
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT stage6_downloaded_at IS NOT NULL FROM upload_pipeline.upload_jobs WHERE job_id = %s",
            (by_name["homeowners-policy.pdf"]["job_id"],),
        ).fetchone()
        assert row == (True,)

    again = reviewed.json("run", str(EXAMPLES))
    assert (again["ran"], again["left"]) == (0, {"unchanged": 5})


def test_a_document_sent_back_to_matching_and_mended(reviewed: CommandLine) -> None:
    """The reviewer returns the document, rejects the wrong one of two facts, and approves: validation passes."""
    reviewed("run", str(EXAMPLES / "policyholder-bulletin.md"), code=3)
    job = reviewed.json("review", "policyholder-bulletin.md")
    [finding] = [f for f in job["findings"] if f["severity"] == "critical"]
    wrong = finding["numbers"]["question_ids"][1]
    assert "reject" in reviewed("review", "policyholder-bulletin.md", "reject", "--fact", wrong, code=2)
    reviewed("review", "policyholder-bulletin.md", "return", code=3)
    reviewed("review", "policyholder-bulletin.md", "reject", "--fact", wrong, "--reason", "last year's amount", code=3)
    row = reviewed.json("review", "policyholder-bulletin.md", "approve")
    assert (row["state"], row["outcome"], row["critical"]) == ("done", "published", 0)
    exported = json.loads(reviewed("export", "policyholder-bulletin.md"))
    assert wrong not in {fact["question_id"] for fact in exported["facts"]}


def test_a_rejected_document_is_not_published_and_can_be_reconsidered(reviewed: CommandLine) -> None:
    reviewed("run", str(EXAMPLES / "policyholder-bulletin.md"), code=3)
    row = reviewed.json("review", "policyholder-bulletin.md", "reject", "--reason", "wrong amounts")
    assert (row["state"], row["outcome"]) == ("done", "rejected")
    assert "Nothing published answers this." in reviewed("search", "wind and hail deductible", code=6)
    assert reviewed.json("run", str(EXAMPLES / "policyholder-bulletin.md"))["left"] == {"rejected before": 1}
    row = reviewed.json("retry", "policyholder-bulletin.md", code=3)
    assert (row["state"], row["stage"]) == ("awaiting_review", "validation_review")


def test_near_duplicates_wait_for_a_person(reviewed: CommandLine, tmp_path: Path) -> None:
    first, second = tmp_path / "first.md", tmp_path / "second.md"
    first.write_text("# Rules\n\nMembers must report every loss to the service office within thirty days.\n")
    second.write_text("# Rules\n\nMembers must report each loss to the service office within thirty days.\n")
    reviewed("run", str(first))
    [row] = reviewed.json("run", str(second), code=3)["documents"]
    assert (row["stage"], row["undecided"]) == ("matching_review", 1)
    assert "near-duplicate" in reviewed("review", "second.md")
    assert "undecided" in reviewed("review", "second.md", "approve", code=2)
    row = reviewed.json("review", "second.md", "approve", "--duplicates", "keep-existing")
    assert (row["outcome"], row["undecided"]) == ("published", 0)
    assert json.loads(reviewed("export", "second.md"))["facts"] == []
    assert len(json.loads(reviewed("export", "first.md"))["facts"]) == 1


def test_the_manual_workflow_waits_for_every_document(command_line: Callable[..., CommandLine], tmp_path: Path) -> None:
    cli = command_line(workflow="manual")
    (tmp_path / "manual.md").write_text(MANUAL)
    [row] = cli.json("run", str(tmp_path / "manual.md"), code=3)["documents"]
    assert row["stage"] == "matching_review"
    row = cli.json("review", "manual.md", "approve", code=None)
    assert row["outcome"] == "published" or row["undecided"]


def test_bad_input_is_named_and_takes_nothing_from_the_rest(cli: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.md").write_text(MANUAL)
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "picture.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    (folder / "notes.xyz").write_text("of no known type")
    result = cli.json("run", str(folder), code=4)
    refused = {Path(row["file"]).name: row["code"] for row in result["refused"]}
    assert refused == {"empty.pdf": "empty_file", "picture.pdf": "unsupported_type"}
    states = {row["filename"]: (row["state"], row["outcome"]) for row in result["documents"]}
    assert states == {"good.md": ("done", "published"), "broken.pdf": ("deadletter", None)}
    assert "No such file" in cli("run", str(tmp_path / "nowhere"), code=2)
    assert "UPLOAD_PIPELINE_DATABASE_URL" not in cli("status", "broken.pdf")


def test_a_wrong_setting_is_named(command_line: Callable[..., CommandLine]) -> None:
    said = command_line(chunk_max_chars="many")("status", code=5)
    assert "UPLOAD_PIPELINE_CHUNK_MAX_CHARS" in said
    assert "many" in said
    assert "bucket" in command_line(object_store="s3://").__call__("doctor", code=5)


def test_doctor_finds_everything_well(cli: CommandLine) -> None:
    report = cli.json("doctor")
    assert {check["result"] for check in report["checks"]} == {"ok"}
    assert {"database", "migrations", "object store", "converter", "embedder", "prefect"} <= {
        check["name"] for check in report["checks"]
    }
