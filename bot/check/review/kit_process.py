"""A kit made in a process of its own, so that who asked for it stays quick, and keeps nothing of what the solver needed.

python -m bot.check.review.kit_process      reads a line that says which kit; prints in JSON how far it is, at last what came of it
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bot.check.proof.solver import NotProved
from bot.check.report.revisions import NoSuchVersion
from bot.core.flow.compiled import Flow
from bot.core.model.findings import FlowError
from bot.library import from_stored, load_flow
from bot.papers.pdf import PaperError

from .kit import NoKit, Progress, make_kit, older_flow
from .labels import BadLabels


@dataclass(frozen=True)
class KitWanted:
    """Which kit: of the flow in `folder`, if its content is still this one, into `kit`, made at `now` (ISO, with its zone). Also
    what changed `since` a folder or a git revision, or since `stored`: the files of a version that the database kept."""

    folder: str
    content: str
    kit: str
    now: str
    since: str = ""
    stored: Mapping[str, str] | None = None


def make_apart(wanted: KitWanted, told: Progress) -> None:
    """Make the kit in a process of its own, and wait for it. Raises NoKit."""
    outcome: str | None = None
    with subprocess.Popen(
        [sys.executable, "-m", "bot.check.review.kit_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(wanted)) + "\n")
        process.stdin.close()
        for line in process.stdout:
            said = json.loads(line)
            if isinstance(said, str):
                outcome = said
            else:
                told(*said)
    if outcome is None:
        raise NoKit(
            f"Its process ended with code {process.returncode}. `symptom-bot review-kit {wanted.folder}` says why."
        )
    if outcome:
        raise NoKit(outcome)


def _make(wanted: KitWanted) -> str:
    """What is wrong, or "" if the kit is made."""
    folder = Path(wanted.folder)
    try:
        flow = load_flow(folder)
        if flow.version != wanted.content:
            return f"The flow was edited meanwhile: its content is {flow.version} now."
        make_kit(flow, folder, Path(wanted.kit), datetime.fromisoformat(wanted.now), _older(wanted, flow), _print)
    except FlowError as error:
        return f"{error.name} cannot be used: {error.findings[0]}"
    except (NoKit, NoSuchVersion, BadLabels, NotProved, PaperError, OSError) as error:
        return str(error)
    return ""


def _older(wanted: KitWanted, flow: Flow) -> Flow | None:
    if wanted.stored is None:
        return older_flow(wanted.since, flow, Path(wanted.folder)) if wanted.since else None
    return from_stored(flow.name, wanted.stored, flow.system_words)


def _print(words: str, done: int, of: int) -> None:
    print(json.dumps([words, done, of]), flush=True)


if __name__ == "__main__":
    print(json.dumps(_make(KitWanted(**json.loads(sys.stdin.readline())))))
