"""`pipeline source`, as people use it: a folder is kept in step, from the dry run to what has vanished."""

from pathlib import Path

from tests.e2e.conftest import CommandLine

ALPHA = "The alpha office opens at 8 in the morning on Mondays."
BETA = "The beta boiler must be serviced every 12 months by an engineer."
GAMMA = "The gamma lift carries at most 12 people at a time."


def test_a_folder_is_kept_in_step(cli: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "a.md").write_text(f"# A\n\n{ALPHA}\n")
    (folder / "b.md").write_text(f"# B\n\n{BETA}\n")
    (folder / "empty.md").touch()
    added = cli.json("source", "add", "policies", str(folder), "--grace", "0", "--every", "1h")
    assert (added["kind"], added["every"]) == ("folder", "1h")
    # the server of the tests has no such deployment
    assert "sync-source" in added["note"]
    assert "already a source" in cli("source", "add", "policies", str(folder), code=2)

    [planned] = cli.json("source", "sync", "policies", "--dry-run")["sources"]
    assert (planned["plan"], planned["documents"]) == ({"new": 2, "refused": 1}, [])
    assert cli.json("source", "list")[0]["items"] == 0

    [synced] = cli.json("source", "sync")["sources"]
    assert synced["plan"] == planned["plan"]
    assert {row["outcome"] for row in synced["documents"]} == {"published"}
    assert cli.json("search", "When is the beta boiler serviced?")

    (folder / "b.md").unlink()
    told = cli("source", "sync", "policies")
    assert "1 vanished" in told
    assert "1 document withdrawn" in told
    cli("search", "When is the beta boiler serviced?", code=6)
    shown = cli.json("source", "show", "policies")
    assert [run["outcome"] for run in shown["runs"]] == ["done", "done"]
    assert [file["name"] for file in shown["files"]] == ["empty.md"]

    # a folder that shows nothing at all may be another one
    for name in ("a.md", "empty.md"):
        (folder / name).rename(tmp_path / name)
    assert "source confirm policies" in cli("source", "sync", "policies", code=3)
    assert "source confirm policies" in cli("review")
    cli("source", "refuse", "policies", "--reason", "The disk was away.")
    assert cli.json("search", "When does the alpha office open?")

    # of what vanishes from one of this policy a person decides
    (tmp_path / "a.md").rename(folder / "a.md")
    (folder / "c.md").write_text(f"# C\n\n{GAMMA}\n")
    cli("source", "change", "policies", "--vanished", "review")
    cli("source", "sync", "policies")
    (folder / "c.md").unlink()
    cli("source", "sync", "policies")
    for told in (cli("source", "show", "policies"), cli("review"), cli("review", "c.md")):
        assert "waits for a reviewer" in told
        assert " keep" in told
    [waits] = cli.json("review")
    assert (waits["kind"], waits["filename"], waits["facts"]) == ("vanished", "c.md", 1)
    assert "stays published" in cli("review", "c.md", "keep", "--reason", "It is still in force.")
    gone = {one["filename"]: one["decision"] for one in cli.json("source", "show", "policies")["vanished_documents"]}
    assert gone == {"b.md": "withdraw", "c.md": "keep"}
    assert "Nothing waits" in cli("review")
    (folder / "a.md").unlink()
    folder.rmdir()
    [failed] = cli.json("source", "sync", "policies", code=1)["sources"]
    assert failed["error"]["code"] == "source_unavailable"
    cli("source", "remove", "policies")
    assert cli.json("source", "list") == []
    assert cli.json("search", "When does the alpha office open?")
