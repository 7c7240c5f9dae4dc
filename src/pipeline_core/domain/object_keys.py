"""Keys of stored objects: which are allowed, how they are made, how an uploaded name enters one."""

import re
import unicodedata

from pipeline_core.domain.errors import InvalidObjectKeyError
from pipeline_core.domain.ids import DocumentId

MAX_KEY_BYTES = 512
"""S3 allows 1,024 bytes of UTF-8; the rest is left to the prefix of the store."""
MAX_SEGMENT_BYTES = 255
"""Limit of common file systems for one name."""
MAX_FILENAME_BYTES = 150
"""Of a sanitised filename: stages append endings such as ``.ingestion.json``."""

CONTENT_CHARS = 16
"""Of a content's checksum in a key: enough to tell the versions of one file apart."""

_MAX_EXTENSION_BYTES = 20
_FALLBACK_FILENAME = "document"
# What XML 1.0 cannot carry, and S3 lists keys in XML: controls, surrogates, two noncharacters.
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_WINDOWS_NAMES = re.compile(r'[<>:"|?*]')
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
# Persian and Indic words are spelt with these two; every other format character only hides or reorders text.
_JOINERS = "\u200c\u200d"


def validate_key(key: str) -> str:
    """Return the key as it is.

    A key is relative, its segments are separated by one ``/``, are not empty and do not begin with a dot (so
    neither ``..`` nor a store's temporary file is one), and hold no control character or backslash.

    Raises:
        InvalidObjectKeyError: says which of these it breaks.
    """
    if len(key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES:
        raise InvalidObjectKeyError(f"The object key {key[:60]!r}… is longer than {MAX_KEY_BYTES} bytes.")
    for segment in key.split("/"):
        _validate_segment(segment, key)
    return key


def validate_prefix(prefix: str) -> str:
    """Return the prefix as it is: empty, or the beginning of a valid key; it may end with ``/``.

    Raises:
        InvalidObjectKeyError
    """
    if prefix:
        validate_key(prefix.removesuffix("/"))
    return prefix


def original_key(document_id: DocumentId, filename: str) -> str:
    """Returns the key of the uploaded bytes. The filename is one segment, as ``safe_filename`` returns it.

    Raises:
        InvalidObjectKeyError
    """
    return _join("documents", str(document_id), "original", filename)


def stage_key(document_id: DocumentId, stage: str, sha256: str, filename: str) -> str:
    """Returns the key of a stage's output. Stage and filename are one segment each.

    The content's checksum is in the key: other content is another object, and what a row points at never changes.

    Raises:
        InvalidObjectKeyError
    """
    return _join("documents", str(document_id), "stages", stage, sha256[:CONTENT_CHARS], filename)


def without_filename(key: str) -> str:
    """The key without its last part, which may be the name of somebody's file: whose object it is, for the log."""
    return key.rpartition("/")[0]


def safe_filename(name: str) -> str:
    """Make one harmless path segment of the name that an upload claims to have.

    Keeps letters of every script; the result is NFC, at most ``MAX_FILENAME_BYTES`` bytes of UTF-8 with its
    extension kept, never empty, hidden, a device of Windows, or a path. Applying it twice changes nothing.
    """
    text = unicodedata.normalize("NFC", _NOT_IN_WINDOWS_NAMES.sub("_", _visible(name)))
    text = " ".join(text.split()).rstrip(" .")
    if not text:
        return _FALLBACK_FILENAME
    if text.startswith(".") or _WINDOWS_DEVICE.match(text):
        text = f"_{text}"
    return _shorten(text)


def shown_filename(name: str) -> str:
    """The name of an upload as messages say it: one line that hides nothing, and else as it was given."""
    return _shorten(" ".join(_visible(name).split())) or _FALLBACK_FILENAME


def _visible(name: str) -> str:
    basename = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return "".join(c for c in unicodedata.normalize("NFC", basename) if is_kept(c))


def _validate_segment(segment: str, key: str) -> None:
    if not segment:
        raise InvalidObjectKeyError(f"The object key {key!r} is empty, absolute, or has an empty segment.")
    if segment.startswith("."):
        raise InvalidObjectKeyError(f"The object key {key!r} has a segment that begins with a dot.")
    if "\\" in segment or _UNSTORABLE.search(segment):
        raise InvalidObjectKeyError(f"The object key {key!r} has a backslash or a control character in it.")
    if len(segment.encode()) > MAX_SEGMENT_BYTES:
        raise InvalidObjectKeyError(f"The object key {key!r} has a segment of more than {MAX_SEGMENT_BYTES} bytes.")


def _join(*segments: str) -> str:
    key = "/".join(segments)
    for segment in segments:
        if "/" in segment:
            raise InvalidObjectKeyError(f"{segment!r} is more than one segment of the object key {key!r}.")
    return validate_key(key)


def is_kept(char: str) -> bool:
    if _UNSTORABLE.match(char):
        # Tabs and line ends part words: they become a space when white space is folded.
        return char.isspace()
    return unicodedata.category(char) != "Cf" or char in _JOINERS


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAX_FILENAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = dot + extension
    if not stem or len(ending.encode()) > _MAX_EXTENSION_BYTES:
        stem, ending = name, ""
    kept = stem.encode()[: MAX_FILENAME_BYTES - len(ending.encode())].decode(errors="ignore")
    return kept.rstrip(" .") + ending
