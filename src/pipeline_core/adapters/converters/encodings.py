"""The characters of a text or an HTML page: what it declares, or a guess, and the finding about that."""

import re
from collections.abc import Iterator

import webencodings

from pipeline_core.domain.encoding_guess import Decoded
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.text_encoding import read_text

_COMMENT = re.compile(rb"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_HEAD_END = re.compile(rb"</head\s*>|<body[\s>]", re.IGNORECASE)
_DECLARED = (
    re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE),
    re.compile(rb"\A\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE),
)
_MOST = 1 << 20
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


def decode_page(data: bytes) -> Decoded | None:
    """UTF-8 if it is that, whatever it declares; then what it declares; then the guess for any text. None: binary data.

    Browsers look for the declaration in the first 1024 bytes; here it is found anywhere in the head.
    """
    if data.startswith(_MARKS) or b"\0" in data or (codec := _declared(data)) is None:
        return read_text(data)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return Decoded(data.decode(codec), codec)
    except UnicodeError:  # it declares what it is not
        return read_text(data)


def _declared(data: bytes) -> str | None:
    head = data[:_MOST]
    end = _HEAD_END.search(_COMMENT.sub(lambda match: b" " * len(match[0]), head))
    head = _COMMENT.sub(b" ", head[: end.start()] if end else head)
    for pattern in _DECLARED:
        if match := pattern.search(head):
            encoding = webencodings.lookup(match[1].decode("ascii", errors="replace"))
            # a page of which single bytes say UTF-16 is none
            if encoding is not None and not encoding.name.startswith(("utf-16", "utf-8", "x-user", "replacement")):
                return str(encoding.codec_info.name)
    return None


_SAMPLE = 80
_TELLING = r"[^\x00-\x7f]"
_BROKEN = "\ufffd"
_DOUBTFUL, _NO_LANGUAGE = 0.35, 0.22
"""Damaged text and encodings that are not known fit worse than this; of names alone some do as well."""
_DO = "If it reads wrong, save the file as UTF-8 and upload that."


def encoding_findings(decoded: Decoded) -> Iterator[Finding]:
    """Says which encoding was taken where the file does not name one, with a line of it, and what could not be read.

    A guess in doubt is a warning; one that gives words of no language waits for a person.
    """
    if broken := decoded.text.count(_BROKEN):
        yield Finding(
            "characters_broken",
            Severity.WARNING,
            f"{broken:,} characters could not be read and stand as {_BROKEN}, the first in "
            f"“{_sample_line(decoded.text, _BROKEN)}”. Correct them in the program that made the file, and upload "
            "it again.",
            {"characters": broken},
        )
    if not decoded.guessed:
        return
    severity = Severity.WARNING if decoded.other or decoded.fit < _DOUBTFUL else Severity.INFO
    doubt = f" It may be {decoded.other} as well." if decoded.other else ""
    if decoded.fit < _DOUBTFUL:
        doubt += " The words fit no language well, so the file may be damaged."
    yield Finding(
        "encoding_guessed",
        Severity.CRITICAL if decoded.fit < _NO_LANGUAGE else severity,
        f"The file does not say how its characters are encoded; it was read as {decoded.encoding}: "
        f"“{_sample_line(decoded.text, _TELLING)}”.{doubt} {_DO}",
        {"encoding": decoded.encoding, "other": decoded.other, "fit": round(decoded.fit, 3)},
    )


def _sample_line(text: str, looked_for: str) -> str:
    """The words around the first that is looked for."""
    first = re.search(looked_for, text)
    start = max(0, first.start() - _SAMPLE // 2) if first else 0
    start = text.find(" ", start, first.start() if first else 0) + 1 if start else 0
    return " ".join(text[start : start + _SAMPLE].split())
