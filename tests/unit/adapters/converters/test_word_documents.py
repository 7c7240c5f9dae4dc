"""Word documents: what is struck out, raised, hidden, moved or a formula in them says the same in markdown."""

import re

import pytest

from pipeline_core.adapters.converters import office
from pipeline_core.adapters.converters.ooxml.completeness import Passage, missing_words
from pipeline_core.adapters.converters.ooxml.formulas import inline
from pipeline_core.adapters.converters.ooxml.package import parse
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import NoTextError
from tests.samples.office import word_file, word_text

SYMBOL = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'
RAISED = '<w:vertAlign w:val="superscript"/>'
LOWERED = '<w:vertAlign w:val="subscript"/>'
STYLES = (
    '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Quiet"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Quieter"><w:basedOn w:val="Quiet"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="table" w:styleId="Grid"><w:tblStylePr w:type="firstRow"/></w:style>'
    '<w:style w:type="table" w:styleId="Plain"/>'
)


def converted(body: str, *, keep_hidden: bool = False, **parts: str) -> Converted:
    source = Source(word_file(body, **parts), "a.docx", filetypes.DOCX)
    return office.convert(source, ConvertOptions(max_pages=9, keep_hidden=keep_hidden))


def codes(result: Converted) -> list[str]:
    return [finding.code for finding in result.findings]


