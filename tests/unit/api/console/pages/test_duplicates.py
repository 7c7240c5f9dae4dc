"""Groups of pairs, and the headings that they stand under."""

from pipeline_core.api.console.pages.duplicates import NAMES
from pipeline_core.domain.differences import PairGroup


def test_each_group_has_a_heading_of_its_own() -> None:
    assert list(NAMES) == list(PairGroup)
    assert len(set(NAMES.values())) == len(NAMES)
