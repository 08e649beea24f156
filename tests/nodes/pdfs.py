"""Small PDF files: what a printer of forms makes, in its shortest form."""

from __future__ import annotations


def pdf(*pages: str) -> bytes:
    """A PDF with one line on each page."""
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(pages)))
    font = "<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    parts = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>"]
    for number, line in enumerate(pages):
        drawn = f"BT /F 12 Tf 20 20 Td ({line}) Tj ET"
        parts.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources{font}/Contents {4 + 2 * number} 0 R>>")
        parts.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += f"{number} 0 obj{part}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}"
    return body + f"{head}trailer<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF".encode()
