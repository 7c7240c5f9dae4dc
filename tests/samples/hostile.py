"""Documents made to be refused, or to lose something on the way: small, and the same each time."""

import io
import re
import zipfile
from collections.abc import Callable

from tests.samples import office, pdfs
from tests.samples.office import HEADING, SENTENCE

POLICY = pdfs.text(HEADING, SENTENCE, *pdfs.prose(12))
EMPTY_ROW = b'<row><c s="1"/><c s="1"/><c s="1"/></row>'


def rezipped(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The container with every part as ``change`` has it; None leaves the part out."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = change(entry.filename, old.read(entry))
            if content is not None:
                new.writestr(zipfile.ZipInfo(entry.filename), content, zipfile.ZIP_DEFLATED)
    return output.getvalue()


def without(data: bytes, *parts: str) -> bytes:
    return rezipped(data, lambda name, content: None if name in parts else content)


def with_sheet(data: bytes, rows: bytes) -> bytes:
    """The workbook with these rows as its first sheet."""

    def change(name: str, content: bytes) -> bytes:
        if not name.endswith("/sheet1.xml"):
            return content
        before, after = re.split(rb"<sheetData>.*</sheetData>", content, flags=re.DOTALL)
        return before + b"<sheetData>" + rows + b"</sheetData>" + after

    return rezipped(data, change)


def cell_at(row: int, column: str, text: str) -> bytes:
    return f'<row r="{row}"><c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'.encode()


def zip_bomb(part: str, size: int = 70 << 20) -> bytes:
    """A part that shrinks a thousand times."""
    return office.zipped({"[Content_Types].xml": "<a/>", part: b" " * size})


def nested_html(depth: int, tag: str = "div", *, text: str = SENTENCE, after: str = "After it.") -> bytes:
    """A paragraph, a text ``depth`` elements down, and a paragraph after it."""
    middle = f"<{tag}>" * depth + text + f"</{tag}>" * depth
    return f"<html><body><p>Before it.</p>{middle}<p>{after}</p></body></html>".encode()


def policy_pdf(pages: int = 1) -> bytes:
    return pdfs.pdf(*[POLICY] * pages)
