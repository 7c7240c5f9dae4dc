"""PDFs in scripts that are read from right to left: text, headings and tables in the order in which they are read."""

import pytest
from liteparse.types import ParsedPage, TextItem, WordBox

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.pdf_leftwards import in_reading_order
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from tests.samples import leftwards, pdfs


def _converted(data: bytes) -> str:
    return pdf.convert(Source(data, "page.pdf", filetypes.PDF), ConvertOptions(max_pages=5)).markdown


def _rows(markdown: str) -> list[list[str]]:
    rows = [line for line in markdown.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


ARABIC = (
    (560.0, 700.0, "رواتبهم Open Street Map فريق يدفع لا"),
    (560.0, 686.0, ".2024 سنة من 3 الشهر في الموظفين كل إلى"),
    (560.0, 672.0, "سنوات. خمس لمدة المخزن في الأوراق تبقى"),
)
PERSIAN = (
    (560.0, 700.0, "کتابخانه، در Creative Commons کتابهای"),
    (560.0, 686.0, "است. شده داده نشان API 2 نسخه در که"),
)
HEBREW = (
    (560.0, 700.0, "אחרי מים Green House בחברת העובדים"),
    (560.0, 686.0, ".2023 שנת של הראשון היום"),
)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ARABIC,
            "لا يدفع فريق Open Street Map رواتبهم إلى كل الموظفين في الشهر 3 من سنة 2024. "
            "تبقى الأوراق في المخزن لمدة خمس سنوات.",
        ),
        (PERSIAN, "کتابهای Creative Commons در کتابخانه، که در نسخه API 2 نشان داده شده است."),
        (HEBREW, "העובדים בחברת Green House מים אחרי היום הראשון של שנת 2023."),
    ],
    ids=["Arabic", "Persian", "Hebrew"],
)
def test_running_text_is_in_the_order_in_which_it_is_read(lines: tuple[leftwards.Text, ...], said: str) -> None:
    assert " ".join(_converted(leftwards.pdf(*lines)).split()) == said


@pytest.mark.parametrize("more", [{}, {"untold": "مترلح"}, {"marked": "ي"}], ids=["told", "untold", "marked"])
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (((560.0, 700.0, "السفر. بعد أسبوعين خلال التقارير جميع تقدم"),), "تقدم جميع التقارير خلال أسبوعين بعد السفر."),
        (((560.0, 700.0, "کند. تعویض را فیلتر باید مشتری"),), "مشتری باید فیلتر را تعویض کند."),
        (((560.0, 700.0, "مرتين. API 2 نسخة تحميل يجب"),), "يجب تحميل نسخة API 2 مرتين."),
    ],
    ids=["Arabic", "Persian", "mixed"],
)
def test_letters_that_say_once_more_what_they_are(
    lines: tuple[leftwards.Text, ...], said: str, more: dict[str, str]
) -> None:
    assert " ".join(_converted(leftwards.as_browsers_write(*lines, **more)).split()) == said


def test_words_of_one_line_at_uneven_heights_are_one_line() -> None:
    words = ["الطلبات", "جميع", "على", "عام", "بشكل", "الخدمة"]
    texts = [(200.0 + 45 * at, 700.0 + (at % 3), word) for at, word in enumerate(words)]
    markdown = _converted(leftwards.pdf(*texts, from_left=True))
    assert markdown.split() == words[::-1]


def test_a_table_has_its_first_column_on_the_right() -> None:
    xs, ys = (60.0, 230.0, 400.0, 560.0), (720.0, 700.0, 670.0, 650.0)
    texts = (
        (550.0, 706.0, "البند"), (390.0, 706.0, "السعر"), (220.0, 706.0, "المدة"),
        (550.0, 688.0, "السيارة تأمين"), (550.0, 676.0, "Full Cover نوع من"),
        (390.0, 688.0, "دينار 120"), (220.0, 688.0, "أشهر 6"),
        (550.0, 656.0, "المنزل تأمين"), (390.0, 656.0, "دينار 80"), (220.0, 656.0, "شهرا 12"),
    )  # fmt: skip
    drawn = [(x, ys[0], x, ys[-1]) for x in xs] + [(xs[0], y, xs[-1], y) for y in ys]
    assert [row for row in _rows(_converted(leftwards.pdf(*texts, lines=drawn))) if any(row)] == [
        ["البند", "السعر", "المدة"],
        ["تأمين السيارة من نوع Full Cover", "120 دينار", "6 أشهر"],
        ["تأمين المنزل", "80 دينار", "12 شهرا"],
    ]


def test_text_that_is_read_from_left_to_right_stays_as_it_is() -> None:
    data = pdfs.pdf(pdfs.text("Hours", "The office is open from 9 to 12, and in the afternoon from 2 to 5."))
    assert "The office is open from 9 to 12, and in the afternoon from 2 to 5." in _converted(data)


def test_lines_are_as_high_as_their_letters() -> None:
    """Fonts with room for marks above and below make boxes that overlap those of the lines beside them."""
    words = [WordBox("كتاب", 50, 100, 20, 17), WordBox("هذا", 73, 100, 15, 17)]
    item = TextItem("هذا كتاب", 50, 100, 38, 17, font_size=10, words=words)
    page = in_reading_order(ParsedPage(1, 600, 800, "", "هذا كتاب\n", text_items=[item], blocks=[]))
    assert [(one.text, one.y, one.height) for one in page.text_items] == [("هذا كتاب", 102.25, 12.5)]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (WordBox("3", 73, 100, 4, 7), "خط منابع (CORS³)"),
        # as large as other Latin letters, or on their line
        (WordBox("3", 73, 102, 4, 11), "خط منابع (CORS3)"),
        (WordBox("3", 73, 106, 4, 7), "خط منابع (CORS3)"),
    ],
)
def test_a_small_raised_number_is_the_mark_of_a_note(number: WordBox, said: str) -> None:
    words = [WordBox(")", 37, 100, 4, 17), WordBox("CORS", 41, 102, 32, 11), number, WordBox("(", 77, 100, 4, 17)]
    words += [WordBox("منابع", 84, 100, 20, 17), WordBox("خط", 107, 100, 12, 17)]
    item = TextItem("خط منابع (CORS3)", 37, 100, 82, 17, font_size=14, words=words)
    page = in_reading_order(ParsedPage(1, 600, 800, "", "خط منابع (CORS3)\n", text_items=[item], blocks=[]))
    assert [one.text for one in page.text_items] == [said]


def test_lines_with_a_dot_at_their_right_are_items() -> None:
    texts = (
        (560.0, 700.0, "يلي ما العقد يشمل"),
        (560.0, 680.0, "•"), (545.0, 680.0, "المبنى على التأمين"),
        (560.0, 660.0, "•"), (545.0, 660.0, "والنوافذ الأبواب وفيه ، الأثاث على التأمين"),
        (545.0, 646.0, "المبنى داخل"),
        (560.0, 626.0, "•"), (545.0, 626.0, "Full Cover Guide"),
    )  # fmt: skip
    markdown = _converted(leftwards.pdf(*texts))
    assert [line for line in markdown.splitlines() if line.startswith("- ")] == [
        "- التأمين على المبنى",
        "- التأمين على الأثاث ، وفيه الأبواب والنوافذ داخل المبنى",
        "- Full Cover Guide",
    ]
    assert "•" not in markdown
