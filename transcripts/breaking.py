"""Breaking text into lines of a known width, and setting cells with tabs. Pure.

``advance`` gives the width of one character in em; the renderer's own font answers it.
"""

from collections.abc import Callable, Sequence

from transcripts.paper import TAB, Geometry

Advance = Callable[[str], float]
# Must not begin a line.
_CLINGS = frozenset("，。、；：？！）》〉”’·—,.;:!?)")
_LEAST = 3.0  # pixels of a tab
BLANK = "\u3000"  # as wide as a Chinese character


def width(text: str, em: float, advance: Advance) -> float:
    """Pixels ``text`` takes at a type size of ``em`` pixels."""
    return em * sum(map(advance, text))


def broken(text: str, limit: float, em: float, advance: Advance) -> tuple[str, ...]:
    """``text`` in lines of at most ``limit`` pixels, between words where there are any."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), em, advance) > limit:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        while (
            width(line.rstrip(), em, advance) > limit and len(line) > 1
        ):  # a word longer than the cell
            fits = _fitting(line, limit, em, advance)
            lines.append(line[:fits])
            line = line[fits:]
    return (*lines, line.rstrip()) if line.strip() or not lines else tuple(lines)


def _fitting(line: str, limit: float, em: float, advance: Advance) -> int:
    number = 1
    while number < len(line) and width(line[: number + 1], em, advance) <= limit:
        number += 1
    return number


def _pieces(text: str) -> list[str]:
    """Words with the blanks behind them; every Chinese character is a word of its own."""
    pieces: list[str] = []
    for character in text:
        joins = pieces and (
            character in _CLINGS
            or character == " "
            or (_is_latin(character) and _is_latin(pieces[-1][-1]))
        )
        if joins:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _is_latin(character: str) -> bool:
    return character < "\u2000" and character != " "


def tabbed(cells: Sequence[str], paper: Geometry, advance: Advance) -> str:
    """One line of text: each cell is filled with wide blanks, and one tab carries to the stop.

    The renderer draws a tab 2.4 % too wide (it divides by 1,000 what counts 1,024 to the pixel),
    so the tab only bridges what is less than a character.
    """
    last = max((number for number, cell in enumerate(cells) if cell), default=0)
    line = ""
    for number, cell in enumerate(cells[:last]):
        ends = paper.stops[number] * TAB + width(cell, paper.em, advance)
        blanks = int((paper.stops[number + 1] * TAB - ends - _LEAST) // paper.em)
        line += cell + BLANK * blanks + "\t"
    return line + cells[last]
