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
    body = _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            label = struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1")
            body += _record(0x204, label)
    return _one_sheet(name, _record(0x2F, bytes(54)) if encrypted else b"", body)


# Of a cell: what it has, the number format, whether it is struck out, the colours of text and cell (7 is automatic).
XlsCell = tuple[str | float | None, str, bool, int, int]
BLACK, WHITE, AUTOMATIC = 8, 9, 0x7FFF


def xls_cell(
    value: str | float | None, code: str = "General", *, struck: bool = False, text: int = AUTOMATIC, cell: int = 0
) -> XlsCell:
    """``value`` None: a formula that was never computed. ``cell``: the colour that fills it, 0 for none."""
    return value, code, struck, text, cell


def styled_xls_file(rows: list[list[XlsCell]], *, hidden_row: int = -1, hidden_column: int = -1) -> bytes:
    """BIFF8: a workbook of one sheet, “Prices”, of which each cell has a font, a number format and an XF of its own."""
    cells = [(r, c, cell) for r, row in enumerate(rows) for c, cell in enumerate(row)]
    styles = _font(False, AUTOMATIC) * 4 + b"".join(_font(struck, text) for _, _, (_, _, struck, text, _) in cells)
    for at, (_, _, (_, code, _, _, _)) in enumerate(cells):
        styles += _record(0x41E, struct.pack("<HHB", 164 + at, len(code), 0) + code.encode("latin-1"))
    for at, (_, _, (_, _, _, _, fill)) in enumerate(cells):
        pattern = struct.pack("<IHH", 0, 0, 0) if not fill else struct.pack("<IHH", 0, 1 << 10, fill)
        styles += _record(0xE0, struct.pack("<HHHHH", 5 + at, 164 + at, 0, 0x20, 0) + bytes(2) + pattern)
    body = (
        _record(0x7D, struct.pack("<HHHHHH", hidden_column, hidden_column, 0, 0, 1, 0)) if hidden_column >= 0 else b""
    )
    if hidden_row >= 0:
        body += _record(0x208, struct.pack("<HHHHHHI", hidden_row, 0, 9, 255, 0, 0, 0x20))
    for at, (row, column, (value, *_)) in enumerate(cells):
        where = struct.pack("<HHH", row, column, at)
        if isinstance(value, str):
            body += _record(0x204, where + struct.pack("<HB", len(value), 0) + value.encode("latin-1"))
        elif value is None:
            body += _record(0x006, where + struct.pack("<QHIH", 0xFFFF000000000003, 0, 0, 3) + b"\x1e\x01\x00")
        else:
            body += _record(0x203, where + struct.pack("<d", value))
    return _one_sheet("Prices", styles, body)


def _one_sheet(name: str, before: bytes, body: bytes) -> bytes:
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6)) + before
    title = name.encode()
    sheet_at = len(start) + 4 + 8 + len(title) + 4
    book = start + _record(0x85, struct.pack("<IBBBB", sheet_at, 0, 0, len(title), 0) + title) + _record(0x0A)
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6)) + body
    return ole2({"Workbook": book + sheet + _record(0x0A)})


def _font(struck: bool, colour: int) -> bytes:
    name = b"Arial"
    return _record(0x31, struct.pack("<HHHHHBBBBBB", 200, 8 * struck, colour, 400, 0, 0, 0, 0, 0, len(name), 0) + name)


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
