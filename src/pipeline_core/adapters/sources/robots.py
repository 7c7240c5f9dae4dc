"""robots.txt as RFC 9309 reads it: the groups of a crawler, the longest rule that matches, ``*`` and ``$``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

MAX_BYTES = 500 * 1024
"""No more of the file is read: RFC 9309 asks for as much."""
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]+)?")
_SAFE = "/?=&;:,+@!$'()*~-._%"


@dataclass(frozen=True, slots=True)
class Rule:
    is_allowed: bool
    pattern: str

    def matches(self, path: str) -> bool:
        """Compare without ever going back, whatever pattern a site thought of."""
        pattern, is_whole = self.pattern.removesuffix("$"), self.pattern.endswith("$")
        first, *rest = pattern.split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        for part in rest[:-1] if is_whole else rest:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if not is_whole:
            return True
        return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at if rest else at == len(path)


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host for one crawler; without any all is allowed.

    Args:
        delay_s: Seconds that are to pass between two requests.
    """

    rules: Sequence[Rule] = ()
    delay_s: float = 0.0

    def allow(self, path: str) -> bool:
        """Return whether the path, with its query, may be asked for."""
        found = [rule for rule in self.rules if rule.matches(_same_writing(path))]
        return not found or max(found, key=lambda rule: (len(rule.pattern), rule.is_allowed)).is_allowed


def read_robots(text: str, crawler: str) -> Robots:
    """Read the groups that name the crawler, or else those of ``*``; lines that say nothing are passed over."""
    groups: dict[str, list[tuple[str, str]]] = {}
    named: list[str] = []
    is_naming = False
    for field, value in _fields(text):
        if field == "user-agent":
            named = [*named, value.lower()] if is_naming else [value.lower()]
            is_naming = True
            groups.setdefault(value.lower(), [])
        elif field in ("allow", "disallow", "crawl-delay"):
            is_naming = False
            for name in named:
                groups[name].append((field, value))
    return _robots(groups.get(crawler.lower(), groups.get("*", [])))


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\ufeff").splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield field.strip().lower(), value.strip()


def _robots(said: Sequence[tuple[str, str]]) -> Robots:
    rules = [Rule(field == "allow", _same_writing(value)) for field, value in said if field != "crawl-delay" and value]
    delays = [float(value) for field, value in said if field == "crawl-delay" and _SECONDS.fullmatch(value)]
    return Robots(tuple(rules), max(delays, default=0.0))


def _same_writing(path: str) -> str:
    """Write each character one way, encoded or not, on both sides of the comparison."""
    return quote(unquote(path.replace("%2F", "%252F").replace("%2f", "%252F")), safe=_SAFE)
