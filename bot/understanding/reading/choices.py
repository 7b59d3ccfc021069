"""Answers to questions of yes or no, to lists and to single choices, by their words or their place; and choices of a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.readings import Fact, Unclear
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.quantities.amounts import Amounts

from .flow_words import FlowWords
from .seen import Seen


class ChoiceReader:
    """Reads choices of a flow."""

    def __init__(self, flow: FlowWords, amounts: Amounts) -> None:
        parts = flow.language.lists
        self._flow, self._amounts = flow, amounts
        self._ordinals = parts.ordinals
        self._ordinal_of = frozenset(parts.ordinal_of_list)
        self._list_number = frozenset(parts.list_number)

    def read(
        self, seen: Seen, plain: Mapping[str, WordSpan], denied: Mapping[str, WordSpan]
    ) -> tuple[list[Fact], list[Unclear]]:
        """The answers that options stated `plain` or `denied` give, and what allows several."""
        facts: list[Fact] = []
        unclear: list[Unclear] = []
        quote = seen.words.quote
        for question in self._flow.questions.values():
            name = question.ask
            if question.kind is Kind.yes_no:
                if name in plain:
                    facts.append(Fact(name, "yes", quote(plain[name]), places=plain[name]))
                elif name in denied:
                    facts.append(Fact(name, "no", quote(denied[name]), places=denied[name]))
                continue
            yes = [o for o in question.option_ids if o in plain and self._flow.home.get(o) is question]
            no = [o for o in question.option_ids if o in denied and self._flow.home.get(o) is question]
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
    def _joined(seen: Seen, spans: Iterable[WordSpan]) -> str:
        return " / ".join(dict.fromkeys(seen.words.quote(span) for span in spans))

    def _by_number(self, seen: Seen, question: Question) -> tuple[str, ...]:
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

    def with_choice(self, seen: Seen, figures: list[Fact]) -> list[Fact]:
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
