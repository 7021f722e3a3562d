"""A table file as text; everything that is no text file gets one clear line."""

from pathlib import Path

from galaxycat.errors import BadInput

HEAD_BYTES = 16_384
# What people give by mistake, told by its first bytes.
SIGNATURES = {
    b"SIMPLE  =": "a FITS file, not a text table; ingest images, and save a FITS table as ECSV or CSV",
    b"\x1f\x8b": "gzip-compressed; unpack it first",
    b"PK\x03\x04": "a zip archive or a spreadsheet; save the sheet as CSV",
    b"BZh": "bzip2-compressed; unpack it first",
}


def read_head(path: Path) -> bytes:
    """The first bytes of a file that is there, is a file, has content and holds text. Raises BadInput otherwise."""
    if path.is_dir():
        raise BadInput(f"{path.name}: is a folder; give a catalogue file")
    if path.exists() and not path.is_file():
        raise BadInput(f"{path.name}: is a device or a pipe; give a catalogue file")
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except FileNotFoundError:
        raise BadInput(f"{path.name}: no such file (looked in {path.parent})") from None
    except OSError as error:
        raise BadInput(f"{path.name}: cannot be read ({error.strerror or error}); check its permissions") from error
    _check_text(path, head)
    return head


def _check_text(path: Path, head: bytes) -> None:
    if not head.strip():
        raise BadInput(f"{path.name}: is empty; give a catalogue with at least one source")
    for signature, what in SIGNATURES.items():
        if head.startswith(signature):
            raise BadInput(f"{path.name}: is {what}")
    if b"\0" in head:
        raise BadInput(f"{path.name}: is a binary file, not a text table (a text in UTF-16? save it as UTF-8)")


def read_text(path: Path) -> str:
    """The whole file as text, without a byte-order mark. Raises BadInput with the line that is not UTF-8."""
    read_head(path)
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = data[error.start]
        raise BadInput(f"{path.name}: line {line} is not UTF-8 (byte 0x{found:02x}); save the file as UTF-8") from error
