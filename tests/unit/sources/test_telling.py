"""Bytes decide what has become of a file."""

from dataclasses import replace

from pipeline_core.domain.ids import DocumentId, user_id_for
from pipeline_core.domain.sources import Change, KnownItem, Sighting
from pipeline_core.sources.telling import Telling

DOCUMENT = DocumentId(user_id_for("a document"))
ONE, TWO = "1" * 64, "2" * 64
KNOWN = KnownItem("u:a", "a.md", 3, "1", ONE, DOCUMENT, has_vanished=False, is_missing=False, has_error=False)


def told(telling: Telling, name: str, sha256: str, *, is_known: bool = False) -> tuple[Change, str | None]:
    planned = telling(Sighting(f"u:{name}", f"{name}.md"), sha256, is_known=is_known)
    return planned.change, planned.was


def test_a_file_that_was_there() -> None:
    telling = Telling({"u:a": KNOWN, "u:b": replace(KNOWN, uri="u:b", has_vanished=True)}, [])
    assert told(telling, "a", ONE) == (Change.UNCHANGED, None)
    assert told(telling, "a", TWO) == (Change.CHANGED, None)
    assert told(telling, "b", ONE) == (Change.RETURNED, None)
    assert telling.document_of("u:a") == DOCUMENT


def test_a_file_that_was_not_there() -> None:
    telling = Telling({"u:a": KNOWN}, [])
    assert told(telling, "b", ONE) == (Change.COPY, None)
    assert told(telling, "c", TWO) == (Change.NEW, None)
    assert told(telling, "d", TWO) == (Change.COPY, None)
    assert told(telling, "e", "3" * 64, is_known=True) == (Change.COPY, None)


def test_one_file_is_moved_for_each_that_has_vanished() -> None:
    telling = Telling({"u:a": KNOWN}, [KNOWN])
    assert told(telling, "b", ONE) == (Change.MOVED, "a.md")
    assert told(telling, "c", ONE) == (Change.COPY, None)
    assert telling.moved == {"u:a"}


def test_the_same_bytes_under_another_name_at_the_same_address() -> None:
    telling = Telling({"u:a": replace(KNOWN, name="old.md")}, [])
    assert told(telling, "a", ONE) == (Change.MOVED, "old.md")
