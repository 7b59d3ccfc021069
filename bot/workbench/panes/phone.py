"""The phone: a chat with the flow as it stands on disk, and what is told beside it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.model.files.parts import Kind
from bot.core.model.quantities import BadQuantity, read_quantity
from bot.pictures.drawing import draw
from bot.replay.script.model import KINDS
from bot.replay.script.writing import Exists, save
from bot.workbench.drawing import asks_for_part, back_to, desk_of, page_part, whole_page
from bot.workbench.phone.told import told_beside

LONGEST = 20_000
"""Characters of a message that is typed here; a channel takes fewer."""


def phone(request: Request) -> Response:
    """The chat as it stands; begun if there is none."""
    chat = desk_of(request).chat()
    if chat is None:
        return whole_page(request, "unreadable.html", "phone")
    return whole_page(request, "phone.html", "phone", **_filled(request, ""))


def _filled(request: Request, said: str) -> dict[str, Any]:
    desk = desk_of(request)
    chat = desk.chat()
    assert chat is not None
    flow = desk.look().flow
    return {
        "chat": chat, "told": told_beside(chat), "said": said, "kinds": KINDS,
        "old": flow is not None and flow.version != chat.flow.version,
    }  # fmt: skip


def _again(request: Request, said: str = "") -> Response:
    """The phone after something was done. `said`: what came of it, in a line."""
    if asks_for_part(request):
        return page_part(request, "_phone.html", **_filled(request, said))
    return whole_page(request, "phone.html", "phone", **_filled(request, said)) if said else back_to("/phone")


async def act(request: Request) -> Response:
    """Something that the operator does on the phone."""
    given = await request.form()
    chat = desk_of(request).chat()
    if chat is None:
        return back_to("/phone")

    def of(name: str) -> str:
        value = given.get(name, "")
        return value if isinstance(value, str) else ""

    doing = request.path_params["act"]
    if doing == "press":
        chat.press(of("data"))
    elif doing == "write" and of("text").strip():
        if of("text").strip().startswith("/"):
            chat.order(of("text"))
        else:
            chat.write(of("text")[:LONGEST])
    elif doing == "send" and of("what") in KINDS:
        chat.send(of("what"))
    elif doing == "restart":
        chat.restart()
    elif doing == "wait":
        try:
            chat.wait(read_quantity(Kind.length, of("time")), of("time"))
        except BadQuantity:
            return _again(request, f"\u201c{of('time')}\u201d is no time. Write e.g. 20 minutes, 6 hours, 3 days.")
    return _again(request)


async def new(request: Request) -> Response:
    """A new chat, in a language and at a time that may be chosen."""
    given = await request.form()
    desk = desk_of(request)
    at = str(given.get("now", "")).strip()
    try:
        now = datetime.fromisoformat(at).replace(tzinfo=desk.now().tzinfo) if at else None
    except ValueError:
        return _again(request, f"\u201c{at}\u201d is no time. Write it like 2026-11-20T18:00.")
    desk.begin(str(given.get("lang", "")), now)
    return _again(request)


async def keep_chat(request: Request) -> Response:
    """Save the chat as a script, or as a person of the crowd."""
    given = await request.form()
    desk = desk_of(request)
    chat = desk.chat()
    title = str(given.get("title", "")).strip()
    what = request.path_params["what"]
    if chat is None or not title:
        return _again(request, "Give it a title first: it is how the list of scripts calls it.")
    folder = desk.folders.scripts / chat.flow.name if what == "script" else desk.folders.people
    path = free_name(folder, title)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save(path, chat.script(title) if what == "script" else chat.person(title))
    except (Exists, OSError) as error:
        return _again(request, f"Not saved: {error}")
    return _again(request, f"Saved as {path}. Read it, and say whether what it expects is right.")


def free_name(folder: Path, title: str) -> Path:
    """A file name made of a title, with letters, digits and _ only, that no file of the folder has."""
    stem = re.sub(r"[^a-z0-9]+", "_", title.casefold()).strip("_")[:60] or "chat"
    names = [stem, *(f"{stem}_{number}" for number in range(2, 1000))]
    return next((p for n in names if not (p := folder / f"{n}.yaml").exists()), folder / f"{stem}.yaml")


def picture(request: Request) -> Response:
    """The picture of a message on the phone."""
    chat = desk_of(request).phone
    number = request.path_params["number"]
    items = [] if chat is None else chat.items
    message = items[number].message if number < len(items) else None
    if message is None or message.picture is None:
        return Response(status_code=404)
    return Response(draw(message.picture), media_type="image/png")


ROUTES = (
    Route("/phone", phone),
    Route("/phone/new", new, methods=["POST"]),
    Route("/phone/save/{what}", keep_chat, methods=["POST"]),
    Route("/phone/picture/{number:int}/{turn}.png", picture),
    Route("/phone/{act}", act, methods=["POST"]),
)
