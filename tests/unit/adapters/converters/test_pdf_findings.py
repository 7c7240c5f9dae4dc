"""Findings about pages say what somebody can look for."""

from pipeline_core.adapters.converters.pdf_findings import words_lost


def test_words_that_cannot_be_shown_are_not_listed() -> None:
    assert "on the page: boiler. Compare" in words_lost(15, ["\u200b", "boiler", "\ue001"]).message
    assert (
        "on the page; they are signs that cannot be shown here. Compare" in words_lost(15, ["\u200b", "\ue001"]).message
    )
