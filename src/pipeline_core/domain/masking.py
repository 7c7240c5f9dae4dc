"""Passwords, keys and tokens in a text that somebody will read become stars: logins in URLs, and what is named so.

What is left is enough to find the part that is meant: scheme, host, path, and the names of parameters.
"""

import json
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

STARS = "***"

_NAME = (
    r"[\w.-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|signature|api[_-]?key|access[_-]?key|"
    r"private[_-]?key|role[_-]?key|account[_-]?key|auth[_-]?string|authorization)(?!s)[\w.-]*"
)
_IN_QUERY = rf"(?:{_NAME}|[\w.-]*(?:pass|sig|key|auth|login))"
_SCHEME = r"\b[a-zA-Z][\w+.-]*:/{1,2}(?!USER:PASSWORD@)"
"""With one slash, too: so a path has a URL."""
_ENDS = r"\s\"'<>`"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # the login of a URL: up to the last @ before its path
    (re.compile(rf"({_SCHEME})[^/?#{_ENDS}]*@"), rf"\1{STARS}@"),
    # a password that was not encoded may have what begins a path; a port is none
    (re.compile(rf"({_SCHEME})[^@/?#{_ENDS}]*:(?!\d{{1,5}}[/?#])[^{_ENDS}]*@"), rf"\1{STARS}@"),
    (re.compile(rf"([?&;#]{_IN_QUERY}=)[^&;#{_ENDS}]+", re.IGNORECASE), rf"\1{STARS}"),
    # `password=…` of a keyword DSN or an environment, in quotes or not
    (
        re.compile(
            rf"(?<![\w.?&;#-])({_NAME}\s*=\s*)(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^{_ENDS}]+)", re.IGNORECASE
        ),
        rf"\1{STARS}",
    ),
    # `"password": "…"` of JSON and of Python
    (re.compile(rf"([\"']{_NAME}[\"']\s*:\s*[\"'])(?:[^\"'\\]|\\.)+", re.IGNORECASE), rf"\1{STARS}"),
    (re.compile(r"\b([Bb]earer|Basic) (?=\S*[\d=])[\w.~+/=-]{8,}"), rf"\1 {STARS}"),
    # keys that say what they are (OpenAI, LlamaCloud, Prefect, Supabase, AWS), and JSON web tokens
    (re.compile(r"\b(?:sk-|llx-|pnu_|pnb_|sb_secret_)[\w-]{12,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), STARS),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), STARS),
)
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_LOGIN = re.compile(r"[a-zA-Z][\w+.-]*://(?:([^/?#\s]*)|([^@/?#\s]*:\S*))@")
_PAIR = re.compile(rf"(?:^|[?&;#\s])({_IN_QUERY})\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^&;#{_ENDS}]+))", re.IGNORECASE)
_LEAST_CHARS = 6
_LEAST_LETTERS = 12
"""A password of fewer that is one small word, such as ``postgres``, stands in what is no secret, too."""


class _Known:
    """The secrets of this process, wherever and in whatever form a library repeats them."""

    pattern: re.Pattern[str] | None = None


def know(environment: Mapping[str, str]) -> None:
    """From now on ``masked`` takes the secrets of these variables away wherever they stand, not only by their name."""
    known = {secret for name, value in environment.items() for secret in _secrets(name, value) if _is_telling(secret)}
    longest_first = sorted({written for secret in known for written in _writings(secret)}, key=len, reverse=True)
    _Known.pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def masked(text: str) -> str:
    """The text with stars for what is secret in it. Done twice it changes nothing more."""
    if _Known.pattern is not None:
        text = _Known.pattern.sub(STARS, text)
    for pattern, stars in _RULES:
        text = pattern.sub(stars, text)
    return text


def masked_all(value: Any) -> Any:
    """As ``masked``, of every text in dictionaries and lists."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, os.PathLike):
        return masked(str(value))
    if isinstance(value, Mapping):
        return {
            key: STARS if isinstance(one, str) and one and is_secret_name(str(key)) else masked_all(one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked_all(one) for one in value]
    return value


def is_secret_name(name: str) -> bool:
    """Returns whether a variable or a field of this name holds a secret."""
    return _SECRET_NAME.fullmatch(name) is not None and name not in ("PWD", "OLDPWD")


def _secrets(name: str, value: str) -> set[str]:
    found = {value.strip()} if is_secret_name(name) else set()
    for login in _LOGIN.finditer(value):
        _, _, password = (login[1] or login[2] or "").partition(":")
        found |= {password, unquote(password)}
    for _, quoted, plain in _PAIR.findall(value):
        found |= {quoted, plain, unquote_plus(plain)}
    return found


def _writings(secret: str) -> set[str]:
    """A secret as it is, and as URLs, JSON and Python write it, where that differs."""
    in_json = (json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False))
    return {secret, repr(secret)[1:-1], *in_json, quote(secret), quote(secret, safe=""), quote_plus(secret)}


def _is_telling(secret: str) -> bool:
    # the name of a file that holds a secret is none
    if len(secret) < _LEAST_CHARS or secret[0] in "/~":
        return False
    return len(secret) >= _LEAST_LETTERS or not (secret.isalpha() and secret.islower())
