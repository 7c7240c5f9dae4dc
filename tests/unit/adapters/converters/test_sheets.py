"""Sheets as markdown: what is shown as it is shown, what is hidden told, each table by itself."""

import pytest

from pipeline_core.adapters.converters import ods, xls, xlsx
from pipeline_core.adapters.converters.sheet_cells import Area, Kind, Row, Sheet, words
from pipeline_core.adapters.converters.sheet_layout import sheet_markdown
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted, PageOutcome
from pipeline_core.domain.errors import NoTextError
from tests.samples import office, sheets
from tests.samples.legacy import BLACK, styled_xls_file, xls_cell
from tests.samples.legacy import WHITE as WHITE_INDEX
from tests.samples.sheets import number, row, text


def converted(data: bytes, *, keep_hidden: bool = False) -> Converted:
    source = Source(data, "a.xlsx", filetypes.XLSX)
    return xlsx.convert(source, ConvertOptions(max_pages=50, keep_hidden=keep_hidden))


# --- what a cell shows -------------------------------------------------------------------------------------


def test_numbers_keep_the_format_of_their_cells() -> None:
    rows = row(text("Item"), text("Share"))
    rows += "".join(row(text("x"), number(n, style)) for n, style in ((0.125, 1), (471, 2), (2350.5, 3), (45000, 4)))
    data = sheets.workbook(rows, codes=["0.00%", "00000", '"$"#,##0.00', "dd.mm.yyyy"])
    assert converted(data).markdown == (
        "## Prices\n\n| Item | Share |\n| --- | --- |\n"
        "| x | 12.50% |\n| x | 00471 |\n| x | $2,350.50 |\n| x | 15.03.2023 |"
    )


CELLS = [
    ('<c t="b"><v>1</v></c>', "TRUE"),
    ('<c t="str"><f>A1</f><v>shown</v></c>', "shown"),
    ('<c t="d"><v>2024-03-01</v></c>', "2024-03-01"),
    ("<c><f>B1*2</f><v>30</v></c>", "30"),
    (text("&gt; 40 %"), r"\> 40 %"),
    (text("- 15 °C"), r"\- 15 °C"),
    (text("Set &lt;delay&gt;"), r"Set \<delay>"),
    (text("a|b"), r"a\|b"),
    (text("one_x000a_two"), "one two"),
    (text("#"), "#"),
    ('<c t="inlineStr"><is><r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>7</t></r></is></c>', "10⁷"),
    ('<c t="inlineStr"><is><r><t>H</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>2</t></r></is></c>', "H₂"),
    ('<c t="inlineStr"><is><r><rPr><strike/></rPr><t>$310</t></r><r><t> $290</t></r></is></c>', "~~$310~~ $290"),
    ('<c t="inlineStr"><is><t>漢字</t><rPh sb="0" eb="2"><t>カンジ</t></rPh></is></c>', "漢字"),
]


@pytest.mark.parametrize(("cell", "shown"), CELLS)
def test_a_cell_is_shown_as_the_sheet_shows_it(cell: str, shown: str) -> None:
    data = sheets.workbook(row(text("Name"), text("Value")) + row(text("x"), cell))
    found = converted(data)
    assert found.markdown.endswith(f"| x | {shown} |")
    assert found.findings == ()


def test_a_struck_cell_is_struck_out() -> None:
    data = sheets.workbook(row(text("Name"), text("Fee")) + row(text("x"), text("$310", 1)), fonts=["<strike/>"])
    assert "| x | ~~$310~~ |" in converted(data).markdown


def test_a_formula_that_was_never_computed_is_shown_and_told() -> None:
    data = sheets.workbook(row(text("Sum"), text("Fee")) + row(text("x"), '<c r="B2"><f>SUM(B3:B4)</f><v></v></c>'))
    found = converted(data)
    assert "| x | =SUM(B3:B4) |" in found.markdown
    [finding] = found.findings
    assert finding.code == "formula_without_value"
    assert "B2 of the sheet “Prices” (=SUM(B3:B4))" in finding.message


