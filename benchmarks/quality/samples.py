"""The project's own small samples: four texts beside this file, made into a PDF, a DOCX, a markdown and a scan."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent / "documents"
LABELS, QUESTIONS = HERE / "labels.jsonl", HERE / "questions.jsonl"
_SCAN = "scanned-notice"
_DPI = 200


class Made(NamedTuple):
    """Documents with their truths, and scans with theirs."""

    truths: list[tuple[Path, Path]]
    scans: list[Path]
    scan_texts: Path


def make(folder: Path) -> Made:
    """Write the documents into the folder."""
    folder = folder / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for stem, ending, write in (
        ("boat-hire", "pdf", _pdf),
        ("hausordnung-de", "docx", _docx),
        ("biblioteca-es", "md", str.encode),
    ):
        source = HERE / f"{stem}.md"
        file = folder / f"{stem}.{ending}"
        file.write_bytes(write(source.read_text("utf-8")))
        made.append((file, source))
    text = (HERE / f"{_SCAN}.txt").read_text("utf-8")
    scan, texts = folder / f"{_SCAN}.pdf", folder / "scans.json"
    scan.write_bytes(_scanned(text))
    texts.write_text(json.dumps({scan.name: text}), "utf-8")
    return Made(made, [scan], texts)


@dataclass(frozen=True, slots=True)
class _Block:
    """``kind`` is ``heading``, ``item``, ``table`` or ``text``; ``level`` is a heading's, ``rows`` are a table's."""

    kind: str
    text: str = ""
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)


def _blocks(markdown: str) -> Iterator[_Block]:
    for part in re.split(r"\n{2,}", markdown.strip()):
        lines = part.split("\n")
        if heading := re.match(r"(#+) (.*)", part):
            yield _Block("heading", heading[2], len(heading[1]))
        elif part.startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
            yield _Block("table", rows=[rows[0], *rows[2:]])
        elif part.startswith("- "):
            yield from (_Block("item", line.removeprefix("- ")) for line in lines)
        else:
            yield _Block("text", part)


def _pdf(markdown: str) -> bytes:
    from reportlab.lib import colors  # type: ignore[import-untyped]
    from reportlab.lib.styles import getSampleStyleSheet  # type: ignore[import-untyped]
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table  # type: ignore[import-untyped]

    styles = getSampleStyleSheet()
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("FONT", (0, 0), (-1, 0), "Helvetica-Bold")]
    story: list[Flowable] = []
    for block in _blocks(markdown):
        text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", block.text)
        if block.kind == "table":
            story += [Table(block.rows, style=grid), Spacer(1, 10)]
        elif block.kind == "item":
            story.append(Paragraph(text, styles["BodyText"], bulletText="•"))
        else:
            story.append(Paragraph(text, styles[f"Heading{block.level}"] if block.level else styles["BodyText"]))
    file = io.BytesIO()
    SimpleDocTemplate(file, invariant=1).build(story)
    return file.getvalue()


def _docx(markdown: str) -> bytes:
    import docx

    document: Any = docx.Document()
    for block in _blocks(markdown):
        if block.kind == "table":
            table = document.add_table(len(block.rows), len(block.rows[0]))
            for row, texts in zip(table.rows, block.rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        elif block.kind == "heading":
            document.add_heading(block.text, block.level)
        else:
            document.add_paragraph(block.text, "List Bullet" if block.kind == "item" else None)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _scanned(text: str) -> bytes:
    """A page that is one picture of the text, as a scanner makes it."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (int(8.27 * _DPI), int(11.69 * _DPI)), "white")
    font = ImageFont.load_default(size=_DPI // 6)
    ImageDraw.Draw(page).multiline_text((_DPI, _DPI), text, fill="black", font=font, spacing=_DPI // 12)
    file = io.BytesIO()
    page.save(file, "PDF", resolution=_DPI)
    return file.getvalue()
