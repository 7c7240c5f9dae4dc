"""Many dead letters start again at once, each at its own place."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.jobs import DeadLetter
from pipeline_core.domain.lifecycle import JobStage, Profile, StageName
from pipeline_core.services.retry_all import RetryAll, Which, moment
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id, job_id

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        (" 2 H ", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("1w", NOW - timedelta(days=7)),
        ("2026-11-29", datetime(2026, 11, 29, tzinfo=UTC)),
        ("2026-11-29T03:00", datetime(2026, 11, 29, 3, tzinfo=UTC)),
        ("2026-11-29T03:00+02:00", datetime(2026, 11, 29, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_said_as_how_long_ago_or_as_a_date(text: str, meant: datetime) -> None:
    assert moment(text, NOW) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "2x", "2h ago", "1234567h"])
def test_anything_else_is_refused_with_what_can_be_said(text: str) -> None:
    with pytest.raises(RefusedError, match="is not a time") as refused:
        moment(text, NOW)
    assert refused.value.what_to_do.startswith("Give how long ago (30m, 2h, 3d)")


def _letter(number: int, stage: JobStage, code: str = "no_text", profile: Profile = Profile.STANDARD) -> DeadLetter:
    return DeadLetter(document_id(number), job_id(number), stage, profile, code)


DEAD = [
    _letter(1, JobStage.EMBEDDING),
    _letter(2, JobStage.CHUNKING, code="rate_limited"),
    _letter(3, JobStage.EMBEDDING, profile=Profile.DEEP),
]


def test_a_preview_counts_by_code_and_starts_nothing() -> None:
    database = FakeDatabase({"jobs.dead": DEAD})
    retried = RetryAll(database).preview(REALM, Which(code="no_text"))
    assert retried.document_ids == [document_id(n) for n in (1, 2, 3)]
    assert retried.by_code == {"no_text": 2, "rate_limited": 1}
    assert database.names == ["jobs.dead"]


@pytest.mark.parametrize(
    ("from_stage", "compared", "targets"),
    [
        (None, set(), [JobStage.EMBEDDING, JobStage.CHUNKING, JobStage.EMBEDDING]),
        # others may say by now what the first says: it is compared, and no stage after that is gone by
        (None, {1}, [JobStage.FACTS_STAGED, JobStage.CHUNKING, JobStage.EMBEDDING]),
        (StageName.CHUNKER, set(), [JobStage.CHUNKING] * 3),
        # no job goes forward to a stage that it never came to
        (StageName.EMBEDDER, set(), [JobStage.EMBEDDING, JobStage.CHUNKING, JobStage.EMBEDDING]),
    ],
)
def test_each_starts_where_it_failed_or_earlier(
    from_stage: StageName | None, compared: set[int], targets: list[JobStage]
) -> None:
    anew = {document_id(number) for number in compared}
    database = FakeDatabase({"jobs.dead": DEAD, "staging.compared_since": anew, "deep_scans.move": set()})
    RetryAll(database)(REALM, Which(), from_stage=from_stage, by="Ada")
    [restart] = database.given("jobs.restart")
    assert list(restart["targets"].values()) == targets
    assert [given["document_ids"] for given in database.given("staging.compare_again")] == [sorted(anew)][: len(anew)]
    assert bool(database.given("stages.forget")) is (from_stage is not None)
    assert {document for given in database.given("deep_scans.move") for document in given["scans"]} == {document_id(3)}
    assert (database.names[0], database.names[-1]) == ("staging.lock_matching", "commit")


def test_without_dead_letters_nothing_is_written() -> None:
    database = FakeDatabase({"jobs.dead": []})
    assert RetryAll(database)(REALM, Which(), by="Ada").document_ids == []
    assert "commit" not in database.names