def test_an_error_is_shown_and_told() -> None:
    data = sheets.workbook(row(text("x"), '<c r="B1" t="e"><f>A1/0</f><v>#DIV/0!</v></c>') + row(text("y"), number(1)))
    found = converted(data)
    assert "#DIV/0!" in found.markdown
    [finding] = found.findings
    assert finding.code == "formula_error"
    assert "B1 of the sheet “Prices” (#DIV/0!)" in finding.message


# --- what is hidden ----------------------------------------------------------------------------------------

WHITE = '<color rgb="FFFFFFFF"/>'
DARK = '<patternFill patternType="solid"><fgColor rgb="FF203060"/></patternFill>'
HEAD = row(text("Name"), text("Fee"))
HIDDEN = {
    "row": (
        sheets.workbook(HEAD + row(text("secret"), number(9), r="2", hidden="1") + row(text("x"), number(1))),
        "row 2",
    ),
    "no height": (sheets.workbook(HEAD + row(text("secret"), r="2", ht="0") + row(text("x"), number(1))), "row 2"),
    "rows": (
        sheets.workbook(
            HEAD + "".join(row(text("secret"), r=str(n), hidden="1") for n in (2, 3)) + row(text("x"), number(1))
        ),
        "rows 2 to 3",
    ),
    "column": (
        sheets.workbook(
            row(text("Name"), text("Fee"), text("secret")) + row(text("x"), number(1), text("secret")),
            before='<cols><col min="3" max="16384" hidden="1"/></cols>',
        ),
        "column C",
    ),
    "white": (
        sheets.workbook(HEAD + row(text("secret", 1)) + row(text("x"), number(1)), fonts=[WHITE]),
        "the text of A2",
    ),
    "format": (
        sheets.workbook(HEAD + row(text("secret", 1)) + row(text("x"), number(1)), codes=[";;;"]),
        "the text of A2",
    ),
}


@pytest.mark.parametrize(("data", "place"), HIDDEN.values(), ids=HIDDEN)
def test_what_a_sheet_hides_is_left_out_and_told(data: bytes, place: str) -> None:
    found = converted(data)
    assert "secret" not in found.markdown
    assert "| x | 1 |" in found.markdown
    [finding] = found.findings
    assert finding.code == "hidden_content"
    assert f"{place} of the sheet “Prices”" in finding.message
    kept = converted(data, keep_hidden=True)
    assert "secret" in kept.markdown
    assert [f.numbers["kept"] for f in kept.findings] == [True]


def test_a_hidden_row_is_named_and_its_cells_are_not_named_besides() -> None:
    rows = HEAD + row(text("secret", 1), "<c/>", text("secret"), hidden="1") + row(text("x"), number(1))
    data = sheets.workbook(rows, fonts=[WHITE], before='<cols><col min="3" max="3" hidden="1"/></cols>')
    [left_out] = converted(data).findings
    assert "row 2 of the sheet “Prices”, column C of the sheet" in left_out.message
    assert "A2" not in left_out.message
    only_in_hidden_column = HEAD + row("<c/>", "<c/>", text("secret"), hidden="1") + row(text("x"), number(1))
    data = sheets.workbook(only_in_hidden_column, before='<cols><col min="3" max="3" hidden="1"/></cols>')
    for keep in (False, True):
        [finding] = converted(data, keep_hidden=keep).findings
        assert "row 2 of the sheet “Prices”" in finding.message


def test_white_text_on_a_dark_cell_or_under_a_rule_is_not_hidden() -> None:
    rows = HEAD + row(text("seen", 2), number(1)) + row(text("ruled", 1), number(2))
    rule = '<conditionalFormatting sqref="A3:A9"><cfRule type="expression"/></conditionalFormatting>'
    found = converted(sheets.workbook(rows, fonts=[WHITE], fills=[DARK], after=rule))
    assert "| seen | 1 |\n| ruled | 2 |" in found.markdown
    assert found.findings == ()


