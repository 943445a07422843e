"""Draws terminal contents captured by tmux, with their colors, as one SVG: picture.py CAPTURE..."""

import html
import pathlib
import re
import sys

COLORS = {"31": "#e05252", "32": "#5faf5f", "33": "#d0a020"}
COLUMN, ROW, EDGE = 8.4, 18, 14


def spans(line):
    """Yields pieces of equal color as (column, text, color)."""
    column, color = 0, None
    for piece in re.split(r"(\033\[[0-9;]*m)", line):
        if piece.startswith("\033"):
            for code in piece[2:-1].split(";"):
                color = COLORS.get(code)
        elif piece:
            yield column, piece, color
            column += len(piece)


def panel(capture, top):
    """Yields the lines of one terminal from a height on, and the height where it ends."""
    lines = capture.read_text(encoding="utf-8").rstrip().split("\n")
    height = len(lines) * ROW + EDGE
    yield f'<rect x="4" y="{top}" width="100%" height="{height}" fill="#1d1f21"/>'
    for number, line in enumerate(lines):
        for column, text, color in spans(line.rstrip()):
            fill = f' fill="{color}"' if color else ""
            yield (f'<text x="{EDGE + column * COLUMN:.1f}" y="{top + (number + 1) * ROW}" '
                   f'textLength="{len(text) * COLUMN:.1f}"{fill} xml:space="preserve">{html.escape(text)}</text>')
    return top + height


def main():
    parts, top = [], 4
    for name in sys.argv[1:]:
        drawing = panel(pathlib.Path(name), top)
        while True:
            try:
                parts.append(next(drawing))
            except StopIteration as end:
                top = end.value + 8
                break
    width = round(100 * COLUMN + 2 * EDGE)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" '
          f'viewBox="0 0 {width} {top}" font-family="monospace" font-size="14" fill="#d0d0d0">')
    print(f'<title>mailhaul on a terminal</title>\n<rect width="{width}" height="{top}" fill="#ffffff"/>')
    print("\n".join(parts))
    print("</svg>")


main()
