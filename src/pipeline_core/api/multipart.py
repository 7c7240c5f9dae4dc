"""The files of a multipart body, block by block: on disk, measured and hashed while they arrive."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from pipeline_core.api.known_names import unknown_names
from pipeline_core.api.storable import require_storable
from pipeline_core.domain.errors import EmptyFileError, FileTooLargeError, PipelineError, RefusedError
from pipeline_core.domain.wording import counted
from pipeline_core.services.receive_upload import SpooledUpload

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "file"
OVERHEAD_BYTES = 64 * 1024
"""What a multipart body may have beyond its files."""
MOST_FILES = 100
"""No setting allows more in one form."""
_MAX_HEADER_BYTES = 8 * 1024
_MAX_FIELD_BYTES = 1024
_BLOCK = 256 * 1024
_FILE = {"type": "string", "format": "binary", "description": "The document"}
REALM_FIELD: Mapping[str, Mapping[str, Any]] = {
    "realm": {"type": "string", "maxLength": 200, "description": "The realm, by id or name; the same as `?realm=`"}
}
"""The field of a form that names a realm, by its schema."""


def form_body(*, of_many: bool = False, fields: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """For a route's ``openapi_extra``: a form with one file, or with the same part as often as there are files, and
    with these other fields, each by its schema."""
    files = {"type": "array", "items": _FILE, "minItems": 1, "maxItems": MOST_FILES}
    properties = {FIELD: files if of_many else _FILE, **(fields or {})}
    schema = {"type": "object", "required": [FIELD], "properties": properties}
    return {
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": {**schema, "additionalProperties": False}}},
        }
    }


def realm_of_form(asked: str | None, fields: Mapping[str, str]) -> str | None:
    """The realm that a request names, in its query or in its form.

    Raises:
        RefusedError: it names two.
    """
    sent = fields.get("realm") or None
    if asked and sent and asked != sent:
        raise RefusedError(f"The query names the realm {asked}, and the form {sent}.", action="Name one of them.")
    return sent or asked


@dataclass(frozen=True, slots=True)
class Refused:
    """A file of a form that cannot be taken; the others may be."""

    filename: str
    error: PipelineError


@dataclass(slots=True)
class _Arriving:
    """A file on its way: its bytes are in ``block`` until they are written."""

    filename: str
    file: BinaryIO
    block: bytearray = field(default_factory=bytearray)
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    is_too_large: bool = False
    is_whole: bool = False

    def flush(self) -> None:
        self.digest.update(self.block)
        self.file.write(self.block)
        self.block = bytearray()


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was received: its files in their order, and the text of its other fields."""

    files: Sequence["SpooledUpload | Refused"]
    fields: Mapping[str, str]


@dataclass(slots=True)
class _Part:
    name: str | None = None
    filename: str | None = None


class _Receiver:
    """Callbacks of the parser."""

    def __init__(
        self, new_file: Callable[[], BinaryIO], max_bytes: int, max_files: int, known_fields: Sequence[str]
    ) -> None:
        self.files: list[_Arriving] = []
        self.fields: dict[str, bytearray] = {}
        self._known_fields = known_fields
        self.has_ended = False
        self._new_file, self._max_bytes, self._max_files = new_file, max_bytes, max_files
        self._part = _Part()
        self._current: _Arriving | None = None
        self._header = (bytearray(), bytearray())
        self._header_bytes = 0

    @property
    def pending(self) -> int:
        """Bytes that are not written yet."""
        return sum(len(file.block) for file in self.files)

    def on_part_begin(self) -> None:
        self._part, self._current, self._header_bytes = _Part(), None, 0

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(self._bounded(data[start:end]))

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(self._bounded(data[start:end]))

    def on_header_end(self) -> None:
        name, value = (bytes(part) for part in self._header)
        self._header = (bytearray(), bytearray())
        if name.lower() == b"content-disposition":
            _, options = parse_options_header(value)
            self._part.name = _text(options.get(b"name"))
            self._part.filename = sent_name(_text(options.get(b"filename")))

    def on_headers_finished(self) -> None:
        if self._part.name is not None and self._part.name in self._known_fields:
            if self._part.name in self.fields:
                self._add_text(b",")
            self.fields.setdefault(self._part.name, bytearray())
            return
        if self._part.name != FIELD:
            raise unknown_names("body", [self._part.name or ""], [FIELD, *self._known_fields])
        if self._part.filename is None:
            raise _no_file()
        if len(self.files) == self._max_files:
            raise RefusedError(
                f"The form has more than {counted(self._max_files, 'file')}.",
                action=f"Send at most {counted(self._max_files, 'file')} in one request.",
            )
        self._current = _Arriving(self._part.filename, self._new_file())
        self.files.append(self._current)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current
        if file is None:
            self._add_text(data[start:end])
            return
        if file.is_too_large:
            return
        file.size += end - start
        if file.size <= self._max_bytes:
            file.block += data[start:end]
            return
        if self._max_files == 1:
            raise self.too_large(file)
        # the rest of the form may have files that can be taken
        file.is_too_large, file.block = True, bytearray()

    def on_part_end(self) -> None:
        if self._current:
            self._current.is_whole = True

    def on_end(self) -> None:
        self.has_ended = True

    def too_large(self, file: _Arriving) -> FileTooLargeError:
        return FileTooLargeError(f"The file has more than {self._max_bytes:,} bytes.", where=file.filename)

    def _add_text(self, more: bytes) -> None:
        text = self.fields[self._part.name or ""]
        text += more
        if len(text) > _MAX_FIELD_BYTES:
            raise RefusedError(f"The field `{self._part.name}` has more than {_MAX_FIELD_BYTES:,} bytes.")

    def _bounded(self, part: bytes) -> bytes:
        self._header_bytes += len(part)
        if self._header_bytes > _MAX_HEADER_BYTES:
            raise RefusedError("The headers of a part are too long.")
        return part

    def flush(self) -> None:
        for file in self.files:
            if file.block:
                file.flush()

    def outcome(self, file: _Arriving) -> SpooledUpload | Refused:
        if file.is_too_large:
            return Refused(file.filename, self.too_large(file))
        if not file.size:
            return Refused(file.filename, EmptyFileError(where=file.filename))
        file.file.flush()
        return SpooledUpload(file.filename, file.file, file.size, file.digest.hexdigest())