def paragraph(*runs: str, look: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{''.join(runs)}</w:p>"


def formula(inner: str) -> str:
    return f"<m:oMath>{inner}</m:oMath>"


def m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


PARAGRAPHS = {
    "struck": ([word_text("It is "), word_text("$310", "<w:strike/>"), word_text(" $290.")], "It is ~~$310~~ $290."),
    "struck twice": ([word_text("a "), word_text("b ", "<w:dstrike/>"), word_text("c")], "a ~~b~~ c"),
    "struck by a style": ([word_text("a "), word_text("b", '<w:rStyle w:val="Gone"/>')], "a ~~b~~"),
    "not struck": ([word_text("a "), word_text("b", '<w:rStyle w:val="Gone"/><w:strike w:val="0"/>')], "a b"),
    "struck in pieces": ([word_text("a "), word_text("b", "<w:strike/>"), word_text("c", "<w:strike/>")], "a ~~bc~~"),
    "tildes of the text": ([word_text("not ~~struck~~ at all")], r"not \~\~struck\~\~ at all"),
    "power": ([word_text("makes 10"), word_text("7", RAISED), word_text(" bags")], "makes 10⁷ bags"),
    "mark of a note": ([word_text("$4,000"), word_text("3", RAISED), word_text(" each")], "$4,000³ each"),
    "word above": ([word_text("A"), word_text("see below", RAISED)], "A^see below^"),
    "ordinal": ([word_text("the 1"), word_text("st", RAISED), word_text(" day")], "the 1st day"),
    "index": ([word_text("H"), word_text("2", LOWERED), word_text("O")], "H₂O"),
    "micro": ([word_text("8 "), word_text("\uf06d", SYMBOL), word_text("g")], "8 μg"),
    "letters in Symbol": ([word_text("the "), word_text("a", SYMBOL), word_text(" ray")], "the α ray"),
    "symbol": (['<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>', word_text(" 3 bar")], "≥ 3 bar"),
    "box": (['<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', word_text(" Flood")], "☑ Flood"),
    "without a font": ([word_text("must be \uf0b3 3")], "must be ≥ 3"),
    "sign": ([word_text("> 40 % of all")], r"\> 40 % of all"),
    "minus": ([word_text("- 15 °C is")], r"\- 15 °C is"),
    "plus": ([word_text("+ 3 points")], r"\+ 3 points"),
    "angle brackets": ([word_text("Set <delay> now")], r"Set \<delay> now"),
    "sign in two runs": ([word_text(">"), word_text(" 40 %")], r"\> 40 %"),
    "formula": ([word_text("rate "), formula(m("r=0.04")), word_text(" holds")], "rate r=0.04 holds"),
    "two formulas": ([formula(m("a=b")), formula(m("c=d"))], "a=b c=d"),
    "deleted": (["<w:del><w:r><w:delText>old</w:delText></w:r></w:del>", f"<w:ins>{word_text('new')}</w:ins>"], "new"),
    "remark": (
        ['<w:commentRangeStart w:id="0"/>', word_text("a fee"), '<w:r><w:commentReference w:id="0"/></w:r>'],
        "a fee",
    ),
    "form": (
        [
            "<w:r><w:fldChar><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>",
            word_text(" Hail"),
        ],
        "☒ Hail",
    ),
}


@pytest.mark.parametrize("case", PARAGRAPHS)
def test_paragraphs_say_what_the_file_shows(case: str) -> None:
    runs, markdown = PARAGRAPHS[case]
    assert converted(paragraph(*runs), styles=STYLES).markdown.strip() == markdown


HIDDEN = {
    "vanished": paragraph(word_text("secret", "<w:vanish/>")),
    "by a style": paragraph(word_text("secret", '<w:rStyle w:val="Quiet"/>')),
    "by a style's base": paragraph(word_text("secret", '<w:rStyle w:val="Quieter"/>')),
    "by the paragraph's style": paragraph(word_text("secret"), look='<w:pStyle w:val="Secret"/>'),
    "white": paragraph(word_text("secret", '<w:color w:val="FFFFFF"/>')),
    "tiny": paragraph(word_text("secret", '<w:sz w:val="2"/>')),
    "row": "<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>"
    + paragraph(word_text("secret"))
    + "</w:tc></w:tr></w:tbl>",
}


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("case", HIDDEN)
def test_hidden_text_is_left_out_unless_asked_for_and_always_named(case: str, keep: bool) -> None:
    result = converted(paragraph(word_text("seen")) + HIDDEN[case], keep_hidden=keep, styles=STYLES)
    assert ("secret" in result.markdown) is keep
    assert "hidden_content" in codes(result)


def shade(fill: str) -> str:
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>'


def written(colour: str, look: str = "") -> str:
    return word_text("secret", f"<w:color {colour}/>{look}")


def in_cell(run: str, cell: str = "", table: str = "") -> str:
    return f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr><w:tc><w:tcPr>{cell}</w:tcPr>{paragraph(run)}</w:tc></w:tr></w:tbl>"


WHITE, BLACK = 'w:val="FFFFFF"', 'w:val="000000"'
BY_THEME = 'w:val="FFFFFF" w:themeColor="background1"'
NIGHT = '<w:background w:color="080808"/>'
DISPLAYED = "<w:displayBackgroundShape/>"
GROUND_STYLES = (
    f'<w:style w:type="paragraph" w:styleId="Band"><w:pPr>{shade("1F3864")}</w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Lower"><w:basedOn w:val="Band"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Body"/><w:style w:type="table" w:styleId="Lines"/>'
    '<w:style w:type="table" w:styleId="Dark"><w:tblStylePr w:type="firstRow"><w:tcPr>'
    f"{shade('1F3864')}</w:tcPr></w:tblStylePr></w:style>"
)

# the body, the document's settings, whether the text cannot be seen
GROUNDS = {
    "white": (paragraph(written(WHITE)), "", True),
    "nearly white": (paragraph(written('w:val="FDFDFD"')), "", True),
    "light grey": (paragraph(written('w:val="BFBFBF"')), "", False),
    "white of the theme": (paragraph(written(BY_THEME)), "", True),
    "the theme before the value": (paragraph(written('w:val="FFFFFF" w:themeColor="text1"')), "", False),
    "a shade of the theme's white": (
        paragraph(written('w:val="7F7F7F" w:themeColor="background1" w:themeShade="7F"')),
        "",
        False,
    ),
    "white in a style without shading": (paragraph(written(WHITE), look='<w:pStyle w:val="Body"/>'), "", True),
    "white in a shaded style": (paragraph(written(WHITE), look='<w:pStyle w:val="Band"/>'), "", False),
    "white in a style of a shaded one": (paragraph(written(WHITE), look='<w:pStyle w:val="Lower"/>'), "", False),
    "white in a shaded paragraph": (paragraph(written(WHITE), look=shade("1F3864")), "", False),
    "white in a white paragraph": (paragraph(written(WHITE), look=shade("FFFFFF")), "", True),
    "white shaded": (paragraph(written(WHITE, shade("000000"))), "", False),
    "white marked": (paragraph(written(WHITE, '<w:highlight w:val="darkBlue"/>')), "", False),
    "black marked black": (paragraph(written(BLACK, '<w:highlight w:val="black"/>')), "", True),
    "automatic on black": (paragraph(written('w:val="auto"', shade("000000"))), "", False),
    "dark in a cell as dark": (in_cell(written('w:val="1F3864"'), shade("1F3864")), "", True),
    "white in a dark cell": (in_cell(written(WHITE), shade("003366")), "", False),
    "white of the theme in a dark cell": (in_cell(written(BY_THEME), shade("003366")), "", False),
    "white in a cell of the theme's colour": (
        in_cell(written(WHITE), '<w:shd w:val="clear" w:fill="44546A" w:themeFill="text2"/>'),
        "",
        False,
    ),
    "white in a pattern": (in_cell(written(WHITE), '<w:shd w:val="pct50" w:fill="auto"/>'), "", False),
    "white in a solid cell": (
        in_cell(written(WHITE), '<w:shd w:val="solid" w:color="auto" w:fill="auto"/>'),
        "",
        False,
    ),
    "white in a white cell": (in_cell(written(WHITE), shade("FFFFFF")), "", True),
    "white in a table of lines": (in_cell(written(WHITE), "", '<w:tblStyle w:val="Lines"/>'), "", True),
    "white in a table of a dark style": (in_cell(written(WHITE), "", '<w:tblStyle w:val="Dark"/>'), "", False),
    "white on a dark page": (NIGHT + paragraph(written(WHITE)), DISPLAYED, False),
    "black on a dark page": (NIGHT + paragraph(written(BLACK)), DISPLAYED, True),
    "white on a page that may be dark": (NIGHT + paragraph(written(WHITE)), "", False),
    "white in relief": (paragraph(written(WHITE, "<w:emboss/>")), "", False),
}


@pytest.mark.parametrize("case", GROUNDS)
def test_text_of_the_colour_of_what_it_stands_on_is_hidden(case: str) -> None:
    body, settings, is_hidden = GROUNDS[case]
    result = converted(body + paragraph(word_text("seen")), settings=settings, styles=GROUND_STYLES)
    assert ("secret" not in result.markdown) is is_hidden
    assert codes(result) == ["hidden_content"] * is_hidden


def test_a_document_of_hidden_text_alone_has_none() -> None:
    with pytest.raises(NoTextError, match="all that it has is hidden"):
        converted(HIDDEN["vanished"])


def test_each_note_has_one_mark_at_its_place() -> None:
    notes = "".join(
        f'<w:footnote w:id="{n}">{paragraph("<w:r><w:footnoteRef/></w:r>", word_text(text))}</w:footnote>'
        for n, text in ((2, " Only if locked."), (1, " From May on."))
    )
    ends = f'<w:endnote w:id="1">{paragraph(word_text("The end."))}</w:endnote>'
    body = paragraph(word_text("Worth $7,000"), '<w:r><w:footnoteReference w:id="2"/></w:r>', word_text(" each.")) + (
        paragraph(
            word_text("Less $150."),
            '<w:r><w:footnoteReference w:id="1"/></w:r>',
            '<w:r><w:endnoteReference w:id="1"/></w:r>',
        )
    )
    markdown = converted(body, footnotes=notes, endnotes=ends).markdown
    assert "Worth $7,000[^1] each." in markdown
    assert "Less $150.[^2][^3]" in markdown
    assert re.findall(r"^\[\^\d\]: .*$", markdown, re.MULTILINE) == [
        "[^1]: Only if locked.",
        "[^2]: From May on.",
        "[^3]: The end.",
    ]


def test_moved_text_stands_at_its_new_place_only() -> None:
    moved = word_text("Clause 5 holds.")
    body = f"{paragraph(f'<w:moveFrom>{moved}</w:moveFrom>')}{paragraph(word_text('a'))}"
    result = converted(body + paragraph(f"<w:moveTo>{moved}</w:moveTo>"))
    assert result.markdown.split() == ["a", "Clause", "5", "holds."]
    assert codes(result) == ["tracked_changes"]


def test_a_deleted_end_of_a_paragraph_joins_it_with_the_next() -> None:
    body = paragraph(word_text("The fee is "), look="<w:rPr><w:del/></w:rPr>") + paragraph(word_text("$290."))
    assert converted(body).markdown.strip() == "The fee is $290."


def test_comments_are_left_out_and_named() -> None:
    comments = f'<w:comment w:id="0">{paragraph(word_text("Wrong, mend this."))}</w:comment>'
    result = converted(paragraph(word_text("a"), '<w:r><w:commentReference w:id="0"/></w:r>'), comments=comments)
    assert result.markdown.strip() == "a"
    (finding,) = result.findings
    assert (finding.code, "Wrong, mend this." in finding.message) == ("comments_left_out", True)


@pytest.mark.parametrize(
    ("style", "look", "has_header"),
    [
        ("Grid", '<w:tblLook w:firstRow="1"/>', True),
        ("Grid", '<w:tblLook w:firstRow="0"/>', False),
        ("Grid", '<w:tblLook w:val="0480"/>', False),
        ("Grid", "", True),
        ("Plain", '<w:tblLook w:firstRow="0"/>', True),
    ],
)
def test_only_a_style_with_a_look_for_headers_can_say_that_there_is_none(
    style: str, look: str, has_header: bool
) -> None:
    cells = f"<w:tc>{paragraph(word_text('Rent'))}</w:tc><w:tc>{paragraph(word_text('$640'))}</w:tc>"
    table = f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/>{look}</w:tblPr><w:tr>{cells}</w:tr></w:tbl>'
    first = converted(table, styles=STYLES).markdown.strip().splitlines()[0]
    assert first == ("| Rent | $640 |" if has_header else "|  |  |")


def test_unknown_signs_are_named() -> None:
    result = converted(paragraph(word_text("a \uf019 b", SYMBOL)))
    assert "unknown_symbols" in codes(result)


def test_entities_are_not_resolved_and_a_part_that_declares_them_is_named() -> None:
    assert parse(b'<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>') is None
    assert parse(b"<a>" * 5000 + b"</a>" * 5000) is None


FORMULAS = {
    "power": (f"<m:sSup><m:e>{m('10')}</m:e><m:sup>{m('5')}</m:sup></m:sSup>", "10⁵"),
    "mark": (f"<m:sSup><m:e>{m('5')}</m:e><m:sup>{m('†')}</m:sup></m:sSup>", "5†"),
    "index": (f"<m:sSub><m:e>{m('x')}</m:e><m:sub>{m('12')}</m:sub></m:sSub>", "x₁₂"),
    "fraction": (f"<m:f><m:num>{m('1')}</m:num><m:den>{m('2')}</m:den></m:f>", "1/2"),
    "number before a fraction": (
        f"{m('3')}<m:f><m:num>{m('1')}</m:num><m:den>{m('2')}</m:den></m:f>",
        r"$3\frac{1}{2}$",
    ),
    "letter after a fraction": (
        f"<m:f><m:num>{m('1')}</m:num><m:den>{m('2')}</m:den></m:f>{m('x')}",
        r"$\frac{1}{2}x$",
    ),
    "power of a fraction": (
        f"<m:sSup><m:e><m:f><m:num>{m('1')}</m:num><m:den>{m('2')}</m:den></m:f></m:e><m:sup>{m('2')}</m:sup></m:sSup>",
        r"$\left( \frac{1}{2} \right)^{2}$",
    ),
    "root": (f"<m:rad><m:deg/><m:e>{m('x')}</m:e></m:rad>", r"$\sqrt{x}$"),
    "sum": (
        f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{m("n=1")}</m:sub><m:sup>{m("9")}</m:sup>'
        f"<m:e>{m('n')}</m:e></m:nary>",
        r"$\sum_{n=1}^{9} n$",
    ),
    "brackets": (f"<m:d><m:e>{m('a+b')}</m:e></m:d>", "(a+b)"),
    "less": (m("x&lt;y"), "x < y"),
}


@pytest.mark.parametrize("case", FORMULAS)
def test_formulas_as_text_where_that_says_the_same(case: str) -> None:
    xml, text = FORMULAS[case]
    tree = parse(f"<m:oMath>{xml}</m:oMath>".encode())
    assert tree is not None
    assert inline(tree) == text


def test_what_stands_above_and_below_pages_is_named() -> None:
    result = converted(
        paragraph(word_text("a")), header=paragraph(word_text("Draft 3")), footer=paragraph(word_text("7"))
    )
    assert result.markdown.strip() == "a"
    (finding,) = result.findings
    assert (finding.code, "“Draft 3”" in finding.message, "7" in finding.message) == ("headers_left_out", True, False)


def test_words_that_the_markdown_does_not_have_are_named() -> None:
    passages = [Passage("slide 3", "Rent $640"), Passage("slide 4", "Kilo watt"), Passage("a chart", "Ducks and Geese")]
    finding = missing_words(passages, "**Kilo** ~~watt~~\n\n| Geese | and |\n| Rent | $64 |")
    assert finding is not None
    assert finding.numbers == {"words": ["640", "ducks"], "places": ["slide 3", "a chart"]}
    assert "slide 3: “640”; a chart: “ducks”" in finding.message


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("10⁷ bags, H₂O", "10⁷ bags, H₂O"),
        ("the Foundations of it", "a的[Founda](https://x.org)[tions](y), the of it"),
        ("a_b * c", r"a\_b \* c"),
        ("Stand ards of the country", "Standards of the country"),
        ("ﬁve Ångström", "five Ångström"),
        ("", ""),
    ],
)
def test_what_is_only_written_otherwise_is_not_missing(text: str, markdown: str) -> None:
    assert missing_words([Passage("slide 1", text)], markdown) is None


