"""The characters of an HTML page: what it declares, by the labels that browsers know, or a guess."""

import re

import webencodings

from pipeline_core.domain.encoding_guess import Decoded
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
