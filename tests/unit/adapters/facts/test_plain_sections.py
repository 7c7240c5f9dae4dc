"""Numbered sections of plain text: titles are headings, and each numbered paragraph is read by itself."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.ports.fact_generator import ChunkInput


def said(text: str, language: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, (), language=language), 6).candidates]


@pytest.mark.parametrize(
    ("language", "text", "statements"),
    [
        (
            "en",
            "1. RENT\n1.1 Rent is payable on the first day of each month.\n1.2 Rent rises by 2 % each year.\n\n"
            "2. DEPOSIT\n2.1 The deposit is returned within 14 days.\n",
            [
                "1.1 Rent is payable on the first day of each month.",
                "1.2 Rent rises by 2 % each year.",
                "2.1 The deposit is returned within 14 days.",
            ],
        ),
        # a title above sentences, and two of them in one run of lines
        (
            "en",
            "5. Bonfires\nBonfires are allowed on Fridays after 6 pm.\n\n"
            "6. Water\nThe tank by the gate is locked in winter.\n",
            ["Bonfires are allowed on Fridays after 6 pm.", "The tank by the gate is locked in winter."],
        ),
        (
            "en",
            "Article 1 - Seat\nThe club has its seat in Bern.\nArticle 2 - Fees\nThe yearly fee is 40 francs.\n",
            ["The club has its seat in Bern.", "The yearly fee is 40 francs."],
        ),
        (
            "tr",
            "Madde 1 - Havuz her gün saat 7.00'de açılır.\nMadde 2 - Giriş ücreti 40 liradır.\n",
            ["Madde 1 - Havuz her gün saat 7.00'de açılır.", "Madde 2 - Giriş ücreti 40 liradır."],
        ),
        (
            "ja",
            "1. 保管\n本製品は乾燥した場所で保管する。\n\n2. 清掃\nフィルターは毎月一回清掃する。\n",
            ["保管: 本製品は乾燥した場所で保管する。", "清掃: フィルターは毎月一回清掃する。"],
        ),
        (
            "zh",
            "第一条 游泳馆每天上午九点开放。\n第二条 未成年人须由家长陪同入场。\n",
            ["第一条 游泳馆每天上午九点开放。", "第二条 未成年人须由家长陪同入场。"],
        ),
        # a paragraph below a title, a blank line between
        (
            "en",
            "3. Duty to report\n\n(1) The owner of a boat shall report each accident to the harbour office.\n",
            ["The owner of a boat shall report each accident to the harbour office."],
        ),
    ],
)
def test_sections_are_read_by_their_titles(language: str, text: str, statements: list[str]) -> None:
    found = said(text, language)
    assert [statement.split(": ", 1)[-1] for statement in found] == [s.split(": ", 1)[-1] for s in statements]


@pytest.mark.parametrize(
    "text",
    [
        # an item that was wrapped where its line was full
        "The kit has:\n\n1. A rope of forty metres made of hemp from\nItaly, and two hooks of brass.\n2. A lamp.\n",
        # a list, and a paragraph that is no part of its last item
        "The kit has:\n\n1. A rope\n2. A lamp\n\nBoth are made in Italy by the makers of the boat.\n",
        # a measure at the beginning of a line
        "The tank holds\n2.5 litres of oil and\n2.6 litres of water.\n",
    ],
)
def test_what_is_no_title(text: str) -> None:
    assert not any(
        statement.startswith(("A lamp: ", "2.", "A rope of forty metres made of hemp from: "))
        for statement in said(text, "en")
    )


@pytest.mark.parametrize(
    ("language", "title", "first", "second"),
    [
        ("en", "What we do not insure", "Any theft that happens at night.", "Rot and rust of the hull."),
        ("en", "HARBOUR COVER\nSection 3: What we do not pay for", "Old sails that tear.", "Rot and rust of the hull."),
        ("de", "Nicht versichert", "Jeder Diebstahl, der nachts geschieht.", "Rost und Fäule am Rumpf."),
        ("fr", "Ce qui n'est pas assuré", "Tout vol qui a lieu la nuit.", "La rouille de la coque."),
        ("es", "No está asegurado", "Todo robo que ocurra de noche.", "El óxido del casco."),
    ],
)
def test_numbered_paragraphs_below_what_is_not_so_are_said_with_it(
    language: str, title: str, first: str, second: str
) -> None:
    found = said(f"{title}\n\n3.1  {first}\n3.2  {second}\n", language)
    assert found
    assert all(title.splitlines()[-1] in statement for statement in found)


def test_marks_of_lists_in_other_scripts() -> None:
    assert said("第四条 下列物品不得带入馆内：\n（一）各类宠物；\n（二）玻璃器皿。\n", "zh") == [
        "第四条 下列物品不得带入馆内: 各类宠物。",
        "第四条 下列物品不得带入馆内: 玻璃器皿。",
    ]
    assert said("Договор прекращается, если:\nа) лодка продана; и\nб) взнос не уплачен.\n", "ru") == [
        "Договор прекращается, если: лодка продана; и взнос не уплачен."
    ]


@pytest.mark.parametrize(
    "text", [">", "1.", "1.\n- \n", "- a\n- \nThe tank is full.\n", "第一章\n第1条", "§ 3", "2.1\n2.2"]
)
def test_sections_without_words_are_read(text: str) -> None:
    assert extract(ChunkInput(text, (), language=""), 6) is not None


@pytest.mark.parametrize(
    ("language", "text", "statement"),
    [
        (
            "de",
            "## 1. Ruhezeiten\nZwischen 13 und 15 Uhr ist Lärm zu vermeiden.\n\n"
            "2. Nicht erlaubt sind:\n- das Waschen von Autos im Hof\n- offenes Feuer im Garten\n",
            "Nicht erlaubt sind: offenes Feuer im Garten.",
        ),
        (
            "en",
            "## 4. Opening hours\nThe hall opens at 8 am and closes at 10 pm.\n\n"
            "5. The following are prohibited:\n- smoking in the changing rooms\n- dogs on the lawn\n",
            "The following are prohibited: dogs on the lawn.",
        ),
        # a list of the section's own has its own numbers
        (
            "en",
            "## 1. Quiet hours\nBetween 10 pm and 6 am residents must not:\n\n1. play loud music\n2. drill holes\n",
            "Quiet hours: Between 10 pm and 6 am residents must not: play loud music; drill holes.",
        ),
    ],
)
def test_a_number_that_goes_on_from_the_titles_ends_its_section(language: str, text: str, statement: str) -> None:
    assert statement in said(text, language)
