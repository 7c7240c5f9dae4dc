"""A listing against what was known before it began."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline_core.domain.errors import SourceUnavailableError, UnreadableFileError
from pipeline_core.domain.ids import DocumentId, user_id_for
from pipeline_core.domain.sources import KnownItem, Sighting, Unseen
from pipeline_core.sources.comparing import compare

DOCUMENT = DocumentId(user_id_for("a document"))
KNOWN = KnownItem("u:a", "a.md", 3, "1", "f" * 64, DOCUMENT, has_vanished=False, is_missing=False, has_error=False)
SHOWN = Sighting("u:a", "a.md", 3, "1")


@pytest.mark.parametrize(
    ("known", "shown", "is_unchanged"),
    [
        (KNOWN, SHOWN, True),
        (KNOWN, replace(SHOWN, size=None), True),
        (KNOWN, replace(SHOWN, size=4), False),
        (KNOWN, replace(SHOWN, version="2"), False),
        # the place cannot tell, or could not the last time
        (KNOWN, replace(SHOWN, version=None), False),
        (replace(KNOWN, version=None), SHOWN, False),
        (KNOWN, replace(SHOWN, name="b.md"), False),
        (replace(KNOWN, has_vanished=True), SHOWN, False),
        # its document was removed since; one that was refused has none
        (replace(KNOWN, document_id=None), SHOWN, False),
        (replace(KNOWN, document_id=None, has_error=True), SHOWN, True),
    ],
)
def test_what_is_read(known: KnownItem, shown: Sighting, is_unchanged: bool) -> None:
    listed = compare({known.uri: known}, [shown])
    assert (listed.unchanged + listed.refused, len(listed.to_read)) == ((1, 0) if is_unchanged else (0, 1))
    assert listed.gone == []


def test_what_is_not_there_is_gone_and_what_is_not_shown_is_not() -> None:
    others = {one.uri: one for one in (replace(KNOWN, uri=f"u:{name}") for name in "bcd")}
    known = {KNOWN.uri: KNOWN, **others, "u:e": replace(KNOWN, uri="u:e", has_vanished=True)}
    unseen = Unseen("u:b", "b.md", UnreadableFileError())
    listed = compare(known, [SHOWN, unseen, SHOWN])
    assert [item.uri for item in listed.gone] == ["u:c", "u:d"]
    assert (listed.present, listed.unchanged, listed.unseen) == (4, 1, [unseen])


def test_what_was_missing_and_is_shown_is_found_again() -> None:
    missing = replace(KNOWN, is_missing=True)
    assert compare({missing.uri: missing}, [SHOWN]).found_again == ["u:a"]


def test_nothing_follows_from_a_listing_that_breaks_off() -> None:
    def breaks_off() -> Iterator[Sighting]:
        yield SHOWN
        raise SourceUnavailableError

    with pytest.raises(SourceUnavailableError):
        compare({}, breaks_off())
