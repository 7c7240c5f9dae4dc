"""Presentations: slides say in markdown what they show."""

import pytest

from pipeline_core.adapters.converters import pptx
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted, PageOutcome
from tests.samples.office import presentation


def converted(*slides: str, keep_hidden: bool = False, **parts: str) -> Converted:
    source = Source(presentation(slides, parts), "a.pptx", filetypes.PPTX)
    return pptx.convert(source, ConvertOptions(max_pages=9, keep_hidden=keep_hidden))


def codes(result: Converted) -> list[str]:
    return [finding.code for finding in result.findings]


def run(text: str, look: str = "", inner: str = "") -> str:
    return f"<a:r><a:rPr {look}>{inner}</a:rPr><a:t>{text}</a:t></a:r>"


def shape(*paragraphs: str, place: str = "", properties: str = "", look: str = "") -> str:
    text = "".join(f"<a:p>{paragraph}</a:p>" for paragraph in paragraphs)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="s" {properties}/><p:cNvSpPr/><p:nvPr>{place}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{look}</p:spPr><p:txBody><a:bodyPr/>{text}</p:txBody></p:sp>"
    )


def table(*rows: str, look: str = "") -> str:
    body = "".join(f'<a:tr h="1">{row}</a:tr>' for row in rows)
    data = f"<a:graphic><a:graphicData><a:tbl>{look}{body}</a:tbl></a:graphicData></a:graphic>"
    return f"<p:graphicFrame>{data}</p:graphicFrame>"


def cell(text: str, merge: str = "") -> str:
    return f"<a:tc {merge}><a:txBody><a:p>{run(text)}</a:p></a:txBody></a:tc>"


SYMBOL = '<a:latin typeface="Symbol"/>'
WHITE = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
BULLET = '<a:pPr><a:buChar char="•"/></a:pPr>'
NUMBER = '<a:pPr><a:buAutoNum type="arabicPeriod"/></a:pPr>'

