"""Reviews that wait too long are told of, by the hours that are set or given."""

import pytest

from pipeline_core.services.reminders import AGAIN_H, Reminders
from tests.support.fake_database import FakeDatabase


@pytest.mark.parametrize(("given", "hours"), [(None, 48.0), (0.0, 0.0), (3.0, 3.0)])
def test_the_hours_are_as_set_unless_they_are_given(given: float | None, hours: float) -> None:
    database = FakeDatabase({"reminders.overdue_reviews": []})
    assert Reminders(database, 48.0).overdue_reviews(given) == []
    assert database.given("reminders.overdue_reviews") == [{"hours": hours, "again_h": AGAIN_H}]
    # that it was told is on record, so that it is not told again at once
    assert database.names[-1] == "commit"


def test_a_question_whether_there_is_any_tells_of_none() -> None:
    database = FakeDatabase({"reminders.is_any_review_overdue": True})
    assert Reminders(database, 48.0).is_any_review_overdue()
    assert "commit" not in database.names
