"""PDF files as PDFium and QPDF open them."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pikepdf
import pypdfium2
from pypdfium2 import PdfDocument

from pipeline_core.adapters.converters.source import ConvertOptions, Source, refuse_too_many
from pipeline_core.domain.errors import CorruptDocumentError, EncryptedDocumentError

T = TypeVar("T")
ONE_AT_A_TIME = threading.Lock()
"""PDFium may be used by one thread of a process at a time; two crash the process."""


@contextmanager
def by_pdfium(data: bytes) -> Iterator[PdfDocument | None]:
    """Open the file by PDFium; None where it does not open."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        yield None
        return
    with document:
        yield document


@contextmanager
def _sound(data: bytes, filename: str, otherwise: str) -> Iterator[pikepdf.Pdf]:
    """Open the file by QPDF. Raises EncryptedDocumentError and CorruptDocumentError, which says ``otherwise``."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if not len(pdf.pages):
                raise CorruptDocumentError(f"{filename} is damaged: no page in it can be found.")
            yield pdf
    except pikepdf.PasswordError as error:
        raise EncryptedDocumentError(f"{filename} is protected with a password.") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError) as error:
        raise CorruptDocumentError(f"{filename} is damaged{otherwise.format(error)}.") from error


def repair_pdf(data: bytes, filename: str) -> bytes:
    """The same document with a sound structure: QPDF rebuilds it, and objects that were cut off stay lost.

    Raises:
        EncryptedDocumentError: it needs a password.
        CorruptDocumentError: not even its pages can be found.
    """
    output = io.BytesIO()
    with _sound(data, filename, " and could not be repaired: {}") as pdf:
        pdf.save(output)
    return output.getvalue()


def count_pages(source: Source, options: ConvertOptions) -> int:
    """Count the pages without reading them.

    Raises:
        EncryptedDocumentError: it needs a password.
        TooManyPagesError: there are more than the limit.
        CorruptDocumentError: it is so damaged that they cannot be counted.
    """
    damaged = ": its pages cannot be counted, so it is not sent to a paid service"
    with _sound(source.data, source.filename, damaged) as pdf:
        count = len(pdf.pages)
    refuse_too_many(count, source, options)
    return count


def by_qpdf(data: bytes, look: Callable[[pikepdf.Pdf], T], otherwise: T) -> T:
    """Return the findings of ``look`` in the file; ``otherwise`` where it is too damaged, or needs a password."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return look(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, KeyError, AttributeError):
        return otherwise


def changed(data: bytes, change: Callable[[pikepdf.Pdf], bool]) -> bytes:
    """The file as ``change`` leaves it; the very same bytes where that changes nothing, or the file is too damaged."""

    def look(pdf: pikepdf.Pdf) -> bytes:
        if not change(pdf):
            return data
        output = io.BytesIO()
        pdf.save(output)
        return output.getvalue()

    return by_qpdf(data, look, data)


def inherited(node: Any, key: str) -> Any:
    """Return the value of a page or a field, or of what contains it; None where none has it."""
    for _ in range(32):
        if node is None or key in node:
            break
        node = node.get("/Parent")
    return None if node is None else node.get(key)
