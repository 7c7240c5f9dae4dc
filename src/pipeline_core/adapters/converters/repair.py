"""Damaged PDF files: opened and saved again by QPDF, which rebuilds the cross-reference table."""

import io

from pipeline_core.domain.errors import CorruptDocumentError, EncryptedDocumentError


def repair_pdf(data: bytes, filename: str) -> bytes:
    """The same document with a sound structure; objects that were cut off stay lost.

    Raises:
        EncryptedDocumentError: it needs a password.
        CorruptDocumentError: not even its pages can be found.
    """
    import pikepdf

    output = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if not len(pdf.pages):
                raise CorruptDocumentError(f"{filename} is damaged: no page in it can be found.")
            pdf.save(output)
    except pikepdf.PasswordError as error:
        raise EncryptedDocumentError(f"{filename} is protected with a password.") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError) as error:
        raise CorruptDocumentError(f"{filename} is damaged and could not be repaired: {error}.") from error
    return output.getvalue()
