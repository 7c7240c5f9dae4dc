"""The converter of each file type: adding a format is one row here and one file beside it."""

from dataclasses import dataclass

from pipeline_core.adapters.converters import delimited, html, ods, office, pdf, pptx, text, xls, xlsx
from pipeline_core.adapters.converters.source import Convert
from pipeline_core.domain import filetypes


@dataclass(frozen=True, slots=True)
class Format:
    """``isolated``: runs native code on untrusted bytes, so in a worker process with limits.

    What is not, is decoded only, in time that grows with the length of the file and nothing else.
    """

    kind: filetypes.FileType
    convert: Convert
    isolated: bool = True


FORMATS = (
    Format(filetypes.MARKDOWN, text.convert, isolated=False),
    Format(filetypes.TEXT, text.convert, isolated=False),
    Format(filetypes.CSV, delimited.convert),
    Format(filetypes.PDF, pdf.convert),
    Format(filetypes.DOCX, office.convert),
    Format(filetypes.PPTX, pptx.convert),
    Format(filetypes.XLSX, xlsx.convert),
    Format(filetypes.HTML, html.convert),
    Format(filetypes.ODT, office.convert),
    Format(filetypes.ODS, ods.convert),
    Format(filetypes.ODP, office.convert),
    Format(filetypes.RTF, office.convert),
    Format(filetypes.EPUB, office.convert),
    Format(filetypes.EML, office.convert),
    Format(filetypes.MSG, office.convert),
    Format(filetypes.DOC, office.convert),
    Format(filetypes.XLS, xls.convert),
    Format(filetypes.PPT, office.convert),
)
BY_MIME = {row.kind.mime: row for row in FORMATS}
