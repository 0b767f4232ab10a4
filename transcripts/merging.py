"""Many finished sheets in one file for the printer.

As a program it takes the target and who prints it as its arguments and the sources, a line each,
as input: in a process of its own, so that a worker gives back what merging takes.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pikepdf

# What proves a sheet or reads it aloud stays with the student's own file: the field of the
# signature, and the way into the tree of tags.
OWN = ("/Annots", "/StructParents")
BASE = Path(__file__).parents[1]
EM = 1000  # the width of a glyph that names none (ISO 32000-1, 9.7.4.3)


def merge_apart(sources: Sequence[Path], target: Path, mark: str = "") -> None:
    """``merge`` in a process of its own; raises ``CalledProcessError`` when it fails."""
    command = [sys.executable, "-m", "transcripts.merging", str(target), mark]
    names = "\n".join(map(str, sources))
    subprocess.run(command, input=names, text=True, check=True, cwd=BASE)  # noqa: S603 -- ourselves


def merge(sources: Iterable[Path], target: Path, mark: str) -> None:
    """Write all pages of ``sources``, in their order, to ``target``.

    ``mark``, who made it and when, stands in the file's properties: the sheets are documents and
    bear nothing but what was issued.
    Holds 0.1 MB a source: each is closed as soon as it is read.
    """
    with pikepdf.new() as merged:
        for source in sources:
            with pikepdf.open(source) as document:
                for page in document.pages:
                    _lean(page)
                merged.pages.extend(document.pages)
        if mark:
            merged.docinfo["/Author"] = pikepdf.String(mark)
        merged.save(target)


def _lean(page: pikepdf.Page) -> None:
    """Widths are half of what a page takes in memory, and most Chinese glyphs are one em wide."""
    for name in OWN:
        if name in page:
            del page[name]
    for font in page.resources["/Font"].values():
        for glyphs in font["/DescendantFonts"]:
            glyphs["/W"] = pikepdf.Array(_uncommon(list(glyphs["/W"])))


def _uncommon(widths: list[pikepdf.Object]) -> Iterator[object]:
    """``first [width width …] …`` without the widths of one em."""
    for first, run in zip(widths[::2], widths[1::2], strict=True):
        for at, width in enumerate(run, int(first)):
            if width != EM:
                yield from (at, [width])


if __name__ == "__main__":
    merge(map(Path, sys.stdin.read().splitlines()), Path(sys.argv[1]), sys.argv[2])
