"""Sources in words."""

import pytest

from pipeline_core.domain.source_plans import WORDS, kind_of, plan_in_words
from pipeline_core.domain.sources import Change, SourceKind


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("/srv/docs", SourceKind.FOLDER),
        ("docs", SourceKind.FOLDER),
        ("file:///srv/docs", SourceKind.FOLDER),
        ("S3://bucket", SourceKind.S3),
        (" https://a.example/ https://b.example/", SourceKind.WEB),
        ("sitemap:https://a.example/map", SourceKind.WEB),
    ],
)
def test_an_address_looks_like_its_kind(uri: str, kind: SourceKind) -> None:
    assert kind_of(uri) is kind


def test_a_plan_is_told_in_one_order() -> None:
    assert set(WORDS) == set(Change)
    assert plan_in_words({"unchanged": 1_200, "vanished": 1, "new": 2}) == "2 new, 1 vanished, 1,200 unchanged"
    assert plan_in_words({"vanished": 46}, is_waiting=True) == "46 missing"
    assert plan_in_words({}) == "no files"
