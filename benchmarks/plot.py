"""The results as an SVG plot, for light and dark pages: each one relative to its goal."""

from collections.abc import Sequence
from html import escape
from math import log2

from benchmarks.goals import Measured

WIDTH, LEFT, DOUBLING = 960, 420, 96
LEAST, LINES = 0.5, {1: "goal", 2: "2 ×", 4: "4 ×", 8: "8 ×"}
TOP, STEP, BAR = 64, 34, 16
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .small { font-size: 12px; fill: #59636e }
  .met { fill: #2a7f62 } .missed { fill: #c4432b }
  .spread { stroke: #1f2328; stroke-width: 1.5 } .goal, .more { stroke: #59636e; stroke-dasharray: 4 3 }
  .more { opacity: 0.4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 }
    .met { fill: #4fb38f } .missed { fill: #f0735c }
    .spread { stroke: #e6edf3 } .goal, .more { stroke: #9198a1 }
  }
"""


def plot(rows: Sequence[Measured]) -> str:
    """Return the SVG; a bar that ends before the dashed line has met its goal."""
    height = TOP + STEP * len(rows) + 8
    bars = "".join(_bar(row, TOP + STEP * number) for number, row in enumerate(rows))
    lines = "".join(_line(part, words, height) for part, words in LINES.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title">\n'
        f'<title id="title">How much of its goal each measurement takes</title>\n<style>{STYLE}</style>\n'
        f'<text x="{LEFT}" y="20">How much of its goal each measurement takes: shorter is better</text>\n'
        f'<text x="{LEFT}" y="40" class="small">Bar: the median. Line in it: least to most of the rounds.</text>\n'
        f"{lines}{bars}</svg>\n"
    )


def _line(part: float, words: str, height: int) -> str:
    x = _at(part)
    return (
        f'<text x="{x}" y="56" class="small" text-anchor="middle">{words}</text>\n'
        f'<line class="{"goal" if part == 1 else "more"}" x1="{x}" x2="{x}" y1="{TOP - 4}" y2="{height - 4}"/>\n'
    )


def _bar(row: Measured, y: int) -> str:
    middle, goal = y + STEP // 2, row.goal
    end, least, most = (_x(row, ratio) for ratio in (row.ratio, min(row.ratios), max(row.ratios)))
    said = f"{row.ratio:.2f}, {goal.words}"
    return (
        f'<text x="{LEFT - 10}" y="{middle + 5}" text-anchor="end">{escape(goal.what)}</text>\n'
        f'<rect class="{"met" if row.met else "missed"}" x="{LEFT}" y="{middle - BAR // 2}" '
        f'width="{end - LEFT:.1f}" height="{BAR}" rx="2"/>\n'
        f'<line class="spread" x1="{least:.1f}" x2="{most:.1f}" y1="{middle}" y2="{middle}"/>\n'
        f'<text x="{max(end, least, most, _at(1)) + 8:.1f}" y="{middle + 5}" class="small">{said}</text>\n'
    )


def _x(row: Measured, ratio: float) -> float:
    return _at(row.goal.limit / ratio if row.goal.at_least else ratio / row.goal.limit)


def _at(part: float) -> float:
    """Return the x coordinate of a multiple of the goal, on a logarithmic scale."""
    return LEFT + DOUBLING * log2(min(max(part, LEAST), max(LINES)) / LEAST)
