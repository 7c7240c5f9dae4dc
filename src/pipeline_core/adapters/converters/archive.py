"""ZIP containers (DOCX, XLSX, PPTX, ODT, EPUB and the like), looked at before they are unpacked."""

import io
import zipfile
import zlib

from pipeline_core.domain.errors import CorruptDocumentError

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
"""What reading a damaged container, or a damaged part of one, raises."""
MAX_UNPACKED_BYTES = 512 << 20
MAX_ENTRIES = 10_000
# Deflate shrinks office XML 10 to 50 times; what shrank 200 times is nothing but repetition.
MAX_RATIO = 200
RATIO_MATTERS_FROM = 64 << 20


def check_expansion(data: bytes, filename: str) -> None:
    """Refuse a container that says itself that it would fill the memory.

    Reads the directory only. A directory that lies is stopped by the worker's memory limit instead.

    Raises:
        CorruptDocumentError: it declares too many bytes or entries.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sizes = [entry.file_size for entry in archive.infolist()]
    except zipfile.BadZipFile as error:
        raise CorruptDocumentError(f"{filename} is a damaged ZIP container: {error}.") from error
    total = sum(sizes)
    swollen = total > RATIO_MATTERS_FROM and total > MAX_RATIO * len(data)
    if total > MAX_UNPACKED_BYTES or swollen or len(sizes) > MAX_ENTRIES:
        raise CorruptDocumentError(
            f"{filename} looks like a ZIP bomb: {len(data):,} bytes would unpack to {total:,} bytes "
            f"in {len(sizes):,} entries (at most {MAX_UNPACKED_BYTES:,} bytes, {MAX_ENTRIES:,} entries)."
        )