async def receive_file(
    request: Request, file: BinaryIO, *, max_bytes: int, fields: Sequence[str] = ()
) -> tuple[SpooledUpload, Mapping[str, str]]:
    """Write the only file of a form to the file given; returns it with the other fields. See ``receive_form``.

    Raises:
        FileTooLargeError, EmptyFileError: what was sent.
        RefusedError, RequestValidationError: as ``receive_form``, or there is more than one file.
    """
    form = await receive_form(request, lambda: file, max_bytes=max_bytes, max_files=1, fields=fields)
    [received] = form.files
    if isinstance(received, Refused):
        raise received.error
    return received, form.fields


async def receive_form(
    request: Request, new_file: Callable[[], BinaryIO], *, max_bytes: int, max_files: int, fields: Sequence[str] = ()
) -> Form:
    """Write the parts called ``file`` each to a new file, in the form's order. ``max_bytes`` is for each of them.

    ``fields`` are the other parts that the form may have; the texts of one that comes several times are joined by
    commas.

    Raises:
        RefusedError: the body is no form, is cut off, or has no file, or too many: nothing of it is to be taken.
        RequestValidationError: a part is called otherwise; names the one that is meant. Or a text cannot be stored.
    """
    kind, options = parse_options_header(request.headers.get("content-type", "").encode("latin-1", "replace"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise RefusedError(
            "The body is not multipart/form-data with a boundary.",
            action=f"Send the file as the part `{FIELD}` of a form, as `curl -F {FIELD}=@NAME` does.",
        )
    receiver = _Receiver(new_file, max_bytes, max_files, fields)
    try:
        parser = MultipartParser(boundary, _callbacks(receiver))
        async for data in request.stream():
            parser.write(data)
            if receiver.pending >= _BLOCK:
                await run_in_threadpool(receiver.flush)
        parser.finalize()
    except FormParserError as error:
        raise RefusedError(f"The form cannot be read: {error}.", action="Send it again.") from None
    except ClientDisconnect:
        raise RefusedError("The connection was closed before the file had arrived.") from None
    if not receiver.files:
        raise _no_file()
    if not (receiver.has_ended and all(file.is_whole for file in receiver.files)):
        raise RefusedError("The form ends in the middle: the file did not arrive whole.", action="Send it again.")
    await run_in_threadpool(receiver.flush)
    texts = {name: text.decode("utf-8", "replace").strip() for name, text in receiver.fields.items()}
    require_storable("body", texts.items())
    return Form([receiver.outcome(file) for file in receiver.files], texts)


def _no_file() -> RefusedError:
    return RefusedError(f"The form has no file called `{FIELD}`.", action=f"Send the file as the part `{FIELD}`.")


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


def sent_name(name: str | None) -> str | None:
    """Return a file's name as it was before a browser escaped in it what would end a header."""
    return name and name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _text(value: bytes | None) -> str | None:
    """Browsers send names as UTF-8; others, as Latin-1."""
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
