"""Certificates of erasures as they are given back: their shape, and whether they say what is on record."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pipeline_core.domain.erasing import KEY_BYTES, KINDS, Key
from pipeline_core.domain.errors import RefusedError

_HEX = re.compile("[0-9a-f]{64}")
_LISTS = ("documents", "banks")
_SAME = ("format", "scope", "realm_id", "person_id", "reason", "asked_by", "asked_by_name")
_AGAIN = ("removed", "removed_before", "begun_at", "done_at", "not_searched")
"""What is another's in the certificate of an erasure that was carried out again, as a backup was put back."""


def read(given: object) -> Mapping[str, Any]:
    """Return a certificate, which may stand within what commands and the API answer.

    Raises:
        RefusedError: it is none; says what is missing.
    """
    if isinstance(given, Mapping) and isinstance(given.get("certificate"), Mapping):
        given = given["certificate"]
    if not isinstance(given, Mapping):
        raise _none_of("it is no JSON object")
    prints = given.get("fingerprints")
    if not isinstance(prints, Mapping):
        raise _none_of("`fingerprints` is no object")
    _check(_is_uuid(given.get("erasure_id")), "`erasure_id` is no id")
    for name in _LISTS:
        listed = given.get(name)
        _check(isinstance(listed, list) and all(map(_is_uuid, listed)), f"`{name}` is no list of ids")
    for kind in KINDS:
        listed = prints.get(kind)
        _check(isinstance(listed, list) and all(map(_is_print, listed)), f"`fingerprints.{kind}` is no list of them")
    _check(_is_print(prints.get("key")), f"`fingerprints.key` has not {KEY_BYTES} bytes in hex")
    return given


def _check(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise _none_of(otherwise)


def _none_of(why: str) -> RefusedError:
    return RefusedError(f"This is no certificate of an erasure: {why}.", action="Give the file as it was handed out.")


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _is_print(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def compare(given: Mapping[str, Any], on_record: Mapping[str, Any] | None) -> None:
    """Compare a certificate with the one that is on record.

    Raises:
        RefusedError: nothing is on record, or something else.
    """
    if on_record is None:
        raise RefusedError(
            f"This certificate is not of this installation: erasure {given['erasure_id']} is not on record.",
            action="Verify it where it was made.",
        )
    differing = _differing(given, on_record)
    if differing:
        raise RefusedError(
            f"This certificate of {given['erasure_id']} differs from what is on record: {', '.join(differing)}.",
            action="Give the file as it was handed out.",
        )


def _differing(given: Mapping[str, Any], on_record: Mapping[str, Any]) -> list[str]:
    ours, theirs = on_record["fingerprints"], given["fingerprints"]
    if "removed_before" not in on_record:
        names = sorted({*given, *on_record} - {"fingerprints"})
        prints = sorted({*ours, *theirs})
        return [name for name in names if given.get(name) != on_record.get(name)] + [
            f"fingerprints.{name}" for name in prints if ours.get(name) != theirs.get(name)
        ]
    # the one that was handed out first is in it whole, with what came to it
    differing = [name for name in _SAME if given.get(name) != on_record.get(name)]
    differing += [name for name in given if name not in (*_SAME, *_LISTS, *_AGAIN, "erasure_id", "fingerprints")]
    differing += [name for name in _LISTS if not {*given[name]} <= {*on_record[name]}]
    differing += [f"fingerprints.{kind}" for kind in KINDS if not {*theirs[kind]} <= {*ours[kind]}]
    return differing + (["fingerprints.key"] if ours["key"] != theirs["key"] else [])


def fingerprints(certificate: Mapping[str, Any]) -> tuple[Key, set[str]]:
    """Return the key of a certificate, and what was made with it."""
    prints = certificate["fingerprints"]
    return Key(bytes.fromhex(prints["key"])), {one for kind in KINDS for one in prints[kind]}
