"""`symptom-bot add` and `symptom-bot schema`: the operators' tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.operator.commands import register_add, register_schema

from .common import Stop, folders, settings

add_schema = register_schema


def add_add(commands: Any) -> None:
    """`symptom-bot add question|option|red-flag|rule|line|language|flow …`."""
    register_add(commands, _editable, _home)


def _editable(name: str) -> Path:
    """The folder of a flow that may be edited: not one inside the installed package."""
    folder = folders([name])[0]
    shipped = Path(__file__).resolve().parent.parent / "_flows"
    if folder.resolve().is_relative_to(shipped):
        raise Stop(f"{folder} belongs to the installed package. Copy it first: cp -r {folder.parent} flows")
    return folder


def _home() -> Path:
    """The folder in which a new flow is put."""
    from bot.library import UnknownFlow, flows_folder

    chosen = settings().flows_dir
    if chosen is None and not Path("flows").is_dir():
        return Path("flows")
    try:
        return flows_folder(chosen)
    except UnknownFlow as error:
        raise Stop(str(error)) from None
