"""Makes the reader of a flow: one typed text in, all that can be read in it out. Pure, deterministic, offline; never raises.

Order of work: words -> groups of phrases -> what is meant (scope) -> signs, options, figures, dates, polarity, crisis.
A fact that is not mentioned is never taken as absent: only what is plainly denied is listed as denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.model.flow_files import Interview, Kind, Question, Texts
from bot.core.model.readings import Fact, Reader, Reading, Rejected, Sign, Unclear

from .amounts import Amounts, Duration, Number, before
from .figures import Figure, FigureReader
from .language import FOLDER, Language, load
from .onset import OnsetReader
from .patterns import Match, Span
from .periods import Guess
from .scope import MAYBE, NEGATED, Scope
from .whole import crisis, nothing_but, polarity
from .words import Words

LONGEST = 20_000
"""Characters of one text that are read."""

_NAME = re.compile(r"[a-z_0-9]+")


class FlowLike(Protocol):
    """What a reader needs of a flow."""

    @property
    def interview(self) -> Interview:
        """The questions."""

    @property
    def texts(self) -> Mapping[str, Texts]:
        """The words by language."""


def make_reader(flow: FlowLike, folder: Path = FOLDER) -> Reader:
    """The reader of a flow, for all its languages that have word lists in `folder`.

    Raises `PatternError` if a word list cannot be read. In a language without word lists it reads nothing.
    """
    readers = {code: reader for code in flow.texts if (reader := language_reader(flow, code, folder)) is not None}

    def read(text: str, now: datetime, lang: str, open_question: str | None) -> Reading:
        reader = readers.get(lang) or readers.get(lang.partition("-")[0])
        return Reading() if reader is None else reader.read(text[:LONGEST], now, open_question)

    return read


def language_reader(flow: FlowLike, code: str, folder: Path = FOLDER) -> LanguageReader | None:
    """The reader of one of the flow's languages; None if there are no word lists for it."""
    language = load(code, _said(flow.interview, flow.texts[code]), folder)
    return None if language is None else LanguageReader(flow.interview, language)


def _said(interview: Interview, texts: Texts) -> dict[str, list[str]]:
    """Operators' phrases by option id. Those of follow-ups and of single choices count only where they are asked
    ("it hurts" says little elsewhere); they get a name of their own: `question/option`."""
    out: dict[str, list[str]] = {}
    options = {option.id for question in interview.questions for option in question.options}
    for question in interview.questions:
        words = texts.questions.get(question.ask)
        if words is None:
            continue
        if question.none is not None and words.none_says:
            out[f"{question.ask}/{question.none}"] = list(words.none_says)
        for option in question.options:
            entry = words.options.get(option.id)
            if entry is None or not entry.says:
                continue
            general = option.sign or (question.kind is Kind.many and _always(question, options))
            out[option.id if general else f"{question.ask}/{option.id}"] = list(entry.says)
    return out


def _always(question: Question, options: set[str]) -> bool:
    """Whether a list is asked of (nearly) everybody: no condition, or only a named one."""
    when = question.when
    return when is None or (_NAME.fullmatch(when) is not None and when not in options)


@dataclass(frozen=True, slots=True)
class _Text:
    """One text with all that the parts of the reader look at."""

    words: Words
    match: Match
    scope: Scope
    now: datetime
    question: Question | None
    numbers: list[Number]
    durations: list[Duration]

    def opened(self, kind: Kind) -> bool:
        """Whether a question of this kind is open."""
        return self.question is not None and self.question.kind is kind


def _whole(seen: _Text) -> tuple[str | None, bool]:
    """What the text says as a whole (`polarity`), and whether it only seems to say "none" to the list that is open: in words
    that the flow gives for that, or of today alone ("not now"), where a list may ask for more."""
    words, match, question = seen.words, seen.match, seen.question
    said = polarity(words, match, seen.opened(Kind.many))
    if question is None or question.none is None:
        return said, False
    if said == "no" and match.spans("only_now"):
        return None, True
    return said, nothing_but(words, match, f"{question.ask}/{question.none}.plain")


