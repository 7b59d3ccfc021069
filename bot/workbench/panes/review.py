"""Review: how it stands with the sign-off, the kit that a clinician reads, and the versions that chats ran on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, date
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.check.report.signed import SignoffState, signoff_states
from bot.check.review.kit import TABLE, NoKit, compare_labels
from bot.check.review.kit_process import KitWanted
from bot.check.review.labels import BadLabels
from bot.check.review.manifest import BadManifest
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Place
from bot.operator.versions import (
    NoVersion,
    ShownVersion,
    day_of,
    named_version,
    shown_versions,
)
from bot.papers.pdf import can_make_pdf
from bot.store import FlowVersion, ListedVersion, StoreError
from bot.workbench.desk import Desk
from bot.workbench.drawing import asks_for_part, back_to, desk_of, page_part, whole_page
from bot.workbench.kits import Kit, file_of_kit, kit_folder, kits_of

LARGEST = 1_000_000
"""Bytes of a labelled table; one of a hundred patients has some 100,000."""
AROUND = 4_000
"""Bytes of a form around its file."""
_TYPES = {".pdf": "application/pdf", ".csv": "text/csv", ".json": "application/json"}


class NextStep(NamedTuple):
    """A step on the way to a sign-off, and whether it is taken."""

    name: str
    done: bool


# --- what is shown ----------------------------------------------------------------------------------------------------


def review(request: Request) -> Response:
    """The pane."""
    if asks_for_part(request):
        return page_part(request, "_review.html", **_filled(request))
    return _page(request)


def _page(request: Request, said: str = "", status: int = 200) -> Response:
    """The whole pane. `said`: what came of what was done, in a line."""
    return whole_page(request, "review.html", "review", status, said=said, **_filled(request))


def _filled(request: Request) -> dict[str, Any]:
    desk = desk_of(request)
    look = desk.look()
    flow = None if look.draft else look.flow
    kits = kits_of(desk.folders.build, desk.name)
    versions, no_versions = _versions(desk, flow)
    states = [] if flow is None else list(signoff_states(flow, _today(desk)))
    here = next((kit for kit in kits if flow is not None and kit.content == flow.version), None)
    return {
        "flow": flow, "states": states, "steps": _steps(desk, states, here), "here": here, "kits": kits,
        "entry": "" if flow is None else _entry(flow, states, _today(desk)), "signoff": Place("signoff.yaml"),
        "making": desk.kits.making.get(desk.name), "labels": desk.kits.labels, "pdf": can_make_pdf(),
        "since": "" if flow is None else _last_signed(flow, versions), "versions": versions, "no_versions": no_versions,
        "day_of": day_of,
    }  # fmt: skip


def _today(desk: Desk) -> date:
    return desk.now().astimezone(UTC).date()


def _versions(desk: Desk, current: Flow | None) -> tuple[list[ShownVersion], str]:
    """The versions of the open flow, and in words why there are none."""
    try:
        found = _listed(desk)
    except StoreError as error:
        return [], str(error)
    return shown_versions(found, current, _today(desk)), "" if found else f"No chat of {desk.name} has run yet."


def _listed(desk: Desk) -> list[ListedVersion]:
    with desk.database() as store:
        return [version for version in store.listed_versions() if version.flow == desk.name]


def _steps(desk: Desk, states: list[SignoffState], here: Kit | None) -> list[NextStep]:
    """What leads to a sign-off of this content, in order."""
    compared = here is not None and (desk.kits.labels.get(here.folder, ("",))[0] == here.content or here.scripts > 0)
    signed = bool(states) and all(state.valid for state in states)
    return [
        NextStep("kit", here is not None),
        NextStep("labels", compared),
        NextStep("manifest", here is not None and here.signed),
        NextStep("entry", signed),
    ]


def _entry(flow: Flow, states: list[SignoffState], day: date) -> str:
    """The lines that a reviewer fills in, for each language that is not signed off."""
    filled = f"reviewer: NAME, REGISTRATION\n    date: {day}\n    expires: YYYY-MM-DD\n    reviewed: {flow.version}"
    languages = dict.fromkeys(state.language for state in states if not state.valid)
    return "\n".join(f"  - language: {lang}\n    {filled}" for lang in languages)


def _last_signed(flow: Flow, versions: list[ShownVersion]) -> str:
    """The other content that was signed last, if its files are kept."""
    kept = {version.listed.version for version in versions}
    signed = [s for s in flow.signoffs.signoffs if s.reviewed != flow.version and s.reviewed in kept]
    return max(signed, key=lambda entry: entry.date).reviewed if signed else ""


# --- the kit ----------------------------------------------------------------------------------------------------------


def kit_progress(request: Request) -> Response:
    """How far the kit is, for the page that is open."""
    desk = desk_of(request)
    return page_part(request, "_making.html", making=desk.kits.making.get(desk.name))


async def begin_kit(request: Request) -> Response:
    """Begin to make the kit of the flow as it stands."""
    given = await request.form()
    return await run_in_threadpool(_begin, request, str(given.get("since", "")).strip(), asyncio.get_running_loop())


def _begin(request: Request, since: str, loop: asyncio.AbstractEventLoop) -> Response:
    desk, told = desk_of(request), request.app.state.news
    look = desk.look()
    if look.flow is None or look.draft:
        return _page(request, "A kit is made of a flow that a bot would serve: mend its findings first.", 409)

    def news(name: str) -> None:
        with suppress(RuntimeError):  # the workbench ends, and its loop has closed
            loop.call_soon_threadsafe(told.tell, name)

    kit = kit_folder(desk.folders.build, desk.name, look.flow.version)
    kept = _kept(desk, since)
    wanted = KitWanted(
        str(desk.flow_folder), look.flow.version, str(kit), desk.now().astimezone(UTC).isoformat(), since,
        None if kept is None else kept.files,
    )  # fmt: skip
    if not desk.kits.begin(look.flow, wanted, news):
        return _page(request, "A kit is being made already: wait until it is there.", 409)
    return back_to("/review#kit")


def _kept(desk: Desk, name: str) -> FlowVersion | None:
    """The version of the open flow that the database kept under this hash, or one that begins so."""
    try:
        with desk.database() as store:
            return store.flow_version(
                named_version([v for v in store.listed_versions() if v.flow == desk.name], name).version
            )
    except (StoreError, NoVersion):
        return None


def kit_file(request: Request) -> Response:
    """A file of a kit; nothing else that lies on this machine."""
    desk = desk_of(request)
    path = file_of_kit(desk.folders.build, desk.name, request.path_params["content"], request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    kind = _TYPES.get(path.suffix, "text/plain")
    return FileResponse(path, media_type=kind, filename=path.name if path.suffix == ".csv" else None)


async def take_labels(request: Request) -> Response:
    """Read a labelled table, and keep what it says of the flow."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST + AROUND:
        async for _ in request.stream():  # read to its end, or the browser would not hear why
            pass
        return await run_in_threadpool(
            _page, request, f"The table is larger than 1 MB. Is it a {TABLE} of the kit?", 413
        )
    given = await request.form(max_files=1, max_fields=1)
    file = given.get("labels")
    table = await file.read() if isinstance(file, UploadFile) else b""
    return await run_in_threadpool(_compare, request, request.path_params["content"], table)


def _compare(request: Request, content: str, table: bytes) -> Response:
    desk = desk_of(request)
    look = desk.look()
    kit = file_of_kit(desk.folders.build, desk.name, content, TABLE)
    if kit is None:
        raise HTTPException(404)
    if look.flow is None or look.draft:
        return _page(request, "Labels are compared with a flow that a bot would serve: mend its findings first.", 409)
    folder = kit_folder(desk.folders.build, desk.name, content)
    try:
        said = compare_labels(look.flow, desk.flow_folder, folder, table.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _page(request, "The table is no text in UTF-8. Save it as \u201cCSV UTF-8\u201d.", 400)
    except (BadLabels, NoKit, BadManifest) as error:
        return _page(request, f"The labels were not taken in. {error}", 400)
    desk.kits.labels[folder] = look.flow.version, said
    return back_to(f"/review#kit-{content}")


ROUTES = (
    Route("/review", review),
    Route("/review/making", kit_progress),
    Route("/review/kit", begin_kit, methods=["POST"]),
    Route("/review/kit/{content}/{name:path}", kit_file),
    Route("/review/labels/{content}", take_labels, methods=["POST"]),
)
