"""Markdown, kept as it is, and plain text, in which signs are kept from being read as markdown."""

from pipeline_core.adapters.converters.encoding_finding import encoding_findings
from pipeline_core.adapters.converters.pages import storable, whole
from pipeline_core.adapters.converters.plain_text import as_markdown
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import EmptyFileError, UnsupportedTypeError
from pipeline_core.domain.text_encoding import read_text

NAME = "text"


def convert(source: Source, _options: ConvertOptions) -> Converted:
    """Decode the file, with ``\\n`` line ends and without a byte order mark.

    Raises:
        EmptyFileError: there is nothing but white space.
        UnsupportedTypeError: the bytes are not text.
    """
    decoded = read_text(source.data)
    if decoded is None:
        raise UnsupportedTypeError(f"{source.filename} is named as {source.kind.label} but is binary data.")
    markdown = storable(decoded.text)
    if not markdown or markdown.isspace():
        raise EmptyFileError(f"{source.filename} has no text: only white space.")
    if source.kind == filetypes.TEXT:
        markdown = as_markdown(markdown)
    return Converted(markdown, whole(markdown), NAME, tuple(encoding_findings(decoded)))
