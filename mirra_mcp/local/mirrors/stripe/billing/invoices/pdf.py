"""Lines of text as a PDF: what invoices and credit notes are downloaded as."""

from collections.abc import Sequence


def pdf_of(lines: Sequence[str]) -> bytes:
    """Write lines of text as a PDF of one page."""
    shown = [each.encode("cp1252", "replace") for each in lines]
    marks = ((b"\\", b"\\\\"), (b"(", b"\\("), (b")", b"\\)"))
    text = b""
    for line in shown:
        for mark, safe in marks:
            line = line.replace(mark, safe)
        text += b"(%b) Tj T*\n" % line
    stream = b"BT /F1 12 Tf 18 TL 72 720 Td\n%bET" % text
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(body))
    )
