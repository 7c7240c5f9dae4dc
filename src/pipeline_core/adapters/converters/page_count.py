"""Number of pages of a PDF, without reading them."""

import io

from pipeline_core.adapters.converters.source import ConvertOptions, Source, refuse_too_many
from pipeline_core.domain.errors import CorruptDocumentError, EncryptedDocumentError


def count_pages(source: Source, options: ConvertOptions) -> int:
    """Count the pages.

    Raises:
        EncryptedDocumentError: it needs a password.
        TooManyPagesError: there are more than the limit.
        CorruptDocumentError: it is so damaged that they cannot be counted.
    """
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(source.data)) as pdf:
            count = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise EncryptedDocumentError(f"{source.filename} is protected with a password.") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError) as error:
        raise CorruptDocumentError(
            f"{source.filename} is damaged: its pages cannot be counted, so it is not sent to a paid service."
        ) from error
    if count == 0:
        raise CorruptDocumentError(f"{source.filename} is damaged: no page in it can be found.")
    refuse_too_many(count, source, options)
    return count
