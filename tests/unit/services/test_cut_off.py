"""Work that the database cut off is done once more, and no more than once."""

import pytest

from pipeline_core.domain.errors import DatabaseBusyError, DatabaseUnavailableError
from pipeline_core.services.cut_off import again_if_cut_off
from tests.support.fake_database import in_turn


def test_work_that_was_cut_off_is_done_again() -> None:
    assert again_if_cut_off(in_turn(DatabaseUnavailableError(), "done")) == "done"


@pytest.mark.parametrize(
    "errors", [(DatabaseUnavailableError(), DatabaseUnavailableError("still away")), (DatabaseBusyError("in use"),)]
)
def test_a_second_failure_or_another_error_is_raised(errors: tuple[Exception, ...]) -> None:
    with pytest.raises(type(errors[-1]), match=str(errors[-1].args[0])):
        again_if_cut_off(in_turn(*errors))
