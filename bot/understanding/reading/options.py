"""What a text says of each option, warning signs first of all: stated, doubtful, denied, or set aside and why."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from bot.core.model.files.parts import Kind, Level
from bot.core.model.readings import Rejected, Sign
from bot.understanding.account.roles import opens
from bot.understanding.language import NOTHING
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import NO_SPOTS, WordSpan
from bot.understanding.scope.cues import HYPOTHETICAL, MAYBE, NEGATED, OTHER, PAST
from bot.understanding.steps import MOST_STEPS, Steps
from bot.understanding.words import SpokenWords

from .flow_words import FlowWords
from .seen import Seen

_BESIDE = 3
"""Words within which words that take a meaning away stand beside it."""


class OptionReader:
    """Reads the options of a flow."""

    def __init__(self, flow: FlowWords) -> None:
        self._flow = flow
        self._joining = frozenset(flow.language.lists.joining)

    def verdicts(self, seen: Seen) -> dict[str, dict[str, WordSpan]]:
        """The same for all options of which the text says anything."""
        return {option: kinds for option in self._flow.options if (kinds := self.of(seen, option))}

    def of(self, seen: Seen, option: str) -> dict[str, WordSpan]:
        """What the text says of one option: `plain`, `MAYBE`, or the reasons for which it was set aside, with the words."""
        match = seen.match
        names = [(f"{option}.plain", True), (f"{option}.possible", False)]
        if seen.question is not None and option in seen.question.option_ids:
            names += [(f"{seen.question.ask}/{option}.plain", True), (f"{seen.question.ask}/{option}.possible", False)]
        names = [name for name in names if match.may_hold(name[0])]
        out: dict[str, WordSpan] = {}
        if not names and not match.may_hold(f"{option}.denied"):
            return out
        past_counts = self._flow.language.options.get(option, NOTHING).past
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
                if verdict in (None, MAYBE) and not is_plain and seen.scope.long_so(span):
                    verdict = PAST
                if not is_plain and self._inside_a_denial(seen, span):
                    verdict = NEGATED
                if "/" in name:
                    verdict = self._where_asked(seen, option, span, is_plain, verdict)
                slip = option in self._flow.signs and span[1] - span[0] == 1 and span[0] in seen.words.mended
                kind = verdict or ("plain" if is_plain and not slip else MAYBE)
                if kind not in out or out[kind][1] - out[kind][0] > span[1] - span[0] > 1:
                    out[kind] = span
        if "plain" not in out:
            self._deny(seen, option, out)
        return out

    def _verdict(self, seen: Seen, option: str, span: WordSpan, asked: bool, past_counts: bool) -> str | None:
        """Why words of an option are not meant, or doubtful, wherever they stand; None if they are meant."""
        scope = seen.scope
        verdict = scope.verdict(span, past_counts)
        if verdict is None and self._asked_back(seen, span):
            verdict = HYPOTHETICAL if asked else MAYBE
        if verdict == OTHER and option in self._flow.signs and not scope.of_them(span):
            verdict = MAYBE
        counts = verdict in (PAST, MAYBE, OTHER) or (verdict is None and past_counts and option in self._flow.signs)
        if counts and scope.long_over(span, f"{option}.plain"):
            return MAYBE if past_counts and scope.within_a_year(span) else PAST
        if verdict == PAST and self._flow.signs.get(option) == Level.emergency.value:
            return MAYBE  # over, perhaps: asked about
        return MAYBE if verdict == NEGATED and self._turned_round(seen, span) else verdict

    def _where_asked(self, seen: Seen, option: str, span: WordSpan, is_plain: bool, verdict: str | None) -> str | None:
        """The same for words of its own where just that option is asked."""
        if verdict == NEGATED and seen.scope.has_own_no(span) and option not in self._flow.signs:
            return None  # "nah, nowhere else" says it with a no of its own
        if not is_plain and self._as_it_should_be(seen, span):
            return NEGATED
        if verdict == OTHER and self.of_another_only(seen, span):
            return OTHER
        if verdict == HYPOTHETICAL and any(s[1] <= span[1] for s in seen.match.spots("if_word").between(*span)):
            return None  # "if I grit my teeth it works" is an answer as a whole
        if verdict == PAST and seen.scope.long_over(span):
            return PAST
        return verdict if verdict in (NEGATED, MAYBE, *self._set_aside(seen, option)) else None

    def _deny(self, seen: Seen, option: str, out: dict[str, WordSpan]) -> None:
        """Plain denials of an option that nothing states."""
        for span in seen.match.spans(f"{option}.denied"):
            verdict = seen.scope.verdict(span, True)
            if self._turned_round(seen, span):
                out.setdefault(MAYBE, span)
            elif verdict is None or (
                verdict == MAYBE and (seen.scope.has_own_no(span) or self._well_in_a_list(seen, span))
            ):  # "no numbness, no trouble peeing"
                out.pop(MAYBE, None)
                out.setdefault(NEGATED, span)
            elif verdict == MAYBE:  # "not sure if I can feel it"
                out.setdefault(MAYBE, span)

    @staticmethod
    def _well_in_a_list(seen: Seen, span: WordSpan) -> bool:
        """Whether the words say themselves that all is well, and only a "no" before them made them doubtful."""
        return seen.match.spots("normality").cover(span) and not seen.scope.doubted(span)

    def _set_aside(self, seen: Seen, option: str) -> tuple[str, ...]:
        """Why the own words of an option where it is asked are not meant: of a sign the past counts not, and where a movement
        is asked for "if I bend" is an answer."""
        describes = seen.question is not None and seen.question.describes
        return (*(() if describes else (HYPOTHETICAL,)), *((PAST,) if option in self._flow.signs else ()))

    @staticmethod
    def _inside_a_denial(seen: Seen, span: WordSpan) -> bool:
        """Whether words that perhaps mean a sign are part of a known form that says that all is well ("fine in myself")."""
        names = ("denial_form", "normal_figure", "harmless_form")
        return any(seen.match.spots(name).cover(span) for name in names)

    @staticmethod
    def _as_it_should_be(seen: Seen, span: WordSpan) -> bool:
        """Whether words that perhaps mean a sign stand in a phrase that says that all is well ("everything works down there")."""
        names = ("normality", "denial_form", "deny_all", f"{seen.question.ask}/none.plain" if seen.question else "")
        return any(seen.match.spots(name).overlap(span) for name in names if name)

    @staticmethod
    def of_another_only(seen: Seen, span: WordSpan) -> bool:
        """Whether it is said of somebody else, and that the writer has it not: "my sister has MS but I don't"."""
        if not (seen.match.spans("not_me") or seen.match.spans("deny_all")):
            return False
        return seen.scope.verdict(span, True) == OTHER

    @staticmethod
    def _asked_back(seen: Seen, span: WordSpan) -> bool:
        """Whether the words stand in a question back, "what counts as unsteady?": its clause begins with one."""
        begin = bisect_left(seen.words.clause, seen.words.clause[span[0]])
        return seen.match.spots("request.question_back").begin_between(begin, begin + 1)

    def _turned_round(self, seen: Seen, span: WordSpan) -> bool:
        """Whether an exception, or a "fine until", in the same sentence turns a denial of these words round: denials are read
        narrowly (SEMANTICS 5e)."""
        sentence = seen.words.sentence
        first, last = (find(sentence, sentence[span[0]]) for find in (bisect_left, bisect_right))
        return any(
            turn[1] > span[0] and not self._known_form(seen, turn)
            for name in ("exception", "fine_until", "than_normal")
            for turn in reversed(seen.match.spots(name).between(first, last))
        )

    @staticmethod
    def _known_form(seen: Seen, turn: WordSpan) -> bool:
        """Whether what seems to turn a denial round is part of a known form of one, "just my back", or begins what says "none" to
        the open list, "it's only the colour"."""
        own = NO_SPOTS if seen.question is None else seen.match.spots(f"{seen.question.ask}/none.plain")
        return seen.match.spots("denial_form").cover(turn) or opens(turn, own)

    def _touches(self, words: SpokenWords, one: WordSpan, other: WordSpan) -> bool:
        """Whether two spans overlap or stand within three words of each other with no "and" between."""
        first, last = min(one[1], other[1]), max(one[0], other[0])
        if last < first:
            return True
        return last - first < _BESIDE and not self._joining & set(words.words[first:last])

    def mentions(self, text: str) -> list[tuple[str, int, int]]:
        """Where warning signs are named plainly, whatever is said of them: (option, first character, one past the last)."""
        words = self._flow.language.spelling.read(text)
        match = Match(self._flow.language.grammar, words, Steps(MOST_STEPS))
        out = []
        for option in self._flow.signs:
            unless = match.spans(f"{option}.unless")
            for first, last in match.spans(f"{option}.plain"):
                if not any(self._touches(words, u, (first, last)) for u in unless):
                    out.append((option, words.begins[first], words.ends[last - 1]))
        return out

    def sorted_out(
        self, seen: Seen, verdicts: Mapping[str, Mapping[str, WordSpan]]
    ) -> tuple[tuple[Sign, ...], dict[str, WordSpan], dict[str, WordSpan], tuple[Rejected, ...]]:
        """The signs, what is stated plainly, what is denied, and what was set aside and why."""
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
        signs = [Sign(o, seen.words.quote(s)) for o, s in plain.items() if o in self._flow.signs]
        signs += [
            Sign(o, seen.words.quote(s), False) for o, s in possible.items() if o in self._flow.signs and o not in plain
        ]
        return tuple(signs), plain, denied, tuple(rejected)
