"""Random walks: taps, words, corrections, nonsense and silence, the laws looked at after every turn, failures shrunk.

A walk is a list of script steps. A step that cannot be done where the walk stands is passed over, so that any part of a
walk is a walk: a failure is shrunk by leaving steps out as long as it fails in the same way.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any, NamedTuple

from bot.core.conversation.events import Edited, Event, Tapped, Typed
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import LEVELS, Kind, Level
from bot.core.model.findings import Place
from bot.core.rendering.answer_words import Places
from bot.replay.crowd.sayings import all_sayings
from bot.replay.playing.acts import Key, Shown
from bot.replay.playing.chat import SeenChat
from bot.replay.playing.memory import MemoryDriver, MemoryTurn, NotTheSame
from bot.replay.playing.outcome import Deviated
from bot.replay.playing.play import Play
from bot.replay.playing.ways import now_or_never
from bot.replay.script.model import KINDS, NOW, Case, Expect, ScriptStep
from bot.replay.script.writing import script_text

from .laws import KEEP_LEVELS, LAWS, level_of

NONSENSE = (
    "", "?", "...", "blub blub", "\u0000", "\ud800", "no no no", "yes and no", "0", "-1", "1e9", "7", "99", "3 weeks", "tomorrow",
    "\U0001f642" * 30, "x" * 5000, "/nothing", "{answer}", "%s", "<b>bold</b>", "not sure", "none of these", "all of them",
)  # fmt: skip
SILENCES = ("1 minute", "16 minutes", "21 minutes", "3 hours", "7 hours", "2 days", "40 days")
LONGEST = 40
"""Steps of one walk."""
SOMEBODY, UNUSUAL = 0.6, 0.25
"""How many walks begin as a made patient, and how many of their answers are not the usual ones."""
ANOTHER = "another version"
"""What a step calls the version that is put in place: the same flow under another content hash."""

Moves = Sequence[Mapping[str, Any]]


class Broken(NamedTuple):
    """A law that did not hold. `steps`: the walk up to there; `level`: the one that stood before, if it must stand on."""

    law: str
    detail: str
    steps: tuple[Mapping[str, Any], ...]
    level: Level | None = None


class Walked(NamedTuple):
    """What random walks came to. `asked`, `fired`: questions and rules that they reached."""

    walks: int
    turns: int
    broken: tuple[Broken, ...]
    taps: int = 0
    typed: int = 0
    asked: frozenset[str] = frozenset()
    fired: frozenset[str] = frozenset()


def walks(flow: Flow, count: int, seed: int, most_broken: int = 3) -> Walked:
    """So many random walks. The same seed walks the same way."""
    rng = random.Random(seed)
    turns = 0
    broken: list[Broken] = []
    for _ in range(count):
        found, made = _walk(flow, _Random(flow, random.Random(rng.getrandbits(64))))
        turns += len(made)
        if found is not None:
            broken.append(shrunk(flow, found))
            if len(broken) >= most_broken:
                break
    return Walked(count, turns, tuple(broken))


class OneWalk(NamedTuple):
    """One walk by itself. `words`: how many messages it might type, `wanted`: how many it chose to; `typed`: what was typed,
    that of `auto:` included."""

    words: int
    wanted: int
    broken: Broken | None
    turns: int
    taps: int
    typed: int
    asked: frozenset[str]
    fired: frozenset[str]

    def same_with(self, words: int) -> bool:
        """Whether it would have been the same if it might type so many: it never ran out of them, or never had any."""
        return words == self.words or min(words, self.words) > self.wanted or max(words, self.words) <= 0


def walk_seeds(seed: int) -> Iterator[int]:
    """The seed of each walk, by its number."""
    rng = random.Random(seed)
    while True:
        yield rng.getrandbits(64)


def one_walk(flow: Flow, seed: int, words: int) -> OneWalk:
    """A random walk that may type so many messages."""
    chosen = _Random(flow, random.Random(seed), words)
    found, made = _walk(flow, chosen)
    return OneWalk(
        words, chosen.wanted, found, len(made),
        sum(isinstance(handled.event, Tapped) for handled in made),
        sum(isinstance(handled.event, Typed | Edited) for handled in made),
        frozenset({handled.turn.session.at for handled in made} & flow.questions.keys()),
        frozenset[str]().union(*(handled.turn.trace.fired for handled in made)),
    )  # fmt: skip


def explored(
    flow: Flow, taps: int, typed: int, seed: int, most_broken: int = 3, made: Mapping[int, OneWalk] | None = None
) -> Walked:
    """Random walks until so many taps were made; no more than so many messages are typed, and all of them if there is room.

    `made`: walks of the same seed that were made already, by number; those that are missing, or had more or fewer words left
    than those before them leave, are made here."""
    broken: list[Broken] = []
    asked: set[str] = set()
    fired: set[str] = set()
    walks = turns = tapped = written = 0
    seeds = walk_seeds(seed)
    while tapped < taps and len(broken) < most_broken:
        one, of = (made or {}).get(walks), next(seeds)
        if one is None or not one.same_with(typed - written):
            one = one_walk(flow, of, typed - written)
        walks, turns = walks + 1, turns + one.turns
        tapped, written = tapped + one.taps, written + one.typed
        asked |= one.asked
        fired |= one.fired
        if one.broken is not None:
            broken.append(shrunk(flow, one.broken))
    return Walked(walks, turns, tuple(broken), tapped, written, frozenset(asked), frozenset(fired))


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
    """Steps chosen as the walk goes, mostly sensible ones. `words`: how many messages it may type; `wanted`: how many it chose
    to."""

    def __init__(self, flow: Flow, rng: random.Random, words: int = LONGEST) -> None:
        self._rng, self._words, self.wanted = rng, words, 0
        self._flow, self._phrases = flow, _phrases_of(flow)

    def steps(self, chat: SeenChat) -> Iterator[Mapping[str, Any]]:
        if self._rng.random() < SOMEBODY:
            yield self._somebody()
        for _ in range(self._rng.randrange(3, LONGEST)):
            yield self._next(chat)

    def _next(self, chat: SeenChat) -> Mapping[str, Any]:
        rng = self._rng
        kind = rng.choices(
            *zip(*((k, w) for k, w in _KINDS.items() if self.wanted < self._words or k not in _TYPED), strict=True)
        )[0]
        self.wanted += kind in _TYPED
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
        if kind == "version":
            return {"version": ANOTHER}
        if kind == "nonsense":
            return {"me": rng.choice(NONSENSE)}
        return {"auto": {}, "until": rng.choice(list(self._flow.questions))}

    def _somebody(self) -> Mapping[str, Any]:
        """A patient with some answers that are not the usual ones, up to some question or the advice."""
        rng, answers = self._rng, dict[str, Any]()
        for question in self._flow.interview.questions:
            if not question.consent and rng.random() < UNUSUAL:
                answers[question.ask] = _some_answer(question, rng)
        return {"auto": answers, "until": rng.choice((*answers, "result"))}


def _some_answer(question: Question, rng: random.Random) -> Any:
    if question.kind is Kind.many:
        return rng.sample(question.option_ids, rng.choice((1, 1, 2)) if len(question.option_ids) > 1 else 1)
    if question.kind is Kind.yes_no:
        return rng.choice(("yes", "no"))
    return rng.choice(question.option_ids) if question.option_ids else rng.randrange(11)


_KINDS = {
    "tap": 60, "me": 14, "nonsense": 5, "command": 5, "old": 4, "double": 4, "later": 4, "send": 2, "edit": 3, "restart": 2,
    "version": 1, "as usual": 4,
}  # fmt: skip
"""What is done next, and how often; "as usual": as an uncomplicated patient, up to some question."""
_TYPED = frozenset({"me", "nonsense", "edit"})


@per_flow
def _phrases_of(flow: Flow) -> list[str]:
    """What is typed: the flow's own words, and what people say there."""
    own = [p for texts in flow.texts.values() for p in _phrases(texts)]
    said = (all_sayings(flow, lang, None).sayings.values() for lang in flow.texts)
    return [*own, *(saying.text for of_questions in said for sayings in of_questions for saying in sayings)]


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


