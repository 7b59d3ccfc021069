"""The workbench as an application: its routes, its files, its news."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.library import stamp_of

from .checking.checker import Checker
from .desk import Desk
from .drawing import HERE, back_to, desk_of, page_part, whole_page
from .guard import where_it_broke
from .news import News
from .panes import findings, people, phone, review, spine, tests, versions
from .rehearsal import Rehearsal

_log = logging.getLogger(__name__)
LOOK_EVERY = 0.05
"""Seconds between two looks at the folder."""


def application(desk: Desk, checks: bool = True) -> Starlette:
    """The application around a desk, not guarded yet. `checks`: whether saves are checked, by processes of their own."""
    routes = [
        Route("/", lambda request: back_to("/spine")),
        Route("/news", news),
        Route("/favicon.ico", icon),
        Route("/state", state),
        Route("/open", open_flow, methods=["POST"]),
        *spine.ROUTES,
        *phone.ROUTES,
        *findings.ROUTES,
        *tests.ROUTES,
        *people.ROUTES,
        *review.ROUTES,
        *versions.ROUTES,
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    app = Starlette(
        routes=routes,
        lifespan=_watching,
        exception_handlers={404: not_found, 500: broken},
    )
    app.state.desk, app.state.news, app.state.checks = desk, News(), checks
    return app


@asynccontextmanager
async def _watching(app: Starlette) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    loop = asyncio.get_running_loop()

    def told() -> None:
        desk.note_what_held()
        loop.call_soon_threadsafe(app.state.news.tell, "checked")

    def rehearsed() -> None:
        loop.call_soon_threadsafe(app.state.news.tell, "tests")

    if app.state.checks:
        desk.checker = Checker(told, desk.folders.build)
        desk.checker.start()
    desk.rehearsal = Rehearsal(
        (desk.folder, *desk.folders.flows), *desk.folders[:3], desk.name, desk.equip, rehearsed, lambda: desk.checked.busy,
    )  # fmt: skip
    desk.rehearsal.start()
    task = asyncio.create_task(_watch(desk, app.state.news))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if desk.checker is not None:
            await asyncio.to_thread(desk.checker.stop)
        await asyncio.to_thread(desk.rehearsal.stop)


async def _watch(desk: Desk, told: News) -> None:
    """Look at the folder of the open flow again and again, and tell what is new. The flow is read and a reader of typed words is
    made before they are asked for, so that the first words that are typed need not wait, but not while a save is being checked;
    and the next save does not wait for that."""
    seen, ready = None, None
    making: asyncio.Task[None] | None = None
    while True:
        at = desk.name, stamp_of(desk.flow_folder)
        if at != seen:
            seen = at
            await _try(desk.check)
            told.tell("flow")
        elif ready != at and not desk.checked.busy and (making is None or making.done()):
            ready = at
            making = asyncio.create_task(_try(desk.get_ready))
        await asyncio.sleep(LOOK_EVERY)


async def _try(work: Callable[[], None]) -> None:
    """Whatever is wrong with what was saved, the next save is looked at."""
    try:
        await asyncio.to_thread(work)
    except Exception as error:
        _log.error("The flow could not be looked at: %s", where_it_broke(error))


async def news(request: Request) -> Response:
    """What is new, for a page that is open."""
    return StreamingResponse(request.app.state.news.stream(), media_type="text/event-stream")


def icon(request: Request) -> Response:
    """The icon, where a browser looks for it by itself."""
    return FileResponse(HERE / "static" / "icon.svg", media_type="image/svg+xml")


def state(request: Request) -> Response:
    """How the open flow stands, in the head of every page."""
    return page_part(request, "_state.html", look=desk_of(request).look())


async def open_flow(request: Request) -> Response:
    """Open another flow."""
    given = await request.form()
    desk_of(request).open(str(given.get("flow", "")))
    return back_to("/spine")


def not_found(request: Request, error: Exception) -> Response:
    """A page that there is not."""
    return whole_page(request, "not_found.html", "", 404)


def broken(request: Request, error: Exception) -> Response:
    """Something of ours went wrong: what it was about is told to nobody but by its kind."""
    return whole_page(request, "broken.html", "", 500, kind=type(error).__name__)
