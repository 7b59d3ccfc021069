"""Templates into pages. Everything that is filled in is escaped; a name that a template does not know is an error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from .desk import Desk

HERE = Path(__file__).parent
PANES: tuple[tuple[str, str], ...] = (
    ("spine", "Spine"), ("rules", "Rules"), ("phone", "Phone"), ("findings", "Findings"), ("people", "People"),
    ("tests", "Tests"), ("review", "Review"),
)  # fmt: skip
"""Path of a pane, and what it is called, in the order of the menu."""

_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def said_plainly(name: str) -> str:
    """An identifier as it is read: `same_day` -> same day."""
    return name.replace("_", " ")


_environment.filters["words"] = said_plainly


def desk_of(request: Request) -> Desk:
    """The desk of this workbench."""
    desk: Desk = request.app.state.desk
    return desk


def asks_for_part(request: Request) -> bool:
    """Whether a page asks for a part of itself, and not a browser for a page."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def whole_page(request: Request, template: str, pane: str, status: int = 200, **filled: Any) -> Response:
    """A whole page. `pane`: whose it is."""
    desk = desk_of(request)
    shared = {
        "desk": desk,
        "look": desk.look(),
        "panes": PANES,
        "pane": pane,
        "news": request.app.state.news.number,
    }
    return HTMLResponse(_environment.get_template(template).render(**shared, **filled), status)


def page_part(request: Request, template: str, **filled: Any) -> Response:
    """A part of a page that is open."""
    return HTMLResponse(_environment.get_template(template).render(desk=desk_of(request), **filled))


def page_or_part(request: Request, name: str, pane: str, **filled: Any) -> Response:
    """The page of a template, or the part of it that changes, whose template is called the same behind a `_`."""
    if asks_for_part(request):
        return page_part(request, f"_{name}.html", **filled)
    return whole_page(request, f"{name}.html", pane, **filled)


def back_to(path: str) -> Response:
    """To a page, after something was done."""
    return RedirectResponse(path, 303)
