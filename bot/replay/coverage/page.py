"""Coverage as one static HTML page: the figures, the flow as a graph with what was met coloured, and what is missing."""

from __future__ import annotations

from collections import Counter
from html import escape

from bot.check.graph import edges
from bot.core.conversation.session import ADVICE, EMERGENCY, EXIT, REVIEW, START

from .coverage import Coverage, percent

_STEP, _LEFT, _RADIUS = 26, 330, 6
MARKS = {"met": "\u2713", "failing": "!", "unmet": "\u2717"}
"""Behind a name, so that nobody needs to tell the colours apart."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2733; }
table { border-collapse: collapse; margin: 1rem 0; } td, th { padding: .2rem .8rem; text-align: right; }
td:first-child, th:first-child { text-align: left; } tr:nth-child(even) { background: #f2f5f8; }
.met { fill: #1f8a5b; } .failing { fill: #d08a00; } .unmet { fill: #c53b3b; }
path { fill: none; opacity: .5; } path.met { fill: none; stroke: #1f8a5b; }
path.failing { fill: none; stroke: #d08a00; stroke-dasharray: 2 3; }
path.unmet { fill: none; stroke: #c53b3b; stroke-dasharray: 8 5; }
text { font-size: 13px; fill: currentColor; }
li code { color: #5a6b7b; } .whole { color: #1f8a5b; } .gap { color: #c53b3b; }
@media (prefers-color-scheme: dark) { body { background: #12181f; color: #dfe6ee; } tr:nth-child(even) { background: #1b242e; } }
"""


def page(found: Coverage) -> str:
    """The page as text."""
    flow = found.flow
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(flow.name)}: what the scripts meet</title><style>{_STYLE}</style></head><body>
<h1>{escape(flow.name)}</h1>
<p>Version {escape(flow.version)}. {found.scripts[True]} passing scripts, {found.scripts[False]} failing.</p>
{_figures(found)}
<h2>The interview</h2>
<p>Every screen in its order; a curve for each way between two screens, the wider the more often; ways back bow out further.
Green, \u2713, a full line: met by a passing script. Amber, !, dots: by failing ones only. Red, \u2717, dashes: by none.</p>
{_graph(found)}
<h2>What no passing script meets</h2>
{_missing(found)}
</body></html>
"""


def _figures(found: Coverage) -> str:
    rows = []
    for kind in found.kinds():
        met, only, total = found.figures(kind)
        style = "whole" if met == total else "gap"
        rows.append(
            f"<tr><td>{kind}</td><td>{met}</td><td>{only}</td><td>{total}</td>"
            f'<td class="{style}">{percent(met, total)} %</td></tr>'
        )
    head = "<tr><th></th><th>met</th><th>only in failing scripts</th><th>of</th><th></th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _graph(found: Coverage) -> str:
    names = [START, *found.flow.questions, EXIT, REVIEW, ADVICE, EMERGENCY]
    at = {name: 20 + i * _STEP for i, name in enumerate(names)}
    ways = {passed: _ways(found, passed, at) for passed in (True, False)}
    listed = dict.fromkeys((s, t) for s, t, _ in edges(found.flow) if s in at and t in at)
    arcs: list[str] = []
    visited: dict[str, str] = {}
    for source, target in sorted({*ways[True], *ways[False], *listed}, key=lambda way: (at[way[0]], at[way[1]])):
        way = (source, target)
        style = "met" if way in ways[True] else "failing" if way in ways[False] else "unmet"
        arcs.append(_arc(at[source], at[target], ways[True][way] or ways[False][way], style))
        if style != "unmet":
            visited |= {name: style for name in way if visited.get(name) != "met"}
    nodes = [_node(found, name, y, visited) for name, y in at.items()]
    height = 40 + len(names) * _STEP
    return f'<svg width="760" height="{height}" role="img" aria-label="flow">{"".join(arcs)}{"".join(nodes)}</svg>'


def _ways(found: Coverage, passed: bool, at: dict[str, int]) -> Counter[tuple[str, str]]:
    """How often scripts that passed, or failed, went from one screen of the graph to another."""
    walked: Counter[tuple[str, str]] = Counter()
    for (source, target), count in found.steps[passed].items():
        way = (source.partition("/")[0], target.partition("/")[0])
        if way[0] != way[1] and way[0] in at and way[1] in at:
            walked[way] += count
    return walked


def _arc(start: int, end: int, count: int, style: str) -> str:
    far = abs(end - start)
    reach = _LEFT + 14 + min(380, far * 0.75)
    width = min(7.0, 0.8 + count**0.4 / 3)
    title = f"<title>{count} times</title>"
    if end < start:
        reach = _LEFT + 14 + min(380, 40 + far * 0.75)
    return (
        f'<path class="{style}" d="M {_LEFT + 8} {start} C {reach:.0f} {start} {reach:.0f} {end} {_LEFT + 8} {end}" '
        f'stroke-width="{width:.1f}">{title}</path>'
    )


def _node(found: Coverage, name: str, y: int, visited: dict[str, str]) -> str:
    key = ("questions", name)
    if name in found.flow.questions:
        style = "met" if key in found.passing else "failing" if key in found.failing else "unmet"
    else:
        style = visited.get(name, "unmet")
    label = escape(name if name in found.flow.questions else name.lower())
    return (
        f'<circle class="{style}" cx="{_LEFT}" cy="{y}" r="{_RADIUS}"/>'
        f'<text x="{_LEFT - 14}" y="{y + 4}" text-anchor="end">{label} {MARKS[style]}</text>'
    )


def _missing(found: Coverage) -> str:
    unmet = found.unmet()
    if not unmet:
        return '<p class="whole">Nothing: every item is met.</p>'
    lines = [f"<li>{i.kind}: {escape(i.name)} <code>{escape(str(i.place))}</code></li>" for i in unmet]
    return f"<ul>{''.join(lines)}</ul>"
