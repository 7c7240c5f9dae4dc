"""Sitemaps, read without trust."""

import gzip
import time
import zlib

import pytest

from pipeline_core.adapters.sources.sitemap import MAX_BYTES, read_sitemap
from pipeline_core.domain.errors import SourceRefusedError

MAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:i="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://a.example/one?x=1&amp;y=2 </loc><i:image><i:loc>https://a.example/i.png</i:loc></i:image></url>
<url><lastmod>2026-01-01</lastmod></url><url><loc/></url>
</urlset>"""
INDEX = b"<sitemapindex><sitemap><loc>https://a.example/s.xml</loc></sitemap></sitemapindex>"
ENTITIES = b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>&x;</loc></url></urlset>"
LAUGHS = (
    b"<!DOCTYPE a [<!ENTITY l0 'ha'>"
    + b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]><urlset a='&l11;'><url><loc>&l11;</loc></url></urlset>"
)


@pytest.mark.parametrize("data", [MAP, gzip.compress(MAP)], ids=["plain", "gzip"])
def test_addresses_of_documents(data: bytes) -> None:
    found = read_sitemap(data, "s")
    assert (found.is_index, found.addresses) == (False, ("https://a.example/one?x=1&y=2",))


def test_addresses_of_further_sitemaps() -> None:
    found = read_sitemap(INDEX, "s")
    assert (found.is_index, found.addresses) == (True, ("https://a.example/s.xml",))


def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * (1 << 20)) for _ in range((MAX_BYTES >> 20) + 2)) + packer.flush()


WRONG = {
    "nothing": b"",
    "cut off": MAP[:300],
    "cut off and packed": gzip.compress(MAP)[:-20],
    "packed badly": b"\x1f\x8b" + b"x" * 50,
    "a page": b"<html><body>Sign in</body></html>",
    "an entity from outside": ENTITIES,
    "entities without end": LAUGHS,
    "entities in another encoding": LAUGHS.decode().encode("utf-16"),
    "no end when unpacked": _bomb(),
    "too many": b"<urlset>" + b"<url><loc>https://a.example/</loc></url>" * 50_001 + b"</urlset>",
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_sitemap_is_refused_soon(kind: str) -> None:
    begun = time.monotonic()
    with pytest.raises(SourceRefusedError):
        read_sitemap(WRONG[kind], "s")
    assert time.monotonic() - begun < 5
