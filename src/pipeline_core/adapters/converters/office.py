"""Office formats, books and messages, by xberg. It is given bytes only: it can fetch nothing."""

import asyncio
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.archive import check_expansion, missing_parts, parts_lost, refusal
from pipeline_core.adapters.converters.escapes import unescaper
from pipeline_core.adapters.converters.odf_text import rewrite_odf
from pipeline_core.adapters.converters.ooxml.completeness import Rewritten, missing_words
from pipeline_core.adapters.converters.ooxml.pieces import shown
from pipeline_core.adapters.converters.ooxml.word import rewrite_word
from pipeline_core.adapters.converters.pages import has_words, storable, whole
from pipeline_core.adapters.converters.rtf import rewrite_rtf
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import (
    CorruptDocumentError,
    DocumentError,
    EncryptedDocumentError,
)
from pipeline_core.domain.findings import Finding, Severity

if TYPE_CHECKING:
    from xberg import ExtractedDocument, ExtractionConfig

NAME = "xberg"

# xberg's markdown runs the lines of these together, so they are read as plain text, unless the file has
# markup, by these bytes in it: an HTML part, or Outlook's property PidTagHtml.
_PLAIN_UNLESS = {
    filetypes.DOC: None,
    filetypes.EML: b"text/html",
    filetypes.MSG: "__substg1.0_1013".encode("utf-16-le"),
}
_MAX_TABLE_CELLS = 5_000_000
_MAX_CONTENT_BYTES = 512 << 20
# ``check_expansion`` has looked at that already: a sheet of formatted empty rows shrinks many hundred times.
_MAX_COMPRESSION_RATIO = 1_000_000
HTML_DEPTH = 256
"""Greatest depth of HTML that xberg reads. From about 900 on it overflows its stack."""

_HARMLESS_WARNINGS = frozenset({"relationships"})
"""Sources of warnings that lose no text: a cross-reference without a target."""

_REWRITES = {
    filetypes.DOCX: rewrite_word,
    filetypes.ODT: rewrite_odf,
    filetypes.ODP: rewrite_odf,
    filetypes.RTF: rewrite_rtf,
}
_LINE_ENDS = re.compile(r"\n\s*")
_unescape = unescaper(r"\<>#`~!|.+-&")  # what xberg escapes


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a document with xberg: the whole document is one page.

    Raises:
        EncryptedDocumentError, CorruptDocumentError: the file cannot be read.
        NoTextError: it has no text.
    """
    data = source.data
    if data.startswith(b"PK"):
        check_expansion(data, source.filename)
    rewrite = _REWRITES.get(source.kind)
    rewritten = rewrite(data, source.filename, keep_hidden=options.keep_hidden) if rewrite else Rewritten(data)
    document = _extract(rewritten.data, source)
    markdown = _markdown(document, source)
    if not has_words(markdown):
        raise refusal(source, _losses(document), rewritten.findings)
    findings = [*rewritten.findings, *_findings(document, source)]
    if (lost := missing_words(rewritten.passages, markdown)) is not None:
        findings.append(lost)
    return Converted(markdown, whole(markdown), NAME, tuple(findings))


def _is_plain(source: Source) -> bool:
    markup = _PLAIN_UNLESS.get(source.kind, b"")
    return markup is None or (markup != b"" and markup not in source.data)


def _config(source: Source) -> "ExtractionConfig":
    import xberg

    return xberg.ExtractionConfig(
        output_format="plain" if _is_plain(source) else "markdown",
        use_cache=False,
        disable_ocr=True,
        enable_quality_processing=False,
        # By default footnotes go, and whatever repeats.
        content_filter=xberg.ContentFilterConfig(
            include_headers=True, include_footers=True, include_footnotes=True, strip_repeating_text=False
        ),
        html_options=xberg.ConversionOptions(
            extract_metadata=False,
            autolinks=False,
            inline_data_media="alt_text_only",
            compact_tables=True,
            max_depth=HTML_DEPTH,
            preprocessing=xberg.PreprocessingOptions(enabled=False),
        ),
        pages=xberg.PageConfig(extract_pages=True),
        max_archive_depth=0,  # attachments would be flattened into one line each
        security_limits=xberg.SecurityLimits(
            max_table_cells=_MAX_TABLE_CELLS,
            max_content_size=_MAX_CONTENT_BYTES,
            max_compression_ratio=_MAX_COMPRESSION_RATIO,
        ),
    )


def _extract(data: bytes, source: Source) -> "ExtractedDocument":
    import xberg

    given = xberg.ExtractInput(kind="bytes", bytes=data, mime_type=source.kind.mime)

    async def extract() -> "xberg.ExtractionResult":
        return await xberg.extract(given, _config(source))

    try:
        result = asyncio.run(extract())
    except (xberg.XbergError, RuntimeError, ValueError) as error:
        raise _refusal(str(error), source) from error
    if not result.results:
        raise _refusal("; ".join(str(error) for error in result.errors), source)
    return result.results[0]


def _refusal(reason: str, source: Source) -> DocumentError:
    lowered = reason.lower()
    if "password" in lowered or "encrypted" in lowered:
        return EncryptedDocumentError(f"{source.filename} is protected with a password.")
    return CorruptDocumentError(f"{source.filename} ({source.kind.label}) could not be read: {reason.rstrip('.')}.")


def _losses(document: "ExtractedDocument") -> list[str]:
    warnings = [w for w in document.processing_warnings if w.source not in _HARMLESS_WARNINGS]
    return [f"{warning.source}: {warning.message.rstrip('.')}" for warning in warnings]


def _markdown(document: "ExtractedDocument", source: Source) -> str:
    if not _is_plain(source):
        return shown(_unescape(storable(document.content)))
    markdown = storable(document.content)
    return _LINE_ENDS.sub("\n\n", markdown) if source.kind == filetypes.DOC else markdown  # a line is a paragraph


def _findings(document: "ExtractedDocument", source: Source) -> Iterator[Finding]:
    lost = _losses(document)
    lost += [f"{name} is not in the file" for name in missing_parts(source) if not any(name in loss for loss in lost)]
    harmless = [w.message.rstrip(".") for w in document.processing_warnings if w.source in _HARMLESS_WARNINGS]
    if lost:
        yield parts_lost(lost)
    if harmless:
        yield Finding("converter_remark", Severity.INFO, "; ".join(harmless[:5]) + ".", {"remarks": len(harmless)})
    mail = document.metadata.format.email if document.metadata and document.metadata.format else None
    if mail is not None and mail.attachments:
        yield Finding(
            "attachments_skipped",
            Severity.WARNING,
            "Attachments are not converted; upload them by themselves: " + ", ".join(mail.attachments) + ".",
            {"attachments": len(mail.attachments)},
        )
