"""The same as a picture: how much of its goal each row takes. An SVG by hand, for light and dark pages."""

from collections.abc import Sequence
from html import escape

from benchmarks.goals import Measured

WIDTH, LEFT, GOAL, RIGHT = 960, 420, 700, 860
TOP, STEP, BAR = 64, 34, 16
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .small { font-size: 12px; fill: #59636e }
  .met { fill: #2a7f62 } .missed { fill: #c4432b }
  .spread { stroke: #1f2328; stroke-width: 1.5 } .goal { stroke: #59636e; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 }
    .met { fill: #4fb38f } .missed { fill: #f0735c }
    .spread { stroke: #e6edf3 } .goal { stroke: #9198a1 }
  }
"""


def plot(rows: Sequence[Measured]) -> str:
    """Return the picture: a bar that ends before the dashed line has met its goal."""
    height = TOP + STEP * len(rows) + 8
    bars = "".join(_bar(row, TOP + STEP * number) for number, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title">\n'
        f'<title id="title">How much of its goal each measurement takes</title>\n<style>{STYLE}</style>\n'
        f'<text x="{LEFT}" y="20">How much of its goal each measurement takes: shorter is better</text>\n'
        f'<text x="{LEFT}" y="40" class="small">Bar: the median. Line in it: least to most of the rounds.</text>\n'
        f'<text x="{GOAL}" y="56" class="small" text-anchor="middle">goal</text>\n'
        f'<line class="goal" x1="{GOAL}" x2="{GOAL}" y1="{TOP - 4}" y2="{height - 4}"/>\n{bars}</svg>\n'
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
        f'<text x="{max(end, least, most, GOAL) + 8:.1f}" y="{middle + 5}" class="small">{said}</text>\n'
    )


def _x(row: Measured, ratio: float) -> float:
    """Return where a ratio is: at the goal's line if it is just met. What is far beyond ends at the right."""
    part = row.goal.limit / ratio if row.goal.at_least else ratio / row.goal.limit
    return min(LEFT + part * (GOAL - LEFT), RIGHT)
