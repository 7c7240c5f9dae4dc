"""HTML: decoded here, because xberg takes every page for UTF-8; then converted with the office formats."""

from dataclasses import replace

from pipeline_core.adapters.converters import office
from pipeline_core.adapters.converters.encodings import decode_page, encoding_findings
from pipeline_core.adapters.converters.hidden import hidden_content
from pipeline_core.adapters.converters.html_tree import finish, prepare
from pipeline_core.adapters.converters.nesting import deep_texts
from pipeline_core.adapters.converters.pages import whole
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import NoTextError, UnsupportedTypeError
from pipeline_core.domain.findings import Finding, Severity

_DEEPEST = office.HTML_DEPTH - 6  # the document itself, html, body and the like count as well
_DO = "Save the page in a simpler form (as text, or printed to PDF) and upload that."


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert an HTML page in whatever encoding. Raises as ``office.convert`` does, and

    UnsupportedTypeError: the bytes are not text.
    NoTextError: its text is nested too deep.
    """
    decoded = decode_page(source.data)
    if decoded is None:
        raise UnsupportedTypeError(f"{source.filename} is named as {source.kind.label} but is binary data.")
    page, hidden = prepare(decoded.text, keep_hidden=options.keep_hidden)
    is_deep = next(deep_texts(page, _DEEPEST), None) is not None
    try:
        converted = office.convert(replace(source, data=page.encode("utf-8")), options)
    except NoTextError:
        if not is_deep:
            raise
        raise NoTextError(
            f"The text of {source.filename} is nested more than {_DEEPEST} elements deep, and so cannot be read.",
            action=_DO,
        ) from None
    markdown = finish(converted.markdown)
    findings = [*encoding_findings(decoded), *converted.findings]
    if hidden:
        findings.append(hidden_content(hidden, kept=options.keep_hidden))
    if is_deep and (finding := _nested_too_deep(page, markdown)) is not None:
        findings.append(finding)
    return replace(converted, markdown=markdown, page_map=whole(markdown), findings=tuple(findings))


def _nested_too_deep(text: str, markdown: str) -> Finding | None:
    """Look in the result for text nested too deep: only what is missing there is reported."""
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
        f"{len(lost)} passages are nested more than {_DEEPEST} elements deep and are not in the result, "
        f"the first: “{lost[0][:160]}”. {_DO}",
        {"passages": len(lost), "depth": _DEEPEST},
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
