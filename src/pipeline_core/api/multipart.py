"""One file out of a multipart body, block by block: on disk, measured and hashed while it arrives."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from pipeline_core.domain.errors import EmptyFileError, FileTooLargeError, RefusedError
from pipeline_core.services.receive_upload import SpooledUpload

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "file"
FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "string", "format": "binary", "description": "The document"}},
                }
            }
        },
    }
}
"""For a route's ``openapi_extra``."""
OVERHEAD_BYTES = 64 * 1024
"""What a multipart body may have beyond its file."""
_MAX_HEADER_BYTES = 8 * 1024
_MAX_PARTS = 20
_BLOCK = 256 * 1024


@dataclass(slots=True)
class _Part:
    field: str | None = None
    filename: str | None = None

    @property
    def is_file(self) -> bool:
        return self.field == FIELD and self.filename is not None


class _Receiver:
    """Callbacks of the parser; keeps the bytes of the one part that is wanted until they are written."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.block = bytearray()
        self.digest = hashlib.sha256()
        self.size = 0
        self.filename: str | None = None
        self.is_whole = self.has_ended = False
        self._part = _Part()
        self._header = (bytearray(), bytearray())
        self._header_bytes = self._parts = 0

    def on_part_begin(self) -> None:
        self._part, self._header_bytes = _Part(), 0
        self._parts += 1
        if self._parts > _MAX_PARTS:
            raise RefusedError(f"The form has more than {_MAX_PARTS} parts.")

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(self._bounded(data[start:end]))

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(self._bounded(data[start:end]))

    def on_header_end(self) -> None:
        name, value = (bytes(part) for part in self._header)
        self._header = (bytearray(), bytearray())
        if name.lower() == b"content-disposition":
            _, options = parse_options_header(value)
            self._part.field = _text(options.get(b"name"))
            self._part.filename = _text(options.get(b"filename"))

    def on_headers_finished(self) -> None:
        if self._part.is_file:
            if self.filename is not None:
                raise RefusedError("The form has more than one file.", action="Upload one file a request.")
            self.filename = self._part.filename

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.is_file:
            self.size += end - start
            if self.size > self.max_bytes:
                raise FileTooLargeError(f"The file has more than {self.max_bytes:,} bytes.", where=self.filename)
            self.block += data[start:end]

    def on_part_end(self) -> None:
        self.is_whole = self.is_whole or self._part.is_file

    def on_end(self) -> None:
        self.has_ended = True

    def _bounded(self, part: bytes) -> bytes:
        self._header_bytes += len(part)
        if self._header_bytes > _MAX_HEADER_BYTES:
            raise RefusedError("The headers of a part are too long.")
        return part

    def flush(self, file: BinaryIO) -> None:
        self.digest.update(self.block)
        file.write(self.block)
        self.block = bytearray()


async def receive_file(request: Request, file: BinaryIO, *, max_bytes: int) -> SpooledUpload:
    """Write the part called ``file`` to the file given; a body that grows too large is not read to its end.

    Raises:
        FileTooLargeError, EmptyFileError: what was sent.
        RefusedError: the body is no form, is cut off, or has no such part, or more than one.
    """
    kind, options = parse_options_header(request.headers.get("content-type", "").encode("latin-1", "replace"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise RefusedError(
            "The body is not multipart/form-data with a boundary.",
            action=f"Send the file as the part `{FIELD}` of a form, as `curl -F {FIELD}=@NAME` does.",
        )
    receiver = _Receiver(max_bytes)
    try:
        parser = MultipartParser(boundary, _callbacks(receiver))
        async for data in request.stream():
            parser.write(data)
            if len(receiver.block) >= _BLOCK:
                await run_in_threadpool(receiver.flush, file)
        parser.finalize()
    except FormParserError as error:
        raise RefusedError(f"The form cannot be read: {error}.", action="Send it again.") from None
    except ClientDisconnect:
        raise RefusedError("The connection was closed before the file had arrived.") from None
    if receiver.filename is None:
        raise RefusedError(f"The form has no file called `{FIELD}`.", action=f"Send the file as the part `{FIELD}`.")
    if not (receiver.is_whole and receiver.has_ended):
        raise RefusedError("The form ends in the middle: the file did not arrive whole.", action="Send it again.")
    if not receiver.size:
        raise EmptyFileError(where=receiver.filename)
    await run_in_threadpool(receiver.flush, file)
    file.flush()
    return SpooledUpload(receiver.filename, file, receiver.size, receiver.digest.hexdigest())


def _callbacks(receiver: _Receiver) -> "MultipartCallbacks":
    return {
        "on_part_begin": receiver.on_part_begin,
        "on_header_field": receiver.on_header_field,
        "on_header_value": receiver.on_header_value,
        "on_header_end": receiver.on_header_end,
        "on_headers_finished": receiver.on_headers_finished,
        "on_part_data": receiver.on_part_data,
        "on_part_end": receiver.on_part_end,
        "on_end": receiver.on_end,
    }


def _text(value: bytes | None) -> str | None:
    """Browsers send names as UTF-8; others, as Latin-1."""
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
