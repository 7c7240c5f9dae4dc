"""robots.txt as RFC 9309 reads it."""

import time

import pytest

from pipeline_core.adapters.sources.robots import read_robots

RULES = """\
# for all
User-agent: *
Disallow: /private/
Disallow: /*.pdf$
Allow: /private/open/
Disallow: /caf%C3%A9/
Disallow: /search*q=
Disallow:
Nonsense

User-agent: other-bot
User-agent: Document-Pipeline-2
Disallow: /
"""


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("/", True),
        ("/private", True),
        ("/private/a", False),
        ("/private/open/a", True),
        ("/a.pdf", False),
        ("/a.pdf?x", True),
        ("/a.pdf.html", True),
        ("/caf%c3%a9/menu", False),
        ("/café/menu", False),
        ("/search?lang=en&q=flood", False),
        ("/search?lang=en", True),
    ],
)
def test_the_longest_rule_that_matches_decides(path: str, is_allowed: bool) -> None:
    assert read_robots(RULES, "document-pipeline").allow(path) is is_allowed


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("User-agent: document-pipeline\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: a\nUser-agent: DOCUMENT-PIPELINE\nDisallow: /a\nUser-agent: *\nAllow: /", False),
        ("User-agent: document-pipeline\nDisallow: /x\nUser-agent: document-pipeline\nDisallow: /a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", True),
        ("Disallow: /a", True),
        ("<html>no robots here</html>", True),
        ("", True),
    ],
)
def test_the_group_of_the_crawler_counts(text: str, is_allowed: bool) -> None:
    assert read_robots(text, "document-pipeline").allow("/a") is is_allowed


@pytest.mark.parametrize(("said", "delay"), [("2", 2.0), ("0.5", 0.5), ("²", 0.0), ("-1", 0.0), ("1e9", 0.0)])
def test_a_delay_is_a_number_of_seconds(said: str, delay: float) -> None:
    assert read_robots(f"User-agent: *\nCrawl-delay: {said}", "x").delay_s == delay


def test_no_pattern_takes_long() -> None:
    robots = read_robots("User-agent: *\nDisallow: /" + "*a" * 2000 + "*b$", "x")
    begun = time.monotonic()
    assert robots.allow("/" + "a" * 50_000)
    assert time.monotonic() - begun < 1
