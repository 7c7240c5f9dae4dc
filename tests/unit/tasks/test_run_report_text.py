"""What a run tells of itself: escaped, bounded, the urgent first."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core.domain.rows.costs import CostOfRun
from pipeline_core.domain.rows.jobs import RunDocument
from pipeline_core.settings import Settings
from pipeline_core.tasks.run_report_text import (
    MOST_DOCUMENTS,
    MOST_FINDINGS,
    findings,
    name_at_end,
    plain,
    summary,
    tags_at_end,
    tags_of,
)
from tests.support.rows import row_of


def row(**changes: Any) -> RunDocument:
    return row_of(RunDocument, **{"realm_id": uuid4(), "job_id": uuid4(), "phase": 6, "facts": 2, **changes})


def finding(severity: str) -> dict[str, str]:
    return {"code": "c", "severity": severity, "subject": "document", "message": "Two answers."}


@pytest.mark.parametrize(
    "name", ["![x](http://h/p.png)", "<img src=x>", "a|b", "[t](javascript:x)", "`x`", "www.h.example"]
)
def test_a_file_name_does_nothing_in_markdown(name: str) -> None:
    shown = plain(name)
    assert not any(part in shown for part in ("](", "<", "://", "www."))
    assert all(shown[place - 1] == "\\" for place, letter in enumerate(shown) if letter in "|`[!")


def test_a_long_summary_is_cut_with_the_urgent_first() -> None:
    rows = [row(filename=f"{n:03}.md") for n in range(MOST_DOCUMENTS + 5)]
    rows.append(row(filename="last.md", state="awaiting_review", outcome=None, phase=4, findings=[finding("critical")]))
    text = summary(rows, [], Settings(api_url="https://review.example/"))
    assert text.index("last") < text.index("000")
    assert "And 6 more." in text
    assert f"https://review.example/validate/{rows[-1]['job_id']}" in text
    assert f"`pipeline review {rows[-1]['job_id']}`" in text


def test_what_died_and_what_was_paid_are_told() -> None:
    dead = row(state="deadletter", outcome=None, error_code="encrypted_file")
    cost = row_of(CostOfRun, stage="fact-generator", model="m", outcome="ok", calls=3, cost_usd=0.25)
    text = summary([dead], [cost, replace(cost, cost_usd=0.0)], Settings())
    assert f"encrypted\\_file. Why and what to do: `pipeline status {dead['job_id']}`" in text
    assert "Total: 0.2500 US dollars" in text


def test_findings_are_sorted_and_bounded() -> None:
    rows = [row(findings=[finding("info"), finding("critical")]) for _ in range(MOST_FINDINGS)]
    table = findings(rows)
    assert [line["severity"] for line in table] == ["critical"] * MOST_FINDINGS


WAITS = {"state": "awaiting_review", "outcome": None}


@pytest.mark.parametrize(
    ("rows", "name", "tags"),
    [
        ([row()], "a.md", set()),
        ([row(**WAITS)], "awaiting review: a.md", {"awaiting-review"}),
        ([row(**WAITS), row(), row(**WAITS)], "2 awaiting review: a.md", {"awaiting-review"}),
        ([row(state="deadletter", outcome=None)], "a.md", set()),
    ],
)
def test_a_run_that_leaves_something_for_a_person_says_so_in_name_and_tags(
    rows: list[RunDocument], name: str, tags: set[str]
) -> None:
    assert (name_at_end("a.md", rows), tags_at_end(rows)) == (name, tags)


def test_tags_name_users_profiles_and_lanes_and_stay_few() -> None:
    rows = [row(profile=profile) for profile in ("standard", "deep") for _ in range(20)]
    tags = tags_of(rows, retried=True)
    assert {"lane:batch", "lane:slow", "profile:standard", "profile:deep"} < tags
    assert sum(tag.startswith("user:") for tag in tags) == 10
