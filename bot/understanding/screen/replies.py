"""A message as a reply to the screen that is open (SEMANTICS 5b, 5e): which options, all denied, yes or no, or in doubt.

Signs are read openly, denials narrowly: what is stated counts in whatever company it stands; a denial counts only if no
telling word stands beside it, and on a screen with signs no unknown one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import NO_REPLY, Name, Reply
from bot.understanding.account.roles import DENIAL, FILLER, Ledger
from bot.understanding.lists.model import Lists
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.scope.cues import MAYBE, NEGATED, OTHER, PAST
from bot.understanding.scope.verdict import Scope
from bot.understanding.words import SpokenWords

from .places import Placed, PlaceReader

Verdicts = Mapping[str, Mapping[str, WordSpan]]
"""Option -> what is said of it (plain, maybe, negated ...) -> the words."""

PLAIN = "plain"
_SOME, _MANY = 2, 3
"""Things denied one by one that deny a whole list; on a list of signs."""
_LEADS = 1
"""Place of the first word of a "not sure" that leads a message, at most."""
_BEHIND_NO = 4
"""Words from a "no" on in which what it denies begins."""
YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class SeenScreen:
    """What a reply is read from."""

    words: SpokenWords
    match: Match
    scope: Scope
    ledger: Ledger


def strict(question: Question) -> bool:
    """Whether a denial here must have no unknown word beside it: a list with signs, or one that a sign opens."""
    return question.kind is Kind.many and not question.describes and any(o.sign for o in question.options)


class ReplyReader:
    """Reads replies with the words of a language."""

    def __init__(self, lists: Lists) -> None:
        self._places = PlaceReader(lists)
        self._stands_before = frozenset(lists.group("no_stands_before"))
        self._denying = frozenset(lists.no_words)
        self._before_a_thing = frozenset(lists.group("no_before_a_thing"))
        self._after_no = frozenset(lists.group("after_last_no"))
        self._closing = frozenset(lists.group("closing_no"))
        self._no, self._yes = frozenset(lists.group("bare_no")), frozenset(lists.group("bare_yes"))

    def to(self, question: Question | None, seen: SeenScreen, verdicts: Verdicts, names: tuple[Name, ...]) -> Reply:
        """The reply to the question on screen."""
        if question is None:
            return NO_REPLY
        if question.kind is Kind.many:
            return self._to_list(question, seen, verdicts, names)
        if question.kind is Kind.one:
            return self._to_choice(question, seen, verdicts)
        return Reply(unsure=True) if seen.match.spans("say_unsure") else NO_REPLY

    # --- lists

    def _to_list(self, question: Question, seen: SeenScreen, verdicts: Verdicts, names: tuple[Name, ...]) -> Reply:
        ids = question.option_ids
        stated = {o: v[PLAIN] for o, v in verdicts.items() if PLAIN in v and o in ids}
        placed = self._places.read(seen.words, len(ids), by_end=not stated)
        closes = bool(seen.match.spans("that_is_all"))
        if placed is not None and not ((question.describes or closes) and len(placed.yes) == len(ids)):
            return self._placed(placed, ids)
        named = {option for name in names if not name.ask for option in name.means}
        signs = {o.id for o in question.options if o.sign}
        yes = tuple(
            o for o in ids if o in named or (o in stated and (o in signs or not _inside_another(o, stated)))
        )  # "at the bottom of my back": not the bottom
        perhaps = tuple(o for o in ids if o not in yes and MAYBE in verdicts.get(o, ()) and (o in signs or not yes))
        no = tuple(o for o in ids if o not in yes and o not in perhaps and NEGATED in verdicts.get(o, ()))
        if yes and any(turn[1] <= stated[o][0] for turn in seen.match.spans("all_except") for o in yes if o in stated):
            return Reply(tuple(o for o in ids if o not in yes))
        every = len(yes) < _SOME and seen.match.spans("all_of_them")  # "cough sneeze twist, any of them" names them
        if question.describes and not perhaps and every and not seen.ledger.denies:
            return Reply(some=True)  # "everything!!": which of them is asked
        if yes and not signs & {*yes, *perhaps} and self._ends_with_no(seen.words):
            return Reply(no=no, doubt=True)  # "only when I turn over, so none": which of the two holds is asked
        if yes or perhaps:
            return Reply(yes, perhaps, no, closes=closes)
        if self._meant(seen, f"{question.ask}/some.plain"):
            return Reply(no=no, some=True)  # "my back", where places on it are listed
        telling = bool(seen.ledger.telling) or any(n.ask for n in names) or self._yes_to_something(seen)
        if closes and names and not telling and not any(n.means for n in names):
            return Reply(none=True, no=ids)  # "blood pressure tablets, that's the lot"
        unknown = bool(seen.ledger.unknown) and strict(question)
        items = self._behind_items(seen, [verdicts[o][NEGATED] for o in no if o in signs])
        whole = self._denies_all(question, seen, items) or self._not_of_today(ids, seen, verdicts)
        if whole and self._leads_unsure(seen):
            return Reply(no=no, unsure=True)  # "no idea, my wife does my tablets"
        if whole and not telling and not unknown:
            return Reply(none=True, no=ids)
        enough = min(_MANY if 2 * len(signs) > len(ids) else _SOME, len(ids))
        listed = self._denied_one_by_one(seen, [verdicts[o][NEGATED] for o in no]) >= enough
        if (listed or len(no) == len(ids)) and not telling and not unknown:
            return Reply(none=True, no=ids)
        unsure = bool(seen.match.spans("say_unsure")) or bool(seen.match.spans("hedge"))
        if unsure and not whole:
            return Reply(no=no, unsure=True)
        some = self.stands_alone(seen.words, self._yes) and not whole
        return Reply(no=no, some=some, doubt=whole or (seen.ledger.denies and telling), closes=closes)

    @staticmethod
    def _leads_unsure(seen: SeenScreen) -> int:
        """Where the "not sure" ends with which the message begins; 0 if it does not."""
        return min((span[1] for span in seen.match.spans("leads_unsure") if span[0] <= _LEADS), default=0)

    @staticmethod
    def _closes_unsure(seen: SeenScreen) -> bool:
        """Whether a "can't tell" is all that the last clause of the message says: "about to go again, too early to say"."""
        words = seen.words.words
        closes = (s for s in seen.match.spans("leads_unsure") if s[0] and not any(w.isalnum() for w in words[s[1] :]))
        return any(not words[s[0] - 1].isalnum() for s in closes)

    def _yes_to_something(self, seen: SeenScreen) -> bool:
        """Whether a "yes" stands behind what it may be said of: "first one yes, rest no"; not "oh yes, none of these"."""
        roles = seen.ledger.roles
        return any(
            word in self._yes and any(role != FILLER for role in roles[:place])
            for place, word in enumerate(seen.words.words)
        )

    def _denied_one_by_one(self, seen: SeenScreen, denied: list[WordSpan]) -> int:
        """How many things a message denies that says nothing else: "no burning, no blood, legs fine"."""
        words, roles = seen.words.words, seen.ledger.roles
        said = sum(
            word in self._denying and DENIAL in roles[place : place + _BEHIND_NO] for place, word in enumerate(words)
        )
        clauses = {seen.words.clause[span[1] - 1] for span in denied}
        return max(said, len(clauses)) + len({span[1] for span in seen.match.spans("normality")})

    @staticmethod
    def _not_of_today(ids: tuple[str, ...], seen: SeenScreen, verdicts: Verdicts) -> bool:
        """Whether all that it says of the list is long over, or of somebody else: "used to inject, clean for six years"."""
        over = [verdicts[o][PAST] for o in ids if PAST in verdicts.get(o, ())]
        others = any(OTHER in verdicts.get(o, ()) for o in ids) and bool(seen.match.spans("not_me"))
        return others or any(seen.scope.long_over(span) for span in over)

    def _ends_with_no(self, words: SpokenWords) -> bool:
        """Whether the message closes with a "no" to all: "so none", "none really"; "no fever" closes with none."""
        said = [word for word in words.words if word.isalnum()]
        if len(said) > 2 and said[-1] in self._after_no:
            said.pop()
        return len(said) > 1 and said[-1] in self._closing

    def _placed(self, placed: Placed, ids: tuple[str, ...]) -> Reply:
        if placed.uneven:
            return Reply(doubt=True, by_place=True)
        yes, no, unsure = (tuple(ids[n] for n in lines) for lines in (placed.yes, placed.no, placed.unsure))
        if placed.row and not yes and not unsure:
            return Reply(none=True, no=ids, by_place=True)
        if placed.hedged:
            return Reply(no=no, perhaps=(*yes, *unsure), by_place=True)
        return Reply(yes, unsure, no, by_place=True)

    def _behind_items(self, seen: SeenScreen, denied: list[WordSpan]) -> frozenset[int]:
        """Places of a "no" that stands right behind a sign and denies that one alone: "chest pain no"."""
        said = seen.words.words
        out = set()
        for span in denied:
            place = next((p for p in range(span[1], min(span[1] + _BEHIND_NO, len(said))) if said[p] in self._no), None)
            if place is not None:
                out.add(place)
        return frozenset(out)

    def _denies_all(self, question: Question, seen: SeenScreen, items: frozenset[int]) -> bool:
        """Whether it says "no" to the whole list, whatever else it says. `items`: places of a "no" to one sign alone."""
        match = seen.match
        if match.spans(f"{question.ask}/none.plain") or match.spans("deny_all"):
            return True
        return self.stands_alone(seen.words, self._no, items)

    def stands_alone(self, words: SpokenWords, bare: frozenset[str], passed_over: frozenset[int] = frozenset()) -> bool:
        """Whether a "no" (or a "yes") stands for itself, rather than before what it denies: "no, I can walk", not "no fever"."""
        said = words.words
        for place, word in enumerate(said):
            if word not in bare or place in passed_over:
                continue
            if place + 1 >= len(said) or not said[place + 1].isalnum() or said[place + 1] in self._stands_before:
                return True
            if said[place + 1] in bare or word not in self._before_a_thing:
                return True
        return False

    # --- one of several

    def _to_choice(self, question: Question, seen: SeenScreen, verdicts: Verdicts) -> Reply:
        ids = question.option_ids
        placed = self._places.read(seen.words, len(ids))
        if placed is not None and not placed.row and placed.yes:
            lines = tuple(ids[n] for n in placed.yes)
            return Reply(yes=lines, by_place=True) if len(lines) == 1 else Reply(perhaps=lines, by_place=True)
        spans = {
            o: next(v[kind] for kind in (PLAIN, MAYBE) if kind in v)
            for o in ids
            if (v := verdicts.get(o)) and (PLAIN in v or MAYBE in v)
        }
        spans = {o: s for o, s in spans.items() if not _inside_another(o, spans)}
        spans = {o: s for o, s in spans.items() if not self._says_more(seen, question, o, s)} or spans
        led = self._leads_unsure(seen)
        if led and len(spans) == 1 and all(s[0] >= led for s in spans.values()):
            return Reply(perhaps=tuple(spans))  # "dunno, just don't feel right walking"
        if len(spans) == 1 and not (question.consent and PLAIN not in verdicts[next(iter(spans))]):
            return Reply(yes=tuple(spans))
        plain = [o for o in spans if PLAIN in verdicts[o]]
        if (
            question.consent and len(plain) == 1
        ):  # "my sister, back in Manila": whose words were only perhaps of one here
            return Reply(yes=tuple(plain))
        longer = [o for o, s in spans.items() if s[1] - s[0] > 1]
        if question.consent and len(longer) == 1:
            return Reply(yes=tuple(longer))
        if spans:
            turned = [o for o, s in spans.items() if self._after_turn(seen, s)]
            return Reply(yes=tuple(turned)) if len(turned) == 1 else Reply(perhaps=tuple(spans))
        unsure = seen.match.spans("say_unsure") or seen.match.spans(f"{question.ask}/unsure.plain")
        return Reply(unsure=bool(unsure))

    @staticmethod
    def _says_more(seen: SeenScreen, question: Question, option: str, span: WordSpan) -> bool:
        """Whether words of another answer to this question say more, these words among them: "gives way because of the pain"."""
        others = (seen.match.spans(f"{question.ask}/{other}.plain") for other in question.option_ids if other != option)
        return any(_within(span, longer) for spans in others for longer in spans)

    def _after_turn(self, seen: SeenScreen, span: WordSpan) -> bool:
        """Whether it stands behind "but now" or "actually": that is what holds."""
        return any(turn[1] <= span[0] for name in ("contrast", "holds_now") for turn in seen.match.spans(name))

    # --- yes or no

    def yes_or_no(
        self, question: Question | None, seen: SeenScreen, verdicts: Verdicts, polarity: str | None
    ) -> str | None:
        """The answer to a question of yes or no, reasons and all; None if it gives none, or a denial in doubt."""
        words, match = seen.words, seen.match
        name = question.ask if question is not None and question.kind is Kind.yes_no else ""
        closing = [w for w in YES_NO if any(s[1] == len(words.words) for s in match.spans(f"closes_with_{w}"))]
        if closing:
            return closing[0]  # "the heat pad takes the edge off so no"
        if name and match.spans(f"{name}/unsure.plain"):
            return "not_sure"
        if polarity == "not_sure" and match.spans("degree_yes"):
            return "yes"  # "a little, I suppose"
        if polarity == "not_sure" and name and (said := self._in_its_words(seen, name)):
            return said
        if polarity is not None:
            return polarity
        own = self._own_words(seen, name) if name else dict.fromkeys(YES_NO, False)
        whole = verdicts.get(name, {}) if name else {}
        denied = bool(name) and any(seen.scope.negated(s) for s in match.spans(f"{name}/yes.plain"))
        with_a_no = self._with_a_no(seen, f"{name}/yes.plain") if name else frozenset()
        own["yes"] = own["yes"] or PLAIN in whole or bool(with_a_no)
        says_no = bool(name) and bool(match.spans(f"{name}/no.plain"))
        own["no"] = own["no"] or (NEGATED in whole and PLAIN not in whole and not with_a_no)
        leads = self._leads(seen, with_a_no)
        first = next((w for place, w in enumerate(words.words) if w.isalnum() and place not in with_a_no), "")
        if leads is None and first in self._no and (own["no"] or says_no or (denied and not own["yes"])):
            leads, own["yes"] = "no", False
            own["no"] = own["no"] or says_no  # "no, 5 mins and I'm moving fine": the first no says the same
        if own["yes"] and own["no"] and (behind := self._behind_turn(seen, name)):
            return behind
        doubts = (self._leads_unsure(seen) or self._closes_unsure(seen)) and not (
            name and self._in_its_words(seen, name)
        )
        if leads is None and match.spans("say_unsure") and (doubts or own["yes"] == own["no"]):
            return "not_sure"  # "can't tell, the whole area hurts"
        if leads == "no" and not own["yes"]:
            return None if self._turned(seen) and not own["no"] else "no"
        if leads == "yes" and (not own["no"] or (own["yes"] and first in self._yes)):
            return "not_sure" if match.spans("say_unsure") and not self._in_its_words(seen, name) else "yes"
        if leads is None and own["yes"] != own["no"]:
            return "yes" if own["yes"] else "no"
        return self._without_a_word(seen, leads, own["yes"])

    def _without_a_word(self, seen: SeenScreen, leads: str | None, says_yes: bool) -> str | None:
        """The answer of words that are neither a yes or a no nor the question's own."""
        if leads is not None or says_yes:
            return None
        if seen.match.spans("lets_say_yes"):
            return "yes"
        return "no" if seen.match.spans("deny_all") and not self._turned(seen) else None

    def _behind_turn(self, seen: SeenScreen, name: str) -> str | None:
        """Which of the two stands behind a "but", with the other, or both, before it: "stiff, yes, but moving makes it worse"; not
        what only comes beside it, "the middle, yes, but the sides as well"."""
        for turn in seen.match.spans("contrast"):
            after = {w for w in YES_NO if any(s[0] >= turn[1] for s in seen.match.spans(f"{name}/{w}.plain"))}
            before = {w for w in YES_NO if any(s[1] <= turn[0] for s in seen.match.spans(f"{name}/{w}.plain"))}
            if len(after) == 1 and (not after & before or len(before) == len(YES_NO)):
                if before != {"yes"} or not any(s[0] >= turn[1] for s in seen.match.spans("comes_beside")):
                    return after.pop()
                return "yes" if self._yes & set(seen.words.words) else "not_sure"
        return None

    def _turned(self, seen: SeenScreen) -> bool:
        return bool(seen.ledger.telling)

    def _meant(self, seen: SeenScreen, group: str) -> bool:
        """Whether words of the group are said and not denied; "no baby kicking away": a bare no before them is an answer."""
        return any(not seen.scope.negated(span) for span in seen.match.spans(group))

    def _own_words(self, seen: SeenScreen, name: str) -> dict[str, bool]:
        """Whether the question's own words for yes, and for no, are said; not within longer ones of the other."""
        spans = {w: seen.match.spans(f"{name}/{w}.plain") for w in YES_NO}
        longer = {"yes": spans["no"], "no": spans["yes"]}
        return {
            w: any(self._states(seen, s) and not any(_within(s, other) for other in longer[w]) for s in spans[w])
            for w in YES_NO
        }

    @staticmethod
    def _states(seen: SeenScreen, span: WordSpan) -> bool:
        """Whether words are said to be so: neither denied nor what something else is more than."""
        return not seen.scope.negated(span) and not seen.scope.compared(span)

    def _with_a_no(self, seen: SeenScreen, group: str) -> frozenset[int]:
        """The places of phrases with a no of their own, "nothing touches it": that no answers nothing by itself."""
        words, no = seen.words.words, self._denying | self._no
        spans = [s for s in seen.match.spans(group) if s[1] - s[0] > 1 and no & set(words[s[0] : s[1]])]
        said = {word for span in spans for word in words[slice(*span)] if word in no}
        last = max((span[1] for span in spans), default=len(words))
        again = {place for place in range(last, len(words)) if words[place] in said}  # "nothing touches it. NOTHING."
        return frozenset(place for span in spans for place in range(*span)) | again

    @staticmethod
    def _in_its_words(seen: SeenScreen, name: str) -> str:
        """The answer whose own words hold all that seems unsure ("it varies", where sameness is asked about)."""
        unsure = seen.match.spans("say_unsure")
        said = [
            w
            for w in YES_NO
            if unsure
            and all(any(s[0] <= u[0] and u[1] <= s[1] for s in seen.match.spans(f"{name}/{w}.plain")) for u in unsure)
        ]
        return said[0] if len(said) == 1 else ""

    def _leads(self, seen: SeenScreen, passed_over: frozenset[int]) -> str | None:
        """The yes or no that the message begins with, or that closes it behind a comma; None for both and neither, and for
        one that is part of a "not sure" ("never timed it")."""
        unsure = {place for span in seen.match.spans("say_unsure") for place in range(*span)}
        found = {
            name
            for name, bare in (("yes", self._yes), ("no", self._no))
            if self.stands_alone(
                seen.words,
                bare - {word for place, word in enumerate(seen.words.words) if place in unsure},
                passed_over,
            )
        }
        return found.pop() if len(found) == 1 else None


def _within(span: WordSpan, longer: WordSpan) -> bool:
    """Whether words lie within others that are more."""
    return longer[0] <= span[0] and span[1] <= longer[1] and longer[1] - longer[0] > span[1] - span[0]


def _inside_another(option: str, spans: Mapping[str, WordSpan]) -> bool:
    """Whether the words of one option lie within those of another, which says more."""
    return any(o != option and _within(spans[option], s) for o, s in spans.items())
