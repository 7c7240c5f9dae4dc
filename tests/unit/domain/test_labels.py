"""Tags and a collection as somebody types them."""

from collections.abc import Sequence

import pytest

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.labels import MOST_CHARS, MOST_TAGS, NO_LABELS, Labels


@pytest.mark.parametrize(
    ("tags", "collection", "labels"),
    [
        ((), None, NO_LABELS),
        ((" ", ""), "  ", NO_LABELS),
        (("\u200b", "\u3164"), "\u2800", NO_LABELS),
        ((" flood ", "home", "flood"), None, Labels(("flood", "home"))),
        (("flood, 2026", "home"), None, Labels(("flood", "2026", "home"))),
        ((), " Claims of 2026 ", Labels((), "Claims of 2026")),
        (("x" * MOST_CHARS,), "y" * MOST_CHARS, Labels(("x" * MOST_CHARS,), "y" * MOST_CHARS)),
    ],
)
def test_blanks_and_repetitions_go(tags: Sequence[str], collection: str | None, labels: Labels) -> None:
    assert Labels.of(tags, collection) == labels


@pytest.mark.parametrize(
    ("tags", "collection", "says"),
    [
        ([str(number) for number in range(MOST_TAGS + 1)], None, "These are 21 tags."),
        (["x" * (MOST_CHARS + 1)], None, "A tag is one line"),
        ((), "two\nlines", "The name of a collection is one line"),
    ],
)
def test_what_is_too_much_is_refused(tags: Sequence[str], collection: str | None, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        Labels.of(tags, collection)
