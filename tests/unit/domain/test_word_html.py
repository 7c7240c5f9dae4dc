"""Words of a rendered chunk: each is wrapped with its number, and what is rendered stays the same."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.chunk_html import marked_html
from pipeline_core.domain.source_words import word_places
from pipeline_core.domain.word_html import words_html

_WRAP = re.compile(r"\[(\d+):(.*?)\]\]", re.DOTALL)


def wrap(number: int, text: str) -> str:
    return f"[{number}:{text}]]"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("The *red* boiler.", "<p>[0:The]] <em>[1:red]]</em> [2:boiler.]]</p>\n"),
        ("It is **very red** now", "<p>[0:It]] [1:is]] <strong>[2:very]] [3:red]]</strong> [4:now]]</p>\n"),
        ("# Boiler\n\n- one\n- two",
         '<p class="heading level-1">[1:Boiler]]</p>\n<ul>\n<li>[3:one]]</li>\n<li>[5:two]]</li>\n</ul>\n'),
        ("1. one\n2. two", "<ol>\n<li>[1:one]]</li>\n<li>[3:two]]</li>\n</ol>\n"),
        ("half**bold**half", "<p>[0:half]]<strong>[0:bold]]</strong>[0:half]]</p>\n"),
        ("[two words](https://example.org) on",
         '<p><span class="link" title="https://example.org">[0:two]] [1:words]]</span> [2:on]]</p>\n'),
        # what cannot be wrapped without changing it is left alone
        ("see [a](https://example.org \"of it\") and all that is there to be marked in it",
         '<span class="link" title="https://example.org">a</span> [4:and]]'),
        ("1 < 2 & <b>3</b>", "<p>[0:1]] &lt; [2:2]] &amp; [4:&lt;b&gt;3&lt;/b&gt;]]</p>\n"),
        ("不活", "<p>[0:不]][1:活]]</p>\n"),
        ("a \U000f0000 b \U000f0001", "<p>[0:a]] \U000f0000 [2:b]] \U000f0001</p>\n"),
    ],
    ids=["emphasis", "strong", "heading", "numbers", "split", "link", "titled", "html", "unspaced", "private"],
)  # fmt: skip
def test_each_word_is_wrapped_with_its_number(text: str, made: str) -> None:
    assert made in words_html(text, wrap)


def test_a_table_is_one_and_its_words_are_wrapped() -> None:
    text = "| Model | Bar |\n|---|--:|\n| T 5 | 3.5 |\n"
    made = words_html(text, wrap)
    assert '<td>[7:T]] [8:5]]</td>\n<td class="to-right">[10:3.5]]</td>' in made
    assert [text[start:end] for start, end in (word_places(text)[n] for n in (7, 8, 10))] == ["T", "5", "3.5"]


def test_a_text_whose_words_are_mostly_markup_is_shown_as_it_is_written() -> None:
    text = "[one]: https://example.org\n[two]: https://example.com\n"
    assert words_html(text, wrap).startswith('<pre class="as-written">[')


@given(st.text(alphabet="ab1 \n*_`[]()#>|-.!<&\\~:", max_size=60))
def test_wraps_change_nothing_and_name_their_own_words(text: str) -> None:
    made = words_html(text, lambda number, said: f"\ue000{number}\ue001{said}\ue002")
    words = re.findall("\ue000(\\d+)\ue001(.*?)\ue002", made, re.DOTALL)
    plain = re.sub("\ue000\\d+\ue001|\ue002", "", made)
    assert plain in (marked_html(text, []), f'<pre class="as-written">{html.escape(text)}</pre>')
    places = word_places(text)
    for number, said in words:
        start, end = places[int(number)]
        # an escape is what it stands for
        assert html.unescape(said).replace("\\", "") in text[start:end].replace("\\", "")
