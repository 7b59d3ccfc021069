"""Made patients: harmless traits put together, and signs of the red-flag list in many a setting."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bot.core.flow.yaml_places import Loaded
from bot.core.model.files.parts import Level
from tests.support.places import TESTS

TABLE: dict[str, Any] = Loaded("harmless_traits.yaml", (TESTS / "harmless_traits.yaml").read_text("utf-8")).value
TRAITS: dict[str, dict[str, Any]] = {t["trait"]: t for t in TABLE["traits"]}
TOGETHER: dict[frozenset[str], Level] = {frozenset(t["pair"]): Level(t["level"]) for t in TABLE["together"]}
ADULT = (16, 110)
FORCE = ("lifting_bending_twisting", "sport_or_heavy_work")
BASE = {"where": ["low_back"], "how_started": "lifting_bending_twisting", "onset": 2}


class Made(NamedTuple):
    """A patient: their answers, and the level that is accepted."""

    answers: dict[str, Any]
    level: Level
    about: tuple[str, ...]


def joined(names: Sequence[str]) -> dict[str, Any] | None:
    """The traits' answers put together on an ordinary strain; None if two give different answers to one question."""
    answers: dict[str, Any] = {q: list(v) if isinstance(v, list) else v for q, v in BASE.items()}
    given: dict[str, Any] = {}
    for name in names:
        for question, answer in TRAITS[name]["answers"].items():
            if isinstance(answer, list):
                answers[question] = list(dict.fromkeys([*answers.get(question, []), *answer]))
            elif given.setdefault(question, answer) != answer:
                return None
    return {**answers, **given}


def accepted(names: Sequence[str], answers: Mapping[str, Any], age: int) -> Level:
    """The highest of what is accepted for each trait, each pair, and the age."""
    levels = [Level(TRAITS[n]["level"]) for n in names]
    levels += [TOGETHER.get(frozenset((a, b)), Level.self_care) for a in names for b in names if a < b]
    how, days = answers["how_started"], answers["onset"]
    if age >= 70 and how in FORCE:
        levels.append(Level.see_soon)
    if age <= 19 and days >= 14 and (how == "sport_or_heavy_work" or "leaning_back" in answers.get("movements", [])):
        levels.append(Level.see_soon)
    return max(levels, key=lambda level: level.rank, default=Level.self_care)


def harmless(count: int, seed: int) -> Iterator[Made]:
    """So many adults with up to three harmless traits, and answers that say nothing."""
    rng = random.Random(seed)
    made = 0
    while made < count:
        names = rng.sample(sorted(TRAITS), rng.randint(0, 3))
        answers = joined(names)
        if answers is None:
            continue
        age = rng.randint(*ADULT)
        said = {
            "pain": rng.randint(0, 10), "spasm_length": rng.choice([20, 120, 900, 3600]),
            "course": rng.choice(["better", "same"]), "function": rng.choice(["nearly_as_usual", "slower"]),
            "onset": rng.randint(0, 28), "for_whom": rng.choice(["me", "with_me"]),
        }  # fmt: skip
        fixed = {q for n in names for q in TRAITS[n]["answers"]}
        answers |= {q: a for q, a in said.items() if q not in fixed}
        answers["age"] = age
        made += 1
        yield Made(answers, accepted(names, answers, age), (*names, f"{age} years"))


class Signed(NamedTuple):
    """Somebody with signs of the red-flag list, and the level that is the least for each."""

    case: dict[str, Any]
    least: Mapping[str, Level]
    about: tuple[str, ...]

    def owed(self, unused: Sequence[str]) -> Level:
        """The least level, by the signs that this person can tell (nobody asks a child for a rash)."""
        levels = [level for sign, level in self.least.items() if sign not in unused]
        return max(levels, key=lambda level: level.rank, default=Level.self_care)


def signed(
    count: int, seed: int, alone: Mapping[Level, Sequence[str]], brought: Mapping[str, Mapping[str, Any]]
) -> Iterator[Signed]:
    """So many people with one to three signs. `brought`: what an answer file takes a sign to say of other questions."""
    rng = random.Random(seed)
    least = {sign: level for level, signs in alone.items() for sign in signs}
    made = 0
    while made < count:
        signs = rng.sample(sorted(least), rng.randint(1, 3))
        given: dict[str, Any] = {}
        if any(given.setdefault(q, a) != a for s in signs for q, a in brought.get(s, {}).items()):
            continue
        said = {
            "age": rng.randint(16, 100), "pain": rng.randint(0, 10), "course": rng.choice(["better", "same", "worse"]),
            "onset": rng.randint(0, 60), "for_whom": rng.choice(["me", "with_me"]),
            "how_started": rng.choice(["lifting_bending_twisting", "sport_or_heavy_work", "nothing_noticed"]),
        }  # fmt: skip
        kept = rng.sample(sorted(said), rng.randint(0, len(said)))
        answers = {q: said[q] for q in kept if q not in given}
        made += 1
        yield Signed(
            {"answers": answers, "facts": dict.fromkeys(signs, True)},
            {s: least[s] for s in signs},
            (*signs, *(f"{q}: {a}" for q, a in answers.items())),
        )
