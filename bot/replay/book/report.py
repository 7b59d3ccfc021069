"""Outcomes as one HTML page: failures first, each with its script beside the phones, then what passed. It loads nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from bot.core.model.findings import Place
from bot.replay.phone.page import PHONE_STYLE, drawn_in
from bot.replay.phone.seen import seen_case
from bot.replay.playing.outcome import Deviation, Played
from bot.replay.playing.run import versions_of
from bot.replay.script.reading import Scripts

from .entries import BookEntry

MOST_DRAWN = 30
"""Failures that are drawn as phones; each takes up to a second and a megabyte. The others show their last lines."""
AROUND = 12
"""Lines of a script that are shown before and behind the one that deviates."""

_STYLE = """
:root { color-scheme: light; } body { background: #fff; color: #1c2733; }
main { max-width: 110rem; margin: 0 auto; } h2 { margin: 24px 0 8px; } h3 { margin: 16px 0 4px; }
.beside { display: flex; gap: 16px; align-items: flex-start; } .beside .theme { flex: 1; min-width: 0; }
.beside > pre { position: sticky; top: 8px; flex: none; max-width: 38%; box-sizing: border-box; }
@media (max-width: 60rem) { .beside { display: block; } .beside > pre { position: static; max-width: 100%; } }
pre { background: #f2f5f8; padding: 10px; margin: 0; overflow-x: auto; font-size: 13px; line-height: 19px; max-width: 100%; }
mark { background: #ffd9d6; } .wrong { color: #a31515; font-weight: 650; } .right { color: #14693f; font-weight: 650; }
dl { margin: 6px 0; } dt { float: left; width: 6rem; color: #555; } dd { margin: 0 0 4px 6rem; white-space: pre-wrap; }
table { border-collapse: collapse; } td { padding: 2px 14px 2px 0; vertical-align: top; }
"""


def report(outcomes: Sequence[Played], broken: Sequence[BookEntry], scripts: Scripts) -> str:
    """The page as text. `scripts`: those of the outcomes, with their flows."""
    failed = [o for o in outcomes if not o.passed]
    passed = [o for o in outcomes if o.passed]
    style = PHONE_STYLE + _STYLE
    trusted = b64encode(sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{trusted}'; base-uri 'none'; form-action 'none'"
    title = f"{len(passed)} passed, {len(failed)} failed, {len(broken)} cannot be read"
    state = "wrong" if failed or broken else "right"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width"><title>{title}</title><style>{style}</style></head><body><main>
<h1>Scripts: <span class="{state}">{title}</span></h1>
{"".join(_broken(entry) for entry in broken)}
{"".join(_failed(o, scripts, number <= MOST_DRAWN) for number, o in enumerate(failed, 1))}
<h2>Passed</h2><table>{"".join(_passed(passed))}</table>
</main></body></html>
"""


def _broken(entry: BookEntry) -> str:
    found = "\n".join(str(f) for f in entry.findings)
    return f"<h2><span class='wrong'>Cannot be read:</span> {escape(entry.file)}</h2><pre>{escape(found)}</pre>"


def _failed(outcome: Played, scripts: Scripts, drawn: bool) -> str:
    case = outcome.case
    phones = ""
    if drawn:
        phones = drawn_in(seen_case(case, scripts.flow(case), versions_of(scripts, case)), "light")
    wrong = "".join(_deviation(d) for d in outcome.deviations)
    head = f"<h2><span class='wrong'>Failed:</span> {escape(case.title)} ({escape(outcome.way)})</h2>"
    script = _script(outcome.deviations[0].used or outcome.deviations[0].place)
    return f"<section>{head}{wrong}<div class='beside'>{script}{phones}</div></section>"


def _deviation(deviation: Deviation) -> str:
    used = "" if deviation.used is None else f" (used at {deviation.used})"
    said = {"at": f"{deviation.place}{used}", "expected": deviation.expected, "came": deviation.came}
    return f"<dl>{''.join(f'<dt>{key}</dt><dd>{escape(value)}</dd>' for key, value in said.items())}</dl>"


def _script(place: Place) -> str:
    """The lines of the script around the one that deviates, which is marked."""
    try:
        lines = Path(place.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    first = max(0, place.line - 1 - AROUND)
    shown = [f"{n + 1:>4}  {escape(lines[n])}" for n in range(first, min(len(lines), place.line + AROUND))]
    at = place.line - 1 - first
    if at < len(shown):
        shown[at] = f"<mark>{shown[at]}</mark>"
    return f"<pre>{chr(10).join(shown)}</pre>"


def _passed(outcomes: Sequence[Played]) -> Iterator[str]:
    for o in outcomes:
        where = f"{o.case.place.file}:{o.case.place.line}"
        cells = (o.case.title, where, o.way, f"{o.seconds:.2f} s")
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
