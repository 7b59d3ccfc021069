"""Patients that a clinician labels without seeing what the flow says, and how far both agree."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.check.answers.results import Example
from bot.check.answers.space import Space
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import LEVELS

from .document import vignette

COLUMNS = ("id", "patient", "level", "remark")
"""Of the table: `level` and `remark` are for the clinician."""


class BadLabels(ValueError):
    """A table that cannot be read; the message says which line and what to do."""


class Agreement(NamedTuple):
    """How far the labels and the flow agree. `exact`: share; `kappa`: Cohen's, unweighted (1: always, 0: as by chance);
    `lower`, `higher`: patients whom the flow sends lower, or higher, than the clinician: (id, flow's level, label)."""

    labelled: int
    exact: float
    kappa: float
    lower: tuple[tuple[str, str, str], ...]
    higher: tuple[tuple[str, str, str], ...]


def patients_table(flow: Flow, examples: Sequence[Example]) -> str:
    """The patients as CSV, without what the flow says of them."""
    out, space = io.StringIO(), Space(flow)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, example in enumerate(examples, 1):
        writer.writerow([_id(number), vignette(space, example), "", ""])
    return out.getvalue()


def answers(examples: Sequence[Example]) -> str:
    """What each patient answers, as JSON, for reading the labels again: no level stands there."""
    return json.dumps({_id(n): dict(e.answers) for n, e in enumerate(examples, 1)}, ensure_ascii=False, indent=1)


def _id(number: int) -> str:
    return f"p{number:03}"


def read_labels(text: str) -> dict[str, str]:
    """Id -> level, of the patients that were labelled. Raises BadLabels."""
    found: dict[str, str] = {}
    for line, row in _rows(text):
        level = row["level"].lower().replace(" ", "_").replace("-", "_")
        if level and level not in LEVELS:
            raise BadLabels(f'Line {line}: "{row["level"]}" is no level. Write {", ".join(LEVELS)}, or nothing.')
        if level:
            found[row["id"]] = level
    return found


def read_patients(text: str) -> dict[str, str]:
    """Id -> who it is, in words; without those that the table has no words for. Raises BadLabels."""
    return {row["id"]: row["patient"] for _, row in _rows(text) if row.get("patient")}


def same_patients(labelled: str, kit: str) -> None:
    """Whether the table that was labelled is of this kit: in each kit the numbers begin anew. Raises BadLabels."""
    ours = read_patients(kit)
    for name, words in read_patients(labelled).items():
        if name in ours and ours[name].split() != words.split():
            raise BadLabels(f"{name} is another patient in this kit: the labels belong to another one.")


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row of a table as a spreadsheet saves it, with the number of its last line. Raises BadLabels."""
    sample = text.lstrip("\ufeff")
    head = sample.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(sample), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        if not {"id", "level"} <= set(rows.fieldnames or ()):
            raise BadLabels(
                f'The first line must name the columns {", ".join(COLUMNS)}; it says "{head[:80].strip()}".'
            )
        for row in rows:
            yield rows.line_num, {name: (row.get(name) or "").strip() for name in COLUMNS}
    except csv.Error as error:
        raise BadLabels(f"Line {rows.line_num}: this is no table ({error}). Save it as CSV.") from None


def agreement(said: Mapping[str, str], labels: Mapping[str, str]) -> Agreement:
    """The flow's levels beside the labels. Raises BadLabels if nobody is labelled, or an id is unknown."""
    unknown = sorted(labels.keys() - said.keys())
    if unknown or not labels:
        raise BadLabels(f'There is no patient "{unknown[0]}" in this kit.' if unknown else "Nobody is labelled yet.")
    pairs = {name: (said[name], labels[name]) for name in sorted(labels)}
    count = len(pairs)
    exact = sum(a == b for a, b in pairs.values()) / count
    ours, theirs = Counter(a for a, _ in pairs.values()), Counter(b for _, b in pairs.values())
    chance = sum(ours[level] * theirs[level] for level in LEVELS) / count**2
    rank = {level.value: level.rank for level in LEVELS}
    apart = [(name, a, b) for name, (a, b) in pairs.items()]
    return Agreement(
        count, exact, 1.0 if chance == 1 else (exact - chance) / (1 - chance),
        tuple(x for x in apart if rank[x[1]] < rank[x[2]]), tuple(x for x in apart if rank[x[1]] > rank[x[2]]),
    )  # fmt: skip
