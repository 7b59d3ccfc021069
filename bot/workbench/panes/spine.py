"""The spine and the table of rules, and what is known of a question or a rule."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.flow.compiled import Flow
from bot.workbench.drawing import asks_for_part, desk_of, page_part, whole_page
from bot.workbench.views.details import Detail, question_detail, rule_detail
from bot.workbench.views.rule_table import rule_table
from bot.workbench.views.spine import ROW, WIDTH, drawn_arcs, found_in, spine_of


def spine(request: Request) -> Response:
    """The spine; with `q`, only the questions in which these words stand."""
    desk = desk_of(request)
    flow = desk.shown()
    words = request.query_params.get("q", "")
    if flow is None:
        return whole_page(request, "unreadable.html", "spine")
    detail = _detail(flow, request.query_params.get("kind", ""), request.query_params.get("name", ""))
    rows, arcs = spine_of(flow)
    shown = [row for row in rows if found_in(words, row.name, row.short, row.when)]
    filled: dict[str, Any] = {
        "flow": flow, "rows": shown, "all": len(rows), "arcs": drawn_arcs(arcs, [row.name for row in shown]), "q": words,
        "height": ROW * len(shown), "width": WIDTH, "detail": detail,
    }  # fmt: skip
    return (
        page_part(request, "_spine.html", **filled)
        if asks_for_part(request)
        else whole_page(request, "spine.html", "spine", **filled)
    )


def rules(request: Request) -> Response:
    """Rules x questions; with `q`, only the rules in which these words stand."""
    flow = desk_of(request).shown()
    words = request.query_params.get("q", "")
    if flow is None:
        return whole_page(request, "unreadable.html", "rules")
    detail = _detail(flow, request.query_params.get("kind", ""), request.query_params.get("name", ""))
    filled: dict[str, Any] = {"flow": flow, "table": rule_table(flow, words), "q": words, "detail": detail}
    return (
        page_part(request, "_rules.html", **filled)
        if asks_for_part(request)
        else whole_page(request, "rules.html", "rules", **filled)
    )


def detail(request: Request) -> Response:
    """What is known of one question or rule, for the page that is open."""
    flow = desk_of(request).shown()
    found = None if flow is None else _detail(flow, request.path_params["kind"], request.path_params["name"])
    if found is None:
        return page_part(request, "_no_detail.html", name=request.path_params["name"])
    return page_part(request, "_detail.html", detail=found)


def _detail(flow: Flow, kind: str, name: str) -> Detail | None:
    return {"question": question_detail, "rule": rule_detail}.get(kind, lambda _flow, _name: None)(flow, name)


ROUTES = (
    Route("/spine", spine),
    Route("/rules", rules),
    Route("/detail/{kind}/{name}", detail),
)
