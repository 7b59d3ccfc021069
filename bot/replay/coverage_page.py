"""Coverage as one static HTML page: the figures, the flow as a graph with what was met coloured, and what is missing."""

from __future__ import annotations

from html import escape

from bot.core.session import ADVICE, EMERGENCY, EXIT, REVIEW, START

from .coverage import KINDS, Coverage, percent

_STEP, _LEFT, _RADIUS = 26, 330, 6

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2733; }
table { border-collapse: collapse; margin: 1rem 0; } td, th { padding: .2rem .8rem; text-align: right; }
td:first-child, th:first-child { text-align: left; } tr:nth-child(even) { background: #f2f5f8; }
.met { fill: #1f8a5b; } .failing { fill: #d08a00; } .unmet { fill: #c53b3b; }
path { fill: none; stroke: #1f8a5b; opacity: .45; } text { font-size: 13px; fill: currentColor; }
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
<p>Every screen in its order; a curve for each way between two screens that a script went, the wider the more often.
Green: met by a passing script. Amber: by failing ones only. Red: by none.</p>
{_graph(found)}
<h2>What no passing script meets</h2>
{_missing(found)}
</body></html>
"""


def _figures(found: Coverage) -> str:
    rows = []
    for kind in KINDS:
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
    walked: dict[tuple[str, str], int] = {}
    for (source, target), count in found.steps.items():
        pair = (source.partition("/")[0], target.partition("/")[0])
        if pair[0] != pair[1] and pair[0] in at and pair[1] in at:
            walked[pair] = walked.get(pair, 0) + count
    visited = {name for pair in walked for name in pair}
    arcs = [_arc(at[source], at[target], count) for (source, target), count in sorted(walked.items())]
    nodes = [_node(found, name, y, visited) for name, y in at.items()]
    height = 40 + len(names) * _STEP
    return f'<svg width="760" height="{height}" role="img" aria-label="flow">{"".join(arcs)}{"".join(nodes)}</svg>'


def _arc(start: int, end: int, count: int) -> str:
    far = abs(end - start)
    reach = _LEFT + 14 + min(380, far * 0.75)
    width = min(7.0, 0.8 + count**0.4 / 3)
    title = f"<title>{count} times</title>"
    if end < start:
        reach = _LEFT + 14 + min(380, 40 + far * 0.75)
    dashes = ' stroke-dasharray="4 3"' if end < start else ""
    return (
        f'<path d="M {_LEFT + 8} {start} C {reach:.0f} {start} {reach:.0f} {end} {_LEFT + 8} {end}" '
        f'stroke-width="{width:.1f}"{dashes}>{title}</path>'
    )


def _node(found: Coverage, name: str, y: int, visited: set[str]) -> str:
    key = ("questions", name)
    if name in found.flow.questions:
        style = "met" if key in found.passing else "failing" if key in found.failing else "unmet"
    else:
        style = "met" if name in visited else "unmet"
    label = escape(name if name in found.flow.questions else name.lower())
    return (
        f'<circle class="{style}" cx="{_LEFT}" cy="{y}" r="{_RADIUS}"/>'
        f'<text x="{_LEFT - 14}" y="{y + 4}" text-anchor="end">{label}</text>'
    )


def _missing(found: Coverage) -> str:
    unmet = found.unmet()
    if not unmet:
        return '<p class="whole">Nothing: every item is met.</p>'
    lines = [f"<li>{i.kind}: {escape(i.name)} <code>{escape(str(i.place))}</code></li>" for i in unmet]
    return f"<ul>{''.join(lines)}</ul>"
