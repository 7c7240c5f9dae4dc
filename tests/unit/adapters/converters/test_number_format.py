"""Numbers as their spreadsheet shows them."""

import pytest

from pipeline_core.adapters.converters.number_format import is_date, shown, shows_nothing, text_shown

ACCOUNTING = '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)'


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("0.125", "0.00%", "12.50%"),
        ("0.04", "0%", "4%"),
        ("0.285", "0%", "29%"),
        ("-0.125", "0.0%", "-12.5%"),
        ("0", '0.00%;-0.00%;"n/a"', "n/a"),
        ("471", "00000", "00471"),
        ("12", "0000-0000", "0000-0012"),
        ("2350.5", '"$"#,##0.00', "$2,350.50"),
        ("2350.5", "[$$-409]#,##0.00", "$2,350.50"),
        ("12.5", "#,##0.00\\ [$€-407]", "12.50 €"),
        ("12.5", "[$CHF-807] #,##0.00", "CHF 12.50"),
        ("1234.5", ACCOUNTING, "$1,234.50"),
        ("-1234.5", ACCOUNTING, "$(1,234.50)"),
        ("-5", "#,##0.00_);(#,##0.00)", "(5.00)"),
        ("-1234.5", "#,##0.00;[Red]-#,##0.00", "-1,234.50"),
        ("8.835", "0.00", "8.84"),
        ("1.005", "#,##0.00", "1.01"),
        ("-0.001", "0.0", "0.0"),
        ("2.5", "# ?/?", "2 1/2"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("1234567", "#,##0,", "1,235"),
        ("1500000", '0.0,,"M"', "1.5M"),
        ("5", '0 "kg"', "5 kg"),
        ("-15", '0"°C"', "-15°C"),
        ("0.4", '"> "0%', "> 40%"),
        ("5551234567", "(000) 000-0000", "(555) 123-4567"),
        ("2500", '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0', "2.5K"),
        ("45000", "yyyy-mm-dd", "2023-03-15"),
        ("45000", "dd.mm.yyyy", "15.03.2023"),
        ("45000", 'dd"."mm"."yy', "15.03.23"),
        ("45000", "d. mmmm yyyy", "15. March 2023"),
        ("45000.5", "dd.mm.yyyy hh:mm:ss", "15.03.2023 12:00:00"),
        ("45000.123456", "mm:ss.0", "57:46.6"),
        ("0.75", "h:mm AM/PM", "6:00 PM"),
        ("1.5", "[h]:mm", "36:00"),
        ("45000", 'yyyy"年"m"月"d"日"', "2023年3月15日"),
        ("12500", '0.0,"k"', "12.5k"),
        ("-5", "0;[Red]-0", "-5"),
        ("-5", "General;[Red]-General", "-5"),
        ("-5", "General;(General)", "(5)"),
        ("5.25", 'General" kg"', "5.25 kg"),
        ("1234", "[$-409]#,##0", "1,234"),
        ("1234", "#,##0[$ kr.-406]", "1,234 kr."),
        ("0", '"Yes";"Yes";"No"', "No"),
        ("0", "0;-0;;@", ""),
        ("2.25", "# ??/100", "2 25/100"),
        ("12345678", "##0.0E+0", "12.3E+6"),
        ("0.520833333333", "[mm]:ss", "750:00"),
        ("45000.75", "[$-409]m/d/yy h:mm AM/PM;@", "3/15/23 6:00 PM"),
        ("1500", '[<1000]0;[>=1000]0.0,"k"', "1.5k"),
        # what the width of a column cuts off is not cut off
        ("4006381333931", "General", "4006381333931"),
        ("0.30000000000000004", "General", "0.3"),
        ("1e-07", "General", "1E-07"),
        ("1.7e17", "", "170000000000000000"),
        # what no spreadsheet can show is shown as it is
        ("-1e300", '"$"0.00', "-1E+300"),
        ("1e9", "yyyy", "1000000000"),
        ("-5", "yyyy-mm-dd", "-5"),
        ("5", "0" * 300, "5"),
        ("nonsense", "0.00", "nonsense"),
    ],
)
def test_a_number_is_shown_in_its_format(value: str, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    assert shown("43538", "yyyy-mm-dd", date1904=True) == "2023-03-15"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("General", "x"),
        ("@", "x"),
        ('@" kg"', "x kg"),
        ('0;0;0;"<"@">"', "<x>"),
        ("0.00", "x"),
        ('0;0;0;"n/a"', "n/a"),
        ("0;0;0;", ""),
        (";;;", ""),
    ],
)
def test_a_text_is_shown_in_its_format(code: str, text: str) -> None:
    assert text_shown("x", code) == text


@pytest.mark.parametrize(
    ("code", "nothing"), [(";;;", True), (";;", True), ("0;;", False), ("[Red];;;", True), ("0", False)]
)
def test_a_format_that_shows_nothing(code: str, nothing: bool) -> None:
    assert shows_nothing(code) is nothing


@pytest.mark.parametrize(
    ("code", "date"), [("[h]:mm", True), ("d-mmm", True), ('"day" 0', False), ("[Red]0", False), ("General", False)]
)
def test_which_formats_are_of_days(code: str, date: bool) -> None:
    assert is_date(code) is date
