"""How well texts are understood: labelled phrases, the measures of each kind, and the table of the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.core.model.files.interview import Interview
from bot.core.model.readings import Reader

from .report import understand_text

Seen = Mapping[str, Any]
Understand = Callable[[str, datetime], Seen]
"""A way to understand a text, as a JSON object with at least `answers`, `ask` and `red_flags`."""


class Column(NamedTuple):
    """Another way to understand, to be measured beside ours. `kinds`: of texts that it is for."""

    name: str
    understand: Understand
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One labelled text. `label`: what must be read; its form depends on `kind`."""

    half: str
    kind: str
    text: str
    label: Any
    now: datetime


@dataclass
class Count:
    """Right out of all, with the texts that were wrong."""

    right: int = 0
    of: int = 0
    wrong: list[tuple[Phrase, Any]] = field(default_factory=list, repr=False)

    @property
    def share(self) -> float:
        """From 0 to 1; 1 if nothing was counted."""
        return self.right / self.of if self.of else 1.0


def read_cases(folder: Path) -> Iterator[Phrase]:
    """The cases of `folder/<half>/<kind>.yaml`. Raises OSError, ValueError (naming the file)."""
    files = sorted(folder.glob("*/*.yaml"))
    if not files:
        raise ValueError(f"no phrases in {folder}: expected <half>/<kind>.yaml")
    for file in files:
        try:
            read = yaml.safe_load(file.read_text(encoding="utf-8"))
            now, kind, cases = datetime.fromisoformat(str(read["now"])), str(read["kind"]), read["cases"]
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{file}: not a file of labelled phrases ({error})") from error
        if isinstance(cases, dict):
            for label, texts in cases.items():
                for text in texts:
                    yield Phrase(file.parent.name, kind, str(text), label, now)
        else:
            for case in cases:
                text, label = (case["text"], case) if isinstance(case, dict) else (case[0], case[1])
                yield Phrase(file.parent.name, kind, str(text), label, now)


def fits(value: Any, label: Any, asked: bool) -> bool:
    """Whether a figure that was read fits its label: a number, [least, most], `ask`, or one of `any`."""
    if isinstance(label, dict):
        return any(fits(value, one, asked) for one in label["any"])
    if label == "ask":
        return asked and value is None
    if value is None:
        return False
    low, high = (value["min"], value["max"]) if isinstance(value, dict) else (value, value)
    if isinstance(label, list):
        return bool(label[0] <= low and high <= label[1])
    return bool(low == high == label)


def _figure(question: str) -> Callable[[Phrase, Seen], bool]:
    return lambda case, seen: fits(seen["answers"].get(question), case.label, question in seen["ask"])


def _options(case: Phrase) -> set[str]:
    """The options that are right for the text: one, or any of several that fit equally well."""
    return set(case.label["any"]) if isinstance(case.label, dict) else {case.label}


def _found(case: Phrase, seen: Seen) -> bool:
    options = _options(case)
    return bool(options & set(seen["red_flags"])) or any(
        isinstance(v, list) and bool(options & set(map(str, v))) for v in seen["answers"].values()
    )


def _asked_or_found(case: Phrase, seen: Seen) -> bool:
    return _found(case, seen) or bool(_options(case) & set(seen.get("possible", ())))


def _movements(case: Phrase, seen: Seen) -> bool:
    return set(seen["answers"].get("movements", ())) == set(case.label)


def _holds(value: Any, label: Any) -> bool:
    if isinstance(label, list) and label and isinstance(label[0], str):
        return isinstance(value, list) and set(label) <= set(value)
    return fits(value, label, False)


def _facts(case: Phrase, seen: Seen) -> bool:
    return all(_holds(seen["answers"].get(q), label) for q, label in case.label.items())


def _story(case: Phrase, seen: Seen) -> bool:
    label = case.label
    answers = all(_holds(seen["answers"].get(q), v) for q, v in (label.get("answers") or {}).items())
    asked = all(q in seen["ask"] for q in label.get("ask") or ())
    absent = all(q not in seen["answers"] for q in label.get("absent") or ())
    flags = "flags" not in label or set(label["flags"]) == set(seen["red_flags"]) & set(label["flags"]) | _extra(
        label, seen
    )
    return answers and asked and absent and flags


