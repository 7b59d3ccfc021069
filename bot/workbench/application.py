"""The workbench as an application: its routes, its files, its news."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.library import stamp_of

from .desk import Desk
from .drawing import HERE, back_to, desk_of, page_part, whole_page
from .guard import where_it_broke
from .news import News
from .panes import phone, spine

_log = logging.getLogger(__name__)
LOOK_EVERY = 0.1
"""Seconds between two looks at the folder."""


def application(desk: Desk) -> Starlette:
    """The application around a desk, not guarded yet."""
    routes = [
        Route("/", lambda request: back_to("/spine")),
        Route("/news", news),
        Route("/state", state),
        Route("/open", open_flow, methods=["POST"]),
        *spine.ROUTES,
        *phone.ROUTES,
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    app = Starlette(
        routes=routes,
        lifespan=_watching,
        exception_handlers={404: not_found, 500: broken},
    )
    app.state.desk, app.state.news = desk, News()
    return app


@asynccontextmanager
async def _watching(app: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(_watch(app.state.desk, app.state.news))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(desk: Desk, told: News) -> None:
    """Look at the folder of the open flow again and again, and tell what is new. A reader of typed words is made before it is
    asked, so that the first words that are typed need not wait for it."""
    seen = None
    while True:
        at = desk.name, stamp_of(desk.flow_folder)
        if at != seen:
            try:
                await asyncio.to_thread(desk.look)
                if seen is not None:
                    told.tell("flow")
                await asyncio.to_thread(desk.get_ready)
            except Exception as error:
                _log.error("The flow could not be looked at: %s", where_it_broke(error))
        seen = at
        await asyncio.sleep(LOOK_EVERY)


async def news(request: Request) -> Response:
    """What is new, for a page that is open."""
    return StreamingResponse(request.app.state.news.stream(), media_type="text/event-stream")


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
