"""Whether two pictures are one, where their hashes cannot tell.

Screenshots of one page share a layout, and with it the perceptual hash, whatever marks they
show. Looked at field by field they differ where a mark does, while the same picture saved again
or smaller differs nowhere by more than a shade.
"""

from typing import IO

from PIL import Image

SIDE = 64  # fields to a side; a line of a screenshot is one field high
SHADE = 6  # of 255, by which a field may differ after another compression


def same_picture(one: IO[bytes], other: IO[bytes]) -> bool:
    """Compare two stored pictures; both were drawn by ``images.clean`` and can be trusted."""
    pairs = zip(_fields(one), _fields(other), strict=True)
    return max(abs(left - right) for left, right in pairs) <= SHADE


def _fields(file: IO[bytes]) -> bytes:
    with Image.open(file, formats=("JPEG", "PNG")) as image:
        image.draft("L", (2 * SIDE, 2 * SIDE))  # a JPEG is read at a fraction of its size
        return image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