TEXTS = {
    "runs stay together": ([run("Kilo"), run("watt")], "Kilowatt"),
    "power": ([run("makes 10"), run("7", 'baseline="30000"'), run(" bags")], "makes 10⁷ bags"),
    "index": ([run("H"), run("2", 'baseline="-25000"'), run("O")], "H₂O"),
    "struck": ([run("is "), run("$310", 'strike="sngStrike"'), run(" $290")], "is ~~$310~~ $290"),
    "not struck": ([run("is $310", 'strike="noStrike"')], "is $310"),
    "sign": ([run("&gt; 40 % of all")], r"\> 40 % of all"),
    "minus": ([run("- 15 °C is")], r"\- 15 °C is"),
    "typed number": ([run("12. May is")], r"12\. May is"),
    "tag": ([run("Set &lt;delay&gt; now")], r"Set \<delay> now"),
    "symbols": ([run("8 "), run("\uf06d", "", SYMBOL), run("g")], "8 μg"),
    "bold": ([run("The "), run("fee ", 'b="1"'), run("is")], "The **fee** is"),
    "line break": ([run("One"), "<a:br/>", run("two")], "One two"),
    "field": (['<a:fld id="{1}" type="datetime1"><a:rPr/><a:t>May 2024</a:t></a:fld>'], "May 2024"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_paragraphs_say_what_the_slide_shows(case: str) -> None:
    runs, markdown = TEXTS[case]
    assert converted(shape("".join(runs))).markdown == markdown


def test_the_title_comes_first_and_lists_are_lists() -> None:
    items = [f"{BULLET}{run('a')}", f"{BULLET}{run('b')}", run("then"), f"{NUMBER}{run('c')}", f"{NUMBER}{run('d')}"]
    markdown = converted(shape(*items) + shape(run("Fees"), place='<p:ph type="title"/>')).markdown
    assert markdown == "## Fees\n\n- a\n- b\n\nthen\n\n1. c\n2. d"


@pytest.mark.parametrize(
    ("look", "first"),
    [
        ("", "| Rent | $640 |"),
        ('<a:tblPr firstRow="1"><a:tableStyleId>x</a:tableStyleId></a:tblPr>', "| Rent | $640 |"),
        ('<a:tblPr bandRow="1"><a:tableStyleId>x</a:tableStyleId></a:tblPr>', "|  |  |"),
    ],
)
def test_a_table_has_the_header_that_the_file_gives_it(look: str, first: str) -> None:
    markdown = converted(table(cell("Rent") + cell("$640"), look=look)).markdown
    assert markdown.splitlines()[0] == first


def test_merged_cells_and_bars_in_cells() -> None:
    rows = (
        cell("A", 'gridSpan="2"') + cell("", 'hMerge="1"'),
        cell("a|b", 'rowSpan="2"') + cell("1"),
        cell("", 'vMerge="1"') + cell("2"),
    )
    assert converted(table(*rows)).markdown.splitlines() == [
        "| A |  |",
        "| --- | --- |",
        "| a\\|b | 1 |",
        "| a\\|b | 2 |",
    ]


def test_shapes_of_groups_and_of_alternate_content_are_read_once() -> None:
    group = f"<p:grpSp><p:nvGrpSpPr/>{shape(run('inner'))}</p:grpSp>"
    both = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice Requires='a14'>{shape(run('new'))}</mc:Choice><mc:Fallback>{shape(run('old'))}</mc:Fallback>"
        "</mc:AlternateContent>"
    )
    assert converted(group + both).markdown == "inner\n\nnew"


HIDDEN = {
    "shape": shape(run("secret"), properties='hidden="1"'),
    "outside": shape(run("secret"), look='<a:xfrm><a:off x="9999" y="0"/><a:ext cx="10" cy="10"/></a:xfrm>'),
    "white on white": shape(run("secret", "", WHITE), look=WHITE),
    "tiny": shape(run("secret", 'sz="100"')),
}


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("case", HIDDEN)
def test_hidden_shapes_are_left_out_unless_asked_for_and_always_named(case: str, keep: bool) -> None:
    result = converted(shape(run("seen")) + HIDDEN[case], keep_hidden=keep)
    assert ("secret" in result.markdown) is keep
    assert codes(result) == ["hidden_content"]


@pytest.mark.parametrize("keep", [False, True])
def test_a_hidden_slide_keeps_its_number_and_is_named(keep: bool) -> None:
    slides = (shape(run("a")), "hidden " + shape(run("secret")), shape(run("c")))
    result = converted(*slides, keep_hidden=keep)
    assert ("secret" in result.markdown) is keep
    assert [page.outcome for page in result.page_map.pages] == [
        PageOutcome.TEXT,
        PageOutcome.TEXT if keep else PageOutcome.BLANK,
        PageOutcome.TEXT,
    ]
    assert "slide 2" in result.findings[0].message


def colour(value: str, change: str = "", kind: str = "srgbClr") -> str:
    return f'<a:solidFill><a:{kind} val="{value}">{change}</a:{kind}></a:solidFill>'


def box(x: int, y: int, width: int, height: int) -> str:
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"/>'


def picture(where: str) -> str:
    return f'<p:pic><p:nvPicPr><p:cNvPr id="9" name="p"/></p:nvPicPr><p:spPr>{where}</p:spPr></p:pic>'


def white(where: str = "", look: str = "", fill: str = WHITE, properties: str = "") -> str:
    return shape(run("secret", properties, fill), look=where + look)


def filled_cell(fill: str) -> str:
    return f"<a:tc><a:txBody><a:p>{run('secret', '', WHITE)}</a:p></a:txBody><a:tcPr>{fill}</a:tcPr></a:tc>"


def background(fill: str) -> str:
    return f"<p:bg><p:bgPr>{fill}</p:bgPr></p:bg>"


NAVY, BLACK = colour("002060"), colour("000000")
SCHEME = (
    "<a:clrScheme><a:dk1><a:sysClr val='windowText' lastClr='000000'/></a:dk1><a:lt1><a:sysClr val='window' "
    "lastClr='FFFFFF'/></a:lt1><a:dk2><a:srgbClr val='112233'/></a:dk2></a:clrScheme><a:fmtScheme><a:bgFillStyleLst>"
    "<a:solidFill><a:schemeClr val='phClr'/></a:solidFill><a:gradFill/></a:bgFillStyleLst></a:fmtScheme>"
)
BY_REFERENCE = "<p:cSld><p:bg><p:bgRef idx='{}'><a:schemeClr val='bg1'/></p:bgRef></p:bg>{}</p:cSld><p:clrMap {}/>"
LIGHT, DARK = "bg1='lt1' tx1='dk1'", "bg1='dk1' tx1='lt1'"
HERE, WIDER, BESIDE = box(100, 100, 300, 100), box(0, 0, 900, 900), box(600, 600, 100, 100)
DARK_BAND = f"<p:spTree>{shape(look=box(0, 0, 900, 300) + NAVY)}</p:spTree>"
PLAIN_TABLE = "<a:tblPr><a:tableStyleId>{2D5ABB26-0587-4C30-8999-92F81FD0307C}</a:tableStyleId></a:tblPr>"
STYLED_TABLE = "<a:tblPr><a:tableStyleId>{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}</a:tableStyleId></a:tblPr>"

# what a slide shows, the background of the slide, the master's content, whether the text cannot be seen
COLOURS = {
    "white on the paper": (white(), "", "", True),
    "nearly white": (white(fill=colour("FCFCFA")), "", "", True),
    "light grey": (white(fill=colour("D9D9D9")), "", "", False),
    "white of the theme": (white(fill=colour("bg1", kind="schemeClr")), "", BY_REFERENCE.format(1001, "", LIGHT), True),
    "its first name": (white(fill=colour("lt1", kind="schemeClr")), "", "", True),
    "a shade of it": (
        white(fill=colour("bg1", '<a:lumMod val="50000"/>', "schemeClr")),
        "",
        BY_REFERENCE.format(1001, "", LIGHT),
        False,
    ),
    "white of the system": (white(fill=colour("window", kind="sysClr")), "", "", True),
    "white by name": (white(fill=colour("white", kind="prstClr")), "", "", True),
    "white on a dark theme": (white(), "", BY_REFERENCE.format(1001, "", DARK), False),
    "black on a dark theme": (white(fill=BLACK), "", BY_REFERENCE.format(1001, "", DARK), True),
    "background that is a picture": (white(), "", BY_REFERENCE.format(1002, "", LIGHT), False),
    "white on a dark slide": (white(), background(NAVY), "", False),
    "dark on a dark slide": (white(fill=NAVY), background(NAVY), "", True),
    "default on black": (shape(run("secret")), background(BLACK), "", True),
    "white on a gradient": (white(), background("<a:gradFill/>"), "", False),
    "white in a dark shape": (white(HERE, NAVY), "", "", False),
    "white in a white shape on dark": (white(HERE, WHITE), background(NAVY), "", True),
    "white in a clear shape on dark": (white(HERE, "<a:noFill/>"), background(NAVY), "", False),
    "white over a dark shape": (shape(look=WIDER + NAVY) + white(HERE), "", "", False),
    "white under a dark shape": (white(HERE) + shape(look=WIDER + NAVY), "", "", True),
    "white beside a dark shape": (shape(look=BESIDE + NAVY) + white(HERE), "", "", True),
    "white over a white shape on dark": (shape(look=WIDER + WHITE) + white(HERE), background(NAVY), "", True),
    "white over a picture": (picture(WIDER) + white(HERE), "", "", False),
    "white beside a picture": (picture(BESIDE) + white(HERE), "", "", True),
    "white somewhere, with a picture": (picture(BESIDE) + white(), "", "", False),
    "white over the master's band": (white(HERE), "", BY_REFERENCE.format(1001, DARK_BAND, LIGHT), False),
    "white beside the master's band": (white(BESIDE), "", BY_REFERENCE.format(1001, DARK_BAND, LIGHT), True),
    "white with a line": (white(fill=f"<a:ln>{BLACK}</a:ln>{WHITE}"), "", "", False),
    "white on a marker": (white(fill=f'{WHITE}<a:highlight><a:srgbClr val="000000"/></a:highlight>'), "", "", False),
    "black on a black marker": (
        white(fill=f'{BLACK}<a:highlight><a:srgbClr val="000000"/></a:highlight>'),
        "",
        "",
        True,
    ),
    "without a colour": (white(fill="<a:noFill/>"), "", "", True),
    "clear": (white(fill=colour("000000", '<a:alpha val="0"/>')), "", "", True),
    "white cell": (table(cell("a") + filled_cell(WHITE)), "", "", True),
    "dark cell": (table(cell("a") + filled_cell(NAVY)), "", "", False),
    "cell of a table without fills": (table(cell("a") + filled_cell(""), look=PLAIN_TABLE), "", "", True),
    "cell of a styled table": (table(cell("a") + filled_cell(""), look=STYLED_TABLE), "", "", False),
    "white words among black": (shape(run("seen ") + run("secret", "", WHITE)), "", "", True),
}


@pytest.mark.parametrize("case", COLOURS)
def test_text_of_the_colour_of_what_it_stands_on_is_hidden(case: str) -> None:
    slide, behind, master, is_hidden = COLOURS[case]
    look = run("shown", "", colour("808080"))
    data = presentation([shape(look) + slide], {}, background=behind, master=master, theme=SCHEME)
    for keep in (False, True):
        result = pptx.convert(Source(data, "a.pptx", filetypes.PPTX), ConvertOptions(max_pages=9, keep_hidden=keep))
        assert codes(result) == ["hidden_content"] * is_hidden
        assert ("secret" in result.markdown) is (keep or not is_hidden)


def test_a_chart_is_a_table_of_its_series() -> None:
    def cache(kind: str, *values: str, code: str = "") -> str:
        points = "".join(f'<c:pt idx="{at}"><c:v>{text}</c:v></c:pt>' for at, text in enumerate(values))
        return f"<c:{kind}>{code}{points}</c:{kind}>"

    def series(title: str, *values: str) -> str:
        code = "<c:formatCode>0%</c:formatCode>"
        return (
            f"<c:ser><c:tx><c:strRef>{cache('strCache', title)}</c:strRef></c:tx>"
            f"<c:cat><c:strRef>{cache('strCache', '2019', '2020')}</c:strRef></c:cat>"
            f"<c:val><c:numRef>{cache('numCache', *values, code=code)}</c:numRef></c:val></c:ser>"
        )

    frame = '<p:graphicFrame><a:graphic><c:chart r:id="chart1"/></a:graphic></p:graphicFrame>'
    chart = f"<c:chart><c:plotArea>{series('Ducks', '0.5', '0.25')}{series('Geese', '0.1')}</c:plotArea></c:chart>"
    assert converted(frame, chart1=f"<c:chartSpace>{chart}</c:chartSpace>").markdown.splitlines() == [
        "|  | Ducks | Geese |",
        "| --- | --- | --- |",
        "| 2019 | 50% | 10% |",
        "| 2020 | 25% |  |",
    ]
