"""The phone: a chat with the flow as it stands on disk, and what is told beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.model.files.parts import Kind
from bot.core.model.quantities import BadQuantity, read_quantity
from bot.pictures.drawing import draw
from bot.replay.script.model import KINDS
from bot.replay.script.writing import Exists, save
from bot.workbench.drawing import asks_for_part, back_to, desk_of, page_part, whole_page
from bot.workbench.panes.spine import chosen_detail
from bot.workbench.phone.chat import PhoneChat
from bot.workbench.phone.told import told_beside

LONGEST = 20_000
"""Characters of a message that is typed here; a channel takes fewer."""
LONGEST_WAIT = 3650 * 86400
"""Seconds that may pass at once."""
YEARS = range(2000, 2100)
"""Years in which a chat may be: far enough from where the calendar ends that no date in it leaves it."""


def phone(request: Request) -> Response:
    """The chat as it stands; begun if there is none."""
    chat = desk_of(request).chat()
    if chat is None:
        return whole_page(request, "unreadable.html", "phone")
    return whole_page(request, "phone.html", "phone", detail=chosen_detail(request), **_filled(request, ""))


def _filled(request: Request, said: str) -> dict[str, Any]:
    desk = desk_of(request)
    chat = desk.chat()
    assert chat is not None
    return {"chat": chat, "told": told_beside(chat), "said": said, "kinds": KINDS, "same": False,
        "old": _old(request, chat), "open_from": chat.driver.open_from,
    }  # fmt: skip


def _old(request: Request, chat: PhoneChat) -> str:
    """What the flow of the chat no longer is: "edited", "broken", or "" if it is as it stands."""
    flow = desk_of(request).look().flow
    return "broken" if flow is None else "edited" if flow.version != chat.flow.version else ""


def _again(request: Request, said: str = "", same: bool = True) -> Response:
    """The phone after something was done. `said`: what came of it, in a line; `same`: whether the chat goes on, so that what
    stands in the fields beside it does too."""
    if asks_for_part(request):
        return page_part(request, "_phone.html", **_filled(request, said) | {"same": same})
    if not said:
        return back_to("/phone")
    return whole_page(request, "phone.html", "phone", detail=None, **_filled(request, said))


async def act(request: Request) -> Response:
    """Something that the operator does on the phone."""
    doing = _ACTS.get(request.path_params["act"])
    if doing is None:
        raise HTTPException(404)
    given = await request.form()
    chat = desk_of(request).chat()
    return back_to("/phone") if chat is None else _again(request, doing(chat, given))


def _press(chat: PhoneChat, given: FormData) -> str:
    chat.press(_of(given, "data"))
    return ""


def _write(chat: PhoneChat, given: FormData) -> str:
    text = _of(given, "text").strip()
    if text.startswith("/"):
        chat.order(text)
    elif text:
        chat.write(text[:LONGEST])
    return ""


def _send(chat: PhoneChat, given: FormData) -> str:
    if _of(given, "what") in KINDS:
        chat.send(_of(given, "what"))
    return ""


def _restart(chat: PhoneChat, given: FormData) -> str:
    chat.restart()
    return ""


def _wait(chat: PhoneChat, given: FormData) -> str:
    time = _of(given, "time")
    try:
        seconds = read_quantity(Kind.length, time)
    except BadQuantity:
        return f"\u201c{time}\u201d is no time. Write e.g. 20 minutes, 6 hours, 3 days."
    if not 0 < seconds <= LONGEST_WAIT or (chat.now + timedelta(seconds=seconds)).year not in YEARS:
        return f"\u201c{time}\u201d cannot pass. Write a time of at most ten years, e.g. 20 minutes, 6 hours, 3 days."
    chat.wait(seconds)
    return ""


_ACTS: dict[str, Callable[[PhoneChat, FormData], str]] = {
    "press": _press, "write": _write, "send": _send, "restart": _restart, "wait": _wait,
}  # fmt: skip
"""What can be done on the phone. Each returns what is to be told of it, "" for nothing."""


def _of(given: FormData, name: str) -> str:
    """A field of a form; "" if it is not there, or is a file."""
    value = given.get(name, "")
    return value if isinstance(value, str) else ""


async def new(request: Request) -> Response:
    """A new chat, in a language and at a time that may be chosen."""
    given = await request.form()
    desk = desk_of(request)
    at = _of(given, "now").strip()
    try:
        now = datetime.fromisoformat(at).replace(tzinfo=desk.now().tzinfo) if at else None
        good = now is None or now.year in YEARS
    except ValueError:
        good = False
    if not good:
        years = f"{YEARS[0]} to {YEARS[-1]}"
        return _again(request, f"\u201c{at}\u201d is no time of the years {years}. Write it like 2026-11-20T18:00.")
    desk.begin(_of(given, "lang"), now)
    return _again(request, same=False)


def play_again(request: Request) -> Response:
    """The same chat with the flow as it stands now."""
    desk = desk_of(request)
    chat, flow = desk.chat(), desk.look().flow
    if chat is None or flow is None:
        return _again(request, "The flow cannot be read now.") if chat is not None else back_to("/phone")
    desk.phone = chat.again(flow)
    outcome = desk.phone.outcome
    first = None if outcome is None or outcome.passed else outcome.deviations[0]
    differs = "" if first is None else f" It goes another way now: {first.came}, where there was {first.expected}."
    return _again(request, f"Played again with the flow as it stands.{differs}", same=False)


async def keep_chat(request: Request) -> Response:
    """Save the chat as a script, or as a person of the crowd."""
    given = await request.form()
    desk = desk_of(request)
    chat = desk.chat()
    title = _of(given, "title").strip()
    what = request.path_params["what"]
    if what not in ("script", "person"):
        raise HTTPException(404)
    if chat is None:
        return back_to("/phone")
    if not title:
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
    shown = {} if chat is None else {str(n): item.message for n, item in enumerate(chat.items)}
    message = shown.get(number)
    if message is None or message.picture is None:
        raise HTTPException(404)
    return Response(draw(message.picture), media_type="image/png")


def hint(request: Request) -> Response:
    """Whether the chat is one with the flow as it stands, for a phone that is open."""
    chat = desk_of(request).chat()
    return Response() if chat is None else page_part(request, "_phone_hint.html", chat=chat, old=_old(request, chat))


ROUTES = (
    Route("/phone", phone),
    Route("/phone/new", new, methods=["POST"]),
    Route("/phone/save/{what}", keep_chat, methods=["POST"]),
    Route("/phone/picture/{number}/{turn}.png", picture),
    Route("/phone/hint", hint),
    Route("/phone/again", play_again, methods=["POST"]),
    Route("/phone/{act}", act, methods=["POST"]),
)
