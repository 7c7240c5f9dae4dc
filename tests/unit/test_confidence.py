"""How sure a fact is."""

from collections import Counter

from pipeline_core.domain.confidence import KINDS, SAID_BY_GENERATORS, SEEN_BY_THE_STAGE, TRAITS, unknown_traits


def test_a_trait_has_one_row_and_a_reason_in_words() -> None:
    rows = [*SAID_BY_GENERATORS, *SEEN_BY_THE_STAGE]
    assert {name for name, times in Counter(row.name for row in rows).items() if times > 1} == set()
    assert [row.name for row in rows if not (row.meaning and row.high)] == []
    assert set(KINDS) < set(TRAITS)


def test_names_that_are_no_traits_are_told() -> None:
    assert unknown_traits(["words", "wrods", "row"]) == ["wrods"]
