"""What is packed in a text, such as user data: base64 and gzip, in each other, opened."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL
)
LONG_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
DEPTH = 3
UNPACKED_BYTES = 4 * 1024 * 1024


def unpacked(content: str, place: str, depth: int = DEPTH) -> Iterator[tuple[str, str]]:
    """Yield the text with escaped line ends opened, then what is packed in it, each with its place.

    Private keys are left alone: they are base64, and nobody packs a script in one.
    """
    content = content.replace("\\n", "\n")
    yield content, place
    if depth == 0:
        return
    joined = KEY_BLOCK.sub("", re.sub(r"(?<=[A-Za-z0-9+/]{60})\n[ \t]*", "", content))
    for match in LONG_BASE64.finditer(joined):
        try:
            packed = base64.b64decode(match[0], validate=True)
            if packed.startswith(b"\x1f\x8b"):
                packed = zlib.decompressobj(wbits=31).decompress(packed, UNPACKED_BYTES)
            yield from unpacked(
                packed.decode(), f"{place} (packed)" if depth == DEPTH else place, depth - 1
            )
        except (binascii.Error, ValueError, zlib.error):
            continue
