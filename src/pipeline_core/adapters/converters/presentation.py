"""PPTX, made safe for xberg: it renumbers paragraphs that begin with a typed number (``2024. Year``)."""

import re

from pipeline_core.adapters.converters.archive import rewrite

WORD_JOINER = "\u2060"
_SLIDES = "ppt/slides/slide"
_TYPED_NUMBER = re.compile(rb"(<a:t>\s*\d+)(?=[.)])")


def protect_numbers(data: bytes, filename: str) -> bytes:
    """The presentation with an invisible character after typed numbers, so that they are no list."""
    return rewrite(data, filename, _SLIDES, lambda part: _TYPED_NUMBER.sub(rb"\1" + WORD_JOINER.encode(), part))
