"""The spine and the table of rules, and what is known of a question or a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.flow.compiled import Flow
from bot.core.model.findings import FlowError
from bot.workbench.desk import Desk
from bot.workbench.drawing import asks_for_part, desk_of, page_part, whole_page
from bot.workbench.panes.people import people_of_store
from bot.workbench.views.colours import (
    COLOURS,
    Colouring,
    difference_of,
    met_by_tests,
    way_of_patient,
    where_people_leave,
)
from bot.workbench.views.details import Detail, DetailRow, DetailSection, question_detail, rule_detail
from bot.workbench.views.found import example_of_failure, failures_of
from bot.workbench.views.rule_table import rule_table
from bot.workbench.views.spine import ROW, WIDTH, drawn_arcs, found_in, spine_of


def spine(request: Request) -> Response:
    """The spine; with `q`, only the questions in which these words stand."""
    desk = desk_of(request)
    flow = desk.shown()
    words, colour = (request.query_params.get(name, "") for name in ("q", "colour"))
    if flow is None:
        return whole_page(request, "unreadable.html", "spine")
    detail = _detail(desk, flow, request.query_params.get("kind", ""), request.query_params.get("name", ""))
    rows, arcs = spine_of(flow)
    shown = [row for row in rows if found_in(words, row.name, row.short, row.when)]
    filled: dict[str, Any] = {
        "flow": flow, "rows": shown, "all": len(rows), "arcs": drawn_arcs(arcs, [row.name for row in shown]), "q": words,
        "height": ROW * len(shown), "width": WIDTH, "detail": detail, "colours": COLOURS, "colour": colour,
        "colouring": colouring(desk, flow, colour, request.query_params.get("failure", "0")),
    }  # fmt: skip
    return (
        page_part(request, "_spine.html", **filled)
        if asks_for_part(request)
        else whole_page(request, "spine.html", "spine", **filled)
    )


def colouring(desk: Desk, flow: Flow, colour: str, failure: str = "0") -> Colouring:
    """The marks of one colouring; none of one that there is not."""
    return _COLOURINGS.get(colour, _plain)(desk, flow, int(failure) if failure.isdecimal() else 0)


def _plain(desk: Desk, flow: Flow, number: int) -> Colouring:
    return Colouring("", {})


def _way(desk: Desk, flow: Flow, number: int) -> Colouring:
    failures = failures_of(flow, desk.checked)
    example = example_of_failure(flow, desk.checked, number)
    if example is None:
        return Colouring("Nothing fails: there is no counterexample.", {})
    return way_of_patient(flow, failures[number].failed.name, example)


def _difference(desk: Desk, flow: Flow, number: int) -> Colouring:
    base = desk.bases.base()
    if base.files is None:
        return Colouring(base.why, {})
    try:
        old = desk.flow_of(base.files)
    except FlowError as error:
        return Colouring(f"{base.name} cannot be read by this release: {error.findings[0]}", {})
    return difference_of(old, flow, base.name)


def _tests(desk: Desk, flow: Flow, number: int) -> Colouring:
    """How many scripts and people meet each question."""
    if desk.rehearsal is None or not desk.rehearsal.read:
        return Colouring("The scripts are being read ...", {})
    met, of = desk.rehearsal.met()
    if of == 0:
        return Colouring("No script was played yet: run them on the Tests pane.", {})
    return met_by_tests({name: len(met.get(f"question {name}", ())) for name in flow.questions}, of)


def _people(desk: Desk, flow: Flow, number: int) -> Colouring:
    """Where patients leave: of this version if it ran, else of all."""
    tables, why = people_of_store(desk)
    mine = [table for table in tables if table.flow == flow.name]
    chosen = next((table for table in mine if table.version == flow.version), mine[0] if mine else None)
    return (
        Colouring(why or "No chat of this flow was counted yet.", {}) if chosen is None else where_people_leave(chosen)
    )


_COLOURINGS: Mapping[str, Callable[[Desk, Flow, int], Colouring]] = {
    "way": _way, "difference": _difference, "tests": _tests, "people": _people,
}  # fmt: skip
MOST_TESTS = 12
"""Scripts and people that are listed where they meet something."""


def rules(request: Request) -> Response:
    """Rules x questions; with `q`, only the rules in which these words stand."""
    desk = desk_of(request)
    flow = desk.shown()
    words = request.query_params.get("q", "")
    if flow is None:
        return whole_page(request, "unreadable.html", "rules")
    detail = _detail(desk, flow, request.query_params.get("kind", ""), request.query_params.get("name", ""))
    filled: dict[str, Any] = {"flow": flow, "table": rule_table(flow, words), "q": words, "detail": detail}
    return (
        page_part(request, "_rules.html", **filled)
        if asks_for_part(request)
        else whole_page(request, "rules.html", "rules", **filled)
    )


def detail(request: Request) -> Response:
    """What is known of one question or rule, for the page that is open."""
    desk = desk_of(request)
    flow = desk.shown()
    found = None if flow is None else _detail(desk, flow, request.path_params["kind"], request.path_params["name"])
    if found is None:
        return page_part(request, "_no_detail.html", name=request.path_params["name"])
    return page_part(request, "_detail.html", detail=found)


def _detail(desk: Desk, flow: Flow, kind: str, name: str) -> Detail | None:
    known = {"question": question_detail, "rule": rule_detail}.get(kind, lambda _flow, _name: None)(flow, name)
    if known is None or desk.rehearsal is None:
        return known
    all_met, of = desk.rehearsal.met()
    met = all_met.get(f"{kind} {name}", [])
    rows = [DetailRow(r.kind, r.title, None, ("test", r.id)) for r in met[:MOST_TESTS]]
    rows.append(DetailRow("in all", f"{len(met)} of {of} that passed when they were last played meet it"))
    return known._replace(sections=(*known.sections, DetailSection("Scripts and people", tuple(rows))))


ROUTES = (
    Route("/spine", spine),
    Route("/rules", rules),
    Route("/detail/{kind}/{name}", detail),
)
