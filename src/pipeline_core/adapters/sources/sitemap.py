"""Sitemaps (https://www.sitemaps.org/protocol.html) and their indexes, read without trust in who wrote them."""

import zlib
from dataclasses import dataclass

from lxml import etree

from pipeline_core.domain.errors import SourceRefusedError

MAX_BYTES = 50 << 20
"""Bytes that a sitemap may have once it is unpacked: the protocol's own limit."""
_MAX_ENTRIES = 50_000
_ROOTS = {"urlset": "url", "sitemapindex": "sitemap"}
_FIX = "Correct the sitemap, or name the addresses themselves."


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Addresses as they are written: of documents, or of further sitemaps."""

    is_index: bool
    addresses: tuple[str, ...]


def read_sitemap(data: bytes, where: str) -> Sitemap:
    """Read a sitemap, packed with gzip or not.

    Raises:
        SourceRefusedError: it is none, is damaged or cut off, or is larger than the protocol allows.
    """
    root = _root(_unpacked(data, where) if data.startswith(b"\x1f\x8b") else data, where)
    kind = etree.QName(root).localname
    if kind not in _ROOTS:
        raise SourceRefusedError(f"It is no sitemap: it begins with <{kind[:40]}>.", where=where, action=_FIX)
    entries = [one for one in root.iterchildren(etree.Element) if etree.QName(one).localname == _ROOTS[kind]]
    if len(entries) > _MAX_ENTRIES:
        raise SourceRefusedError(f"It names more than {_MAX_ENTRIES:,} addresses.", where=where, action=_FIX)
    return Sitemap(kind == "sitemapindex", tuple(filter(None, map(_address, entries))))


def _address(entry: etree._Element) -> str:
    found = (one.text or "" for one in entry.iterchildren(etree.Element) if etree.QName(one).localname == "loc")
    return next(found, "").strip()


def _root(data: bytes, where: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceRefusedError(f"It is no XML, or breaks off: {error}.", where=where, action=_FIX) from None
    if root.getroottree().docinfo.doctype:
        raise SourceRefusedError("It defines entities, which no sitemap needs.", where=where, action=_FIX)
    return root


def _unpacked(data: bytes, where: str) -> bytes:
    gunzip = zlib.decompressobj(31)
    try:
        unpacked = gunzip.decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise SourceRefusedError(f"It cannot be unpacked: {error}.", where=where, action=_FIX) from None
    if len(unpacked) > MAX_BYTES:
        raise SourceRefusedError(f"It has more than {MAX_BYTES:,} bytes.", where=where, action=_FIX)
    if not gunzip.eof:
        raise SourceRefusedError("It breaks off.", where=where, action=_FIX)
    return unpacked
