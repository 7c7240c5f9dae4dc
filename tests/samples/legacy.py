"""OLE2 files made for tests: the smallest DOC, XLS, PPT and MSG that readers accept."""

import struct
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_MIN_STREAM = 4096  # shorter streams would live in the mini stream


def ole2(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams in its root; streams are padded with zeros to 4,096 bytes."""
    names = sorted(streams, key=lambda name: (len(name), name.upper()))  # the order of a directory's tree
    bodies = [streams[name].ljust(_MIN_STREAM, b"\0") for name in names]
    lengths = [-(-len(body) // _SECTOR) for body in bodies]
    directory_sectors = -(-(len(bodies) + 1) * 128 // _SECTOR)
    starts, at = [], 1 + directory_sectors
    for length in lengths:
        starts.append(at)
        at += length
    table = [_FAT, *_chain(1, directory_sectors)]
    for start, length in zip(starts, lengths, strict=True):
        table += _chain(start, length)
    assert len(table) <= _SECTOR // 4, "one sector of allocation table is enough for tests"
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    for index, (name, body, start) in enumerate(zip(names, bodies, starts, strict=True), start=1):
        right = index + 1 if index < len(bodies) else _FREE
        entries.append(_entry(name, 2, start, len(body), right=right))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, _MIN_STREAM, _END, 0, _END, 0, 0)
    header += struct.pack("<I", _FREE) * 108
    fat = struct.pack(f"<{len(table)}I", *table).ljust(_SECTOR, b"\xff")
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    padded = b"".join(body.ljust(length * _SECTOR, b"\0") for body, length in zip(bodies, lengths, strict=True))
    return header + fat + directory + padded


def _chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), _END]


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def doc_file(text: str, *, encrypted: bool = False) -> bytes:
    """Word 97: a file information block, a piece table of one piece, and the text."""
    characters = text.replace("\n", "\r").encode("cp1252")
    at = 0x800
    pieces = struct.pack("<II", 0, len(characters)) + struct.pack("<HIH", 0, (at * 2) | 0x40000000, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    block = bytearray(at)
    struct.pack_into("<HHHHHH", block, 0, 0xA5EC, 0xC1, 0, 0x409, 0, 0x1300 if encrypted else 0x1200)
    struct.pack_into("<H", block, 0x20, 14)
    struct.pack_into("<H", block, 0x3E, 22)
    struct.pack_into("<i", block, 0x4C, len(characters))
    struct.pack_into("<H", block, 0x98, 0x5D)
    struct.pack_into("<II", block, 0x1A2, 0, len(table))
    return ole2({"WordDocument": bytes(block) + characters, "1Table": table})


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls_file(name: str, rows: list[list[str]], *, encrypted: bool = False) -> bytes:
    """BIFF8: a workbook of one sheet with text cells."""
    title = name.encode()
    start = struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6)
    password = _record(0x2F, bytes(54)) if encrypted else b""
    sheet_at = len(_record(0x809, start)) + len(password) + 4 + 8 + len(title) + 4
    book = _record(0x809, start) + password
    book += _record(0x85, struct.pack("<IBBBB", sheet_at, 0, 0, len(title), 0) + title) + _record(0x0A)
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6))
    sheet += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            label = struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1")
            sheet += _record(0x204, label)
    return ole2({"Workbook": book + sheet + _record(0x0A)})


def ppt_file(*slides: str, encrypted: bool = False) -> bytes:
    """PowerPoint 97: a document record, then a slide record with one text box for each slide."""

    def record(kind: int, body: bytes, *, container: bool = False) -> bytes:
        return struct.pack("<HHI", 0x0F if container else 0, kind, len(body)) + body

    document = record(0x3E8, record(0x3E9, bytes(40)), container=True)
    for text in slides:
        box = record(0xF9F, bytes(4)) + record(0xFA0, text.encode("utf-16-le"))
        document += record(0x3EE, record(0xF00D, box, container=True), container=True)
    token = 0xF3D1C4DF if encrypted else 0xE391C05F
    user = record(0xFF6, struct.pack("<IIIHHBBH", 20, token, 0, 0, 1012, 3, 0, 0))
    return ole2({"PowerPoint Document": document, "Current User": user})


def msg_file(subject: str, text: str) -> bytes:
    """Outlook: one stream for each property."""
    return ole2(
        {
            "__properties_version1.0": bytes(32),
            "__substg1.0_001A001F": "IPM.Note".encode("utf-16-le"),
            "__substg1.0_0037001F": subject.encode("utf-16-le"),
            "__substg1.0_1000001F": text.encode("utf-16-le"),
        }
    )


def encrypted_ooxml() -> bytes:
    """What Office writes for a DOCX, XLSX or PPTX with a password ([MS-OFFCRYPTO])."""
    return ole2({"EncryptionInfo": b"\x04\x00\x04\x00\x40\x00\x00\x00", "EncryptedPackage": bytes(5000)})
