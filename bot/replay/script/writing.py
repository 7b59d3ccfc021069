"""Scripts as text: what a recording or a proposal writes, in the style in which people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from .model import DEFAULT_LANG

Steps = Sequence[Mapping[str, Any]]


class Exists(Exception):
    """There is a file already; no tool writes over a script."""


def script_text(
    title: str, flow: str, now: datetime | None, steps: Steps, expect: Mapping[str, Any], comment: str = "",
    lang: str = DEFAULT_LANG,
) -> str:  # fmt: skip
    """A script, ready to be saved."""
    lines = [f"# {line}" for line in comment.splitlines()]
    lines += [f"title: {in_line(title)}", f"flow: {flow}"]
    if lang != DEFAULT_LANG:
        lines.append(f"lang: {lang}")
    if now is not None:
        lines.append(f"now: {now.replace(tzinfo=None).isoformat(timespec='minutes')}")
    lines.append("chat:")
    for step in steps:
        first, *rest = step.items()
        lines.append(f"  - {first[0]}: {in_line(first[1])}")
        lines += [f"    {key}: {in_line(value)}" for key, value in rest]
    lines.append("expect:")
    lines += [f"  {key}: {in_line(value)}" for key, value in expect.items()]
    return "\n".join(lines) + "\n"


def save(path: Path, text: str) -> None:
    """Write a new file. Raises Exists: what somebody expects in a script is never rewritten by a tool."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Exists(f"{path} exists already and is not written over. Choose another name.") from None


def in_line(value: Any) -> str:
    """A value on one line of YAML, read back as the same value by our own reader."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{in_line(k)}: {in_line(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(in_line(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=100_000).strip()
        text = text.removesuffix("\n...").strip()
        plain = not text.startswith(("'", '"'))
        return f'"{text}"' if plain and (any(c in text for c in ",[]{}") or text[:1] == "$") else text
    return str(value)
