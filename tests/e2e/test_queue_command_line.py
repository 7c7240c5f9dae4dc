"""`pipeline queue` and `pipeline run --queue`, as people use them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.e2e.conftest import CommandLine
from tests.support.servers import wait_until
from tests.support.through import MANUAL


def names(cli: CommandLine, *arguments: str) -> list[tuple[str, int]]:
    return [(job["filename"], job["priority"]) for job in cli.json("queue", *arguments)["jobs"]]


def test_documents_wait_and_are_put_forward(
    command_line: Callable[..., CommandLine], tmp_path: Path, prefect_http: httpx.Client
) -> None:
    began = datetime.now(UTC)
    cli = command_line()
    for number in range(3):
        (tmp_path / f"room{number}.md").write_text(f"{MANUAL}\nRoom {number} has its own key.\n")
    first, second, third = (str(tmp_path / f"room{number}.md") for number in range(3))
    assert "--queue" in cli("run", first, "--priority", "5", code=2)
    assert "100" in cli("run", first, "--queue", "--priority", "101", code=2)
    assert "Nothing is waiting" in cli("queue")
    handed = cli.json("run", first, second, "--queue")
    assert (handed["queued"], {row["state"] for row in handed["documents"]}) == (2, {"queued"})
    assert "1 in the queue" in cli("run", third, "--queue", "--priority", "7")
    assert names(cli) == [("room2.md", 7), ("room0.md", 0), ("room1.md", 0)]

    assert "needs documents or a user" in cli("queue", "--priority", "5", code=2)
    assert "room9.md" in cli("queue", "room9.md", "--priority", "5", code=2)
    moved = cli.json("queue", "room1.md", "--priority", "50")
    assert ([job["filename"] for job in moved["jobs"]], len(moved["changed"])) == (["room1.md"], 1)
    user = moved["jobs"][0]["realm_id"]
    assert "2 documents moved in the queue." in cli(
        "queue", "room0.md", "room2.md", "--user", user[:8], "--priority", "-10"
    )
    assert names(cli) == [("room1.md", 50), ("room0.md", -10), ("room2.md", -10)]
    assert "3 queued" in cli("queue", "--limit", "1")

    # whoever waits for the event was told twice: of two documents, and of one
    assert wait_until(lambda: len(uploads(prefect_http, began)) >= 2, 20)
    assert sorted(uploads(prefect_http, began)) == [1, 2]


def uploads(client: httpx.Client, since: datetime) -> list[int]:
    """How many documents each event told of; other tests of this session may have sent some before."""
    sent = {"name": ["pipeline.upload"]}
    asked = {"event": sent, "resource": {"id": ["pipeline.queue"]}, "occurred": {"since": since.isoformat()}}
    found = client.post("/events/filter", json={"filter": asked}).json()["events"]
    return [event["payload"]["documents"] for event in found]