def hidden_sheet(state: str) -> bytes:
    data = office.xlsx_file(Open=[["Name", "Fee"], ["x", "1"]], Inner=[["secret"]])
    parts = {"xl/workbook.xml": b'sheetId="2"', "to": f'state="{state}" sheetId="2"'.encode()}
    return sheets.hostile.rezipped(
        data,
        lambda name, content: (
            content.replace(parts["xl/workbook.xml"], parts["to"]) if name == "xl/workbook.xml" else content
        ),
    )


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_keeps_its_number_and_is_told(state: str) -> None:
    found = converted(hidden_sheet(state))
    assert "secret" not in found.markdown
    assert [page.outcome for page in found.page_map.pages] == [PageOutcome.TEXT, PageOutcome.BLANK]
    assert found.total == 2
    assert "the sheet “Inner”" in found.findings[0].message
    assert "secret" in converted(hidden_sheet(state), keep_hidden=True).markdown


def test_a_workbook_that_hides_everything_says_so() -> None:
    with pytest.raises(NoTextError, match="hidden"):
        converted(sheets.workbook(row(text("secret"), hidden="1")))


# --- where tables end --------------------------------------------------------------------------------------


def sheet(*lines: str, areas: tuple[Area, ...] = (), bold: tuple[int, ...] = ()) -> str:
    """The markdown of a sheet whose lines have cells parted by ``|``, without its name."""
    rows = []
    for at, line in enumerate(lines, start=1):
        found = {c: words(cell, bold=at in bold) for c, cell in enumerate(line.split("|"), start=1) if cell.strip()}
        if found:
            rows.append(Row(at, at, found))
    return sheet_markdown(Sheet("S", rows, list(areas))).removeprefix("## S\n\n")


def table(*lines: str) -> str:
    head, *body = (f"| {' | '.join(cell.strip() for cell in line.split('|'))} |" for line in lines)
    return "\n".join([head, "| " + " | ".join(["---"] * (lines[0].count("|") + 1)) + " |", *body])


RENTS = ("Room|Rent", "Attic|$410", "Cellar|$95")
DAMAGES = ("Damage|Deductible", "Water|$300", "Glass|$60")


def test_two_tables_one_below_the_other() -> None:
    assert sheet(*RENTS, "", *DAMAGES) == f"{table(*RENTS)}\n\n{table(*DAMAGES)}"


def test_two_tables_side_by_side() -> None:
    both = [f"{left}||{right}" for left, right in zip(RENTS, DAMAGES, strict=True)]
    assert sheet(*both) == f"{table(*RENTS)}\n\n{table(*DAMAGES)}"


def test_side_by_side_and_of_unequal_length() -> None:
    lines = [f"{left}||{right}" for left, right in zip((*RENTS, "Loft|$500"), (*DAMAGES, "|"), strict=True)]
    assert sheet(*lines) == f"{table(*RENTS, 'Loft|$500')}\n\n{table(*DAMAGES)}"


def test_an_empty_column_within_a_table_parts_nothing() -> None:
    assert sheet("Flat|Rent||May|June", "A|1||2|3", "B|4||5|6") == table("Flat|Rent|May|June", "A|1|2|3", "B|4|5|6")


def test_values_after_an_empty_row_go_on_with_the_table_above() -> None:
    assert sheet(*RENTS, "", "Loft|$500", "Hall|$90", "", "Total|$1095") == table(
        *RENTS, "Loft|$500", "Hall|$90", "Total|$1095"
    )


def test_a_table_of_words_below_a_table_of_values() -> None:
    liable = ("Damage|Who pays", "Water|Landlord", "Glass|Tenant")
    assert sheet(*RENTS, "", *liable) == f"{table(*RENTS)}\n\n{table(*liable)}"


def test_where_it_cannot_be_told_nothing_is_said_under_another_name() -> None:
    upper, lower = ("Name|Job", "Ann|Cook"), ("Bob|Waiter", "Cid|Porter")
    assert sheet(*upper, "", *lower) == f"{table(*upper)}\n\n{table('|', *lower).replace('|  |  |', '|  |  |', 1)}"


def test_a_bold_row_is_a_header() -> None:
    lower = ("Damage|Who pays", "Water|Landlord")
    assert sheet("Name|Job", "Ann|Cook", "", *lower, bold=(1, 4)).endswith(table(*lower))


