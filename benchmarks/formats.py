"""The benchmarks' texts as PDF, DOCX, PPTX, XLSX and HTML files with headings, paragraphs, lists and rows."""

import io
from collections.abc import Callable
from html import escape
from pathlib import Path

import docx
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, ListFlowable, Paragraph, SimpleDocTemplate

from benchmarks.corpus import Writer
from tests.samples.office import pptx_file, xlsx_file

_SECTIONS = 8
_SENTENCES = 5
_BULLETS = 3


def pdf(writer: Writer) -> bytes:
    styles = getSampleStyleSheet()
    story: list[Flowable] = [Paragraph(writer.heading(60), styles["Title"])]
    for _ in range(_SECTIONS):
        story.append(Paragraph(writer.heading(50), styles["Heading2"]))
        story.append(Paragraph(" ".join(writer.sentence() for _ in range(_SENTENCES)), styles["BodyText"]))
        story.append(ListFlowable([Paragraph(writer.sentence(), styles["BodyText"]) for _ in range(_BULLETS)]))
    output = io.BytesIO()
    SimpleDocTemplate(output, invariant=True).build(story)
    return output.getvalue()


def docx_(writer: Writer) -> bytes:
    document = docx.Document()
    document.add_heading(writer.heading(60), 0)
    for _ in range(_SECTIONS):
        document.add_heading(writer.heading(50), 2)
        document.add_paragraph(" ".join(writer.sentence() for _ in range(_SENTENCES)))
        for _ in range(_BULLETS):
            document.add_paragraph(writer.sentence(), style="List Bullet")
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def html(writer: Writer) -> bytes:
    parts = [f"<h1>{escape(writer.heading(60))}</h1>"]
    for _ in range(_SECTIONS):
        sentences = " ".join(writer.sentence() for _ in range(_SENTENCES))
        items = "".join(f"<li>{escape(writer.sentence())}</li>" for _ in range(_BULLETS))
        parts.append(f"<h2>{escape(writer.heading(50))}</h2><p>{escape(sentences)}</p><ul>{items}</ul>")
    return f"<!doctype html><html lang=en><body>{''.join(parts)}</body></html>".encode()


def pptx(writer: Writer) -> bytes:
    return pptx_file(*((writer.heading(40), *(writer.sentence() for _ in range(4))) for _ in range(_SECTIONS)))


def xlsx(writer: Writer) -> bytes:
    rows = [[writer.heading(30), str(number), writer.sentence()] for number in range(30)]
    return xlsx_file(Sheet=[["Subject", "Number", "Remark"], *rows])


_SHARES: dict[str, tuple[Callable[[Writer], bytes], int]] = {
    "pdf": (pdf, 7),
    "docx": (docx_, 6),
    "html": (html, 3),
    "pptx": (pptx, 2),
    "xlsx": (xlsx, 2),
}
"""Of twenty documents."""


def write_formats(folder: Path, count: int, seed: int = 11) -> list[Path]:
    """Make ``count`` documents in all the formats; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(seed)
    turns = [kind for kind, (_, share) in _SHARES.items() for _ in range(share)]
    paths = []
    for number in range(count):
        kind = turns[number % len(turns)]
        path = folder / f"document-{number:05}.{kind}"
        path.write_bytes(_SHARES[kind][0](writer))
        paths.append(path)
    return paths
