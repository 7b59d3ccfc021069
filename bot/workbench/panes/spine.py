"""The spine and the table of rules, and what is known of a question or a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

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
from bot.workbench.views.search import found_in, searched_questions, searched_rules
from bot.workbench.views.spine import ROW, WIDTH, drawn_arcs, spine_of


def spine(request: Request) -> Response:
    """The spine; with `q`, only the questions in which these words stand."""
    desk = desk_of(request)
    flow = desk.shown()
    words, colour = (request.query_params.get(name, "") for name in ("q", "colour"))
    if flow is None:
        return whole_page(request, "unreadable.html", "spine")
    detail = chosen_detail(request)
    rows, arcs = spine_of(flow)
    shown = [row for row in rows if found_in(words, searched_questions(flow)[row.name])]
    filled: dict[str, Any] = {
        "flow": flow, "rows": shown, "all": len(rows), "arcs": drawn_arcs(arcs, [row.name for row in shown]), "q": words,
        "elsewhere": _hits(words, searched_rules(flow)),
        "height": ROW * len(shown), "width": WIDTH, "detail": detail, "colours": COLOURS, "colour": colour,
        "colouring": colouring(desk, flow, colour, request.query_params.get("failure", "0")),
    }  # fmt: skip
    if not asks_for_part(request):
        return whole_page(request, "spine.html", "spine", **filled)
    return _searched(request, page_part(request, "_spine.html", **filled), q=words, colour=colour)


def _hits(words: str, searched: Mapping[str, str]) -> int:
    """How many the same search finds on the other pane."""
    return sum(found_in(words, ready) for ready in searched.values())


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
    detail = chosen_detail(request)
    filled: dict[str, Any] = {
        "flow": flow, "table": rule_table(flow, words), "q": words, "detail": detail,
        "elsewhere": _hits(words, searched_questions(flow)),
    }  # fmt: skip
    if not asks_for_part(request):
        return whole_page(request, "rules.html", "rules", **filled)
    return _searched(request, page_part(request, "_rules.html", **filled), q=words)


def detail(request: Request) -> Response:
    """What is known of one question or rule, for the page that is open, whose address has it from then on."""
    desk = desk_of(request)
    flow = desk.shown()
    kind, name = request.path_params["kind"], request.path_params["name"]
    found = None if flow is None else _detail(desk, flow, kind, name)
    if found is None:
        return page_part(request, "_no_detail.html", name=name)
    answer = page_part(request, "_detail.html", detail=found)
    if request.headers.get("hx-trigger") != "detail":  # else it is the same once more, since something is new
        answer.headers["HX-Push-Url"] = _address(request, kind=kind, name=name)
    return answer


def no_detail(request: Request) -> Response:
    """Nothing chosen any more, for the page that is open."""
    address = _address(request, kind="", name="")
    answer = page_part(request, "_nothing_chosen.html", hide=address.startswith("/phone"))
    answer.headers["HX-Push-Url"] = address
    return answer


def _searched(request: Request, answer: Response, **words: str) -> Response:
    """The answer to a search, which stands in the address from then on; news of the flow ask for the same once more."""
    if request.headers.get("hx-trigger") not in ("spine", "rules"):
        answer.headers["HX-Replace-Url"] = _address(request, **words)
    return answer


WITH_DETAIL = ("/spine", "/rules", "/phone")
"""Pages on which something can be chosen."""


def _address(request: Request, **now: str) -> str:
    """The address of the page that is open, with these parts of its query instead of what they were, "" for none; "false" (which
    the page reads as: leave it) if nothing can be chosen on it."""
    at = urlsplit(request.headers.get("hx-current-url", ""))
    if at.path not in WITH_DETAIL:
        return "false"
    kept = [(name, value) for name, value in parse_qsl(at.query) if name not in now]
    query = urlencode([*kept, *((name, value) for name, value in now.items() if value)])
    return f"{at.path}?{query}" if query else at.path


def chosen_detail(request: Request) -> Detail | None:
    """What is known of the question or rule that the address names, if the flow has it."""
    desk = desk_of(request)
    flow = desk.shown()
    kind, name = (request.query_params.get(part, "") for part in ("kind", "name"))
    return None if flow is None else _detail(desk, flow, kind, name)


def _detail(desk: Desk, flow: Flow, kind: str, name: str) -> Detail | None:
    known = {"question": question_detail, "rule": rule_detail}.get(kind, lambda _flow, _name: None)(flow, name)
    if known is None or desk.rehearsal is None:
        return known
    all_met, of = desk.rehearsal.met()
    met = all_met.get(f"{kind} {name}", [])
    rows = [DetailRow(r.kind, r.title, None, ("test", r.id)) for r in met[:MOST_TESTS]]
    rows.append(DetailRow("in all", f"{len(met)} of {of} that passed when they were last played meet it"))
    heading = f"Scripts and people that meet it ({len(met)})"
    return known._replace(sections=(*known.sections, DetailSection(heading, tuple(rows), True)))


ROUTES = (
    Route("/spine", spine),
    Route("/rules", rules),
    Route("/detail", no_detail),
    Route("/detail/{kind}/{name}", detail),
)