def _extra(label: Mapping[str, Any], seen: Seen) -> set[str]:
    """Flags beyond the label: a second sign of the same statement (a leg that weakens is also weak) is no error."""
    if not label["flags"]:
        return set(seen["red_flags"])
    return set()


def _polarity(case: Phrase, seen: Seen) -> bool:
    label, value = case.label, seen.get("polarity")
    return value in label["any"] if isinstance(label, dict) else value == label


MEASURES: dict[str, Callable[[Phrase, Seen], bool]] = {
    "flags": _found,
    "not_flags": lambda case, seen: not seen["red_flags"],
    "possible": _asked_or_found,
    "onset": _figure("onset"),
    "spasm_length": _figure("spasm_length"),
    "pain": _figure("pain"),
    "movements": _movements,
    "facts": _facts,
    "polarity": _polarity,
    "crisis": lambda case, seen: bool(seen.get("crisis")) == (case.label == "yes"),
    "stories": _story,
}
"""Kind of phrases -> whether a text was understood."""

TITLES = {
    "flags": "plain red flags found",
    "not_flags": "no false red flag",
    "possible": "possible red flags asked about",
    "onset": "onset right or rightly asked",
    "spasm_length": "spasm length",
    "pain": "pain",
    "movements": "movements",
    "facts": "age, medicines, history, places, legs",
    "polarity": "yes, no, not sure",
    "crisis": "wish to die, or not",
    "stories": "whole stories, everything right",
}

TARGETS = {"flags": 0.98, "not_flags": 0.96, "onset": 0.95, "spasm_length": 0.97, "pain": 0.97, "movements": 0.92}


def measure(cases: list[Phrase], understand: Understand) -> dict[tuple[str, str], Count]:
    """Counts by (half, kind). Texts of `flags` stories count in their own kinds only."""
    counts: dict[tuple[str, str], Count] = {}
    for case in cases:
        count = counts.setdefault((case.half, case.kind), Count())
        seen = understand(case.text, case.now)
        count.of += 1
        if MEASURES[case.kind](case, seen):
            count.right += 1
        else:
            count.wrong.append((case, seen))
    return counts


def score(
    folder: Path, reader: Reader, interview: Interview, lang: str = "en", wrong: str | None = None,
    beside: Sequence[Column] = (),
) -> str:  # fmt: skip
    """The table of `symptom-bot understand --score`: our figures on each half. `beside`: others, on the measured half only.

    `wrong`: also lists the texts of that half that were not understood (never of the measured half when tuning).
    """
    cases = list(read_cases(folder))
    ours = measure(cases, lambda text, now: understand_text(reader, interview, text, now, lang))
    halves = sorted({half for half, _ in ours})
    measured = "measured" if "measured" in halves else halves[0]
    columns = [(half, "ours", ours, frozenset(TITLES)) for half in halves]
    columns += [(measured, other.name, measure(cases, other.understand), other.kinds) for other in beside]
    lines = [_row("", [name for _, name, _, _ in columns]), _row("", [half for half, _, _, _ in columns])]
    for kind, title in TITLES.items():
        if not any((half, kind) in ours for half in halves):
            continue
        cells = [_cell(counts.get((half, kind)) if kind in kinds else None) for half, _, counts, kinds in columns]
        target = f"   target {TARGETS[kind]:.0%}" if kind in TARGETS else ""
        lines.append(_row(title, cells) + target)
    totals = {half: sum(c.of for (h, _), c in ours.items() if h == half) for half in halves}
    lines.append("texts: " + ", ".join(f"{half} {count}" for half, count in totals.items()))
    if wrong:
        for (half, kind), count in ours.items():
            if half == wrong:
                lines += [f"{kind:13} {case.text!r}  label {case.label!r}" for case, _ in count.wrong]
    return "\n".join(lines)


def _row(title: str, cells: list[str]) -> str:
    return f"{title:<40}" + "".join(f"{cell:>20}" for cell in cells)


def _cell(count: Count | None) -> str:
    return "-" if count is None else f"{count.share:.1%} ({count.right}/{count.of})"
