r"""RTF (specification 1.9.1), rewritten so that xberg's markdown says what it shows.

Raised and lowered text, signs of symbol fonts and the marks of notes are written as plain characters; what a tracked
change deleted and (unless it is to be kept) hidden text goes.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline_core.adapters.converters.hidden import comments_left_out, hidden_content, named
from pipeline_core.adapters.converters.ooxml.completeness import Rewritten
from pipeline_core.adapters.converters.ooxml.pieces import Script, lowered, raised
from pipeline_core.adapters.converters.ooxml.symbols import from_symbol_font, is_symbol_font
from pipeline_core.domain.findings import Finding, Severity

_TOKEN = re.compile(
    rb"\\bin(?P<bin>\d+) ?|\\(?P<word>[a-zA-Z]+)(?P<number>-?\d+)? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z'])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}]+)|\\",
    re.DOTALL,
)
_FONT = re.compile(rb"\{\s*\\f(\d+)[^{};]*?\s([^\\{};]+);")
# Groups whose text is no text of the document.
_APART = frozenset(
    b"fonttbl colortbl stylesheet info pict header footer headerl headerr headerf footerl footerr footerf annotation "
    b"atnid atnauthor atndate atnref atrfstart atrfend listtable listoverridetable fldinst datafield objdata "
    b"themedata generator xmlnstbl rsidtbl pntext shpinst nonshppict".split()
)
_SCRIPTS = {
    **dict.fromkeys((b"super", b"up"), Script.RAISED),
    **dict.fromkeys((b"sub", b"dn"), Script.LOWERED),
    b"nosupersub": Script.NONE,
}


@dataclass(frozen=True, slots=True)
class _Look:
    script: Script = Script.NONE
    is_hidden: bool = False
    is_deleted: bool = False
    is_apart: bool = False
    is_note: bool = False
    font: str | None = None


@dataclass
class _Writer:
    """``_before`` is what was written last: an ordinal's raised ending stays with its number."""

    fonts: dict[int, str]
    keep_hidden: bool
    hidden: list[str] = field(default_factory=list)
    notes: int = 0
    changes: int = 0
    comments: int = 0
    _stack: list[_Look] = field(default_factory=list)
    _look: _Look = _Look()
    _fallback: int = 0
    _skip: int = 1
    _before: str = ""

    def write(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while match := _TOKEN.match(data, at):
            at = match.end()
            if match["bin"]:
                at += int(match["bin"])
                yield data[match.start() : at]
            elif match["brace"]:
                yield self._brace(data, match)
            elif match["word"]:
                yield self._word(match)
            elif match["hex"]:
                yield self._text(bytes([int(match["hex"], 16)]), match[0])
            elif match["text"]:
                yield self._text(match["text"], match[0])
            else:
                if match["sign"] == b"*":  # a destination that a reader may pass over
                    self._look = replace(self._look, is_apart=True)
                yield match[0]

    def _brace(self, data: bytes, match: re.Match[bytes]) -> bytes:
        self._fallback = 0
        if match[0] == b"}":
            self._look = self._stack.pop() if self._stack else _Look()
            return b"}"
        self._stack.append(self._look)
        if data.startswith(b"\\footnote", match.end()) and not self._look.is_apart:
            self.notes += 1
            return b"[^%d]{" % self.notes
        return b"{"

    def _word(self, match: re.Match[bytes]) -> bytes:
        word, number = match["word"], int(match["number"]) if match["number"] else None
        look, is_on = self._look, number != 0
        self._fallback = self._skip if word == b"u" else 0
        if word == b"uc":
            self._skip = max(0, number or 0)
        elif word in _SCRIPTS:
            self._look = replace(look, script=_SCRIPTS[word] if is_on else Script.NONE)
        elif word == b"v":
            self._look = replace(look, is_hidden=is_on)
            return b"" if self.keep_hidden else match[0]
        elif word == b"deleted":
            self._look = replace(look, is_deleted=is_on)
            self.changes += is_on
        elif word == b"plain":
            self._look = _Look(is_apart=look.is_apart, is_note=look.is_note)
        elif word == b"f" and number is not None:
            self._look = replace(look, font=self.fonts.get(number))
        elif word == b"footnote":
            self._look = replace(look, is_note=True)
        elif word in _APART:
            self.comments += word == b"annotation"
            self._look = replace(look, is_apart=True)
        return match[0]

    def _text(self, text: bytes, written: bytes) -> bytes:
        look = self._look
        passed = text[: self._fallback]
        self._fallback -= len(passed)
        if look.is_apart or passed == text:
            return written
        rest = text[len(passed) :].decode("cp1252", "replace")
        if look.is_hidden and rest.strip():
            self.hidden.append(rest)
        if look.is_deleted:
            return passed
        changed = from_symbol_font(rest, look.font) if is_symbol_font(look.font) else rest
        if look.script is not Script.NONE and (core := changed.strip()):
            small = raised(core, self._before) if look.script is Script.RAISED else lowered(core)
            changed = changed.replace(core, "" if look.is_note and core.isdigit() else small, 1)
        self._before = changed[-1:] or self._before
        return written if changed == rest else passed + _encoded(changed)


def rewrite_rtf(data: bytes, _: str, *, keep_hidden: bool) -> Rewritten:
    """The file as RTF again, and what was left out of it. Never raises: what it does not know stays as it is."""
    fonts = {int(number): name.decode("latin-1").strip() for number, name in _FONT.findall(data[: 1 << 20])}
    writer = _Writer(fonts, keep_hidden)
    rewritten = b"".join(writer.write(data))
    return Rewritten(rewritten, tuple(_findings(writer)))


def _findings(writer: _Writer) -> Iterator[Finding]:
    if parts := named("".join(writer.hidden)):
        yield hidden_content(parts, kept=writer.keep_hidden)
    if writer.comments:
        yield comments_left_out(writer.comments)
    if writer.changes:
        yield Finding(
            "tracked_changes",
            Severity.INFO,
            "The document has tracked changes; it was read as if all were accepted.",
            {"changes": writer.changes},
        )


def _encoded(text: str) -> bytes:
    """The text in RTF: ``\\uN?`` for what is not ASCII, UTF-16 units as signed numbers."""
    written = []
    for char in text:
        if char in "\\{}":
            written.append(f"\\{char}")
        elif char.isascii():
            written.append(char)
        else:
            units = struct.iter_unpack("<h", char.encode("utf-16-le"))
            written.append("".join(f"\\uc1\\u{number}?" for (number,) in units))
    return "".join(written).encode("ascii")
