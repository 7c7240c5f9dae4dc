"""HTML pages: struck-out text, raised characters, signs, tables without a header, and what a page hides."""

import pytest

from pipeline_core.adapters.converters import html
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted


def converted(body: str, *, keep_hidden: bool = False, head: str = "") -> Converted:
    page = f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    source = Source(page.encode(), "a.html", filetypes.HTML)
    return html.convert(source, ConvertOptions(max_pages=50, keep_hidden=keep_hidden))


BODIES = [
    # struck out
    ("<p>Fee <del>$310</del> $290</p>", "Fee ~~$310~~ $290"),
    ("<p>Fee <s>$310 </s>$290</p>", "Fee ~~$310~~ $290"),
    ("<p>Fee <strike>$310</strike> <ins>$290</ins></p>", "Fee ~~$310~~ $290"),
    ("<p>Fee <span style='text-decoration: red line-through'>$310</span> $290</p>", "Fee ~~$310~~ $290"),
    ("<style>.x{text-decoration-line:line-through}</style><p class=x>Fee</p>", "~~Fee~~"),
    ("<table><tr><th>A<th>B<tr><td>x<td><del>$310</del> $290</table>", "| x | ~~$310~~ $290 |"),
    ("<p>The <mark>fee</mark> and the <u>rent</u></p>", "The fee and the rent"),
    # raised and lowered
    ("<p>10<sup>7</sup> bags, 10<sup>-<i>n</i></sup> m<sup>2</sup></p>", "10⁷ bags, 10⁻ⁿ m²"),
    ("<p>H<sub>2</sub>O, the 1<sup>st</sup>, $4,000<sup>3*</sup></p>", "H₂O, the 1st, $4,000^3*^"),
    ("<p>Fee $4<sup><a href='#n'>3</a></sup>, $5<a href='#m'><sup>[4]</sup></a></p>", "Fee $4[^3], $5[^4]"),
    # signs
    ("<p>&gt; 40 % of all</p>", r"\> 40 % of all"),
    ("<p>\n  - 15 °C is</p>", r"\- 15 °C is"),
    ("<p><b>+ 3</b> bar</p>", r"+ 3** bar"),
    ("<p>12. May is</p>", r"12\. May is"),
    ("<p>1. one</p><p>2. two</p>", "1. one\n\n2. two"),
    ("<p>Set &lt;delay&gt; to 20</p>", r"Set \<delay> to 20"),
    ("<ul><li>- 15 °C</li></ul>", r"- \- 15 °C"),
    ("<p>one<br>&gt; 3</p>", "one\n\\> 3"),
    ("<p>of <i>5</i> &gt; 3</p>", "of *5* > 3"),
    ("<p><code>&lt;a&gt; * b</code></p>", "`<a> * b`"),
    ("<pre>&gt; 4\n- 3</pre>", "> 4\n- 3"),
    ("<table><tr><th>A<th>B<tr><td>&gt; 3<td>- 4</table>", r"| \> 3 | \- 4 |"),
    ("<table><tr><th>#<th>B<tr><td>1<td>4</table>", "| # | B |"),
    # tables
    ("<table><tr><td>Rent<td>$640<tr><td>Term<td>2</table>", "|  |  |\n| --- | --- |\n| Rent | $640 |\n| Term | 2 |"),
    ("<table><tr><th scope=row>Rent<td>$640</table>", "|  |  |\n| --- | --- |\n| Rent | $640 |"),
    ("<table><tr><th>Rent<td>$640<tr><th>Term<td>2</table>", "|  |  |\n| --- | --- |\n| Rent | $640 |"),
    ("<table><tr><th>Room<th>Rent<tr><td>A<td>1</table>", "| Room | Rent |\n| --- | --- |\n| A | 1 |"),
    (
        "<table><tr><td><th>Rent<th>Term<tr><th>A<td>1<td>2</table>",
        "|  | Rent | Term |\n| --- | --- | --- |\n| A | 1 | 2 |",
    ),
    ("<table><thead><tr><td>Room<td>Rent</thead><tr><td>A<td>1</table>", "| Room | Rent |\n| --- | --- |\n| A | 1 |"),
    (
        "<table><tr><th rowspan=2>Plan<th colspan=2>Rent<tr><th>Summer<th>Winter<tr><td>A<td>1<td>2</table>",
        "| Plan | Rent Summer | Rent Winter |\n| --- | --- | --- |\n| A | 1 | 2 |",
    ),
]


@pytest.mark.parametrize(("body", "markdown"), BODIES)
def test_a_page_says_in_markdown_what_it_says(body: str, markdown: str) -> None:
    found = converted(body)
    assert markdown in found.markdown
    assert found.findings == ()
    assert found.page_map.pages[-1].char_to == len(found.markdown)


HIDDEN = [
    "<p hidden>secret</p>",
    "<p style='display: none'>secret</p>",
    "<div style='visibility:hidden'><p>secret</p></div>",
    "<span style='opacity:0'>secret</span>",
    "<span style='font-size:0'>secret</span>",
    "<p style='color:#FFF'>secret</p>",
    "<p><font color=white>secret</font></p>",
    "<style>.gone > b {display:none}</style><p class=gone><b>secret</b></p>",
    "<style>/* x */ #a, #b { visibility : hidden }</style><p id=b>secret</p>",
]


@pytest.mark.parametrize("body", HIDDEN)
def test_what_a_page_hides_is_left_out_and_told(body: str) -> None:
    found = converted(f"<p>Seen.</p>{body}")
    assert found.markdown.strip() == "Seen."
    [finding] = found.findings
    assert finding.code == "hidden_content"
    assert "the text “secret”" in finding.message


@pytest.mark.parametrize("body", HIDDEN)
def test_what_a_page_hides_is_kept_where_the_setting_says_so(body: str) -> None:
    found = converted(f"<p>Seen.</p>{body}", keep_hidden=True)
    assert "secret" in found.markdown
    assert [finding.numbers["kept"] for finding in found.findings] == [True]


@pytest.mark.parametrize(
    "body",
    [
        "<div style='background:#000'><p style='color:#fff'>seen</p></div>",
        "<style>body { background-image: url(x) }</style><p style='color:white'>seen</p>",
        "<link rel=stylesheet href=x.css><p style='color:white'>seen</p>",
        "<style>@media print { p { display: none } }</style><p>seen</p>",
        "<style>p { display: none }</style><p style='display:block'>seen</p>",
        "<p style='background-color:white'>seen</p>",
        "<p aria-hidden=true>seen</p>",
    ],
)
def test_what_is_seen_is_not_hidden(body: str) -> None:
    found = converted(body)
    assert "seen" in found.markdown
    assert found.findings == ()


def test_hidden_elements_without_text_are_not_told() -> None:
    assert converted("<p>Seen.</p><div hidden><script>x()</script><img src=x></div>").findings == ()
