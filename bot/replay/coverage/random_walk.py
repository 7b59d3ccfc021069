"""Random walks: taps, words, corrections, nonsense and silence, the laws looked at after every turn, failures shrunk.

A walk is a list of script steps. A step that cannot be done where the walk stands is passed over, so that any part of a
walk is a walk: a failure is shrunk by leaving steps out as long as it fails in the same way.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any, NamedTuple

from bot.core.conversation.session import Session
from bot.core.conversation.triage import verdict_of
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import LEVELS, Level
from bot.core.model.findings import Place
from bot.core.rendering.answer_words import Places
from bot.replay.playing.acts import Key
from bot.replay.playing.chat import SeenChat
from bot.replay.playing.memory import MemoryDriver, MemoryTurn, NotTheSame
from bot.replay.playing.outcome import Deviated
from bot.replay.playing.play import Play
from bot.replay.playing.ways import now_or_never
from bot.replay.script.model import KINDS, NOW, Case, Expect, ScriptStep
from bot.replay.script.writing import script_text

NONSENSE = (
    "", "?", "...", "blub blub", "\u0000", "\ud800", "no no no", "yes and no", "0", "-1", "1e9", "7", "99", "3 weeks", "tomorrow",
    "\U0001f642" * 30, "x" * 5000, "/nothing", "{answer}", "%s", "<b>bold</b>", "not sure", "none of these", "all of them",
)  # fmt: skip
SILENCES = ("1 minute", "16 minutes", "21 minutes", "3 hours", "7 hours", "2 days", "40 days")
LONGEST = 40
"""Steps of one walk."""

Moves = Sequence[Mapping[str, Any]]


class Broken(NamedTuple):
    """A law that did not hold. `steps`: the walk up to there; `level`: the one that stood before, if it must stand on."""

    law: str
    detail: str
    steps: tuple[Mapping[str, Any], ...]
    level: Level | None = None


class Walked(NamedTuple):
    """What random walks came to."""

    walks: int
    turns: int
    broken: tuple[Broken, ...]


def walks(flow: Flow, count: int, seed: int, most_broken: int = 3) -> Walked:
    """So many random walks. The same seed walks the same way."""
    rng = random.Random(seed)
    turns = 0
    broken: list[Broken] = []
    for _ in range(count):
        found, walked = _walk(flow, _Random(flow, random.Random(rng.getrandbits(64))))
        turns += walked
        if found is not None:
            broken.append(shrunk(flow, found))
            if len(broken) >= most_broken:
                break
    return Walked(count, turns, tuple(broken))


def again(flow: Flow, steps: Moves) -> Broken | None:
    """The same steps once more: the law that breaks, if one does."""
    return _walk(flow, _Given(steps))[0]


def shrunk(flow: Flow, broken: Broken) -> Broken:
    """The shortest walk found that breaks the same law."""
    steps, size = list(broken.steps), max(1, len(broken.steps) // 2)
    while size:
        at = 0
        while at < len(steps):
            shorter = [*steps[:at], *steps[at + size :]]
            found = again(flow, shorter)
            if found is not None and found.law == broken.law:
                steps, broken = list(found.steps), found
            else:
                at += size
        size //= 2
    return broken


def as_script(flow: Flow, broken: Broken, title: str) -> str:
    """A failure as a script; what should be expected instead is for a person to say."""
    comment = f"Found by a random walk: {broken.law}\n{broken.detail}"
    level = {} if broken.level is None else {"level": broken.level.value}
    expect, lang = {**level, "not_said": ["error"]}, next(iter(flow.texts))
    return script_text(title, flow.name, None, broken.steps, expect, comment.replace("\n\n", "\n"), lang)


# --- walking ----------------------------------------------------------------------------------------------------------


class _Given:
    """Steps that were chosen before."""

    def __init__(self, steps: Moves) -> None:
        self._steps = steps

    def steps(self, chat: SeenChat) -> Iterator[Mapping[str, Any]]:
        yield from self._steps


class _Random:
    """Steps chosen as the walk goes, mostly sensible ones."""

    def __init__(self, flow: Flow, rng: random.Random) -> None:
        self._flow, self._rng = flow, rng
        self._phrases = [p for t in flow.texts.values() for p in _phrases(t)]

    def steps(self, chat: SeenChat) -> Iterator[Mapping[str, Any]]:
        for _ in range(self._rng.randrange(3, LONGEST)):
            yield self._next(chat)

    def _next(self, chat: SeenChat) -> Mapping[str, Any]:
        rng = self._rng
        kind = rng.choices(
            ("tap", "me", "nonsense", "command", "old", "double", "later", "send", "edit", "restart"),
            (60, 14, 5, 5, 4, 4, 4, 2, 3, 2),
        )[0]
        open_keys = [k for m in chat.reachable() for k in m.keys]
        if kind == "tap" and open_keys:
            return {"tap": _name(chat, rng.choice(open_keys))}
        if kind == "me":
            return {"me": rng.choice(self._phrases)}
        if kind == "command":
            return {
                "command": rng.choice(
                    ("back", "review", "restart", "stop", "help", "why", "start", "forget", "language xx")
                )
            }
        if kind == "old" and chat.keyboards:
            message = rng.choice(chat.keyboards)
            screen = chat.screen_of(message)
            if screen is not None:
                return {"old": {"ask": screen, "tap": _name(chat, rng.choice(message.keys))}}
        if kind == "double":
            return {"double": True}
        if kind == "later":
            return {"later": rng.choice(SILENCES)}
        if kind == "send":
            return {"send": rng.choice(KINDS)}
        if kind == "edit":
            return {"edit": {"message": rng.randrange(1, 4), "text": rng.choice((*NONSENSE, *self._phrases[:40]))}}
        if kind == "restart":
            return {"restart": True}
        return {"me": rng.choice(NONSENSE)}


def _phrases(texts: Any) -> Iterator[str]:
    for question in texts.questions.values():
        for option in question.options.values():
            yield option.label
            yield from option.says
        yield from question.none_says
        if question.example:
            yield question.example


def _name(chat: SeenChat, key: Key) -> str:
    tapped = chat.decode(key.data)
    return key.label if tapped is None else tapped.choice


def _walk(flow: Flow, chosen: _Given | _Random) -> tuple[Broken | None, int]:
    lang = next(iter(flow.texts))
    driver = MemoryDriver(flow, lang, NOW.replace(tzinfo=UTC), Places(), reload=True)
    case = Case("a walk", "walk", Place("walk"), flow.name, lang, NOW, (), Expect(), {})
    play = Play(case, flow, {}, driver, UTC)
    done: list[Mapping[str, Any]] = []
    for move in chosen.steps(play.chat):
        done.append(move)
        handled_before = len(driver.turns)
        try:
            now_or_never(play.line(ScriptStep.model_validate(move)))
        except Deviated as deviated:
            if deviated.came == "silence":
                return Broken("every turn has an effect", "The bot stayed silent.", tuple(done)), len(driver.turns)
            done.pop()  # it could not be done here
        except NotTheSame as error:
            return Broken("save and reload changes nothing", str(error)[:400], tuple(done)), len(driver.turns)
        except Exception as error:
            return Broken("step never raises", f"{type(error).__name__}: {error}"[:400], tuple(done)), len(driver.turns)
        for handled in driver.turns[handled_before:]:
            for law, holds in LAWS.items():
                detail = holds(handled)
                if detail:
                    before = _level(handled.flow, handled.before)
                    stands = LEVELS[before] if law in KEEP_LEVELS and before >= 0 else None
                    return Broken(law, detail, tuple(done), stands), len(driver.turns)
    return None, len(driver.turns)


# --- laws -------------------------------------------------------------------------------------------------------------


def _has_effect(handled: MemoryTurn) -> str:
    return "" if handled.turn.effects else "A turn without an effect."


def _emergency_stays(handled: MemoryTurn) -> str:
    before, after = handled.before, handled.turn.session
    if before.latch is not None and after.id == before.id and after.latch is None:
        return f"The emergency because of {before.latch.option} was gone after {handled.event}."
    return ""


def _never_falls(handled: MemoryTurn) -> str:
    """A later message lowers no level: only a changed answer, a sign that was denied, or a new session may."""
    before, after = handled.before, handled.turn.session
    kept = all(after.answers.get(q) == a for q, a in before.answers.items())
    heard = all(q in after.heard and h.yes <= after.heard[q].yes for q, h in before.heard.items())
    if after.id != before.id or not kept or not heard or after.answers.keys() < before.answers.keys():
        return ""
    today = after.seen.date()
    if before.seen.date() != today:
        return ""
    low, high = _level(handled.flow, after), _level(handled.flow, before)
    return f"From {high} to {low} by {handled.event}." if low < high else ""


def _level(flow: Flow, session: Session) -> int:
    return 3 if session.latch is not None else verdict_of(flow, session, session.seen.date())[1].rank


def _trace_is_whole(handled: MemoryTurn) -> str:
    after, trace = handled.turn.session, handled.turn.trace
    fired = tuple(r.rule.rule for r in verdict_of(handled.flow, after, after.seen.date())[1].fired)
    if after.seen == handled.before.seen or set(fired) == set(trace.fired):
        return ""
    return f"The trace names {', '.join(trace.fired)}, but {', '.join(fired)} fired."


FOR_EMERGENCIES, FOR_LEVELS = "once an emergency, no later event lowers it", "no later message lowers a level"
KEEP_LEVELS = (FOR_EMERGENCIES, FOR_LEVELS)
"""The laws by which the level that stood before still stands: a script of their failure expects it."""

LAWS: dict[str, Callable[[MemoryTurn], str]] = {
    "every turn has an effect": _has_effect,
    FOR_EMERGENCIES: _emergency_stays,
    FOR_LEVELS: _never_falls,
    "the trace names every rule that fired": _trace_is_whole,
}
"""What is looked at after every turn, beside that nothing raises and that saving changes nothing."""
