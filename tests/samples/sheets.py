"""Excel workbooks for tests, cell by cell: styles, hidden parts and formulas as the file has them."""

import re
from collections.abc import Mapping, Sequence

from tests.samples import hostile, office

Styles = Sequence[str]

_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(
    rows: str, *, codes: Styles = (), fonts: Styles = (), fills: Styles = (), before: str = "", after: str = ""
) -> bytes:
    """A workbook whose only sheet has the row elements ``rows``.

    Style 1, 2, … has the number format, the font or the fill of that place, counted through the three in this order.
    ``before`` and ``after`` stand around the rows: columns, conditional formats.
    """
    data = office.xlsx_file(Prices=[])
    sheet = f"<worksheet {_SPACE}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"

    def change(name: str, content: bytes) -> bytes:
        if name.endswith("/sheet1.xml"):
            return sheet.encode()
        if name.endswith("workbook.xml.rels"):
            link = f'<Relationship Id="s" Type="{relation}" Target="styles.xml"/></Relationships>'
            return content.replace(b"</Relationships>", link.encode())
        return content

    parts = {"xl/styles.xml": _styles(codes, fonts, fills)}
    return with_parts(hostile.rezipped(data, change), parts)


def with_parts(data: bytes, parts: Mapping[str, str]) -> bytes:
    """The container with further parts."""
    import io
    import zipfile

    output = io.BytesIO(data)
    with zipfile.ZipFile(output, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return output.getvalue()


def _styles(codes: Styles, fonts: Styles, fills: Styles) -> str:
    formats = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{re.sub(chr(34), "&quot;", code)}"/>' for n, code in enumerate(codes)
    )
    xfs = "<xf/>"
    xfs += "".join(f'<xf numFmtId="{200 + n}" fontId="0" fillId="0"/>' for n in range(len(codes)))
    xfs += "".join(f'<xf fontId="{n}" fillId="0"/>' for n in range(1, len(fonts) + 1))
    xfs += "".join(f'<xf fontId="1" fillId="{n}"/>' for n in range(1, len(fills) + 1))
    behind = "".join(f"<fill>{fill}</fill>" for fill in fills)
    return (
        f"<styleSheet {_SPACE}><numFmts>{formats}</numFmts>"
        f"<fonts><font/>{''.join(f'<font>{font}</font>' for font in fonts)}</fonts>"
        f"<fills><fill/>{behind}</fills><cellXfs>{xfs}</cellXfs></styleSheet>"
    )


def text(content: str, style: int = 0) -> str:
    return f'<c s="{style}" t="inlineStr"><is><t>{content}</t></is></c>'


def number(value: float, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def row(*cells: str, **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<row{written}>{''.join(cells)}</row>"
