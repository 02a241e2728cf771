"""Writes the PDF files of this folder: python3 make_pdfs.py

They are committed; the script says what is in them. Only the standard library is needed.
"""

import hashlib
import pathlib

FOLDER = pathlib.Path(__file__).parent
ID = bytes(range(16))
PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def rc4(key, data):
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


class Encryption:
    """The oldest standard security handler: RC4 with 40 bits."""

    def __init__(self, password):
        permissions = -44
        user = (password.encode() + PAD)[:32]
        self.owner = rc4(hashlib.md5(user).digest()[:5], user)
        self.key = hashlib.md5(
            user + self.owner + permissions.to_bytes(4, "little", signed=True) + ID
        ).digest()[:5]
        check = rc4(self.key, PAD)
        self.dictionary = (
            f"<< /Filter /Standard /V 1 /R 2 /O <{self.owner.hex()}> /U <{check.hex()}> "
            f"/P {permissions} >>"
        ).encode()

    def apply(self, number, data):
        key = hashlib.md5(self.key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
        return rc4(key, data)


def page_content(lines):
    escaped = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    shown = " ".join(f"({line}) Tj T*" for line in escaped)
    return f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode("cp1252")


def drawing():
    return b"0.5 g 72 72 400 600 re f"


def pdf(pages, encryption=None):
    """pages: content streams."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(len(pages))), len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, content in enumerate(pages):
        number = 5 + 2 * i
        data = encryption.apply(number, content) if encryption else content
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % number
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data))
    trailer = b"/Root 1 0 R /ID [<%s> <%s>]" % (ID.hex().encode(), ID.hex().encode())
    if encryption:
        objects.append(encryption.dictionary)
        trailer += b" /Encrypt %d 0 R" % len(objects)
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )
    return bytes(out)


FIRST = page_content(["The first page speaks of anchors.", "A word is hyphen-", "ated here."])
SECOND = page_content(["The second page speaks of blocks (and caf\u00e9s)."])

FILES = {
    "two_pages.pdf": pdf([FIRST, SECOND]),
    "partly_scanned.pdf": pdf([drawing(), FIRST, drawing(), drawing(), drawing(), SECOND]),
    "scanned.pdf": pdf([drawing(), drawing()]),
    "encrypted.pdf": pdf([FIRST], Encryption("secret")),
    "restricted.pdf": pdf([FIRST], Encryption("")),
}

for name, content in FILES.items():
    (FOLDER / name).write_bytes(content)
