"""Sources on the web and in S3, kept in step by real requests to real servers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import SourceRefusedError, SourceUnavailableError
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.sources import RunOutcome, SourceKind
from tests.support.folders import sync
from tests.support.published import text_of, who_says
from tests.support.rclone import ACCESS_KEY, SECRET_KEY, serve_s3
from tests.support.websites import Page, Site, website

ALPHA = "The alpha office opens at 8 in the morning on Mondays."
BETA = "The beta boiler must be serviced every 12 months by an engineer."
GAMMA = "The gamma lift carries at most 12 people at a time."


@pytest.fixture
def app(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={"sources_allow_private": True})


@pytest.fixture
def site() -> Iterator[Site]:
    with website() as site:
        yield site


def page(title: str, *said: str) -> Page:
    return Page(text_of(title, *said).encode(), headers={"Content-Type": "text/markdown; charset=utf-8"})


def add(app: Pipeline, kind: SourceKind, uri: str) -> SourceRow:
    return app.sources.add(app.realm_id, kind, "place", uri, grace=timedelta(0))


def test_a_website_is_kept_in_step(app: Pipeline, site: Site) -> None:
    site.pages |= {"/alpha": page("A", ALPHA), "/docs/beta.md": page("B", BETA)}
    source = add(app, SourceKind.WEB, f"{site.url}/sitemap.xml")
    assert sync(app, source).plan == {"new": 2}
    assert (who_says(app, ALPHA), who_says(app, BETA)) == (["alpha.md"], ["beta.md"])

    site.asked.clear()
    assert sync(app, source).plan == {"unchanged": 2}
    # each was asked for once, and answered without its bytes
    assert (site.count("/alpha"), site.count("/docs/beta.md")) == (1, 1)

    site.pages["/alpha"] = page("A", GAMMA)
    assert sync(app, source).plan == {"changed": 1, "unchanged": 1}
    assert (who_says(app, ALPHA), who_says(app, GAMMA)) == ([], ["alpha.md"])

    # what fails or is refused has not vanished, nor has what a broken sitemap lacks
    site.pages["/docs/beta.md"] = Page(status=503)
    assert sync(app, source).plan == {"unchanged": 1, "unseen": 1}
    whole = site.sitemap(f"{site.url}/alpha")
    site.pages["/sitemap.xml"] = Page(whole[:-20])
    with pytest.raises(SourceRefusedError):
        sync(app, source)
    site.pages["/robots.txt"] = Page(status=500)
    with pytest.raises(SourceUnavailableError):
        sync(app, source)
    assert who_says(app, BETA) == ["beta.md"]

    del site.pages["/robots.txt"]
    site.pages["/sitemap.xml"] = Page(site.sitemap(f"{site.url}/alpha", f"{site.url}/docs/beta.md", f"{site.url}/none"))
    site.pages["/docs/beta.md"] = Page(status=410)
    gone = sync(app, source)
    assert gone.plan == {"vanished": 1, "unchanged": 1, "unseen": 1}
    assert (who_says(app, BETA), who_says(app, GAMMA)) == ([], ["alpha.md"])


def test_an_s3_prefix_is_kept_in_step(app: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    with serve_s3(tmp_path) as server:
        bucket = server.make_bucket("place")

        def put(key: str, *said: str) -> None:
            server.client.put_object(Bucket=bucket, Key=key, Body=text_of(key, *said).encode())

        put("team/a.md", ALPHA)
        put("team/below/b.md", BETA)
        put("team-2/c.md", GAMMA)
        source = add(app, SourceKind.S3, f"s3://{bucket}/team?endpoint={server.endpoint_url}")
        assert sync(app, source).plan == {"new": 2}
        assert sync(app, source).plan == {"unchanged": 2}
        put("team/a.md", GAMMA)
        assert sync(app, source).plan == {"changed": 1, "unchanged": 1}
        assert (who_says(app, ALPHA), who_says(app, GAMMA)) == ([], ["a.md"])
        server.client.copy_object(Bucket=bucket, Key="team/moved.md", CopySource=f"{bucket}/team/below/b.md")
        server.client.delete_object(Bucket=bucket, Key="team/below/b.md")
        assert sync(app, source).plan == {"moved": 1, "unchanged": 1}
        assert who_says(app, BETA) == ["moved.md"]
        server.client.delete_object(Bucket=bucket, Key="team/moved.md")
        assert sync(app, source).plan == {"vanished": 1, "unchanged": 1}
        assert who_says(app, BETA) == []
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(SourceUnavailableError):
        sync(app, source)
    assert who_says(app, GAMMA) == ["a.md"]
    [run, *_] = app.sources.runs(app.realm_id, "place")
    assert run.outcome is RunOutcome.FAILED