def test_a_word_that_stands_less_often_is_missing() -> None:
    finding = missing_words([Passage("slide 1", "yes"), Passage("slide 2", "yes")], "yes")
    assert finding is not None
    assert finding.numbers["words"] == ["yes"]


def test_charts_and_diagrams_are_written_where_they_stand() -> None:
    chart = (
        "<c:chart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>Ducks</c:v></c:pt></c:strCache></c:strRef>"
        "</c:tx><c:cat><c:strLit><c:pt idx='0'><c:v>2019</c:v></c:pt></c:strLit></c:cat>"
        "<c:val><c:numLit><c:formatCode>0%</c:formatCode><c:pt idx='0'><c:v>0.5</c:v></c:pt></c:numLit></c:val></c:ser>"
        "</c:chart>"
    )
    diagram = "<dgm:pt><dgm:t><a:p><a:r><a:t>First step</a:t></a:r></a:p></dgm:t></dgm:pt>"
    drawings = "<w:r><w:drawing><c:chart r:id='r1'/><dgm:relIds r:dm='r2'/></w:drawing></w:r>"
    result = converted(
        paragraph(word_text("before")) + paragraph(drawings) + paragraph(word_text("after")),
        chart=chart,
        diagramData=diagram,
    )
    blocks = [block for block in result.markdown.split("\n\n") if block.strip()]
    assert [block.strip() for block in blocks] == [
        "before",
        "|  | Ducks |\n| --- | --- |\n| 2019 | 50% |",
        "First step",
        "after",
    ]
    assert codes(result) == []
