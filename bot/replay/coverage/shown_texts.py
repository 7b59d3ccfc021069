"""Which texts of a flow a turn showed. Its messages are drawn once more, from texts that keep account of what is taken from
them; a text counts as shown if it was taken for a message and stands in it. A bot that talks to people keeps no account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.core.conditions.nodes import Ticked, leaves
from bot.core.conversation.events import Acknowledge
from bot.core.flow.compiled import SPOKEN, CompiledRule, Flow
from bot.core.flow.per_flow import drop_memo, per_flow
from bot.core.model.files.parts import LEVELS, Level
from bot.core.model.files.texts import Texts, Wording
from bot.core.rendering.answer_words import words_for
from bot.core.rendering.message import Message
from bot.replay.playing.memory import MemoryTurn, drawn
from bot.replay.script.names import flat, pattern

TextPath = tuple[str, ...]
"""Where words stand in `texts.<lang>.yaml`: ("questions", "pain", "why")."""

_OPTION = ("label", "text", "alone", "answer")
_QUESTION = ("text", "short", "why", "example", "help", "picture", "none", "unsure")
_AUDIENCES = "audiences"
_TABLES = ("levels", "rules", "advice", "sections", "conflicts", "claims", "system", "topic_groups")

UNSHOWN = {
    "what Telegram shows beside a chat: its menu and its descriptions": ("command_*", "bot_*"),
    "in groups, after a fault or a delay, in versions that nobody proved or that were withdrawn": (
        "group_refused", "error", "late", "unsafe_version", "paused", "cut_short", "cut_short_today", "outage",
    ),
    "in answer to a message by when it was written or what it replies to, which Telegram alone tells": (
        "late_day", "written_before", "reply_to_what", "reply_unread", "earlier_kept", "not_typed",
    ),
    "understood when it is typed, on no button": ("restart", "back", "country_in"),
    "where the settings name the emergency number, which a script's do not": ("country_fixed",),
    "where nothing could raise the level, of which a flow may have no case": ("what_changes_none",),
    "where the advice comes before every list of signs was asked, of which a flow may have no case": ("note_not_asked",),
    "a range without an end, which no button but a ready-made answer and no typed words give": ("or_more",),
}  # fmt: skip
"""System texts that no script can make the bot say, by the reason."""


def words_of(texts: Texts | Wording) -> Iterator[tuple[TextPath, str]]:
    """Everything in the texts of a language that a patient can read, with its path."""
    for name, question in texts.questions.items():
        for part in _QUESTION:
            yield from _words(getattr(question, part, None), ("questions", name, part))
        for option, entry in question.options.items():
            for part in _OPTION:
                yield from _words(getattr(entry, part), ("questions", name, "options", option, part))
    for name, topic in getattr(texts, "topics", {}).items():
        yield from _words(topic.label, ("topics", name, "label"))
        yield from _words(topic.title, ("topics", name, "title"))
        for line, told in topic.lines.items():
            yield from _words(told, ("topics", name, "lines", line))
    for table in _TABLES:
        for key, words in getattr(texts, table, {}).items():
            yield from _words(words, (table, str(key)))
    for audience, wording in getattr(texts, "audiences", {}).items():
        for path, words in words_of(wording):
            yield (_AUDIENCES, audience, *path), words


def _words(words: str | None, path: TextPath) -> Iterator[tuple[TextPath, str]]:
    if words:
        yield path, words


def unshown(flow: Flow, path: TextPath) -> str:
    """Why no script can show this text; nothing if one can."""
    if path[0] == _AUDIENCES:
        path = path[2:]
    table, name = path[0], path[-1]
    if table == "rules" and flow.rules_by_id[name].rule.level is Level.emergency:
        return "why a rule fired, where an emergency says the answer instead"
    if table == "rules" and _only_in_doubt(flow, flow.rules_by_id[name]):
        return 'why a rule fired that decides only by "not sure", where what could not be ruled out is told instead'
    if table == "sections" and name == flow.advice.cards[0].shown[0]:
        return "the heading of what stands right under the level, where none is needed"
    if table != "system":
        return ""
    if name == "note_rest" and _the_note_names_all(flow):
        return "in the note for a clinician, over answers that no part of it names, of which this flow has none"
    if name == "signed_off" and all(s.reviewed != flow.version for s in flow.signoffs.signoffs):
        return "a sign-off, which this version has not"
    if name == "none_of_these" and _each_has_its_own_none(flow):
        return "in place of words that every question has of its own"
    for reason, names in UNSHOWN.items():
        if any(name == n or (n.endswith("*") and name.startswith(n[:-1])) for n in names):
            return reason
    return ""


def _the_note_names_all(flow: Flow) -> bool:
    named = {name for part in flow.advice.note for name in part.questions}
    plain = (q for q in flow.interview.questions if not q.consent and not any(option.sign for option in q.options))
    return all(question.ask in named for question in plain)


def _only_in_doubt(flow: Flow, rule: CompiledRule) -> bool:
    """Whether each sign that the rule reads calls for more than the rule does: then a sign that is there decides elsewhere."""
    signs = [
        option.sign
        for leaf in leaves(rule.node)
        if isinstance(leaf, Ticked) and not leaf.surely
        for option in flow.questions[leaf.question].options
        if option.id == leaf.option and option.sign is not None
    ]
    return bool(signs) and all(LEVELS.index(sign) > rule.rank for sign in signs)


def _each_has_its_own_none(flow: Flow) -> bool:
    lists = [q.ask for q in flow.interview.questions if q.none]
    return all(texts.questions[name].none for texts in flow.texts.values() for name in lists)


def shown(handled: MemoryTurn) -> Iterator[TextPath]:
    """The texts that the messages of one turn show, in the language of the chat."""
    flow, turn = handled.flow, handled.turn
    counting, taken = _counting(flow)
    for effect in turn.effects:
        if isinstance(effect, Acknowledge):
            if effect.key is not None:
                yield "system", effect.key
            continue
        taken.clear()
        drop_memo(counting, words_for)
        messages = drawn(counting, turn.session, effect, handled.places, handled.now)
        said = flat("\n".join(part for message in messages for part in _said(message)))
        for path, words in taken.items():
            if any(pattern(w.strip().rstrip(".")).search(said) for w in _wordings(path, words)):
                yield _own(flow.text(turn.session.lang), path)


def _said(message: Message) -> Iterator[str]:
    yield message.plain()
    if message.picture is not None:
        yield message.picture.words
    if message.paper is not None:
        yield message.paper.plain()
    yield from (b.label for row in message.rows for b in row)


def _own(texts: Texts, path: TextPath) -> TextPath:
    """Where words stand that were taken from the texts as some audience has them (`_Spoken`): in its own, or in all others'."""
    if path[0] != _AUDIENCES:
        return path
    audiences, path = path[1].split(","), path[2:]
    for audience in audiences:
        at: Any = texts.audiences.get(audience)
        for key in path:
            at = at.get(key) if isinstance(at, Mapping) else getattr(at, key, None)
        if at is not None:
            return (_AUDIENCES, audience, *path)
    return path


