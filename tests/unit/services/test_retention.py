"""Dead letters whose time has passed are removed, a slice at a time."""

from uuid import UUID

import pytest

from pipeline_core.db.upkeep import Purged
from pipeline_core.domain.ids import RealmId
from pipeline_core.services.retention import Retention
from tests.support.fake_database import NOTHING_REVIVED, FakeDatabase, in_turn
from tests.support.jobs import REALM, document_id

OTHER = RealmId(UUID(int=70))


@pytest.mark.parametrize(("as_set", "given"), [(0, None), (30, 0)])
def test_nought_days_keep_for_ever(as_set: int, given: int | None) -> None:
    database = FakeDatabase()
    assert Retention(database, as_set).dead_letters(given) == []
    assert database.names == []


@pytest.mark.parametrize(("given", "days"), [(None, 30), (7, 7)])
def test_the_days_are_as_set_unless_they_are_given(given: int | None, days: int) -> None:
    database = FakeDatabase({"upkeep.purge_dead": []})
    assert Retention(database, 30).dead_letters(given) == []
    assert [one["older_than_days"] for one in database.given("upkeep.purge_dead")] == [days]


def test_slices_follow_until_one_is_not_full_each_in_a_transaction_of_its_own() -> None:
    full = [Purged(document_id(number), REALM, "a.md") for number in range(200)]
    last = [Purged(document_id(200), OTHER, "b.md")]
    database = FakeDatabase({"upkeep.purge_dead": in_turn(full, last), **NOTHING_REVIVED})
    assert Retention(database, 30).dead_letters() == full + last
    assert database.names.count("commit") == 2
    # facts that said the same as theirs wait again, in the realms concerned
    revived = [given["realm_ids"] for given in database.given("staging.revive_orphans")]
    assert revived == [[REALM], [OTHER]]
