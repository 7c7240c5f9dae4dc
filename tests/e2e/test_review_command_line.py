"""Reviewing and deep scans as people do them on the command line, against a real Prefect server."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import CommandLine
from tests.support.deep_scans import LONG
from tests.support.reviewing import CONTRADICTORY, FIRST, SECOND
from tests.support.through import MANUAL


@pytest.fixture
def ann(command_line: Callable[..., CommandLine]) -> CommandLine:
    return command_line(retry_base_s="0.1", reviewer="Ann")


def write(folder: Path, **texts: str) -> list[str]:
    paths = [folder / f"{name}.md" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    return list(map(str, paths))


def test_one_after_another(ann: CommandLine, tmp_path: Path) -> None:
    """What waits longest, a pair decided, a decision that says what is next, and nothing left."""
    assert "Nothing waits" in ann("review", "--next")
    first, second, costs = write(tmp_path, first=FIRST, second=SECOND, costs=CONTRADICTORY)
    ann("run", first)
    ann("run", second, code=3)
    ann("run", costs, code=3)
    waiting = ann.json("review", "--next")
    assert waiting["filename"] == "second.md"
    [pair] = waiting["pairs"]
    shown = ann("review", "second.md", "--facts")
    assert pair["duplicate_id"][:8] in shown
    assert pair["question_id"][:8] in shown
    said = ann("review", "second.md", "resolve", "--pair", pair["duplicate_id"][:8], "--as", "keep-both", code=3)
    assert "none is undecided" in said
    assert "Next: costs.md" in said
    assert "decided keep_both by Ann" in ann(
        "review", "second.md", "resolve", "--pair", pair["duplicate_id"], "--as", "keep-existing", code=2
    )
    decided = ann.json("review", "second.md", "approve")
    assert (decided["outcome"], decided["next"]["filename"]) == ("published", "costs.md")
    assert "Nothing else waits" in ann("review", "costs.md", "override", "--reason", "Two policy years.")
    told = ann("review", "costs.md", "reject", code=2)
    assert "Ann overrode its findings" in told
    assert "Two policy years." in told


def test_a_fact_put_into_other_words(command_line: Callable[..., CommandLine], tmp_path: Path) -> None:
    ann = command_line(workflow="manual", reviewer="Ann", duplicate_threshold="1.0")
    ann("run", *write(tmp_path, manual=MANUAL), code=3)
    fact = ann.json("review", "manual.md", "--facts")["facts_staged"][0]
    edit = ("review", "manual.md", "edit", "--fact", fact["question_id"][:8])
    assert "needs a question" in ann(*edit, code=2)
    assert "no facts named ffffffff" in ann(*edit[:-1], "ffffffff", "--answer", "x", code=2)
    ann(*edit, "--question", "How often?", "--answer", "Once every 12 months.", "--reason", "shorter", code=3)
    assert "edited by Ann" in ann("review", "manual.md", "--facts")
    words = ("Members of staff must switch the boiler off", "clean the burner")
    add = ("review", "manual.md", "add", "--words", words[0], "--words", words[1], "--statement", "It is cleaned cold.")
    assert "fact added and approved" in ann(*add, code=3)
    assert "is not in any chunk" in ann(*add[:4], "Visitors", code=2)
    assert "approved · added by Ann  It is cleaned cold." in ann("review", "manual.md", "--facts")
    assert ann.json("review", "manual.md", "approve")["outcome"] == "published"
    assert "1 fact added by reviewers" in ann("status", "manual.md")
    exported = {f["question_id"]: f for f in json.loads(ann("export", "manual.md"))["facts"]}
    assert exported[fact["question_id"]]["answer"] == "Once every 12 months."
    assert exported[fact["question_id"]]["quote"] == fact["quote"]
    [added] = [one for one in exported.values() if one["generator"] == "reviewer"]
    assert (added["added_by"], added["quote"]) == ("Ann", " … ".join(words))


def test_selected_scanned_and_decided(command_line: Callable[..., CommandLine], tmp_path: Path) -> None:
    cli = command_line(facts_per_chunk="4", duplicate_threshold="1.0", validation_max_facts_per_10k_chars="1000000")
    stores, rooms = write(tmp_path, stores=LONG, rooms="# Rooms\n\nThe cellar is locked at 9 every night.\n")
    cli("run", stores, rooms)
    assert "No document is queued" in cli("deep-scan")
    refused = cli("mark", "selected", "stores.md", "nowhere.md", code=2)
    assert "nowhere.md" in refused
    assert "'chosen' is not one of New, Selected" in cli("mark", "chosen", "stores.md", code=2)
    assert "queued for a deep scan" in cli("mark", "selected", "stores.md")
    [row] = cli.json("deep-scan", code=3)
    assert (row["filename"], row["stage"], row["deep_scan_status"]) == ("stores.md", "matching_review", "Completed")
    before = len(json.loads(cli("export", "stores.md"))["facts"])
    assert "what its deep scan found" in cli("review")
    assert cli.json("review", "stores.md", "approve")["outcome"] == "published"
    assert len(json.loads(cli("export", "stores.md"))["facts"]) > before
    assert cli.json("run", stores, rooms)["left"] == {"unchanged": 2}