def test_titles_and_remarks_are_paragraphs() -> None:
    found = sheet(
        "Prices of 2024", *RENTS, "* without heating", "", "Who pays what", "", *DAMAGES, "See the house rules."
    )
    assert found == "\n\n".join(
        ["Prices of 2024", table(*RENTS), "* without heating", "Who pays what", table(*DAMAGES), "See the house rules."]
    )


def test_a_named_table_ends_where_the_file_says() -> None:
    lines = ("Room|Rent", "Attic|$410", "Water|$300", "Glass|$60")
    found = sheet(*lines, areas=(Area(1, 1, 2, 2), Area(3, 1, 4, 2, has_header=False)))
    assert found == f"{table(*lines[:2])}\n\n{table('|', *lines[2:])}"


def test_years_may_name_columns() -> None:
    years = ("Room|2023|2024", "Attic|$400|$410")
    assert sheet(*RENTS, "", *years).endswith(table(*years))


def test_a_row_alone_has_no_header() -> None:
    assert sheet("Rent|$640") == table("|", "Rent|$640")


def test_sentences_one_below_the_other_are_paragraphs() -> None:
    sentences = ("The rent is paid on the third day of each month.", "The keys are kept by the caretaker.")
    assert sheet(*sentences) == "\n\n".join(sentences)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("$640 a month", Kind.VALUE),
        ("12.5 %", Kind.VALUE),
        ("> 40", Kind.VALUE),
        ("(5.00)", Kind.VALUE),
        ("2024-03-01", Kind.VALUE),
        ("Rent", Kind.WORDS),
        ("Flat 12 of the house", Kind.WORDS),
        ("LX-2204", Kind.WORDS),
    ],
)
def test_values_are_told_from_words(line: str, kind: Kind) -> None:
    assert words(line).kind is kind


# --- OpenDocument ------------------------------------------------------------------------------------------

ODS = """<office:spreadsheet><table:table table:name="T">
<table:table-column/><table:table-column/><table:table-column table:visibility="collapse"/>
<table:table-row><table:table-cell><text:p>Item</text:p></table:table-cell><table:table-cell><text:p>Share</text:p>
<office:annotation><text:p>remark</text:p></office:annotation></table:table-cell>
<table:table-cell><text:p>secret</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>Heating</text:p></table:table-cell>
<table:table-cell office:value-type="percentage" office:value="0.125"><text:p>12.50%</text:p></table:table-cell>
</table:table-row>
<table:table-row table:visibility="filter"><table:table-cell>
<text:p>secret</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"
 office:value-type="float" office:value="471"><text:p>00471</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>Sum</text:p></table:table-cell>
<table:table-cell table:formula="of:=SUM([.B2:.B3])"/></table:table-row>
</table:table></office:spreadsheet>"""


def test_an_opendocument_sheet_is_read_as_it_is_shown() -> None:
    found = ods.convert(Source(office._odf("spreadsheet", ODS), "a.ods", filetypes.ODS), ConvertOptions(50))
    assert found.markdown == (
        "## T\n\n| Item | Share |\n| --- | --- |\n"
        "| Heating | 12.50% |\n| 00471 | 00471 |\n| 00471 | 00471 |\n| Sum | =SUM(B2:B3) |"
    )
    assert [f.code for f in found.findings] == ["hidden_content", "formula_without_value", "comments_left_out"]
    assert "row 3 of the sheet “T”, column C of the sheet “T”" in found.findings[0].message


UNSEEN_STYLES = """<office:automatic-styles>
<style:style style:name="white"><style:text-properties fo:color="#FFFFFF"/></style:style>
<style:style style:name="dark"><style:table-cell-properties fo:background-color="#000000"/>
<style:text-properties fo:color="#ffffff"/></style:style>
<style:style style:name="ruled"><style:text-properties fo:color="#ffffff"/><style:map/></style:style>
</office:automatic-styles>"""


