"""Which characters of a text nobody can read."""

import time

import pytest

from pipeline_core.domain.unreadable import share_unreadable, unreadable


@pytest.mark.parametrize(
    "text",
    [
        "ÿÿÿÿÿÿ",
        "Ïðèâåò",  # Windows-1251 as Latin-1
        "Ð\x9fÑ\x80Ð¸Ð²ÐµÑ\x82",  # UTF-8 as Latin-1
        "РџСЂРёРІРµС‚",  # UTF-8 as Windows-1251
        "Ã¤Ã¶Ã¼",
        "â€™",
        "Ξ\x9aΞ±Ξ»Ξ·ΞΌΞ­ΟΞ±",  # UTF-8 as Windows-1253
        "縺ゅ＞縺ゅ＞縺",  # UTF-8 as Shift-JIS
        "锟斤拷",
        "\ufffd\ufffd",
        "\x15\x10",
        "8 \uf06dg",
        "\uf0b3 3 bar",
        "(cid:12)(cid:7)",
        "????? ???? ??",
        "&#xFFFD;",
    ],
)
def test_what_nobody_can_read_is_counted(text: str) -> None:
    assert unreadable(text) > 0
    assert unreadable(f"The fee {text} is due.\n") > 0


@pytest.mark.parametrize(
    "text",
    [
        "The fee is due.\n\tIt is 5\u00a0%.",
        "Straße «größer» · naïve façade, Ångström, Þýðing óðæ, œuvre, ¿Qué?",
        "Привет мир: РОССИЯ, СССР, СЕРТИФИКАТ СООТВЕТСТВИЯ",
        "Καλημέρα κόσμε, ΞΕΝΟΔΟΧΕΙΟ ΟΔΟΣ",
        "日本語のテキスト。繧繝縁",
        "中文文本",
        "한국어 텍스트",
        "مرحبا بالعالم",
        "שלום עולם",
        "สวัสดีชาวโลก",
        "Tiếng Việt: HÀ NỘI, ĐỀ ÁN",
        "Zażółć gęślą jaźń. İstanbul’da ğüşıöç",
        "§§§§ ····· °°°° ½¼¾",
        "What?? Why???",
        "- \uf0b7 an item\n\uf06e\n| \uf0a7 | cell |",  # bullets of symbol fonts
        "5 &#8364; &#xA0; &#38;",
        "😀 👩‍👩‍👧 ☒ ☐ ✓",
    ],
)
def test_what_can_be_read_is_not(text: str) -> None:
    assert unreadable(text) == 0


def test_the_share_is_of_what_is_visible() -> None:
    assert share_unreadable("ab \ufffd\ufffd") == 0.5
    assert share_unreadable(" \n") == 0


@pytest.mark.parametrize("text", ["ÿ" * 200_000, "РС" * 100_000, "?? " * 50_000, "Ã¤" * 100_000, "\uf0b7 " * 50_000])
def test_garbage_is_read_in_time(text: str) -> None:
    started = time.process_time()
    unreadable(text)
    assert time.process_time() - started < 3
