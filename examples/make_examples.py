"""Make the binary examples from their texts in ``sources/``: the same bytes every time.

Run it as ``python examples/make_examples.py``; it needs reportlab and python-docx.
"""

from pathlib import Path

from example_docx import make_docx
from example_pdf import make_pdf

HERE = Path(__file__).parent

if __name__ == "__main__":
    make_pdf(HERE / "sources" / "homeowners-policy.md", HERE / "documents" / "homeowners-policy.pdf")
    make_docx(HERE / "sources" / "claims-handling-manual.md", HERE / "documents" / "claims-handling-manual.docx")