class LanguageReader:
    """Reads texts of one language for one flow. `make_reader` is the way to it."""

    def __init__(self, interview: Interview, language: Language) -> None:
        self._language = language
        self._questions = {question.ask: question for question in interview.questions}
        self._home = {o.id: q for q in interview.questions for o in q.options}
        self._signs = {o.id: o.sign for q in interview.questions for o in q.options if o.sign}
        self._kinds: dict[Kind, str] = {}
        for question in interview.questions:
            self._kinds.setdefault(question.kind, question.ask)
        parts = language.parts
        self._amounts = Amounts(parts)
        self._onset = OnsetReader(parts, self._amounts)
        self._figures = FigureReader(parts, self._amounts)
        self._ordinals = {str(k): int(v) for k, v in (parts.get("ordinals") or {}).items()}
        self._joining = frozenset(map(str, parts.get("joining") or ()))
        self._ordinal_of = frozenset(map(str, parts.get("ordinal_of_list") or ()))
        self._list_number = frozenset(map(str, parts.get("list_number") or ()))

    def read(self, text: str, now: datetime, open_question: str | None) -> Reading:
        """All that can be read in `text` on the patient's date `now`."""
        language = self._language
        words = language.spelling.read(text)
        if not words.words:
            return Reading()
        match = language.grammar.match(words)
        scope = Scope(match, now.year, language.parts)
        question = self._questions.get(open_question or "")
        seen = _Text(
            words, match, scope, now, question, self._amounts.numbers(words), self._amounts.durations(words)
        )  # fmt: skip
        signs, plain, denied, rejected = self._options(seen)
        facts, unclear = self._choices(seen, plain, denied)
        began = self._language.options
        elsewhere = [
            s for o, s in plain.items() if o in self._signs and str(began.get(o, {}).get("begins", "")) != "true"
        ]
        figures, unsaid = self._read_figures(seen, elsewhere)
        said, none_said = _whole(seen)
        return Reading(
            facts=(*facts, *figures),
            signs=signs,
            unclear=(*unclear, *unsaid),
            rejected=rejected,
            crisis=crisis(seen.match, seen.scope),
            polarity=said,
            greeting=nothing_but(seen.words, seen.match, "greeting"),
            none_said=none_said,
        )

    # --- options: warning signs and all other choices

    def _options(self, seen: _Text) -> tuple[tuple[Sign, ...], dict[str, Span], dict[str, Span], tuple[Rejected, ...]]:
        plain: dict[str, Span] = {}
        denied: dict[str, Span] = {}
        possible: dict[str, Span] = {}
        rejected: list[Rejected] = []
        for option in (*self._home, *(q for q, v in self._questions.items() if v.kind is Kind.yes_no)):
            verdicts = self._verdicts(seen, option)
            for kind, span in verdicts.items():
                if kind == "plain":
                    plain[option] = span
                elif kind == MAYBE:
                    possible[option] = span
                else:
                    if kind == NEGATED and "plain" not in verdicts and MAYBE not in verdicts:
                        denied[option] = span
                    rejected.append(Rejected(option, seen.words.quote(span), kind))
        signs = [Sign(o, seen.words.quote(s)) for o, s in plain.items() if o in self._signs]
        signs += [
            Sign(o, seen.words.quote(s), False) for o, s in possible.items() if o in self._signs and o not in plain
        ]
        return tuple(signs), plain, denied, tuple(rejected)

    def _verdicts(self, seen: _Text, option: str) -> dict[str, Span]:
        """What the text says of one option: `plain`, `MAYBE`, or the reasons for which it was set aside, with the words."""
        match, scope = seen.match, seen.scope
        rule = self._language.options.get(option, {})
        past_counts = str(rule.get("past", "")) == "true"
        names = [(f"{option}.plain", True), (f"{option}.possible", False)]
        if seen.question is not None and option in seen.question.option_ids:
            names.append((f"{seen.question.ask}/{option}.plain", True))
        out: dict[str, Span] = {}
        unless: tuple[Span, ...] | None = None
        for name, is_plain in names:
            for span in match.spans(name):
                if unless is None:
                    unless = match.spans(f"{option}.unless")
                if any(self._touches(seen.words, u, span) for u in unless):
                    continue
                sentence = seen.words.sentence
                if any(sentence[u[0]] == sentence[span[0]] for u in match.spans(f"{option}.unless_in_sentence")):
                    continue
                verdict = scope.verdict(span, past_counts)
                if "/" in name and verdict != NEGATED:  # the option's own words, where just that is asked
                    verdict = None
                kind = verdict or ("plain" if is_plain else MAYBE)
                if kind not in out or out[kind][1] - out[kind][0] > span[1] - span[0] > 1:
                    out[kind] = span
        if "plain" not in out:
            for span in match.spans(f"{option}.denied"):
                verdict = scope.verdict(span, True)
                if verdict is None or (verdict == MAYBE and scope.has_own_no(span)):  # "no numbness, no trouble peeing"
                    out.pop(MAYBE, None)
                    out.setdefault(NEGATED, span)
                elif verdict == MAYBE:  # "not sure if I can feel it"
                    out.setdefault(MAYBE, span)
        return out

    def _touches(self, words: Words, one: Span, other: Span) -> bool:
        """Whether two spans overlap or stand within three words of each other with no "and" between."""
        first, last = min(one[1], other[1]), max(one[0], other[0])
        if last < first:
            return True
        return last - first < 3 and not self._joining & set(words.words[first:last])

    def mentions(self, text: str) -> list[tuple[str, int, int]]:
        """Where warning signs are named plainly, whatever is said of them: (option, first character, one past the last)."""
        words = self._language.spelling.read(text[:LONGEST])
        match = self._language.grammar.match(words)
        out = []
        for option in self._signs:
            unless = match.spans(f"{option}.unless")
            for first, last in match.spans(f"{option}.plain"):
                if not any(self._touches(words, u, (first, last)) for u in unless):
                    out.append((option, words.begins[first], words.ends[last - 1]))
        return out

    def _choices(
        self, seen: _Text, plain: Mapping[str, Span], denied: Mapping[str, Span]
    ) -> tuple[list[Fact], list[Unclear]]:
        facts: list[Fact] = []
        unclear: list[Unclear] = []
        quote = seen.words.quote
        for question in self._questions.values():
            name = question.ask
            if question.kind is Kind.yes_no:
                if name in plain:
                    facts.append(Fact(name, "yes", quote(plain[name])))
                elif name in denied:
                    facts.append(Fact(name, "no", quote(denied[name])))
                continue
            yes = [o for o in question.option_ids if o in plain and self._home.get(o) is question]
            no = [o for o in question.option_ids if o in denied and self._home.get(o) is question]
            if question.kind is Kind.many:
                ordered = self._by_number(seen, question)
                if ordered:
                    facts.append(Fact(name, ordered, seen.words.text.strip()))
                elif yes or no:
                    spans = [plain[o] for o in yes] or [denied[o] for o in no]
                    facts.append(Fact(name, tuple(yes), self._joined(seen, spans), denied=tuple(no)))
            elif (question.kind is Kind.one and not question.consent) or question is seen.question:
                ordered = self._by_number(seen, question)
                if len(ordered) == 1:
                    facts.append(Fact(name, ordered[0], seen.words.text.strip()))
                elif len(yes) == 1:
                    facts.append(Fact(name, yes[0], quote(plain[yes[0]])))
                elif yes and question is seen.question:
                    unclear.append(
                        Unclear(name, self._joined(seen, [plain[o] for o in yes]), tuple((o, o) for o in yes))
                    )
        return facts, unclear

    @staticmethod
    def _joined(seen: _Text, spans: Iterable[Span]) -> str:
        return " / ".join(dict.fromkeys(seen.words.quote(span) for span in spans))

    def _by_number(self, seen: _Text, question: Question) -> tuple[str, ...]:
        """Options named by their place in the list ("yes the second one", "number 2"), if that question is open."""
        if question is not seen.question or not question.options or len(seen.words.words) > 12:
            return ()
        words, out = seen.words.words, []
        for place, word in enumerate(words):
            number = self._ordinals.get(word)
            if number is None and word in self._list_number:
                found = self._amounts.number_at(words, place + 1)
                number = int(found[0]) if found and float(found[0]).is_integer() else None
            after = words[place + 1] if place + 1 < len(words) else ""
            if word in self._ordinals and after not in self._ordinal_of and not (after == "" and len(words) <= 4):
                continue
            if number is not None and (number == -1 or 1 <= number <= len(question.options)):
                out.append(question.options[number - 1 if number > 0 else -1].id)
        return tuple(dict.fromkeys(out))

    # --- figures and dates

    def _read_figures(self, seen: _Text, elsewhere: list[Span]) -> tuple[list[Fact], list[Unclear]]:
        facts: list[Fact] = []
        unclear: list[Unclear] = []
        taken: set[int] = set()
        words, kinds = seen.words, self._kinds

        def add(kind: Kind, figure: Figure | None) -> None:
            if figure is None or kind not in kinds:
                return
            taken.update(range(*figure.span))
            if figure.value is None:
                unclear.append(Unclear(kinds[kind], words.quote(figure.span)))
            else:
                facts.append(Fact(kinds[kind], figure.value, words.quote(figure.span), figure.sure))

        figures, numbers = self._figures, seen.numbers
        onset_open = seen.opened(Kind.ago)
        in_durations = {place for d in seen.durations for place in range(*d.span)}
        guesses = self._onset.guesses(words, seen.match, seen.now, onset_open, elsewhere)
        in_dates = {place for g in guesses for place in range(*g.span)}
        add(Kind.age, figures.age(words, numbers, in_dates - in_durations, seen.opened(Kind.age), seen.now.year))
        length = figures.spasm_length(words, seen.match, seen.durations, taken, seen.opened(Kind.length), onset_open)
        add(Kind.length, length)
        others_open = any(map(seen.opened, (Kind.ago, Kind.length, Kind.age, Kind.number, Kind.one, Kind.many)))
        free = taken | in_durations | in_dates
        pain = figures.pain(words, seen.match, numbers, free, seen.opened(Kind.scale), others_open)
        add(Kind.scale, pain)
        if pain is not None and pain.value is not None:  # "8 this morning": a time of the pain, not of the beginning
            guesses = [g for g in guesses if g.weight > 3 or g.plain_duration or not self._same_clause(seen, g, pain)]
        self._began(seen, guesses, taken, facts, unclear)
        if seen.opened(Kind.number) and seen.question and len(numbers) == 1:
            number = numbers[0]
            value = number.least if number.least == number.most else (number.least, number.most)
            facts.append(Fact(seen.question.ask, value, words.quote(number.span)))
        return facts, unclear

    def _same_clause(self, seen: _Text, guess: Guess, figure: Figure) -> bool:
        """Whether a time stands beside a figure with no "since" before it."""
        clause, begin = seen.words.clause, guess.span[0]
        since = before(seen.words.words, begin, self._onset.lists["since"])
        return clause[begin] == clause[figure.span[0]] and not since

    def _began(
        self, seen: _Text, guesses: list[Guess], taken: set[int], facts: list[Fact], unclear: list[Unclear]
    ) -> None:
        name = self._kinds.get(Kind.ago)
        if name is None:
            return
        words, opened = seen.words, seen.opened(Kind.ago)
        best = self._onset.choose(guesses, words, taken, opened, seen.opened(Kind.length))
        if best is not None and best.days is not None:
            facts.append(Fact(name, best.days, words.quote(best.span)))
        elif best is not None:
            unclear.append(Unclear(name, words.quote(best.span), best.candidates))
        elif span := self._onset.vague(words, seen.match, opened, _whole(seen)[0] is not None):
            unclear.append(Unclear(name, words.quote(span)))
