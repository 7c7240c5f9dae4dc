"""Text as markdown shows it letter for letter."""

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~^$-])")


def plain(text: str) -> str:
    """The text in one line of markdown, with nothing in it that markdown or HTML would act upon."""
    line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # "www." and "://" would be made links
    return _MARKS.sub(r"\\\1", line).replace("://", ":&#47;&#47;").replace("www.", "www&#46;")
