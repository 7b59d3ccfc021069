"""A patient that a proof or a comparison found, as a chat: the answers that are not usual, given when asked for."""

from __future__ import annotations

from pathlib import Path

from bot.check.answers.results import Example
from bot.check.report.counterexample import script_of
from bot.core.flow.compiled import Flow
from bot.replay.script.flows import Only
from bot.replay.script.model import Case
from bot.replay.script.reading import Scripts, read_text

from .chat import PhoneChat


def case_of_patient(flow: Flow, title: str, example: Example) -> Case | None:
    """The patient as a case that expects nothing; None if this version of the flow cannot be told so."""
    known = {q: raw for q, raw in example.answers.items() if q in flow.questions}
    told = Example(known, tuple(q for q in example.unusual if q in known), None, ())
    found = Scripts()
    read_text(script_of(flow, flow.name, title, told, {"not_said": ["error"]}), Path("patient.yaml"), Only(flow), found)
    return found.cases[0] if found.cases else None


def chat_of_patient(flow: Flow, title: str, example: Example) -> PhoneChat | None:
    """The chat of this patient with this version of the flow, to its end."""
    case = case_of_patient(flow, title, example)
    return None if case is None else PhoneChat.of_case(case, flow, {})
