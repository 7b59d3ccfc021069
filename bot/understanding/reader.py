"""Makes the reader of a flow: one typed text in, all that can be read in it out. Pure, deterministic, offline; never raises.

Order of work: words -> groups of phrases -> what is meant (scope) -> signs, options, figures, dates, polarity, crisis.
A fact that is not mentioned is never taken as absent: only what is plainly denied is listed as denied.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.model.flow_files import NUMERIC, Interview, Kind, Level, Question, Texts
from bot.core.model.readings import NO_REPLY, Fact, Reader, Reading, Rejected, Reply, Sign, Unclear
from bot.understanding.account.roles import (
    DENIAL,
    FACT,
    HARMLESS,
    LONG_OVER,
    PAST_ABOUT,
    SIGN,
    Ledger,
    RoleClaim,
    Vocabulary,
)
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.quantities.ages import AgeReader
from bot.understanding.quantities.amounts import Amounts, Duration, Number
from bot.understanding.quantities.figures import Figure
from bot.understanding.quantities.lengths import LengthReader
from bot.understanding.quantities.onset import OnsetReader
from bot.understanding.quantities.pains import PainReader
from bot.understanding.quantities.periods import Guess
from bot.understanding.quantities.typed_answers import TypedAnswerReader
from bot.understanding.scope.cues import HYPOTHETICAL, MAYBE, NEGATED, OTHER, PAST, ScopeWords
from bot.understanding.scope.verdict import Scope
from bot.understanding.screen.named import FoundName, NameReader
from bot.understanding.screen.replies import ReplyReader, SeenScreen, strict

from .language import FOLDER, NOTHING, Language, load
from .steps import LEFT_OF_IT, MOST_STEPS, MOST_WORDS, WORD, OutOfStepsError, Steps
from .whole import crisis, in_doubt, nothing_but, polarity
from .words import Speller, SpokenWords, fold_spoken

_FEW = 5
"""Words of a message that speaks of nothing but the figure that was asked for."""

_A_QUESTION = 4
"""Words from which on a single sentence with its mark is a question back, not an answer in doubt ("2 weeks?")."""

_SHORT = 30
"""Words of a message in which other readings of a misspelt word are tried."""

_BESIDE = 3
"""Words within which words that take a meaning away stand beside it."""

_SLIPS = 6
"""Unknown words of a message that are compared with those of the open screen."""

_BARE = re.compile(r"[\d\s./½+-]*")
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
        return Reading() if reader is None else reader.read(text, now, open_question)

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

    words: SpokenWords
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


def _guessed(reading: Reading, text: str) -> Reading:
    """A reading of words that were mended towards the open screen: signs in it are asked about, and all is quoted as typed."""
    quote = text.strip()
    return replace(
        reading,
        signs=tuple(Sign(sign.option, quote, False) for sign in reading.signs),
        facts=tuple(replace(fact, words=quote) for fact in reading.facts),
    )


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
        parts = language.lists
        self._amounts = Amounts(parts)
        self._scope_words = ScopeWords.of(parts)
        self._onset = OnsetReader(parts, self._amounts)
        self._ages, self._pains = AgeReader(parts, self._amounts), PainReader(parts, self._amounts)
        self._lengths = LengthReader(parts)
        self._tells_the_beginning = frozenset(
            home.ask
            for option, words in language.options.items()
            if words.begins and (home := self._home.get(option)) is not None and home.kind is Kind.one
        )
        self._typed = TypedAnswerReader(parts, self._amounts)
        self._ordinals = parts.ordinals
        self._joining = frozenset(parts.joining)
        self._ordinal_of = frozenset(parts.ordinal_of_list)
        self._list_number = frozenset(parts.list_number)
        self._all = (*self._home, *(q for q, v in self._questions.items() if v.kind is Kind.yes_no))
        self._names = NameReader(parts)
        self._spellers = {
            name: Speller(self._told_with(question), frozenset()) for name, question in self._questions.items()
        }
        self._bare_questions = frozenset(parts.group("bare_question"))
        self._asking = frozenset(parts.group("begins_a_question"))
        self._replies = ReplyReader(parts)
        told = self._words_of(self._signs)
        self._told_of_signs = told - frozenset(parts.small.split())
        everyday = frozenset(parts.ordinary.split())
        self._vocabulary = Vocabulary.of(
            parts.account, frozenset(parts.small.split()), (frozenset(parts.known.split()), everyday), told
        )
        self._vocabularies = {name: self._vocabulary_on(asked) for name, asked in self._questions.items()}

    def _vocabulary_on(self, question: Question) -> Vocabulary:
        """What single words are while that question is on screen."""
        if question.kind is not Kind.many or strict(question):
            return self._vocabulary
        opener = [o.id for q in self._questions.values() for o in q.options if o.opens == question.ask]
        named = question.describes or bool(self._names.asked(question))
        turning = frozenset(self._language.lists.account.turning.split()) if named else None
        return self._vocabulary.on(self._told_with(question), self._words_of(opener), turning)

    def _words_of(self, options: Iterable[str]) -> frozenset[str]:
        grammar = self._language.grammar
        return frozenset(w for o in options for r in ("plain", "possible") for w in grammar.words_of(f"{o}.{r}"))

    def _told_with(self, question: Question) -> frozenset[str]:
        """The words that answers to a question are told with."""
        grammar, name = self._language.grammar, question.ask
        answers = (*question.option_ids, "none", "yes", "no")
        groups = (f"{name}/{answer}.{reading}" for answer in answers for reading in ("plain", "possible"))
        own = frozenset(w for group in groups for w in grammar.words_of(group) if w.isalpha())
        return own | self._words_of(question.option_ids)

    def read(self, text: str, now: datetime, open_question: str | None) -> Reading:
        """All that can be read in `text` on the patient's date `now`; of a text that costs too much its first part is read, and
        the message is in doubt."""
        words = self.words_of(text)
        while True:
            try:
                reading = self.read_words(words, now, open_question, Steps(MOST_STEPS))
            except OutOfStepsError:
                words = words.first(len(words.words) // LEFT_OF_IT)
                continue
            return reading if words.whole else in_doubt(reading, open_question)

    def words_of(self, text: str) -> SpokenWords:
        """The words of a text, as many as are read."""
        words = self._language.spelling.read(text)
        return words if len(words.words) <= MOST_WORDS else words.first(MOST_WORDS)

    def read_words(
        self, words: SpokenWords, now: datetime, open_question: str | None, steps: Steps, mended: bool = False
    ) -> Reading:
        """All that can be read in these words. `mended`: slips were mended towards the open screen. Raises OutOfStepsError."""
        language = self._language
        if not words.words:
            return Reading()
        steps.take(WORD * len(words.words))
        match = Match(language.grammar, words, steps)
        scope = Scope(match, now.year, self._scope_words)
        question = self._questions.get(open_question or "")
        seen = _Text(
            words, match, scope, now, question, self._amounts.numbers(words), self._amounts.durations(words)
        )  # fmt: skip
        verdicts = {o: kinds for o in self._all if (kinds := self._verdicts(seen, o))}
        signs, plain, denied, rejected = self._options(seen, verdicts)
        facts, unclear = self._choices(seen, plain, denied)
        elsewhere = [s for o, s in plain.items() if o in self._signs and not language.options.get(o, NOTHING).begins]
        figures, unsaid = self._read_figures(seen, elsewhere)
        said, none_said = _whole(seen)
        ledger = Ledger(words, match, self._vocabularies.get(open_question or "", self._vocabulary))
        found = self._names.find(match)
        ledger.lay(self._claims(seen, verdicts, figures, found))
        negated = frozenset(p for p in ledger.doubtful() if scope.negated((p, p + 1)))
        ledger.close(None if question is None else question.ask, negated, question is not None and question.describes)
        meant = [name for name in found if self._name_meant(seen, name)]
        names = self._names.named(question, match, ledger, meant)
        request = self._request(match, scope)
        replied = SeenScreen(words, match, scope, ledger)
        if not signs and not mended:
            signs = self._by_slips(seen, ledger)
        polarity = self._replies.yes_or_no(question, replied, verdicts, said)
        timed = (
            ()
            if question is None or question.typed is None
            else self._onset.guesses(words, match, now, True, seen.durations)
        )
        typed = self._typed.read(question, words, seen.numbers, timed)
        if typed is not None:
            polarity = typed.word if polarity in (None, typed.word) else None
            figures = [fact for fact in figures if fact.places[1] <= typed.span[0] or typed.span[1] <= fact.places[0]]
        if question is None and open_question in language.lists.screens:
            reply = self._fixed(open_question, match)
        else:
            reply = self._replies.to(question, replied, verdicts, names)
        if request == "question_back" and reply.yes and match.spans("request.question_back")[0][0] > 0:
            request = ""  # "osteopenia, is that the same?" names a line
        named = (*reply.yes, *reply.perhaps) if question is not None and question.kind is Kind.many else ()
        if named and (request == "question_back" or (not request and self._asks(words, reply.none))):
            request, reply = (
                "",
                Reply(perhaps=named, no=reply.no),
            )  # "are braxton hicks ok to ignore?": that line is asked
            facts = [fact for fact in facts if question is None or fact.question != question.ask]
        elif request == "question_back" or (not request and self._asks(words, reply.none)):
            request, reply, polarity = "question_back", NO_REPLY, None
            if question is not None and question.kind is not Kind.ago:
                facts, figures = (self._not_asked(seen, question, told) for told in (facts, figures))
        if reply == NO_REPLY and polarity is None and not request and not mended and question is not None:
            nearer = self._nearer(question, words, ledger)
            near = None if nearer is None else language.spelling.read(nearer)
            again = None if near is None else self.read_words(near, now, open_question, steps, mended=True)
            if again is not None and (again.reply != NO_REPLY or again.said or again.facts or again.signs):
                return _guessed(again, words.text)
        figures = self._by_choice(seen, figures)
        facts = self._answering(seen, [*facts, *figures], bool(reply.yes or reply.perhaps or reply.none or reply.doubt))
        told = any(fact.sure and question is not None and fact.question == question.ask for fact in figures)
        if (
            request
            and question is not None
            and (told or (question.consent and reply.yes and request != "question_back"))
        ):
            request = ""  # what is an answer as well is an answer
        if reply != NO_REPLY:
            facts = self._apart(facts, question, reply, ledger)
        facts = [self._surely(f, words, question) for f in facts if not self._bare_for_another(f, words, question)]
        if question is not None and len(words.words) <= _FEW:
            unsaid = [u for u in unsaid if u.question == question.ask or question.kind not in NUMERIC]
        return Reading(
            facts=tuple(facts),
            signs=signs,
            unclear=(*unclear, *unsaid),
            rejected=rejected,
            crisis=crisis(seen.match, seen.scope),
            polarity=said,
            greeting=nothing_but(seen.words, seen.match, "greeting"),
            none_said=none_said,
            reply=reply,
            said=polarity,
            request=request,
            names=names,
            account=ledger.accounted(),
        )

    def _by_choice(self, seen: _Text, figures: list[Fact]) -> list[Fact]:
        """The figures, with the choice of the open question that is named in words of its own ("it never lets go"), unless a
        figure answers it."""
        question = seen.question
        if (
            question is None
            or question.kind not in NUMERIC
            or any(f.question == question.ask and f.sure for f in figures)
        ):
            return figures
        named = {
            c.id: spans[0] for c in question.choices if (spans := seen.match.spans(f"{question.ask}/{c.id}.plain"))
        }
        if len(named) != 1:
            return figures
        ((choice, span),) = named.items()
        return [*figures, Fact(question.ask, choice, seen.words.quote(span), places=span)]

    def _answering(self, seen: _Text, facts: list[Fact], answered: bool) -> list[Fact]:
        """The facts without those that words about the open question only seem to state: how it began and what makes it worse,
        where nothing is said of the pain, and single words beside an age ("35 running")."""
        question = seen.question
        answered = answered or any(question is not None and f.question == question.ask for f in facts)
        if question is None or question.kind is Kind.ago:
            return facts
        told = bool(seen.match.spans("pain_began"))
        alone = answered and question.kind is Kind.age and len(seen.words.words) <= _FEW
        return [
            f
            for f in facts
            if f.question == question.ask
            or not (
                (f.question in self._tells_the_beginning and not told)
                or (self._questions[f.question].describes and not self._said_of_the_pain(seen, f))
                or (alone and f.places[1] - f.places[0] == 1)
            )
        ]

    @staticmethod
    def _said_of_the_pain(seen: _Text, fact: Fact) -> bool:
        """Whether the clause of a fact speaks of the pain, so that it is no mere word of another answer: "hurts to bend"."""
        clause, places = seen.words.clause, range(*fact.places)
        clauses = {clause[place] for place in places}
        return not clauses or any(clause[s[0]] in clauses for s in seen.match.spans("hurts_or_back"))

    def _fixed(self, screen: str | None, match: Match) -> Reply:
        """The reply to a screen that is no question: the one of its answers whose words stand in the message."""
        answers = {
            name: spans
            for name in self._language.lists.screens.get(screen or "", {})
            if (spans := match.spans(f"{screen}/{name}.plain"))
        }
        return Reply(yes=tuple(answers)) if len(answers) == 1 else NO_REPLY

    def _nearer(self, question: Question, words: SpokenWords, ledger: Ledger) -> str | None:
        """The text with slips of the finger mended towards words of the open screen, where nothing was read without; None if
        there are none."""
        speller = self._spellers.get(question.ask)
        text = list(words.words)
        for place in ledger.unknown[:_SLIPS]:
            text[place] = " ".join(speller.mend(text[place])) if speller is not None else text[place]
        return " ".join(text) if tuple(text) != words.words else None

    def _by_slips(self, seen: _Text, ledger: Ledger) -> tuple[Sign, ...]:
        """Signs that would be in the text if one word that is unknown, or was mended, were another one: asked about."""
        words = seen.words
        if len(words.words) > _SHORT:
            return ()
        for place in sorted({*ledger.unknown, *words.mended})[:_SLIPS]:
            typed = fold_spoken(words.quote((place, place + 1)))[0]
            for word in self._language.spelling.speller.may_be(typed):
                if word not in self._told_of_signs or word == words.words[place]:
                    continue
                other = replace(words, words=(*words.words[:place], word, *words.words[place + 1 :]))
                match = Match(self._language.grammar, other, Steps(MOST_STEPS))
                scope = Scope(match, seen.now.year, self._scope_words)
                again = replace(seen, words=other, match=match, scope=scope)
                found = tuple(
                    Sign(option, words.quote(span), False)
                    for option in self._signs
                    for kind, span in self._verdicts(again, option).items()
                    if kind in ("plain", MAYBE) and span[1] - span[0] > 1
                )
                if found:
                    return found
        return ()

    def _asks(self, words: SpokenWords, denies: bool) -> bool:
        """Whether the message is a question back: it ends with its mark and begins as one; or is one sentence, and no denial."""
        said = [word for word in words.words if word.isalnum()]
        if len(said) == 1:
            return said[0] in self._bare_questions
        if words.words[-1] != "?" or not said:
            return False
        if said[-1] in self._bare_questions:
            return True  # "agree to what?"
        whole = len(said) >= _A_QUESTION and words.sentence[0] == words.sentence[-2]
        return (whole and not denies) or said[0] in self._asking

    @staticmethod
    def _not_asked(seen: _Text, question: Question, facts: list[Fact]) -> list[Fact]:
        """The facts without those about the open question that are part of a question back: "is 10 like childbirth?"."""
        words = seen.words
        asked = {words.sentence[span[0]] for span in seen.match.spans("request.question_back")}
        asked |= {words.sentence[place - 1] for place, word in enumerate(words.words) if word == "?" and place}
        return [f for f in facts if f.question != question.ask or words.sentence[f.places[0]] not in asked]

    def _request(self, match: Match, scope: Scope) -> str:
        """What the writer asks for or expresses; the first one of the word lists' order."""
        for name in self._language.lists.requests:
            if any(not scope.negated(span) for span in match.spans(f"request.{name}")):
                return name
        return ""

    def _claims(
        self,
        seen: _Text,
        verdicts: Mapping[str, Mapping[str, WordSpan]],
        figures: Iterable[Fact],
        found: Iterable[FoundName],
    ) -> Iterator[RoleClaim]:
        """What was understood, with its words: signs and facts that are stated, then denials, figures and names."""
        own = frozenset(() if seen.question is None else seen.question.option_ids)
        for option in sorted(verdicts, key=lambda o: o not in own):
            for kind in ("plain", MAYBE):
                if kind in verdicts[option]:
                    yield verdicts[option][kind], SIGN if option in self._signs else FACT, option
        for option, kinds in verdicts.items():
            for kind in (NEGATED, PAST, OTHER):
                if kind in kinds:
                    yield kinds[kind], DENIAL if kind == NEGATED else HARMLESS, option
        over = [kinds[PAST] for kinds in verdicts.values() if PAST in kinds and seen.scope.long_over(kinds[PAST])]
        yield from ((seen.scope.told_with(span), HARMLESS, LONG_OVER) for span in over)
        if any(PAST in kinds for kinds in verdicts.values()):
            for span in (*seen.scope.past_cues, *seen.match.spans("over_now")):
                yield span, HARMLESS, PAST_ABOUT
        for name in self._language.lists.requests:
            for span in seen.match.spans(f"request.{name}"):
                yield span, HARMLESS, f"request: {name}"
        for fact in figures:
            if fact.places != (0, 0):
                yield fact.places, FACT, fact.question
        for span, dictionary, kind in found:
            yield span, FACT, f"{dictionary}: {kind}"

    def _apart(self, facts: list[Fact], question: Question | None, reply: Reply, ledger: Ledger) -> list[Fact]:
        """Facts without those of other questions whose words the answer to the open one is made of: a figure, or words, that
        answer the question on screen answer nothing else (SEMANTICS 5d)."""
        if reply.by_place:
            return [fact for fact in facts if question is not None and fact.question == question.ask]
        own = set(reply.yes) | set(reply.perhaps)
        taken = {p for p, about in enumerate(ledger.abouts) if about in own}
        return [
            fact
            for fact in facts
            if (question is not None and fact.question == question.ask)
            or fact.places == (0, 0)
            or self._questions[fact.question].kind is Kind.many
            or not taken & set(range(*fact.places))
        ]

    def _bare_for_another(self, fact: Fact, words: SpokenWords, question: Question | None) -> bool:
        """Whether a bare figure would answer another question than the one that is open: "2" for the second button. One that
        is said to be an age is not bare."""
        if question is None or fact.question == question.ask:
            return False
        if set(words.words[max(0, fact.places[0] - 2) : fact.places[0]]) & set(self._language.lists.age.named):
            return False
        bare = _BARE.fullmatch(fact.words) is not None
        return bare or all(word in self._language.lists.numbers for word in fact.words.lower().split())

    def _surely(self, fact: Fact, words: SpokenWords, question: Question | None) -> Fact:
        """The fact, not sure if all that it stands on is one word that was spelt otherwise."""
        first, last = fact.places
        about = self._questions[fact.question]
        weighs = about.kind in (Kind.one, Kind.many) and not about.describes
        slip = weighs and last - first == 1 and first in words.mended and (question is None or about is not question)
        return replace(fact, sure=False) if slip else fact

    # --- options: warning signs and all other choices

    def _options(
        self, seen: _Text, verdicts: Mapping[str, Mapping[str, WordSpan]]
    ) -> tuple[tuple[Sign, ...], dict[str, WordSpan], dict[str, WordSpan], tuple[Rejected, ...]]:
        plain: dict[str, WordSpan] = {}
        denied: dict[str, WordSpan] = {}
        possible: dict[str, WordSpan] = {}
        rejected: list[Rejected] = []
        for option, said in verdicts.items():
            for kind, span in said.items():
                if kind == "plain":
                    plain[option] = span
                elif kind == MAYBE:
                    possible[option] = span
                else:
                    if kind == NEGATED and "plain" not in said and MAYBE not in said:
                        denied[option] = span
                    rejected.append(Rejected(option, seen.words.quote(span), kind))
        signs = [Sign(o, seen.words.quote(s)) for o, s in plain.items() if o in self._signs]
        signs += [
            Sign(o, seen.words.quote(s), False) for o, s in possible.items() if o in self._signs and o not in plain
        ]
        return tuple(signs), plain, denied, tuple(rejected)

    def _verdicts(self, seen: _Text, option: str) -> dict[str, WordSpan]:
        """What the text says of one option: `plain`, `MAYBE`, or the reasons for which it was set aside, with the words."""
        match = seen.match
        names = [(f"{option}.plain", True), (f"{option}.possible", False)]
        if seen.question is not None and option in seen.question.option_ids:
            names += [(f"{seen.question.ask}/{option}.plain", True), (f"{seen.question.ask}/{option}.possible", False)]
        names = [name for name in names if match.may_hold(name[0])]
        out: dict[str, WordSpan] = {}
        if not names and not match.may_hold(f"{option}.denied"):
            return out
        past_counts = self._language.options.get(option, NOTHING).past
        unless, elsewhere = match.spots(f"{option}.unless"), match.spots(f"{option}.unless_in_sentence")
        ruled_out = {seen.words.sentence[u[0]] for u in elsewhere.spans}
        for name, is_plain in names:
            for span in match.spans(name):
                own = "/" in name and seen.opened(Kind.one)
                if not own and any(self._touches(seen.words, u, span) for u in unless.near(span, _BESIDE)):
                    continue
                if seen.words.sentence[span[0]] in ruled_out:
                    continue
                verdict = self._verdict(seen, option, span, "/" in name, past_counts)
                if not is_plain and self._inside_a_denial(seen, span):
                    verdict = NEGATED
                if "/" in name:
                    verdict = self._where_asked(seen, option, span, is_plain, verdict)
                slip = option in self._signs and span[1] - span[0] == 1 and span[0] in seen.words.mended
                kind = verdict or ("plain" if is_plain and not slip else MAYBE)
                if kind not in out or out[kind][1] - out[kind][0] > span[1] - span[0] > 1:
                    out[kind] = span
        if "plain" not in out:
            self._deny(seen, option, out)
        return out

    def _verdict(self, seen: _Text, option: str, span: WordSpan, asked: bool, past_counts: bool) -> str | None:
        """Why words of an option are not meant, or doubtful, wherever they stand; None if they are meant."""
        scope = seen.scope
        verdict = scope.verdict(span, past_counts)
        if verdict is None and self._asked_back(seen, span):
            verdict = HYPOTHETICAL if asked else MAYBE
        counts = verdict in (PAST, MAYBE) or (verdict is None and past_counts and option in self._signs)
        if counts and scope.long_over(span):
            return PAST
        if verdict == PAST and self._signs.get(option) == Level.emergency.value:
            return MAYBE  # over, perhaps: asked about
        return MAYBE if verdict == NEGATED and self._turned_round(seen, span) else verdict

    def _where_asked(self, seen: _Text, option: str, span: WordSpan, is_plain: bool, verdict: str | None) -> str | None:
        """The same for words of its own where just that option is asked."""
        if verdict == NEGATED and seen.scope.has_own_no(span) and option not in self._signs:
            return None  # "nah, nowhere else" says it with a no of its own
        if not is_plain and self._as_it_should_be(seen, span):
            return NEGATED
        if verdict == OTHER and self._of_another_only(seen, span):
            return OTHER
        if verdict == HYPOTHETICAL and any(s[1] <= span[1] for s in seen.match.spots("if_word").between(*span)):
            return None  # "if I grit my teeth it works" is an answer as a whole
        if verdict == PAST and seen.scope.long_over(span):
            return PAST
        return verdict if verdict in (NEGATED, MAYBE, *self._set_aside(seen, option)) else None

    def _deny(self, seen: _Text, option: str, out: dict[str, WordSpan]) -> None:
        """Plain denials of an option that nothing states."""
        for span in seen.match.spans(f"{option}.denied"):
            verdict = seen.scope.verdict(span, True)
            if self._turned_round(seen, span):
                out.setdefault(MAYBE, span)
            elif verdict is None or (
                verdict == MAYBE and seen.scope.has_own_no(span)
            ):  # "no numbness, no trouble peeing"
                out.pop(MAYBE, None)
                out.setdefault(NEGATED, span)
            elif verdict == MAYBE:  # "not sure if I can feel it"
                out.setdefault(MAYBE, span)

    def _set_aside(self, seen: _Text, option: str) -> tuple[str, ...]:
        """Why the own words of an option where it is asked are not meant: of a sign the past counts not, and where a movement
        is asked for "if I bend" is an answer."""
        describes = seen.question is not None and seen.question.describes
        return (*(() if describes else (HYPOTHETICAL,)), *((PAST,) if option in self._signs else ()))

    @staticmethod
    def _inside_a_denial(seen: _Text, span: WordSpan) -> bool:
        """Whether words that perhaps mean a sign are part of a known form that says that all is well ("fine in myself")."""
        names = ("denial_form", "normal_figure", "harmless_form")
        return any(seen.match.spots(name).cover(span) for name in names)

    @staticmethod
    def _as_it_should_be(seen: _Text, span: WordSpan) -> bool:
        """Whether words that perhaps mean a sign stand in a phrase that says that all is well ("everything works down there")."""
        names = ("normality", "denial_form", "deny_all", f"{seen.question.ask}/none.plain" if seen.question else "")
        return any(seen.match.spots(name).overlap(span) for name in names if name)

    def _name_meant(self, seen: _Text, name: FoundName) -> bool:
        """Whether a medicine or illness is one of the patient's, and of today where only that counts."""
        span, dictionary, kind = name
        if seen.scope.negated(span) or self._of_another_only(seen, span):
            return False
        means = self._language.lists.names[dictionary][kind].means
        counts = not means or any(self._language.options.get(option, NOTHING).past for option in means)
        return counts or not (seen.scope.verdict(span) in (PAST, MAYBE) and seen.scope.long_over(span))

    @staticmethod
    def _of_another_only(seen: _Text, span: WordSpan) -> bool:
        """Whether it is said of somebody else, and that the writer has it not: "my sister has MS but I don't"."""
        if not (seen.match.spans("not_me") or seen.match.spans("deny_all")):
            return False
        return seen.scope.verdict(span, True) == OTHER

    @staticmethod
    def _asked_back(seen: _Text, span: WordSpan) -> bool:
        """Whether the words stand in a question back, "what counts as unsteady?": its clause begins with one."""
        begin = bisect_left(seen.words.clause, seen.words.clause[span[0]])
        return seen.match.spots("request.question_back").begin_between(begin, begin + 1)

    def _turned_round(self, seen: _Text, span: WordSpan) -> bool:
        """Whether an exception, or a "fine until", in the same sentence turns a denial of these words round: denials are read
        narrowly (SEMANTICS 5e)."""
        sentence = seen.words.sentence
        first, last = (find(sentence, sentence[span[0]]) for find in (bisect_left, bisect_right))
        forms = seen.match.spots("denial_form")
        return any(
            turn[1] > span[0] and not forms.cover(turn)
            for name in ("exception", "fine_until", "than_normal")
            for turn in reversed(seen.match.spots(name).between(first, last))
        )

    def _touches(self, words: SpokenWords, one: WordSpan, other: WordSpan) -> bool:
        """Whether two spans overlap or stand within three words of each other with no "and" between."""
        first, last = min(one[1], other[1]), max(one[0], other[0])
        if last < first:
            return True
        return last - first < _BESIDE and not self._joining & set(words.words[first:last])

    def mentions(self, text: str) -> list[tuple[str, int, int]]:
        """Where warning signs are named plainly, whatever is said of them: (option, first character, one past the last)."""
        words = self._language.spelling.read(text)
        match = Match(self._language.grammar, words, Steps(MOST_STEPS))
        out = []
        for option in self._signs:
            unless = match.spans(f"{option}.unless")
            for first, last in match.spans(f"{option}.plain"):
                if not any(self._touches(words, u, (first, last)) for u in unless):
                    out.append((option, words.begins[first], words.ends[last - 1]))
        return out

    def _choices(
        self, seen: _Text, plain: Mapping[str, WordSpan], denied: Mapping[str, WordSpan]
    ) -> tuple[list[Fact], list[Unclear]]:
        facts: list[Fact] = []
        unclear: list[Unclear] = []
        quote = seen.words.quote
        for question in self._questions.values():
            name = question.ask
            if question.kind is Kind.yes_no:
                if name in plain:
                    facts.append(Fact(name, "yes", quote(plain[name]), places=plain[name]))
                elif name in denied:
                    facts.append(Fact(name, "no", quote(denied[name]), places=denied[name]))
                continue
            yes = [o for o in question.option_ids if o in plain and self._home.get(o) is question]
            no = [o for o in question.option_ids if o in denied and self._home.get(o) is question]
            if question.kind is Kind.many:
                ordered = self._by_number(seen, question)
                if ordered:
                    facts.append(Fact(name, ordered, seen.words.text.strip()))
                elif yes or no:
                    spans = [plain[o] for o in yes] or [denied[o] for o in no]
                    one = spans[0] if len(set(spans)) == 1 else (0, 0)
                    facts.append(Fact(name, tuple(yes), self._joined(seen, spans), denied=tuple(no), places=one))
            elif (question.kind is Kind.one and not question.consent) or question is seen.question:
                ordered = self._by_number(seen, question)
                if len(ordered) == 1:
                    facts.append(Fact(name, ordered[0], seen.words.text.strip()))
                elif len(yes) == 1:
                    facts.append(Fact(name, yes[0], quote(plain[yes[0]]), places=plain[yes[0]]))
                elif yes and question is seen.question:
                    unclear.append(
                        Unclear(name, self._joined(seen, [plain[o] for o in yes]), tuple((o, o) for o in yes))
                    )
        return facts, unclear

    @staticmethod
    def _joined(seen: _Text, spans: Iterable[WordSpan]) -> str:
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

    def _read_figures(self, seen: _Text, elsewhere: list[WordSpan]) -> tuple[list[Fact], list[Unclear]]:
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
                facts.append(Fact(kinds[kind], figure.value, words.quote(figure.span), figure.sure, places=figure.span))

        numbers = seen.numbers
        onset_open = seen.opened(Kind.ago)
        in_durations = {place for d in seen.durations for place in range(*d.span)}
        guesses = self._onset.guesses(words, seen.match, seen.now, onset_open, seen.durations, elsewhere)
        guesses = [g for g in guesses if not (g.plain_duration and self._of_one_spasm(seen, g.span))]
        in_dates = {place for g in guesses for place in range(*g.span)}
        add(Kind.age, self._ages.age(words, numbers, in_dates - in_durations, seen.opened(Kind.age), seen.now.date()))
        length = self._lengths.spasm_length(
            words, seen.match, seen.durations, taken, seen.opened(Kind.length), onset_open
        )
        if seen.question is None or seen.opened(Kind.length) or seen.match.spans("one_spasm"):
            add(Kind.length, length)
        others_open = any(map(seen.opened, (Kind.ago, Kind.length, Kind.age, Kind.number, Kind.one, Kind.many)))
        free = taken | in_durations | in_dates
        pain = self._pains.pain(words, seen.match, numbers, free, seen.opened(Kind.scale), others_open)
        add(Kind.scale, pain)
        if pain is not None and pain.value is not None:  # "8 this morning": a time of the pain, not of the beginning
            guesses = [g for g in guesses if g.weight > 3 or g.plain_duration or not self._same_clause(seen, g, pain)]
        self._began(seen, guesses, taken, facts, unclear)
        if seen.opened(Kind.number) and seen.question and len(numbers) == 1:
            number = numbers[0]
            value = number.least if number.least == number.most else (number.least, number.most)
            facts.append(Fact(seen.question.ask, value, words.quote(number.span)))
        return facts, unclear

    @staticmethod
    def _of_one_spasm(seen: _Text, span: WordSpan) -> bool:
        """Whether an amount of time stands behind "one spasm lasts", or the like, in its clause."""
        clause = seen.words.clause
        return any(s[1] <= span[0] and clause[s[0]] == clause[span[0]] for s in seen.match.spans("one_spasm"))

    def _same_clause(self, seen: _Text, guess: Guess, figure: Figure) -> bool:
        """Whether a time stands beside a figure with no "since" before it."""
        clause, begin = seen.words.clause, guess.span[0]
        since = self._onset.lists["since"].before(seen.words.words, begin)
        return clause[begin] == clause[figure.span[0]] and not since

    def _of_the_pain(self, seen: _Text, guess: Guess) -> bool:
        """Whether the sentence speaks of its beginning, or the clause of the back: a time of a medicine, of an illness or of
        other muscles is none of the pain."""
        words, at = seen.words, guess.span[0]
        began = any(words.sentence[s[0]] == words.sentence[at] for s in seen.match.spans("pain_began"))
        return began or any(words.clause[s[0]] == words.clause[at] for s in seen.match.spans("the_back"))

    def _began(
        self, seen: _Text, guesses: list[Guess], taken: set[int], facts: list[Fact], unclear: list[Unclear]
    ) -> None:
        name = self._kinds.get(Kind.ago)
        if name is None:
            return
        words, opened = seen.words, seen.opened(Kind.ago)
        if seen.question is not None and not opened:
            guesses = [guess for guess in guesses if self._of_the_pain(seen, guess)]
        best = self._onset.choose(guesses, words, taken, opened, seen.opened(Kind.length))
        if best is not None and best.days is not None:
            facts.append(Fact(name, best.days, words.quote(best.span), places=best.span))
        elif best is not None:
            unclear.append(Unclear(name, words.quote(best.span), best.candidates))
        elif span := self._onset.vague(words, seen.match, opened, _whole(seen)[0] is not None):
            unclear.append(Unclear(name, words.quote(span)))
