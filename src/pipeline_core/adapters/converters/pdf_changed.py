"""A PDF changed by QPDF, object by object."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pikepdf


def changed(data: bytes, change: "Callable[[pikepdf.Pdf], bool]") -> bytes:
    """The file as ``change`` leaves it; the very same bytes where that changes nothing, or the file is too damaged."""
    import pikepdf

    output = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if not change(pdf):
                return data
            pdf.save(output)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, KeyError, AttributeError):
        return data
    return output.getvalue()


def inherited(node: Any, key: str) -> Any:
    """Return the value of a page or a field, or of what contains it; None where none has it."""
    for _ in range(32):
        if node is None or key in node:
            break
        node = node.get("/Parent")
    return None if node is None else node.get(key)
