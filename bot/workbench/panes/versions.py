"""What is done with a version that chats ran on: withdrawn, not so any more, put back.

Each step is confirmed on a page that says how many chats it moves. The number that was shown comes back with the confirmation: if
it is another one by then, it is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.check.proof.own_process import ProofProcess
from bot.core.model.findings import Finding
from bot.library import folder_hash
from bot.operator.versions import NotPutBack, NoVersion, aside_for, day_of, named_version, roll_back
from bot.store import FlowVersion, ListedVersion, Store, StoreError
from bot.workbench.desk import Desk
from bot.workbench.drawing import desk_of, whole_page

_ONE_ROLLBACK = Lock()


class AskedStep(NamedTuple):
    """What a confirmation is about. `chats`: those that the step moves, or lets go on; `running`: chats of the flow whose version
    is not withdrawn; `content`: hash of what stands in the flow's folder now; `current`: whether that is this version; `sound`:
    whether a bot would serve it."""

    step: str
    version: ListedVersion
    chats: int
    running: int
    content: str
    current: bool
    sound: bool


def confirm_step(request: Request) -> Response:
    """What a step would do, to be confirmed."""
    return _with_version(request, lambda asked, store: None, lambda asked, found: _ask(request, asked))


async def take_step(request: Request) -> Response:
    """Take a step, if it still does what was shown."""
    given = await request.form()
    shown = str(given.get("chats", "")), str(given.get("content", ""))
    return await run_in_threadpool(_act, request, shown)


def _act(request: Request, shown: tuple[str, str]) -> Response:
    def in_store(asked: AskedStep, store: Store) -> FlowVersion | None:
        if shown != (str(asked.chats), asked.content) or _idle(asked):
            return None
        if asked.step != "rollback":
            store.withdraw(asked.version.version, asked.step == "withdraw")
        return store.flow_version(asked.version.version)

    def afterwards(asked: AskedStep, kept: FlowVersion | None) -> Response:
        if kept is None:
            return _ask(request, asked, before=shown)
        return _rolled_back(request, asked, kept) if asked.step == "rollback" else _done(request, asked)

    return _with_version(request, in_store, afterwards)


def _with_version(
    request: Request,
    in_store: Callable[[AskedStep, Store], FlowVersion | None],
    afterwards: Callable[[AskedStep, FlowVersion | None], Response],
) -> Response:
    """Find what the address names, do something while the database is open, and go on when it is closed."""
    desk, step, name = desk_of(request), request.path_params["step"], request.path_params["version"]
    if step not in ("withdraw", "undo", "rollback"):
        raise HTTPException(404)
    try:
        with desk.database() as store:
            asked = _asked(desk, step, name, store.listed_versions())
            kept = in_store(asked, store)
    except NoVersion as error:
        return _told(request, "Nothing was done", str(error), status=404)
    except StoreError as error:
        return _told(request, "Nothing was done", str(error), status=503)
    return afterwards(asked, kept)


def _asked(desk: Desk, step: str, name: str, listed: list[ListedVersion]) -> AskedStep:
    """Raises NoVersion."""
    ours = [version for version in listed if version.flow == desk.name]
    version = named_version(ours, name)
    look, content = desk.look(), folder_hash(desk.flow_folder)
    moved = [v for v in ours if v.withdrawn] if step == "rollback" else [version]
    return AskedStep(
        step, version, sum(v.chats for v in moved), sum(v.chats for v in ours if not v.withdrawn),
        content, content == version.version, look.flow is not None and not look.draft,
    )  # fmt: skip


def _idle(asked: AskedStep) -> bool:
    """Whether there is nothing to do, or the step is not open to this version."""
    if asked.step == "rollback":
        return asked.version.withdrawn or (asked.current and asked.sound)
    return asked.version.withdrawn == (asked.step == "withdraw")


def _ask(request: Request, asked: AskedStep, before: tuple[str, str] | None = None) -> Response:
    """The page that is confirmed. `before`: what was confirmed, if it is not so any more."""
    desk = desk_of(request)
    return whole_page(
        request, "review_confirm.html", "review", 200 if before is None else 409, asked=asked, idle=_idle(asked),
        before=before, folder=desk.flow_folder, aside=aside_for(desk.flow_folder),
        day_of=day_of,
    )  # fmt: skip


def _done(request: Request, asked: AskedStep) -> Response:
    version = asked.version.version
    if asked.step == "undo":
        return _told(
            request, f"{version} is no longer withdrawn", "Chats that moved on stay where they are.", done=True
        )
    return _told(request, f"{version} is withdrawn", _withdrawn_words(asked), done=True)


def _withdrawn_words(asked: AskedStep) -> str:
    if asked.current:
        return (
            f"It stands in the flow's folder, so the bot asks its {asked.chats} running chats nothing until another content stands "
            "there: mend the flow, or put an earlier version back."
        )
    return f"Its {asked.chats} running chats move to the version that the bot serves, at their next word."


def _rolled_back(request: Request, asked: AskedStep, kept: FlowVersion) -> Response:
    desk = desk_of(request)
    try:
        with _ONE_ROLLBACK:
            done = roll_back(kept, desk.flow_folder, lambda flow: ProofProcess().prove_stored(flow).findings())
    except NotPutBack as error:
        return _told(request, "Nothing was written", str(error), error.findings, 409)
    except OSError as error:
        return _told(request, "Not put back", f"{desk.flow_folder} cannot be written: {error.strerror}.", status=500)
    version = asked.version.version
    if done.aside is None:
        return _told(request, "Nothing was written", f"{desk.flow_folder} holds version {version} already.")
    return _told(
        request, f"{desk.flow_folder} holds version {version} again",
        f"What stood there is kept as {done.aside}; remove it when it is not needed. hazards.yaml and signoff.yaml are no part "
        "of a content: they stay as they were.", done.left, done=True,
    )  # fmt: skip


def _told(
    request: Request, title: str, said: str, findings: Sequence[Finding] = (), status: int = 200, done: bool = False
) -> Response:
    """What came of a step. `findings`: what is wrong with the content that it was about."""
    return whole_page(
        request, "review_done.html", "review", status, title=title, said=said, findings=findings, done=done
    )


ROUTES = (
    Route("/review/{step}/{version}", confirm_step),
    Route("/review/{step}/{version}", take_step, methods=["POST"]),
)
