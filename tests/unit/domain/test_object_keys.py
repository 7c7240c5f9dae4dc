"""Which object keys are allowed, and what becomes of the names that uploads claim to have."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_core.domain.errors import InvalidObjectKeyError
from pipeline_core.domain.ids import document_id_for, user_id_for
from pipeline_core.domain.object_keys import (
    MAX_FILENAME_BYTES,
    MAX_KEY_BYTES,
    original_key,
    safe_filename,
    shown_filename,
    stage_key,
    validate_key,
    validate_prefix,
)

DOCUMENT = document_id_for(user_id_for("ann"), "0" * 64)


@pytest.mark.parametrize(
    "key",
    [
        "a",
        "documents/1/original/policy.pdf",
        "ünïcode/договор/契約.pdf",
        "spaces are fine/a b.txt",
        "x" * 255,
        "/".join(["x" * 127] * 4),  # 511 bytes
    ],
)
def test_a_valid_key_is_returned_as_it_is(key: str) -> None:
    assert validate_key(key) == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "/absolute",
        "ends/",
        "two//slashes",
        ".",
        "..",
        "../out",
        "a/../../out",
        "a/./b",
        "a/.hidden",  # a store's temporary files are hidden
        "back\\slash",
        "..\\out",
        "nul\x00",
        "line\nend",
        "delete\x7f",
        "c1\x85",
        "surrogate\udc80",
        "noncharacter\uffff",
        "x" * 256,
        "ж" * 128,  # 256 bytes
        "a/" * 300 + "a",
    ],
)
def test_a_hostile_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidObjectKeyError):
        validate_key(key)


@given(st.text(max_size=60))
def test_a_key_is_either_refused_or_stays_below_its_root(key: str) -> None:
    try:
        validate_key(key)
    except InvalidObjectKeyError:
        return
    segments = key.split("/")
    assert all(segments)
    assert not {".", ".."} & set(segments)
    assert len(key.encode()) <= MAX_KEY_BYTES
    assert key.isprintable() or not any(unicodedata.category(c) == "Cc" for c in key)


def test_a_prefix_may_be_empty_or_end_with_a_slash_but_not_climb() -> None:
    for prefix in ("", "documents", "documents/", "documents/1/orig"):
        assert validate_prefix(prefix) == prefix
    for prefix in ("/", "..", "../", "a/../", "a//", "/a"):
        with pytest.raises(InvalidObjectKeyError):
            validate_prefix(prefix)


def test_keys_of_documents() -> None:
    assert original_key(DOCUMENT, "policy.pdf") == f"documents/{DOCUMENT}/original/policy.pdf"
    assert (
        stage_key(DOCUMENT, "markdown-conversion", "abc123" + "0" * 58, "policy.md")
        == f"documents/{DOCUMENT}/stages/markdown-conversion/abc1230000000000/policy.md"
    )


@pytest.mark.parametrize("filename", ["", "..", "a/b", "../x", "a\\b", "\x00"])
def test_a_filename_that_is_not_one_segment_makes_no_key(filename: str) -> None:
    with pytest.raises(InvalidObjectKeyError):
        original_key(DOCUMENT, filename)
    with pytest.raises(InvalidObjectKeyError):
        stage_key(DOCUMENT, "chunker", "0" * 64, filename)
    with pytest.raises(InvalidObjectKeyError):
        stage_key(DOCUMENT, filename, "0" * 64, "chunks.json")


@pytest.mark.parametrize(
    ("claimed", "safe"),
    [
        # what stays
        ("policy.pdf", "policy.pdf"),
        ("Договор №5.docx", "Договор №5.docx"),
        ("契約書.pdf", "契約書.pdf"),
        ("نامه\u200cها.pdf", "نامه\u200cها.pdf"),
        ("archive.tar.gz", "archive.tar.gz"),
        # paths
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\policy.pdf", "policy.pdf"),
        ("uploads/", "uploads"),
        ("a/..\\..", "document"),
        # nothing left
        ("", "document"),
        (".", "document"),
        ("..", "document"),
        (" . ", "document"),
        ("\x00\x01", "document"),
        # hidden, controls, white space, direction overrides
        (".pdf", "_.pdf"),
        (".env", "_.env"),
        ("a\x00b\x1b.pdf", "ab.pdf"),
        ("two\r\nlines.pdf", "two lines.pdf"),
        ("  many   spaces .pdf  ", "many spaces .pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ufeffbom.pdf", "bom.pdf"),
        ("lone\udc80.pdf", "lone.pdf"),
        # NFC
        ("re\u0301sume\u0301.pdf", "résumé.pdf"),
        # Windows
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("lpt¹", "_lpt¹"),
        ("console.txt", "console.txt"),
        ('a<b>c:d"e|f?g*.txt', "a_b_c_d_e_f_g_.txt"),
        ("name. . .", "name"),
    ],
)
def test_safe_filename(claimed: str, safe: str) -> None:
    assert safe_filename(claimed) == safe


@pytest.mark.parametrize(
    ("claimed", "ending"),
    [
        ("a" * 300 + ".pdf", "a.pdf"),
        ("ж" * 300 + ".docx", "ж.docx"),
        ("😀" * 90 + ".md", "😀.md"),
        ("a." + "x" * 300, "x"),  # too long for an extension
        ("." + "b" * 300, "b"),
    ],
)
def test_a_long_filename_is_cut_between_characters_and_keeps_its_extension(claimed: str, ending: str) -> None:
    safe = safe_filename(claimed)
    assert safe.endswith(ending)
    assert MAX_FILENAME_BYTES - 3 <= len(safe.encode()) <= MAX_FILENAME_BYTES


# Every kind of character, surrogates too, and those that matter much more often than chance brings them.
NAMES = st.text(
    st.one_of(st.characters(codec=None), st.sampled_from("/\\. :\x00\n\u202e\u200d\u0301econ1.pdf")),
    max_size=200,
)


@given(NAMES)
@example("a" * 147 + " .pdf")
@example("con" + "\u0301" * 80 + ".p")
def test_a_safe_filename_makes_a_key_and_is_safe_already(claimed: str) -> None:
    safe = safe_filename(claimed)
    assert original_key(DOCUMENT, safe).endswith(f"/original/{safe}")
    assert len(safe.encode()) <= MAX_FILENAME_BYTES
    assert unicodedata.is_normalized("NFC", safe)
    assert safe_filename(safe) == safe


@pytest.mark.parametrize(
    ("claimed", "shown"),
    [
        ("nul.html", "nul.html"),
        (".env", ".env"),
        ("a/b\\c?.md", "c?.md"),
        ("line\nbreak.md", "line break.md"),
        ("", "document"),
    ],
)
def test_messages_say_the_name_that_was_given(claimed: str, shown: str) -> None:
    assert shown_filename(claimed) == shown
