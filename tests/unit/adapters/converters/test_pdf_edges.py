"""Lines at the edges of a page: its foot is no part of the text, and the end of a line no blank in Chinese."""

import pytest

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.pdf_completeness import Line
from pipeline_core.adapters.converters.pdf_joints import without_blanks_at_ends, without_edges


def line(text: str, x: float, y: float, width: float, height: float) -> Line:
    return Line(text, Box(x, y, x + width, y + height))


LEFT = [line(f"The left column has a line {at}", 50, 100 + 14 * at, 220, 10) for at in range(40)]
RIGHT = [line("of wood or of steel.", 310, 60, 180, 10), line("Both last for years.", 310, 74, 180, 10)]
TEXT = "They are made\n\n{} of wood or of steel. Both last for years.\n"


@pytest.mark.parametrize(
    "foot",
    [line("Garden Letters 7 (2021) 3", 50, 800, 110, 7.5), line("12 | Garden Letters", 50, 800, 110, 10)],
    ids=["small", "with a number"],
)
def test_the_foot_of_a_column_is_a_paragraph_of_its_own(foot: Line) -> None:
    markdown = without_edges(TEXT.format(foot.text), [*LEFT, foot, *RIGHT], 842)
    assert markdown == f"They are made\n\nof wood or of steel. Both last for years.\n\n{foot.text}\n"


@pytest.mark.parametrize(
    "last",
    [
        # of the text's size; right below the column; in mid-page
        line("These are old gates", 50, 800, 110, 10),
        line("These are 12", 50, 662, 110, 7.5),
        line("These are 12", 330, 500, 110, 7.5),
    ],
)
def test_a_line_of_the_text_stays(last: Line) -> None:
    text = TEXT.format(last.text)
    assert without_edges(text, [*LEFT, last, *RIGHT], 842) == text


def test_a_foot_that_is_a_paragraph_already_stays() -> None:
    foot = line("Garden Letters 7 (2021) 3", 50, 800, 110, 7.5)
    text = "They are made\n\nGarden Letters 7 (2021) 3\n\nof wood.\n"
    assert without_edges(text, [*LEFT, foot, *RIGHT], 842) == text


@pytest.mark.parametrize(
    ("above", "below", "width", "said"),
    [
        ("入场券每人八十元，儿童不", "收费。", 120, "入场券每人八十元，儿童不收费。"),
        ("雨の日は庭園を開放し", "ません。", 120, "雨の日は庭園を開放しません。"),
        # a line that was ended on purpose, words beside others, and Korean, which has blanks
        ("山田太郎", "鈴木花子", 60, "山田太郎 鈴木花子"),
        ("入场券 Ticket", "收费。", 120, "入场券 Ticket 收费。"),
        ("비가 오는 날에는", "열지 않는다.", 120, "비가 오는 날에는 열지 않는다."),
    ],
)
def test_the_end_of_a_line_is_no_blank_where_words_have_none(above: str, below: str, width: float, said: str) -> None:
    lines = [line("公园须知", 50, 80, 120, 10), line(above, 50, 100, width, 10), line(below, 50, 114, 40, 10)]
    assert without_blanks_at_ends(f"{above} {below}\n", lines) == f"{said}\n"
