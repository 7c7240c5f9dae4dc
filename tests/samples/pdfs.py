"""PDF files made for tests."""

import io
from collections.abc import Callable, Sequence

import pikepdf
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Draw = Callable[[Canvas], None]


def pdf(*pages: Draw) -> bytes:
    """One page for each function that draws it."""
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=(595, 842), invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def text(heading: str, *lines: str) -> Draw:
    """A page with a heading in large letters and lines of text."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(60, 760, heading)
        canvas.setFont("Helvetica", 11)
        for index, line in enumerate(lines):
            canvas.drawString(60, 720 - 16 * index, line)

    return draw


def blank(_canvas: Canvas) -> None:
    """A page with nothing on it."""


def scan(canvas: Canvas) -> None:
    """A page that is one image, as a scanner makes it."""
    image = Image.new("L", (600, 800), "white")
    pen = ImageDraw.Draw(image)
    for line in range(40):
        pen.text((40, 20 + 19 * line), f"Scanned line {line} of the policy", fill="black")
    canvas.drawImage(ImageReader(image), 0, 0, 595, 842)


def photo(canvas: Canvas) -> None:
    """A page that is one image without any letters."""
    canvas.drawImage(ImageReader(Image.linear_gradient("L").resize((300, 400))), 0, 0, 595, 842)


def printed(*lines: str, left: int = 120, turn: int = 0, column: tuple[str, ...] = ()) -> Draw:
    """A page as a scanner makes it: lines of print in one column or two, ``turn`` degrees counterclockwise."""

    def draw(canvas: Canvas) -> None:
        image = Image.new("L", (1240, 1754), "white")
        pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=24)
        for x, texts in ((left, lines), (680, column)):
            for row, line in enumerate(texts):
                pen.text((x, 130 + 36 * row), line, fill="black", font=font)
        image = image.rotate(turn, expand=True)
        canvas.drawImage(ImageReader(image), 0, 0, 595, 595 * image.height / image.width)

    return draw


def stamped_scan(canvas: Canvas) -> None:
    """A scanned page with a page number as its only text."""
    scan(canvas)
    canvas.drawString(290, 30, "4711")


def encrypted(data: bytes, password: str) -> bytes:
    """The same file, asking for a password when it is opened."""
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(output, encryption=pikepdf.Encryption(user=password, owner=password))
    return output.getvalue()


def prose(count: int) -> Sequence[str]:
    """Lines that differ from each other."""
    return [f"Clause {n} covers loss number {n * 7} up to {n * 100} euros." for n in range(1, count + 1)]
