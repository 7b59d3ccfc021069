"""The tests: scripts and people with what each last came to, the line at which one deviates marked on the phone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, NamedTuple, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.model.findings import Place
from bot.replay.phone.seen import SeenCase, seen_case
from bot.replay.playing.run import versions_of
from bot.workbench.drawing import back_to, desk_of, page_or_part
from bot.workbench.phone.chat import PhoneChat
from bot.workbench.rehearsal import Rehearsal, Which

MOST_LISTED = 200
"""Rows that are shown at once; the filter finds the others."""
STATES = {
    "failed": "failed", "broken": "cannot be read", "touched": "touched by the edit", "outdated": "run before an edit",
    "new": "never run", "passed": "passed",
}  # fmt: skip
"""State -> what it is called."""


class ScriptText(NamedTuple):
    """A line of a script. `deviates`: whether the play left it here."""

    number: int
    text: str
    deviates: bool


def tests(request: Request) -> Response:
    """The list."""
    rehearsal = desk_of(request).rehearsal
    words, state = (request.query_params.get(name, "") for name in ("q", "state"))
    filled: dict[str, Any] = {"rehearsal": rehearsal, "q": words, "state": state, "states": STATES, "shown": None}
    if rehearsal is not None:
        found = rehearsal.listed(words, state)
        filled |= {"rows": found[:MOST_LISTED], "found": len(found), "counts": rehearsal.counts()}
    return page_or_part(request, "tests", "tests", **filled)


async def play_some(request: Request) -> Response:
    """Play some of them, or leave off."""
    given = await request.form()
    rehearsal, which = desk_of(request).rehearsal, str(given.get("which", ""))
    if rehearsal is not None:
        if which == "stop":
            rehearsal.leave_off()
        for known in get_args(Which):
            if known == which:
                rehearsal.play(known)
    return back_to("/tests")


async def show(request: Request) -> Response:
    """One of them, played now: its script with the line at which it deviates, and the phone."""
    desk = desk_of(request)
    found = None if desk.rehearsal is None else desk.rehearsal.case(request.path_params["id"])
    if found is None or desk.rehearsal is None:
        return back_to("/tests")
    listed, case, findings = found
    filled: dict[str, Any] = {"listed": listed, "findings": findings, "seen": None, "lines": ()}
    if case is not None:
        seen = await asyncio.to_thread(_seen, desk.rehearsal, request.path_params["id"])
        filled |= {
            "seen": seen,
            "lines": _lines(listed.place, seen),
            "items": () if seen is None else seen.seen,
        }
    return page_or_part(request, "test", "tests", **filled)


def _seen(rehearsal: Rehearsal, id: str) -> SeenCase | None:
    found = rehearsal.case(id)
    if found is None or found[1] is None:
        return None
    case, scripts = found[1], rehearsal.scripts_of(found[1])
    return seen_case(case, scripts.flow(case), versions_of(scripts, case))


def _lines(place: Place, seen: SeenCase | None) -> list[ScriptText]:
    """The lines of the file, those marked at which the play deviates."""
    try:
        text = Path(place.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    deviations = () if seen is None else seen.outcome.deviations
    marked = {(d.used or d.place).line for d in deviations}
    first, last = max(0, place.line - 8), place.line + 120
    return [ScriptText(n, line, n in marked) for n, line in enumerate(text, 1) if first < n <= last]


async def on_phone(request: Request) -> Response:
    """Go on from where a script leaves the chat."""
    desk = desk_of(request)
    found = None if desk.rehearsal is None else desk.rehearsal.case(request.path_params["id"])
    if found is None or found[1] is None or desk.rehearsal is None:
        return back_to("/tests")
    case, scripts = found[1], desk.rehearsal.scripts_of(found[1])
    desk.phone = await asyncio.to_thread(PhoneChat.of_case, case, scripts.flow(case), versions_of(scripts, case))
    return back_to("/phone")


ROUTES = (
    Route("/tests", tests),
    Route("/tests/play", play_some, methods=["POST"]),
    Route("/tests/{id}", show),
    Route("/tests/{id}/phone", on_phone, methods=["POST"]),
)
