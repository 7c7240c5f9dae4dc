"""Office files made for tests, part by part, so that no office suite is needed."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from xml.sax.saxutils import escape

import docx

HEADING = "Motor policy"
SENTENCE = "The deductible is 250 euros for each claim."

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SLIDE_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    f'xmlns:r="{_OFFICE_RELATION}"'
)
_ODF_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "drawing", "presentation", "style")
)
_ODF_SPACES += ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'


def zipped(parts: Mapping[str, str | bytes], *, stored: str | None = None) -> bytes:
    """A ZIP container of the parts; the one named ``stored`` comes uncompressed, as ``mimetype`` must."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return output.getvalue()


def docx_file(*paragraphs: str) -> bytes:
    """A heading, a sentence, a table and the paragraphs."""
    document = docx.Document()
    document.add_heading(HEADING, 1)
    document.add_paragraph(SENTENCE)
    table = document.add_table(2, 2)
    for cell, text in zip((*table.rows[0].cells, *table.rows[1].cells), ("Peril", "Limit", "Hail", "100"), strict=True):
        cell.text = text
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def _relations(*rows: tuple[str, str, str]) -> str:
    body = "".join(f'<Relationship Id="{i}" Type="{_OFFICE_RELATION}/{t}" Target="{g}"/>' for i, t, g in rows)
    return f'<Relationships xmlns="{_RELATIONSHIPS}">{body}</Relationships>'


def _content_types(overrides: Mapping[str, str]) -> str:
    body = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{body}</Types>'
    )


def _shape(number: int, paragraphs: tuple[str, ...], *, title: bool) -> str:
    kind = '<p:ph type="title"/>' if title else '<p:ph idx="1"/>'
    text = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in paragraphs)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="s"/><p:cNvSpPr/><p:nvPr>{kind}</p:nvPr></p:nvSpPr>'
        f"<p:spPr/><p:txBody><a:bodyPr/>{text}</p:txBody></p:sp>"
    )


def pptx_file(*slides: tuple[str, ...]) -> bytes:
    """A slide for each tuple: its title, then its paragraphs. An empty tuple is an empty slide."""
    base = "application/vnd.openxmlformats-officedocument.presentationml."
    names = [f"ppt/slides/slide{n}.xml" for n in range(1, len(slides) + 1)]
    parts = {
        "[Content_Types].xml": _content_types(
            {"ppt/presentation.xml": base + "presentation.main+xml"} | dict.fromkeys(names, base + "slide+xml")
        ),
        "_rels/.rels": _relations(("r1", "officeDocument", "ppt/presentation.xml")),
        "ppt/_rels/presentation.xml.rels": _relations(
            *((f"r{n}", "slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1))
        ),
        "ppt/presentation.xml": f"<p:presentation {_SLIDE_SPACES}><p:sldIdLst>"
        + "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in range(1, len(slides) + 1))
        + "</p:sldIdLst></p:presentation>",
    }
    for name, slide in zip(names, slides, strict=True):
        shapes = (_shape(2, slide[:1], title=True) + _shape(3, slide[1:], title=False)) if slide else ""
        parts[name] = (
            f'<p:sld {_SLIDE_SPACES}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/>'
            f"<p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{shapes}</p:spTree></p:cSld></p:sld>"
        )
    return zipped(parts)


def xlsx_file(**sheets: list[list[str]]) -> bytes:
    """A sheet for each name, with its rows of text."""
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    names = [f"xl/worksheets/sheet{n}.xml" for n in range(1, len(sheets) + 1)]
    parts = {
        "[Content_Types].xml": _content_types(
            {"xl/workbook.xml": base + "sheet.main+xml"} | dict.fromkeys(names, base + "worksheet+xml")
        ),
        "_rels/.rels": _relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(
            *((f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1))
        ),
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{_OFFICE_RELATION}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, start=1))
        + "</sheets></workbook>",
    }
    for name, rows in zip(names, sheets.values(), strict=True):
        data = "".join(
            "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
            for row in rows
        )
        parts[name] = f"<worksheet {space}><sheetData>{data}</sheetData></worksheet>"
    return zipped(parts)


def _odf(kind: str, body: str, manifest: str = "", styles: str = "") -> bytes:
    mime = f"application/vnd.oasis.opendocument.{kind}"
    content = f"{styles}<office:body>{body}</office:body>"
    content = f"<office:document-content {_ODF_SPACES}>{content}</office:document-content>"
    listing = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>{manifest}'
        "</manifest:manifest>"
    )
    parts = {"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": listing}
    return zipped(parts, stored="mimetype")


def odt_file(*, encrypted: bool = False) -> bytes:
    """A heading and a sentence; ``encrypted`` says in its manifest that a password is needed."""
    body = f'<text:h text:outline-level="1">{HEADING}</text:h><text:p>{SENTENCE}</text:p>'
    entry = '<manifest:file-entry manifest:full-path="content.xml">'
    entry += "<manifest:encryption-data/></manifest:file-entry>"
    return _odf("text", f"<office:text>{body}</office:text>", entry if encrypted else "")


def ods_file(**sheets: list[list[str]]) -> bytes:
    """A sheet for each name, with its rows of text."""

    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    return _odf("spreadsheet", f"<office:spreadsheet>{tables}</office:spreadsheet>")


def odp_file(*slides: str) -> bytes:
    """A slide for each sentence."""
    pages = "".join(
        f'<draw:page draw:name="s{n}"><draw:frame><draw:text-box><text:p>{text}</text:p></draw:text-box>'
        "</draw:frame></draw:page>"
        for n, text in enumerate(slides, start=1)
    )
    spaces = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    return _odf("presentation", f"<office:presentation {spaces}>{pages}</office:presentation>")


