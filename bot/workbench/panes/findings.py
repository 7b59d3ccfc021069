"""The findings: what the newest save came to, whom it moves with both phones side by side, which words are others."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.check.answers.results import Example
from bot.check.difference.diff import Difference
from bot.core.flow.compiled import Flow
from bot.core.model.findings import FlowError
from bot.workbench.checking.bases import WORDS
from bot.workbench.checking.results import Checked
from bot.workbench.desk import Desk
from bot.workbench.drawing import back_to, desk_of, page_or_part, page_part
from bot.workbench.phone.chat import PhoneChat
from bot.workbench.phone.patients import chat_of_patient
from bot.workbench.views.found import (
    example_of_failure,
    failures_of,
    moved_of,
    numbers_of,
    others_of,
    stages_of,
    words_of_edit,
    wrong_of,
)


def findings(request: Request) -> Response:
    """What is known of the newest save so far."""
    return page_or_part(request, "findings", "findings", **_filled(desk_of(request)))


def _filled(desk: Desk) -> dict[str, Any]:
    flow, checked = desk.shown(), desk.checked
    found = _difference(checked)
    known = flow is not None
    return {
        "flow": flow, "checked": checked, "stages": stages_of(checked), "bases": WORDS, "base": desk.bases.chosen,
        "failures": failures_of(flow, checked) if flow is not None else (),
        "wrong": wrong_of(flow, checked) if flow is not None else (),
        "unread": desk.look().findings,
        "moves": moved_of(flow, found) if flow is not None and found is not None else (),
        "words": tuple(words_of_edit(found)) if found is not None and known else (),
        "numbers": numbers_of(flow, found) if flow is not None and found is not None else (),
        "others": tuple(others_of(found)) if found is not None else (), "found": found,
    }  # fmt: skip


def _difference(checked: Checked) -> Difference | None:
    return None if checked.moved is None else checked.moved.found


async def choose_base(request: Request) -> Response:
    """Compare with another base."""
    given = await request.form()
    desk = desk_of(request)
    name = str(given.get("revision", "")).strip() or str(given.get("base", ""))
    await asyncio.to_thread(desk.bases.choose, name)
    await asyncio.to_thread(desk.check)
    return back_to("/findings")


async def start_from(request: Request) -> Response:
    """Begin the chat on the phone with a patient that was found."""
    desk = desk_of(request)
    flow = desk.shown()
    example = None if flow is None else _example(desk, flow, request)
    if flow is None or example is None:
        return back_to("/findings")
    title = f"{request.path_params['kind']} {request.path_params['number'] + 1}"
    chat = await asyncio.to_thread(chat_of_patient, flow, title, example)
    if chat is not None:
        desk.phone = chat
    return back_to("/phone")


def _example(desk: Desk, flow: Flow, request: Request) -> Example | None:
    kind, number = request.path_params["kind"], request.path_params["number"]
    if kind == "failure":
        return example_of_failure(flow, desk.checked, number)
    found = _difference(desk.checked)
    moves = () if found is None else found.moves
    return moves[number].example if kind == "moved" and number < len(moves) else None


def phones(request: Request) -> Response:
    """The chat of a patient who is moved, before and now, side by side."""
    desk = desk_of(request)
    flow = desk.shown()
    example = None if flow is None else _example(desk, flow, request)
    if flow is None or example is None:
        return page_part(request, "_no_phones.html", why="This patient is no longer among those who are moved.")
    try:
        files = desk.bases.base().files
        old = None if files is None else desk.flow_of(files)
    except FlowError as error:
        return page_part(request, "_no_phones.html", why=f"The version before cannot be played: {error.findings[0]}")
    before = None if old is None else chat_of_patient(old, "before", example)
    now = chat_of_patient(flow, "now", example)
    chats = [(desk.checked.base or "before", before, _said(now)), ("as it stands now", now, _said(before))]
    return page_part(request, "_phones.html", chats=chats)


def _said(chat: PhoneChat | None) -> frozenset[str]:
    """Everything that a chat says."""
    items = () if chat is None else chat.items
    return frozenset(b.text for item in items if item.message is not None for b in item.message.blocks)


ROUTES = (
    Route("/findings", findings),
    Route("/findings/base", choose_base, methods=["POST"]),
    Route("/findings/phones/{kind}/{number:int}", phones),
    Route("/findings/start/{kind}/{number:int}", start_from, methods=["POST"]),
)
