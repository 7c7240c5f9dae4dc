"""Nothing of converted markdown runs code or loads anything; its words stay."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline_core.domain.documents import Converted, Page, PageMap, PageOutcome
from pipeline_core.domain.harmless_links import harmless, is_harmless_target, without_active_links
from tests.support.growth import seconds_of

# what a careless reader makes of it: every target is taken, HTML goes through
_READERS = [MarkdownIt(name, {"html": True, "linkify": False}) for name in ("commonmark", "gfm-like")]
for _reader in _READERS:
    _reader.validateLink = lambda _url: True  # type: ignore[method-assign]
_CODE = re.compile(r"\s*(javascript|vbscript|data|file):", re.IGNORECASE)
_WORDS = ("alt", "title")
_ELSEWHERE = re.compile(r"\s*([a-z]+:|//)", re.IGNORECASE)


class _Browser(HTMLParser):
    """Notes whether anything would run or be loaded."""

    is_active = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in _WORDS:
                continue
            target = re.sub(r"%0[0-9a-d]|[\x00-\x20\u200b]", "", unquote(value or ""))
            self.is_active |= name.startswith("on") or bool(_CODE.match(target))
            self.is_active |= name in ("src", "srcset", "poster") and bool(_ELSEWHERE.match(target))
        self.is_active |= tag in ("script", "iframe", "object", "embed")


def is_active(markdown: str) -> bool:
    browsers = [_Browser() for _ in _READERS]
    for browser, reader in zip(browsers, _READERS, strict=True):
        browser.feed(reader.render(markdown))
    return any(browser.is_active for browser in browsers)


LINKS = [
    "[words](javascript:alert(1))",
    '[words](JaVaScRiPt:alert(1) "title")',
    "[words](java&Tab;script:alert(1))",
    "[words](&#106;avascript:alert(1))",
    "[words](&#x6A;avascript&colon;alert(1))",
    "[words](&amp;#106;avascript:alert(1))",
    "[words]( javascript:alert(1) )",
    "[words](<java script:alert(1)>)",
    "[words](<javascript:alert(1)> 'title')",
    "[words](\n  javascript:alert(1))",
    r"[words](javascript\:alert(1))",
    "[words](\x01javascript:alert(1))",
    "[words](\u200bjavascript:alert(1))",
    "[words](ｊａｖａｓｃｒｉｐｔ：alert(1))",
    "[words](javascript:((((((((((((a))))))))))))",
    "[words](vbscript:msgbox)",
    "[words](data:text/html;base64,PHNjcmlwdD4=)",
    "[words](file:///etc/passwd)",
    "[words][l]\n\n[l]: javascript:alert(1)",
    "[words][]\n\n[Words]:\n   javascript:alert(1) 'title'",
    "[words]\n\n[words]: <javascript:alert(1)>",
    "> [words]: javascript:alert(1)\n\n[words]",
    "- [words]: javascript:alert(1)\n- [words]",
    "[words]\n\n[words]:\n   javascript:alert(1) 'ti\ntle'",
    '[words]\n\n[words]: javascript:alert(1) "ti\\"tle"',
    "[two words]\n\n[two\nwords]: javascript:alert(1)",
    "[words][^b]\n\n[^b]: javascript:alert(1)",
    "<b title='`'>[words](javascript:alert(1)) `",
    "a <!-- > ` -->[words](javascript:alert(1)) `",
    "<https://a`b>[words](javascript:alert(1))`",
    "# a ` \n[words](javascript:alert(1)) `",
    "| a | b |\n|---|---|\n| ` | [words](javascript:alert(1)) ` |",
    "[[words](javascript:a)](javascript:b)",
    "[**words**](javascript:a)",
    '<a href="javascript:alert(1)">words</a>',
    "<A title='t' HREF=&#106;avascript:alert(1)>words</A>",
    '<a\nhref="java\nscript:alert(1)">words</a>',
    "<p onclick=alert(1)>words</p>",
    "<script>words</script>",
    "<div>\n<script>words</script>\n</div>",
    '<iframe src="https://evil.example">words</iframe>',
    '<form action="javascript:a"><button formaction="javascript:b">words</button></form>',
]
IMAGES = [
    "![words](http://evil.example/x.png)",
    '![words](https://evil.example/x.png "title")',
    "![words](//evil.example/x.png)",
    "![words](data:image/svg+xml;base64,PHN2Zz4=)",
    f"![words](data:image/png;base64,{'A' * 100_000})",
    "![words][i]\n\n[i]: https://evil.example/x.png",
    "[![words](https://evil.example/x.png)](javascript:a)",
    "[![words](https://evil.example/x.png)](https://example.org)",
    '<img src="https://evil.example/x.png" alt="words">',
    "<img alt='words' src=x onerror=alert(1)>",
    "> ![two\n> words]\n\n[two words]: //evil.example/x",
    "<img\nsrc='//evil.example/x'\nalt=\"words\">",
]
STAY = [
    "[words](https://example.org/a_(b)?c=d:e#f)",
    "[words](http://example.org 'title')",
    "[words](mailto:a@example.org)",
    "[words](#place) and [words](chapter/a:b.md)",
    "[words][l]\n\n[l]: https://example.org",
    "<https://example.org/> and <xs:element>",
    "![words](pictures/x.png)",
    "`[words](javascript:a)`",
    "```\n[words](javascript:a)\n```",
    "[^1]: javascript: is a scheme\n\nWords[^1].",
    '[1]: data: "what was measured" and (what was not)',
    "<b>so</b> `[words](javascript:a)`",
    "<p style='color: red'>words</p>",
    "javascript:alert(1) is text, and so are [these] and \\[those](javascript:a) and a <video> tag",
    '<a href="https://example.org">words</a>',
    "| a [b] | c |",
]


@pytest.mark.parametrize("text", [*LINKS, *IMAGES])
def test_these_do_harm(text: str) -> None:
    """Or would, with a reader that is less strict than these: so the test for the rest can fail."""
    assert is_active(text) or any(trick in text for trick in ("ｊ", "&amp;", "((((", "\x01"))


@pytest.mark.parametrize("text", [*LINKS, *IMAGES])
def test_words_stay_and_the_rest_goes(text: str) -> None:
    made = harmless(text)
    assert not is_active(made), made
    assert "words" in made
    assert harmless(made) == made


@pytest.mark.parametrize("style", ["background: u\\72l(//evil.example)", 'background: image-set("//evil.example" 1x)'])
def test_style_loads_nothing(style: str) -> None:
    assert harmless(f"<p style='{style}'>words</p>") == "<p>words</p>"


@pytest.mark.parametrize(
    "drawing",
    [
        '<image href="https://evil.example/x"/>',
        '<use xlink:href="//evil.example/x#a"/>',
        '<feImage href="https://evil.example/x"/>',
        '<rect fill="url(//evil.example/x#a)"/>',
        "<rect style=\"mask: src('//evil.example')\"/>",
        "<set attributeName=href to=javascript:alert(1)>",
        "<animate attributeName=href values=javascript:alert(1)>",
    ],
)
def test_drawing_loads_and_runs_nothing(drawing: str) -> None:
    made = harmless(f"<svg>{drawing}</svg>")
    assert "evil.example" not in made
    assert not any(tag in made for tag in ("<set", "<animate"))


@pytest.mark.parametrize("text", STAY)
def test_what_does_no_harm_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_address_as_link_is_its_own_words() -> None:
    assert harmless("See <javascript:alert(1)>.") == "See javascript:alert(1)."


def test_findings_count_what_went() -> None:
    text = "[a](javascript:a) [b](<vbscript:b>) ![c](http://x.example/c) ![d](//x.example/d) <script>e</script>"
    page_map = PageMap((Page(1, 0, len(text), PageOutcome.TEXT),))
    findings = without_active_links(Converted(text, page_map, "test")).findings
    assert {finding.code: finding.numbers for finding in findings} == {
        "links_removed": {"links": 2},
        "images_removed": {"images": 2},
        "tags_disarmed": {"tags": 1},
    }


def test_pages_begin_and_end_where_they_did() -> None:
    pages = ["One [a](javascript:a) two.\n\n", "![b](https://x.example/b)\n\n", "Three [c](https://c.example) four."]
    starts = [sum(map(len, pages[:n])) for n in range(4)]
    page_map = PageMap(
        tuple(Page(n + 1, starts[n], starts[n + 1], PageOutcome.TEXT) for n in range(3)),
    )
    made = without_active_links(Converted("".join(pages), page_map, "test"))
    shown = [made.markdown[page.char_from : page.char_to] for page in made.page_map.pages]
    assert shown == ["One a two.\n\n", "b\n\n", "Three [c](https://c.example) four."]


_PARTS = [
    "[", "]", "(", ")", "![", "](", "<", ">", "javascript:a", "https://x", " ", "\n", "\n\n", "`", "```", "|",
    "\\", "a",
    "[l]: ", "<a href='", "<img src=", "'", '"', "&#106;avascript:", "- ", "> ",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PARTS), max_size=24).map("".join))
@example("`|`<javascript:a`>")
def test_whatever_is_put_together_does_no_harm(text: str) -> None:
    assert not is_active(harmless(text))


@pytest.mark.parametrize("target", ["https://a", "HTTP://a", "mailto:a@b", "a/b:c", "?a=b:c", "#a:b", "", "a b"])
def test_targets_that_may_stay(target: str) -> None:
    assert is_harmless_target(target)


@pytest.mark.parametrize(
    "part", ["[](", "[]((", "![a](http://e/", "[a](<", "`a", '<a "', "[", "](x", "[a](b c ", "[[x](javascript:a)"]
)
def test_time_grows_with_length_alone(part: str) -> None:
    assert seconds_of(lambda: harmless(part * 8_000)) < 40 * seconds_of(lambda: harmless(part * 1_000))