def epub_file() -> bytes:
    """A book of one chapter."""
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container version="1.0" '
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/>'
            "</rootfiles></container>",
            "book.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Book</dc:title>'
            '<dc:identifier id="id">1</dc:identifier><dc:language>en</dc:language></metadata><manifest>'
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
            "a.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{HEADING}</h1><p>{SENTENCE}</p>'
            "</body></html>",
        },
        stored="mimetype",
    )


def html_file() -> bytes:
    return (
        f"<!doctype html><html><head><title>T</title></head><body><header>Acme</header><h1>{HEADING}</h1>"
        f"<p>{SENTENCE}</p><table><tr><th>Peril<th>Limit<tr><td>Hail<td>100</table></body></html>"
    ).encode()


def rtf_file() -> bytes:
    return rf"{{\rtf1\ansi {HEADING}\par {SENTENCE}\par}}".encode()


def eml_file(*attachments: str) -> bytes:
    """A message with a subject, a sentence, and a text attachment of each name."""
    message = EmailMessage()
    message["From"] = "Clerk <clerk@example.org>"
    message["To"] = "broker@example.org"
    message["Subject"] = HEADING
    message["Date"] = "Mon, 01 Jan 2024 10:00:00 +0000"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(SENTENCE + "\n")
    for name in attachments:
        message.add_attachment("attached", filename=name)
    return bytes(message).replace(b"===============", b"boundary")


_WORD_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    f'xmlns:r="{_OFFICE_RELATION}"'
)


def word_file(body: str, **parts: str) -> bytes:
    """A Word document of this XML; ``parts`` (``footnotes``, ``styles``, ``comments``, …) give their parts' content."""
    base = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    kinds = {"word/document.xml": base + "document.main+xml"}
    kinds |= {f"word/{name}.xml": f"{base}{name}+xml" for name in parts}
    written = {
        "[Content_Types].xml": _content_types(kinds),
        "_rels/.rels": _relations(("r1", "officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": _relations(
            *((f"r{n}", name, f"{name}.xml") for n, name in enumerate(parts, start=1))
        ),
        "word/document.xml": f"<w:document {_WORD_SPACES}><w:body>{body}</w:body></w:document>",
    }
    return zipped(
        written | {f"word/{name}.xml": f"<w:{name} {_WORD_SPACES}>{text}</w:{name}>" for name, text in parts.items()}
    )


def word_text(text: str, look: str = "") -> str:
    """A run with these run properties."""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def presentation(
    slides: Sequence[str], charts: Mapping[str, str], *, background: str = "", master: str = "", theme: str = ""
) -> bytes:
    """A presentation of shapes' XML, 1000 by 1000 wide; a slide that begins with ``hidden`` is hidden.

    ``charts`` are parts that every slide refers to by their names, ``background`` is that of every slide. With
    ``master``, the content of a slide master, every slide has an empty layout, this master and the ``theme``.
    """
    spaces = f'{_SLIDE_SPACES} xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    base = "application/vnd.openxmlformats-officedocument.presentationml."
    parts = {
        "_rels/.rels": _relations(("r1", "officeDocument", "ppt/presentation.xml")),
        "ppt/_rels/presentation.xml.rels": _relations(
            *((f"r{n}", "slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1))
        ),
        "ppt/presentation.xml": f"<p:presentation {spaces}><p:sldIdLst>"
        + "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in range(1, len(slides) + 1))
        + '</p:sldIdLst><p:sldSz cx="1000" cy="1000"/></p:presentation>',
    }
    for number, slide in enumerate(slides, start=1):
        shown = ' show="0"' if slide.startswith("hidden ") else ""
        tree = f"<p:spTree>{slide.removeprefix('hidden ')}</p:spTree>"
        parts[f"ppt/slides/slide{number}.xml"] = f"<p:sld {spaces}{shown}><p:cSld>{background}{tree}</p:cSld></p:sld>"
        layout = [("layout", "slideLayout", "../slideLayouts/slideLayout1.xml")] if master else []
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _relations(
            *((name, "chart", f"../charts/{name}.xml") for name in charts), *layout
        )
    if master:
        parts |= {
            "ppt/slideLayouts/slideLayout1.xml": f"<p:sldLayout {spaces}/>",
            "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(
                ("r1", "slideMaster", "../slideMasters/slideMaster1.xml")
            ),
            "ppt/slideMasters/slideMaster1.xml": f"<p:sldMaster {spaces}>{master}</p:sldMaster>",
            "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(("r1", "theme", "../theme/theme1.xml")),
            "ppt/theme/theme1.xml": f"<a:theme {spaces}><a:themeElements>{theme}</a:themeElements></a:theme>",
        }
    parts |= {f"ppt/charts/{name}.xml": content.replace(">", f" {spaces}>", 1) for name, content in charts.items()}
    kinds = {name: base + "slide+xml" for name in parts if name.startswith("ppt/slides/slide")}
    return zipped({"[Content_Types].xml": _content_types(kinds), **parts})


def open_document(kind: str, body: str, styles: Mapping[str, str]) -> bytes:
    """An ODF file (``text``, ``presentation``) of this XML; ``styles`` are text properties by the style's name."""
    written = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {look}/></style:style>'
        for name, look in styles.items()
    )
    content = (
        f"<office:document-content {_ODF_SPACES}><office:automatic-styles>{written}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content}, stored="mimetype")