def _wordings(path: TextPath, words: str) -> list[str]:
    """The words as they can stand in a message: of the months, one alone."""
    return words.split(",") if path == ("system", "months") else [words]


@per_flow
def _counting(flow: Flow) -> tuple[Flow, dict[TextPath, str]]:
    """The same flow, whose texts note what is read of them, and where they note it."""
    taken: dict[TextPath, str] = {}
    texts: Any = {lang: _Entry(texts, (), taken) for lang, texts in flow.texts.items()}
    counting = replace(flow, texts=texts)
    counting.memo[SPOKEN] = _Spoken(flow, taken)
    return counting, taken


class _Spoken(dict[tuple[str, tuple[str, ...]], Any]):
    """The texts as audiences have them, noted as they are read; `get` makes what is missing."""

    def __init__(self, flow: Flow, taken: dict[TextPath, str]) -> None:
        super().__init__()
        self._flow, self._taken = flow, taken

    def get(self, key: tuple[str, tuple[str, ...]], default: Any = None) -> Any:
        if key not in self:
            lang, audiences = key
            self[key] = _Entry(self._flow.text(lang, audiences), (_AUDIENCES, ",".join(audiences)), self._taken)
        return self[key]


def _noted(value: Any, path: TextPath, taken: dict[TextPath, str]) -> Any:
    if isinstance(value, str):
        taken[path] = value
        return value
    if isinstance(value, Mapping):
        return _Table(value, path, taken)
    return value if value is None or isinstance(value, int | list) else _Entry(value, path, taken)


class _Entry:
    """A model of texts whose fields are noted as they are read."""

    def __init__(self, texts: Any, path: TextPath, taken: dict[TextPath, str]) -> None:
        self._texts, self._path, self._taken = texts, path, taken

    def __getattr__(self, name: str) -> Any:
        return _noted(getattr(self._texts, name), (*self._path, name), self._taken)


class _Table(Mapping[Any, Any]):
    """A table of texts whose values are noted as they are read."""

    def __init__(self, table: Mapping[Any, Any], path: TextPath, taken: dict[TextPath, str]) -> None:
        self._table, self._path, self._taken = table, path, taken

    def __getitem__(self, key: Any) -> Any:
        return _noted(self._table[key], (*self._path, str(key)), self._taken)

    def __contains__(self, key: object) -> bool:
        return key in self._table

    def __iter__(self) -> Iterator[Any]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)
