"""Files whose names are bytes that no text has: taken in, or refused, but shown."""

import json
import os
from pathlib import Path

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.json_bytes import json_bytes
from tests.support.through import MANUAL, needs_work, receive, through


def test_any_bytes_in_a_name(app: Pipeline, tmp_path: Path) -> None:
    good, bad = tmp_path / os.fsdecode(b"caf\xe9.md"), tmp_path / os.fsdecode(b"empt\xff.md")
    good.write_text(MANUAL)
    bad.write_bytes(b"")
    received = receive(app, good, bad)
    through(app, needs_work(app, received))
    [row] = json.loads(json_bytes(app.views.jobs(app.realm_id)))
    assert (row["state"], row["filename"][:3]) == ("done", "caf")
    [(name, error)] = received.refused
    shown = json.loads(json_bytes({"file": name, **error.as_json()}))
    assert shown["code"] == "empty_file"
    assert "empt\ufffd.md" in shown["file"]
