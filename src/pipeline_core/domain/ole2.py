"""OLE2 compound files ([MS-CFB]): containers of Word, Excel, PowerPoint 97-2003, and of encrypted OOXML."""

import struct
from collections.abc import Iterator

from pipeline_core.domain.mapped import MappedFile

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def top_streams(data: bytes | MappedFile) -> Iterator[str]:
    """Names of the root storage's children ([MS-CFB] 2.6): streams of embedded objects are not among them.

    Raises:
        struct.error, IndexError, ValueError: the container is damaged.
    """
    directory = b"".join(_directory_sectors(data))
    (root_child,) = struct.unpack_from("<I", directory, 76)
    waiting, seen = [root_child], set()
    while waiting:
        entry = waiting.pop()
        if entry in seen or entry * 128 >= len(directory):
            continue
        seen.add(entry)
        name, length, _kind, left, right = struct.unpack_from("<64sHHII", directory, entry * 128)
        yield name[: max(0, length - 2)].decode("utf-16-le", errors="replace")
        waiting += [left, right]


def _directory_sectors(data: bytes | MappedFile) -> Iterator[bytes]:
    """Follows the directory's chain through the allocation table ([MS-CFB] 2.2 to 2.5)."""
    (shift,) = struct.unpack_from("<H", data, 30)
    # [MS-CFB] 2.2 knows no others; sectors of a few bytes would be followed for seconds
    if shift not in (9, 12):
        raise ValueError(f"sectors of 2^{shift} bytes")
    size = 1 << shift
    sector, difat_sector = (*struct.unpack_from("<I", data, 48), *struct.unpack_from("<I", data, 68))
    table = list(struct.unpack_from("<109I", data, 76))
    limit = len(data) // size
    for _ in range(limit):
        if difat_sector >= limit:
            break
        *more, difat_sector = struct.unpack_from(f"<{size // 4}I", data, (difat_sector + 1) * size)
        table += more
    for _ in range(limit):
        if sector >= limit:
            return
        yield data[(sector + 1) * size : (sector + 2) * size]
        (sector,) = struct.unpack_from("<I", data, (table[sector * 4 // size] + 1) * size + sector * 4 % size)
