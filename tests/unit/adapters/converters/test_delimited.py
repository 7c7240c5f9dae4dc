"""Tables as text: columns, signs, numbers and quotation marks as the file has them."""

import pytest

from pipeline_core.adapters.converters import delimited
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import EmptyFileError, UnsupportedTypeError
from pipeline_core.domain.findings import Severity


def convert(data: str | bytes) -> Converted:
    content = data.encode() if isinstance(data, str) else data
    return delimited.convert(Source(content, "a.csv", filetypes.CSV), ConvertOptions(max_pages=5))


def rows(data: str | bytes) -> list[str]:
    """The lines of the markdown but for those below headers."""
    lines = convert(data).markdown.splitlines()
    return [line.strip("| ").replace(" | ", "|") for line in lines if line and not line.startswith("| ---")]


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ("Name,Price\nLamp,5\n", ["Name|Price", "Lamp|5"]),
        ("Name;Price\nLamp;12,50\nBolt;3,20\n", ["Name|Price", "Lamp|12,50", "Bolt|3,20"]),
        ("1,5;2,5\n3,5;4,5\n", ["1,5|2,5", "3,5|4,5"]),
        ("Name\tPrice\nLamp, red\t5\n", ["Name|Price", "Lamp, red|5"]),
        ("sep=|\na|b\n1|2\n", ["a|b", "1|2"]),
        ("Code,Share\n00471,12.50%\n007,-5\n", ["Code|Share", "00471|12.50%", "007|-5"]),
        ('Code,Price\n="00471","$2,350.50"\n', ["Code|Price", "00471|$2,350.50"]),
        ('Name,Note\nLamp,"two\nlines, one cell"\n', ["Name|Note", "Lamp|two lines, one cell"]),
        ('Name,Note\nLamp,"a ""good"" one"\n', ["Name|Note", 'Lamp|a "good" one']),
        ("Name,Note\nA,> 40 %\nB,- 15 °C\n", ["Name|Note", "A|\\> 40 %", "B|\\- 15 °C"]),
        ("Name,Note\nC,<delay>\nD,x|y\nE,|z|\n", ["Name|Note", "C|\\<delay>", "D|x\\|y", "E|\\|z\\"]),
        ('Name,Size\nPipe 5",3\n', ["Name|Size", 'Pipe 5"|3']),
        ("Nazwa;Cena\nŻarówka;12,50 zł\n".encode("cp1250"), ["Nazwa|Cena", "Żarówka|12,50 zł"]),
        ("Name,Price\r\nLamp,5\r\n".encode("utf-16"), ["Name|Price", "Lamp|5"]),
        ("Report\n\nName,Price\nLamp,5\n\nPlan,Fee\nx,1\n", ["Report", "Name|Price", "Lamp|5", "Plan|Fee", "x|1"]),
        ("Just a line, with a comma.\nAnd none here.\n", ["Just a line, with a comma.", "And none here."]),
        ("Name,Note\nA,one\u2028two\n", ["Name|Note", "A|one two"]),
    ],
)
def test_a_table_is_read_by_its_columns(data: str | bytes, read: list[str]) -> None:
    assert rows(data) == read


def test_a_formula_is_taken_as_it_is_and_told() -> None:
    converted = convert("Name,Total\nLamp,=B1*2\n")
    assert "| Lamp | =B1*2 |" in converted.markdown
    [finding] = converted.findings
    assert finding.code == "formula_without_value"
    assert "B2" in finding.message


def test_quotation_marks_that_do_not_pair_swallow_nothing() -> None:
    converted = convert('Tool,Size\n"5 inch,4\nNut,5\n"abc"d,6\nBolt,"7"\n')
    assert [line for line in converted.markdown.splitlines() if "inch" in line or "Nut" in line or "abc" in line] == [
        '| "5 inch | 4 |',
        "| Nut | 5 |",
        '| "abc"d | 6 |',
    ]
    assert "| Bolt | 7 |" in converted.markdown
    [finding] = converted.findings
    assert (finding.code, finding.severity) == ("quotes_unpaired", Severity.WARNING)
    assert "line 2" in finding.message


def test_a_guessed_encoding_is_told() -> None:
    assert [f.code for f in convert("Nazwa;Cena\nŻarówka;12,50 zł\n".encode("cp1250")).findings] == ["encoding_guessed"]


@pytest.mark.parametrize(
    ("data", "error"),
    [(b" \n\n", EmptyFileError), (b";;;\n;;\n", EmptyFileError), (b"\xff" * 400, UnsupportedTypeError)],
)
def test_what_has_no_text_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        convert(data)


def test_a_long_table_with_marks_that_never_pair_takes_no_longer_than_others() -> None:
    converted = convert("Name,Size\n" + '"x,5\n' * 5_000)
    assert converted.markdown.count('| "x | 5 |') == 5_000
