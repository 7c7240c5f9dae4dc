"""docs/events.md names every type of event, and no other."""

import re

from pipeline_core.domain.lifecycle import EventType
from tests.support.paths import ROOT

DOCUMENT = ROOT / "docs" / "events.md"


def test_every_type_of_event_is_documented() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(EventType)
