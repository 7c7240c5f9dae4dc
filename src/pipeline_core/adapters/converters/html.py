"""HTML: decoded here, because xberg takes every page for UTF-8; then converted with the office formats."""

import re
from dataclasses import replace

from pipeline_core.adapters.converters import office
from pipeline_core.adapters.converters.hidden import hidden_content
from pipeline_core.adapters.converters.html_tree import Prepared, finish, prepare
from pipeline_core.adapters.converters.nesting import deep_texts
from pipeline_core.adapters.converters.pages import whole
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import NoTextError, UnsupportedTypeError
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.text_encoding import decode_text

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_LOOKED_AT = 2048
_DEEPEST = office.HTML_DEPTH - 6  # the document itself, html, body and the like count as well
_BOTTOMLESS = 5_000
_DO = "Save the page in a simpler form (as text, or printed to PDF) and upload that."


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert an HTML page in whatever encoding. Raises as ``office.convert`` does, and

    UnsupportedTypeError: the bytes are not text.
    NoTextError: its text is nested too deep.
    """
    text = _decode(source.data)
    if text is None:
        raise UnsupportedTypeError(f"{source.filename} is called {source.kind.label} but is binary data.")
    is_deep = next(deep_texts(text, _DEEPEST), None) is not None
    # a page so deep is refused, or has a critical finding: the tree would take minutes to walk
    is_bottomless = is_deep and next(deep_texts(text, _BOTTOMLESS), None) is not None
    page = Prepared(text, ()) if is_bottomless else prepare(text, keep_hidden=options.keep_hidden)
    try:
        converted = office.convert(replace(source, data=page.html.encode("utf-8")), options)
    except NoTextError:
        if not is_deep:
            raise
        raise NoTextError(
            f"The text of {source.filename} is nested more than {_DEEPEST} elements deep, and so cannot be read.",
            action=_DO,
        ) from None
    markdown = finish(converted.markdown)
    findings = list(converted.findings)
    if page.hidden:
        findings.append(hidden_content(page.hidden, kept=options.keep_hidden))
    if is_deep and (finding := _nested_too_deep(page.html, markdown)) is not None:
        findings.append(finding)
    return replace(converted, markdown=markdown, page_map=whole(markdown), findings=tuple(findings))


def _nested_too_deep(text: str, markdown: str) -> Finding | None:
    """What stands too deep is looked for in the result: only what is not there is reported."""
    deep = list(deep_texts(text, _DEEPEST))
    if not deep:
        return None
    said = _letters(markdown)
    lost = [passage for passage in deep if _letters(passage) not in said]
    if not lost:
        return None
    return Finding(
        "nested_too_deep",
        Severity.CRITICAL,
        "document",
        f"{len(lost)} passages are nested more than {_DEEPEST} elements deep and are not in the result, "
        f"the first: “{lost[0][:160]}”. {_DO}",
        {"passages": len(lost), "depth": _DEEPEST},
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _decode(data: bytes) -> str | None:
    """UTF-8 if it is that, whatever it declares; then what it declares; then the guess for any text."""
    declared = _DECLARED.search(data, 0, _LOOKED_AT)
    candidates = ["utf-8", declared[1].decode("ascii")] if declared else []
    for encoding in candidates:
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return decode_text(data)
