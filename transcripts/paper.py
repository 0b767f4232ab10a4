"""The geometry of the two sheets, in CSS pixels (1/96 inch). Pure.

A row is one line with tab stops, not four table cells: a quarter of the boxes to lay out, and text
copied from the PDF comes in reading order. The renderer knows only equally spaced stops at whole
pixels, so every cell begins at a multiple of ``TAB``. ``static/transcripts/sheet.css`` places the
same columns.
"""

from dataclasses import dataclass

from transcripts.kinds import Paper

TAB = 28


@dataclass(frozen=True)
class Geometry:
    """One paper: where cells begin (in tab stops), the type size, lines in a column."""

    em: int
    stops: tuple[int, ...]
    end: int  # of the last cell, in pixels
    lines: int
    columns: int = 3

    def width(self, cell: int) -> float:
        """Pixels a cell's text may take, a gap before the next cell left free."""
        if cell == len(self.stops) - 1:
            return self.end - self.stops[-1] * TAB
        return (self.stops[cell + 1] - self.stops[cell]) * TAB - self.em / 2

    @property
    def line(self) -> float:
        """Pixels of a line that has no cells."""
        return float(self.end)


GEOMETRY = {
    Paper.A4: Geometry(em=10, stops=(0, 7, 9, 10), end=342, lines=38),
    Paper.A3: Geometry(em=11, stops=(0, 8, 11, 12, 14), end=506, lines=54),
}
