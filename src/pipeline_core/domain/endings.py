"""Endings of statements: one sign, whatever ended the item or cell that the statement was taken from."""

import re

_RUN = re.compile(r"(?:\s?[.;:,。；：，、．])+\s*\Z")
_STOPS = ".。．"
_IDEOGRAPHIC = frozenset("。；：，、．")


def with_one_end(said: str) -> str:
    """Without what parts it from the next item or cell, and of two stops one: ``Keys are kept；.`` ``Keys are kept..``

    Dots that leave something open stay, and so does a stop that is alone.
    """
    match = _RUN.search(said)
    if match is None:
        return said
    signs = match[0].replace(" ", "")
    if signs in _STOPS or signs.endswith("..."):
        return said
    stop = next((sign for sign in signs if sign in _STOPS), "")
    if stop and not _IDEOGRAPHIC.isdisjoint(signs):
        stop = "。"
    return said[: match.start()] + stop