def ods_row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def ods_cell(content: str, style: str = "", **attributes: str) -> str:
    said = "".join(f' office:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    paragraph = f"<text:p>{content}</text:p>" if content else ""
    return f'<table:table-cell table:style-name="{style}"{said}>{paragraph}</table:table-cell>'


def test_what_an_opendocument_sheet_shows_in_no_colour_or_format_is_told() -> None:
    rows = ods_row(ods_cell("Item"), ods_cell("Share"))
    rows += ods_row(ods_cell("White"), ods_cell("secret", "white"))
    rows += ods_row(ods_cell("Dark"), ods_cell("seen", "dark"))
    rows += ods_row(ods_cell("Ruled"), ods_cell("seen too", "ruled"))
    rows += ods_row(ods_cell("Format"), ods_cell("", value_type="float", value="31337"))
    rows += ods_row(ods_cell("Zero"), ods_cell("", value_type="float", value="0"))
    body = f'<office:spreadsheet><table:table table:name="T">{rows}</table:table></office:spreadsheet>'
    source = Source(office._odf("spreadsheet", body, styles=UNSEEN_STYLES), "a.ods", filetypes.ODS)
    found = ods.convert(source, ConvertOptions(50))
    assert found.markdown == "## T\n\n" + table(
        "Item|Share", "White|", "Dark|seen", "Ruled|seen too", "Format|", "Zero|"
    )
    [finding] = found.findings
    assert "the text of B2, B5 of the sheet “T”" in finding.message
    kept = ods.convert(source, ConvertOptions(50, keep_hidden=True)).markdown
    assert "secret" in kept
    assert "31337" in kept


# --- Excel 97-2003 -----------------------------------------------------------------------------------------

XLS_ROWS = [
    [xls_cell("Item"), xls_cell("Value"), xls_cell("secret")],
    [xls_cell("Share"), xls_cell(0.125, "0.00%"), xls_cell("secret")],
    [xls_cell("Code"), xls_cell(471, "00000")],
    [xls_cell("Day"), xls_cell(45000, "dd.mm.yyyy")],
    [xls_cell("secret"), xls_cell(1)],
    [xls_cell("Fee"), xls_cell("$310", struck=True)],
    [xls_cell("White"), xls_cell("secret", text=WHITE_INDEX)],
    [xls_cell("Format"), xls_cell(31337, ";;;")],
    [xls_cell("Dark"), xls_cell("seen", text=WHITE_INDEX, cell=BLACK)],
    [xls_cell("Sum"), xls_cell(None)],
]


def test_an_excel_97_sheet_is_read_as_it_is_shown() -> None:
    source = Source(styled_xls_file(XLS_ROWS, hidden_row=4, hidden_column=2), "a.xls", filetypes.XLS)
    found = xls.convert(source, ConvertOptions(50))
    assert found.markdown == "## Prices\n\n" + table(
        "Item|Value",
        "Share|12.50%",
        "Code|00471",
        "Day|15.03.2023",
        "Fee|~~$310~~",
        "White|",
        "Format|",
        "Dark|seen",
        "Sum|=…",
    )
    assert [f.code for f in found.findings] == ["hidden_content", "formula_without_value"]
    for place in ("row 5 of", "column C of", "the text of B7, B8 of"):
        assert place in found.findings[0].message
    kept = xls.convert(source, ConvertOptions(50, keep_hidden=True)).markdown
    assert kept.count("secret") == 4
    assert "31337" in kept


def test_lines_of_words_above_a_table_are_its_title_and_unit() -> None:
    def line(number: int, **cells: str) -> Row:
        made = {ord(at) - ord("a"): words(said) for at, said in cells.items()}
        return Row(number, number, made)

    title = [line(1, a="Boats of 2025"), line(2, a="(thousand EUR)")]
    table = [line(4, a="Port", b="Fee"), line(5, a="Kiel", b="high")]
    shown = sheet_markdown(Sheet("", [*title, *table]))
    assert shown.startswith("Boats of 2025\n\n(thousand EUR)\n\n| Port | Fee |")
    alone = sheet_markdown(Sheet("", title))
    assert alone.startswith("| Boats of 2025 |")
