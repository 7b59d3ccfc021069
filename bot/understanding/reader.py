"""Makes the reader of a flow: one typed text in, all that can be read in it out. Pure, deterministic, offline; never raises.

Order of work: words -> groups of phrases -> what is meant (scope) -> signs, options, figures, dates, polarity, crisis.
A fact that is not mentioned is never taken as absent: only what is plainly denied is listed as denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.model.files.interview import Interview, Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.files.texts import Texts
from bot.core.model.readings import AFTER_ADVICE, NO_REPLY, Fact, Name, Reader, Reading, Reply
from bot.understanding.account.roles import Ledger
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.quantities.amounts import Amounts
from bot.understanding.quantities.typed_answers import Answered, TypedAnswerReader
from bot.understanding.reading.accounting import Accountant
from bot.understanding.reading.choices import ChoiceReader
from bot.understanding.reading.flow_words import FlowWords
from bot.understanding.reading.options import OptionReader
from bot.understanding.reading.quantities_told import QuantityReader
from bot.understanding.reading.requests import RequestReader
from bot.understanding.reading.seen import Seen, whole_of
from bot.understanding.reading.sifting import FEW, Sieve
from bot.understanding.reading.slips import SlipReader, guessed
from bot.understanding.reading.topics import TopicReader, tells, topic_phrases, within
from bot.understanding.reading.whole import crisis, in_doubt, nothing_but
from bot.understanding.scope.cues import MAYBE, PAST, ScopeWords
from bot.understanding.scope.verdict import Scope
from bot.understanding.screen.named import FoundName, NameReader
from bot.understanding.screen.replies import PLAIN, YES_NO, ReplyReader, SeenScreen
from bot.understanding.screen.second_reading import SecondReader

from .language import FOLDER, NOTHING, Language, load
from .steps import LEFT_OF_IT, MOST_STEPS, MOST_WORDS, WORD, OutOfStepsError, Steps
from .words import SpokenWords

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
    return None if language is None else LanguageReader(flow.interview, language, flow.texts[code].topics)


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
    out |= {topic_phrases(name): list(topic.says) for name, topic in texts.topics.items() if topic.says}
    return out


def _always(question: Question, options: set[str]) -> bool:
    """Whether a list is asked of (nearly) everybody: no condition, or only a named one."""
    when = question.when
    return when is None or (_NAME.fullmatch(when) is not None and when not in options)


class LanguageReader:
    """Reads texts of one language for one flow. `make_reader` is the way to it."""

    def __init__(self, interview: Interview, language: Language, topics: Iterable[str] = ()) -> None:
        self._flow = flow = FlowWords(interview, language)
        parts = language.lists
        self._amounts, self._scope_words = Amounts(parts), ScopeWords.of(parts)
        self._options = OptionReader(flow)
        self._choices, self._quantities = ChoiceReader(flow, self._amounts), QuantityReader(flow, self._amounts)
        self._typed = TypedAnswerReader(parts, self._amounts)
        self._names, self._replies, self._requests = NameReader(parts), ReplyReader(parts), RequestReader(flow)
        self._sieve, self._accountant = Sieve(flow), Accountant(flow, self._names)
        self._topics = TopicReader(topics)
        self._slips = SlipReader(flow, self._options, self._scope_words)
        self._second = SecondReader(language.classifier, interview)

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
        words = self._flow.language.spelling.read(text)
        return words if len(words.words) <= MOST_WORDS else words.first(MOST_WORDS)

    def read_words(
        self, words: SpokenWords, now: datetime, open_question: str | None, steps: Steps, mended: bool = False
    ) -> Reading:
        """All that can be read in these words. `mended`: slips were mended towards the open screen. Raises OutOfStepsError."""
        if not words.words:
            return Reading()
        seen = self._seen(words, now, open_question, steps)
        match, question = seen.match, seen.question
        verdicts = self._options.verdicts(seen)
        signs, plain, denied, rejected = self._options.sorted_out(seen, verdicts)
        facts, unclear = self._choices.read(seen, plain, denied)
        figures, unsaid = self._quantities.read(seen, self._elsewhere(plain))
        said, none_said = whole_of(seen)
        found = self._names.find(match)
        ledger = self._accountant.ledger(seen, verdicts, figures, found)
        meant = [name for name in found if self._name_meant(seen, name)]
        names = self._names.named(question, match, ledger, meant)
        request = self._requests.request(match, seen.scope)
        replied = SeenScreen(words, match, seen.scope, ledger)
        if not signs and not mended:
            signs = self._slips.signs(seen, ledger)
        polarity = self._replies.yes_or_no(question, replied, verdicts, said)
        typed = self._typed_answer(seen)
        if typed is not None:
            polarity = typed.word if polarity in (None, typed.word) else None
            figures = [fact for fact in figures if fact.places[1] <= typed.span[0] or typed.span[1] <= fact.places[0]]
        if question is None and open_question in self._flow.language.lists.screens:
            reply = self._requests.fixed(open_question, match)
        else:
            reply = self._replies.to(question, replied, verdicts, names)
        if typed is None and (said is None or seen.opened(Kind.one)):
            reply, polarity = self._second.weighed(
                question, match, reply, polarity, self._dealt_with(seen, verdicts, names)
            )
        request = self._left_of(request, reply, match)
        named = (*reply.yes, *reply.perhaps) if question is not None and question.kind is Kind.many else ()
        asks, of_lines = self._asked(seen, request, reply, said, named)
        apart = not named or self._requests.stands_apart(seen, named, verdicts, meant)
        if of_lines and apart:  # "are braxton hicks ok to ignore?": that line is asked
            request, reply = "", Reply(perhaps=named, no=reply.no)
            facts = [fact for fact in facts if question is None or fact.question != question.ask]
        elif asks or not apart:
            beside = bool(names) and self._requests.names_beside(seen, meant)
            request, reply, polarity = "" if beside else "question_back", NO_REPLY, None
            if question is not None and question.kind is not Kind.ago:
                facts, figures = (self._sieve.not_asked(seen, question, told) for told in (facts, figures))
        unread = reply == NO_REPLY and polarity is None and not request and not asks and apart
        if unread and not mended and question is not None:
            nearer = self._nearer(seen, question, ledger)
            if nearer is not None:
                return nearer
        figures = self._choices.with_choice(seen, figures)
        if request and self._answers_as_well(question, request, reply, figures):
            request = ""
        if question is not None and len(words.words) <= FEW:
            unsaid = [u for u in unsaid if u.question == question.ask or question.kind not in NUMERIC]
        told = self._sifted(seen, [*facts, *figures], reply, polarity, ledger)
        topics = self._topics.found(match) if open_question == AFTER_ADVICE else []
        if topics:
            spans = [span for _, span in topics]
            told = tuple(fact for fact in told if tells(fact, words.words, spans))
            signs = tuple(sign for sign in signs if sign.plain or not within(sign.words, words.words, spans))
            request = self._requests.request(match, seen.scope, spans)
        return Reading(
            facts=told,
            signs=signs,
            unclear=(*unclear, *unsaid),
            rejected=rejected,
            crisis=crisis(match, seen.scope),
            polarity=said,
            greeting=nothing_but(words, match, "greeting"),
            none_said=none_said,
            reply=reply,
            said=polarity,
            request=request,
            topics=tuple(name for name, _ in topics),
            asks=asks or (open_question == AFTER_ADVICE and self._requests.asks_somewhere(words)),
            names=names,
            account=ledger.accounted(),
        )

    @staticmethod
    def _left_of(request: str, reply: Reply, match: Match) -> str:
        """The request that stands beside the reply: none in "no, took them all, no bother" or "osteopenia, is that the same?"."""
        names_a_line = bool(reply.yes) and request == "question_back" and match.spans("request.question_back")[0][0] > 0
        return "" if names_a_line or (request == "thanks" and reply.doubt) else request

    def _asked(
        self, seen: Seen, request: str, reply: Reply, said: str | None, named: tuple[str, ...]
    ) -> tuple[bool, bool]:
        """Whether the message asks, by its form or by what was learnt from replies; and whether it asks about the lines that it
        names, by its form or because one of them is a sign."""
        unsure = any(span[0] == 0 for span in seen.match.spans("say_unsure"))
        formed = request == "question_back" or (not request and self._requests.asks(seen.words, reply.none, unsure))
        learnt = seen.question is not None and said is None and not request and self._second.asks(seen.match)
        return formed or learnt, bool(named) and (formed or (learnt and bool(self._flow.signs.keys() & {*named})))

    def _dealt_with(
        self, seen: Seen, verdicts: Mapping[str, Mapping[str, WordSpan]], names: tuple[Name, ...]
    ) -> frozenset[str]:
        """The answers that a name means, or of which something is said that sets them aside: "not happy" is no "no"."""
        set_aside = [option for option, told in verdicts.items() if PLAIN not in told and MAYBE not in told]
        for answer in YES_NO:
            own = seen.match.spans(f"{seen.question.ask}/{answer}.plain") if seen.question is not None else ()
            set_aside += [answer] if any(seen.scope.negated(span) for span in own) else []
        return frozenset((*set_aside, *(option for name in names for option in name.means)))

    def _seen(self, words: SpokenWords, now: datetime, open_question: str | None, steps: Steps) -> Seen:
        steps.take(WORD * len(words.words))
        match = Match(self._flow.language.grammar, words, steps)
        scope = Scope(match, now.date(), self._scope_words)
        question = self._flow.questions.get(open_question or "")
        numbers, durations = self._amounts.numbers(words), self._amounts.durations(words)
        return Seen(words, match, scope, now, question, numbers, durations)

    def _elsewhere(self, plain: Mapping[str, WordSpan]) -> list[WordSpan]:
        """Where signs are told that are no way in which the complaint began."""
        options = self._flow.language.options
        return [s for o, s in plain.items() if o in self._flow.signs and not options.get(o, NOTHING).begins]

    def _typed_answer(self, seen: Seen) -> Answered | None:
        """What a quantity answers to a question of yes or no that declares one."""
        if seen.question is None or seen.question.typed is None:
            return None
        timed = self._quantities.onset.guesses(seen.words, seen.match, seen.now, True, seen.durations)
        return self._typed.read(seen.question, seen.words, seen.numbers, timed)

    def _nearer(self, seen: Seen, question: Question, ledger: Ledger) -> Reading | None:
        """What is read with slips mended towards the open screen, if that is an answer, a fact or a sign."""
        nearer = self._slips.nearer(question, seen.words, ledger)
        if nearer is None:
            return None
        words = self._flow.language.spelling.read(nearer)
        again = self.read_words(words, seen.now, question.ask, seen.match.steps, mended=True)
        told = again.reply != NO_REPLY or again.said or again.facts or again.signs
        return guessed(again, seen.words.text) if told else None

    @staticmethod
    def _answers_as_well(question: Question | None, request: str, reply: Reply, figures: list[Fact]) -> bool:
        """Whether a message with a request answers the open question."""
        if question is None:
            return False
        told = any(fact.sure and fact.question == question.ask for fact in figures)
        return told or (question.consent and bool(reply.yes) and request != "question_back")

    def _sifted(
        self, seen: Seen, facts: list[Fact], reply: Reply, said: str | None, ledger: Ledger
    ) -> tuple[Fact, ...]:
        """The facts that stand beside the reply."""
        sieve, words, question = self._sieve, seen.words, seen.question
        facts = sieve.answering(seen, facts, bool(reply.yes or reply.perhaps or reply.none or reply.doubt))
        facts = sieve.apart(facts, question, reply, ledger) if reply != NO_REPLY else sieve.of_a_yes_or_no(seen, facts)
        return tuple(sieve.surely(f, words, question) for f in facts if not sieve.bare_for_another(f, words, question))

    def _name_meant(self, seen: Seen, name: FoundName) -> bool:
        """Whether a medicine or illness is one of the patient's, and of today where only that counts."""
        span, dictionary, kind = name
        if seen.scope.negated(span) or self._options.of_another_only(seen, span):
            return False
        means, sentence = self._flow.language.lists.names[dictionary][kind].means, seen.words.sentence
        unless = (s for o in means for s in seen.match.spans(f"{o}.unless_in_sentence") if s[1] > span[0])
        if any(sentence[s[0]] == sentence[span[0]] for s in unless):  # "put me on a statin, came off it in 2011"
            return False
        counts = not means or any(self._flow.language.options.get(option, NOTHING).past for option in means)
        return counts or not (seen.scope.verdict(span) in (PAST, MAYBE) and seen.scope.long_over(span))
