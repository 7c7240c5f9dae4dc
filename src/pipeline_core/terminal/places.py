"""Places where a reader finds what is shown, in few words."""

from collections.abc import Sequence


def place(page: int | None, unit: str | None = None, heading_path: Sequence[str] | None = None) -> str:
    """ "p.3", "slide 3", "sheet 2"; of what has no pages its headings, and nothing where there are none."""
    if page is not None:
        return f"p.{page}" if unit in (None, "page") else f"{unit} {page}"
    return " › ".join(heading_path or ())
