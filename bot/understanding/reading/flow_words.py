"""A flow as the reader of one language sees it: its questions and options, and the words that they are told with."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.model.files.interview import Interview, Question
from bot.core.model.files.parts import Kind
from bot.understanding.language import Language


class FlowWords:
    """The questions and options of a flow with the words of a language."""

    def __init__(self, interview: Interview, language: Language) -> None:
        self.language = language
        self.questions = {question.ask: question for question in interview.questions}
        self.home = {o.id: q for q in interview.questions for o in q.options}
        self.signs = {o.id: o.sign for q in interview.questions for o in q.options if o.sign}
        self.kinds: dict[Kind, str] = {}
        for question in interview.questions:
            self.kinds.setdefault(question.kind, question.ask)
        self.options = (*self.home, *(q for q, v in self.questions.items() if v.kind is Kind.yes_no))

    def words_of(self, options: Iterable[str]) -> frozenset[str]:
        """The words that options are told with, wherever they are told."""
        grammar = self.language.grammar
        return frozenset(w for o in options for r in ("plain", "possible") for w in grammar.words_of(f"{o}.{r}"))

    def told_with(self, question: Question) -> frozenset[str]:
        """The words that answers to a question are told with."""
        grammar, name = self.language.grammar, question.ask
        answers = (*question.option_ids, "none", "yes", "no")
        groups = (f"{name}/{answer}.{reading}" for answer in answers for reading in ("plain", "possible"))
        own = frozenset(w for group in groups for w in grammar.words_of(group) if w.isalpha())
        return own | self.words_of(question.option_ids)