class _LawBroken(Exception):
    """A law that does not hold of a turn."""

    def __init__(self, law: str, detail: str, handled: MemoryTurn) -> None:
        super().__init__(law)
        self.law, self.detail, self.handled = law, detail, handled


class _Watched(MemoryDriver):
    """Looks at the laws right after each turn, while what its answers come to is still remembered. Raises _LawBroken."""

    def _handle(self, event: Event, silent: Session | None = None) -> tuple[Shown, ...]:
        shown = super()._handle(event, silent)
        for law, holds in LAWS.items():
            if detail := holds(self.turns[-1]):
                raise _LawBroken(law, detail, self.turns[-1])
        return shown


def _walk(flow: Flow, chosen: _Given | _Random) -> tuple[Broken | None, list[MemoryTurn]]:
    lang = next(iter(flow.texts))
    driver = _Watched(flow, lang, NOW.replace(tzinfo=UTC), Places(), reload=True)
    case = Case("a walk", "walk", Place("walk"), flow.name, lang, NOW, (), Expect(), {})
    play = Play(case, flow, {ANOTHER: _under_another_hash(flow)}, driver, UTC)
    done: list[Mapping[str, Any]] = []
    for move in chosen.steps(play.chat):
        done.append(move)
        try:
            now_or_never(play.line(ScriptStep.model_validate(move)))
        except Deviated as deviated:
            if deviated.came == "silence":
                return Broken("every turn has an effect", "The bot stayed silent.", tuple(done)), driver.turns
            done.pop()  # it could not be done here
        except _LawBroken as broken:
            before = level_of(broken.handled.flow, broken.handled.before)
            stands = LEVELS[before] if broken.law in KEEP_LEVELS and before >= 0 else None
            return Broken(broken.law, broken.detail, tuple(done), stands), driver.turns
        except NotTheSame as error:
            return Broken("save and reload changes nothing", str(error)[:400], tuple(done)), driver.turns
        except Exception as error:
            return Broken("step never raises", f"{type(error).__name__}: {error}"[:400], tuple(done)), driver.turns
    return None, driver.turns


@per_flow
def _under_another_hash(flow: Flow) -> Flow:
    return dataclasses.replace(flow, version=flow.version[::-1])
