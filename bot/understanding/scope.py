"""Whether words are meant: denied, past, somebody else's, only thought of, an expression, or doubtful.

Rules of scope in the manner of ConText: a cue speaks for the words around it until something ends its reach. All cues
are groups of the language's word lists; what counts as their reach is here:

- a negation speaks forward, until a word that begins a new statement, and over commas only along a list;
  or backward, if it closes the clause ("numbness: none");
- the past speaks for its stretch of the sentence, unless the same stretch says that it goes on;
- another person speaks for all that follows, until the writer speaks of himself;
- "what if" speaks to the end of the sentence; "if" to the end of its own clause, and not at all before a habit ("if I bend").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby

from bot.understanding.lists.model import Lists

from .patterns import Match, WordSpan

NEGATED, PAST, OTHER, HYPOTHETICAL, IDIOM = "negated", "past", "other_person", "hypothetical", "expression"
MAYBE = "maybe"
"""Neither plainly meant nor plainly not: to be asked about."""

_ROW = 3
"""Things denied one after the other, each with a "no" of its own, that make a row."""

_OVER = ("over_now", "deny_all", "now_instead")
"""Groups of phrases that say that something is over."""

_REACH = 9
"""Words between a negation and what it may deny."""


class Scope:
    """The cues of one text; asked about one span at a time."""

    def __init__(self, match: Match, this_year: int, parts: Lists) -> None:
        self._match = match
        self._words = match.words
        self._this_year = this_year
        self._or = frozenset(parts.group("joined_by_or"))
        self._joining = frozenset(parts.joining)
        self._mine = frozenset(parts.group("speaks_of_self"))
        self._owned = frozenset(parts.group("owned"))
        self._joins_thought = frozenset(parts.group("joins_thought"))
        self._binding = frozenset(parts.binding)
        self._number_words = frozenset(parts.numbers) - {"one"}
        self._says = frozenset(parts.group("statement"))
        self._connects = frozenset(parts.group("connects"))
        self._links = frozenset(parts.group("links_a_thing"))
        self._answers = frozenset(parts.group("answer_word"))
        self._answers_before = frozenset(parts.group("answer_before_a_state"))
        self._answers_alone = frozenset(parts.group("answer_alone"))
        self._states = frozenset(parts.group("state_word"))
        self._begins_statement = frozenset(parts.group("begins_a_statement"))
        self._leads_on = frozenset(parts.group("leads_on"))
        self._subjects = frozenset(parts.group("begins_with_a_subject"))
        self._before_a_verb = frozenset(parts.group("no_before_a_verb"))
        self._has_subject = frozenset(parts.group("subject_word"))
        self._of_them = frozenset(parts.group("goes_on_of_them"))
        self._around_a_time = frozenset(parts.group("around_a_time"))
        self._relative = frozenset(parts.group("relative_word"))
        self._third = frozenset(parts.group("third_person"))
        self._in_a_row = frozenset(parts.group("noun_in_a_row"))

    def verdict(self, span: WordSpan, past_counts: bool = False) -> str | None:
        """Why the words of `span` are not meant, `MAYBE`, or None if they are meant."""
        if self._within(span, self._idioms):
            return IDIOM
        other = self._other(span)
        if other == OTHER and not self._speaks_for:
            return OTHER
        past = None if past_counts else self._past(span)
        if past == PAST:
            return PAST
        asked = self._asked(span)
        if asked == HYPOTHETICAL or self._hypothetical(span):
            return HYPOTHETICAL
        denied = self._negated(span)
        if denied == NEGATED:
            return NEGATED
        if (
            denied
            or past
            or asked
            or other
            or self._hedged(span)
            or (not past_counts and (self._over(span) or self._chronic(span)))
        ):
            return MAYBE
        return None

    def negated(self, span: WordSpan) -> bool:
        """Whether a "no" speaks of these words."""
        return self._negated(span) == NEGATED

    def long_over(self, span: WordSpan, denied: Sequence[WordSpan] = ()) -> bool:
        """Whether words of the past, or of a long time, are followed by a denial of today ("two years ago, nothing now"), or led
        by a "nothing new", with nothing that says that it is back, or that it was lately. `denied`: where they are denied."""
        over = [s for name in _OVER for s in self._match.spans(name) if s[1] > span[0]]
        over += (*self._match.spans("nothing_new"), *(s for s in denied if s[0] >= span[1]))
        told = (*self.past_cues, *self._match.spans("chronic"))
        near = any(self._near(cue, span) for cue in told) or any(
            cue[0] >= span[1] for cue in self._match.spans("chronic_of_that")
        )
        if not over or not near or self._lately(span):
            return False
        present = (
            s for name in ("present", "begins_now", "gets_worse") for s in self._match.spans(name) if s[0] >= span[1]
        )
        old = (*over, *self.past_cues, *self._match.spans("chronic"))  # "ever since my last baby": of long ago
        return all(any(o[0] < s[1] and s[0] < o[1] for o in old) for s in present)

    def _near(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a cue stands in the clause of these words, or in one beside it that says nothing else ("in 2015, my leg was
        numb"); not in another statement ("slipped disc in 2015, bum numb")."""
        clause, words = self._words.clause, self._words.words
        here = clause[cue[0]]
        first, last = self._clauses[here]
        if clause[span[0]] <= here <= clause[span[1] - 1]:
            leads = cue[0] - first <= 1 and cue in self.past_cues  # "in 2015 i had a slipped disc and numb legs"
            return leads or self._joining.isdisjoint(words[cue[1] : span[0]])
        rest = (words[p] for p in range(first, last) if not cue[0] <= p < cue[1] and words[p].isalnum())
        return all(word in self._around_a_time for word in rest)

    def _lately(self, span: WordSpan) -> bool:
        """Whether its sentence tells a time of a few days or weeks ago: that is not long over."""
        first, last = self._sentence(span[0])
        return any(first <= cue[0] < last for cue in self._match.spans("lately"))

    def told_with(self, span: WordSpan) -> WordSpan:
        """The words from the begin of its sentence to the last cue of the past in it, or to its own end: what is long over."""
        first, last = self._sentence(span[0])
        cues = [c for c in (*self.past_cues, *self._match.spans("chronic")) if first <= c[0] and c[1] <= last]
        turns = [t[0] for t in self._match.spans("turn") if span[1] <= t[0] < last]
        end = max([span[1], *(c[1] for c in cues)])
        return first, min([end, *turns])

    @cached_property
    def _speaks_for(self) -> bool:
        """Whether the one with the bad back is somebody else, whose signs are then asked about ("his back is in spasm")."""
        return bool(self._match.spans("their_complaint")) and not self._match.spans("my_complaint")

    @cached_property
    def _idioms(self) -> tuple[WordSpan, ...]:
        return self._match.spans("idiom")

    @staticmethod
    def _within(span: WordSpan, others: Sequence[WordSpan]) -> bool:
        return any(o[0] < span[1] and span[0] < o[1] for o in others)

    @cached_property
    def _sentences(self) -> list[WordSpan]:
        """For each word the begin and the end of its sentence."""
        out: list[WordSpan] = []
        for _, group in groupby(self._words.sentence):
            length = len(list(group))
            out += [(len(out), len(out) + length)] * length
        return out

    @cached_property
    def _clauses(self) -> dict[int, WordSpan]:
        """The begin and the end of each clause."""
        out: dict[int, WordSpan] = {}
        for place, clause in enumerate(self._words.clause):
            out[clause] = (out.get(clause, (place, place))[0], place + 1)
        return out

    def _sentence(self, place: int) -> WordSpan:
        return self._sentences[place]

    # --- negation

    @cached_property
    def _denials(self) -> list[WordSpan]:
        """Negations that speak forward. "Not only", "not sure", "can not" are none."""
        false = self._match.spans("not_a_negation")
        if self._behind:
            return []
        return [
            cue for cue in self._match.spans("negation") if not any(f[0] <= cue[0] and cue[1] <= f[1] for f in false)
        ]

    def doubted(self, span: WordSpan) -> bool:
        """Whether a hedge, a question or somebody else makes these words doubtful, rather than a list that they stand in."""
        return self._hedged(span) or self._asked(span) is not None or self._other(span) is not None

    def has_own_no(self, span: WordSpan) -> bool:
        """Whether the words begin with a negation of their own, so that one further left says nothing of them."""
        return any(cue[0] == span[0] for cue in self._denials)

    @cached_property
    def _behind(self) -> dict[int, bool]:
        """Places of yes and no (True and False) that stand behind what they answer: "chest pain no numb groin yes"."""
        marks = {s[0]: name == "strict_yes" for name in ("strict_yes", "strict_no") for s in self._match.spans(name)}
        said = [place for place, word in enumerate(self._words.words) if word.isalnum()]
        plain = len(said) == len(self._words.words) and len(marks) > 1 and not any(p + 1 in marks for p in marks)
        plain = plain and self._connects.isdisjoint(w for p, w in enumerate(self._words.words) if p not in marks)
        return marks if plain and said[0] not in marks and said[-1] in marks else {}

    def _negated(self, span: WordSpan) -> str | None:
        """A negation reaches words only directly ("no numbness", "not numb"), never across a complete form of denial
        ("none of these | one foot numb", "nah | wet myself") nor across what connects statements (SEMANTICS 5e)."""
        words, found = self._words, None
        if self._behind:
            mark = next((place for place in sorted(self._behind) if place >= span[1]), None)
            return NEGATED if mark is not None and not self._behind[mark] else None
        for cue in reversed(self._denials):
            if cue[1] > span[0] or words.sentence[cue[0]] != words.sentence[span[0]]:
                continue
            if span[0] - cue[1] > _REACH:
                if not self._direct(cue, span) or self._list_reaches(cue, span) != NEGATED:
                    continue
                return NEGATED
            if self._stopped(cue, span):
                continue
            if not self._direct(cue, span):
                break
            if words.clause[cue[0]] == words.clause[span[0]]:
                return NEGATED
            found = found or self._list_reaches(cue, span)
            if found == NEGATED:
                return found
        return NEGATED if self._denied_after(span) else found

    @cached_property
    def _complete(self) -> list[WordSpan]:
        """Forms that deny all by themselves."""
        names = ("say_no", "deny_all")
        found = (s for name in names for s in self._match.spans(name))
        return [s for s in found if s[1] - s[0] > 1 and self._words.words[s[1] - 1] not in self._leads_on]

    def _direct(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a negation is one of these words, not an answer of its own before them."""
        words = self._words.words
        if any(word in self._connects for word in words[cue[1] : span[0]]) or words[cue[1]] in self._joining:
            return False
        for form in self._complete:
            if form[0] <= cue[0] < form[1] <= span[0] and words[form[1]] not in self._links and cue[1] <= form[1]:
                return False
        said, first = words[cue[0]], words[cue[1]]
        if cue[1] - cue[0] > 1:
            return True
        if said in self._answers_alone:
            return False
        if said in self._answers_before:
            return first in self._states
        if said not in self._answers:
            return True
        begins = self._subjects if said in self._before_a_verb else self._begins_statement
        if first in self._in_a_row and cue[0] in self._row:
            return True
        return not (first in begins or self.has_own_no(span) or self._part_of_statement(cue, span))

    @cached_property
    def _row(self) -> frozenset[int]:
        """Places of the "no" of a row that each deny a thing of their own: "no crash. no fainting. no ripping pain"."""
        words = self._words.words
        row = {cue[0] for cue in self._denials if cue[1] - cue[0] == 1 and cue[1] < len(words)}
        row = {place for place in row if words[place + 1].isalnum() and words[place + 1] not in self._answers}
        return frozenset(row if len(row) >= _ROW else ())

    def _part_of_statement(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a statement about a part of the body begins right behind a bare "no": "no leg is weak"."""
        words = self._words.words
        parts = {s[0] for s in self._match.spans("body_subject")}
        return cue[1] in parts and bool(self._has_subject & set(words[cue[1] : span[1]]))

    @cached_property
    def _stops(self) -> tuple[WordSpan, ...]:
        return self._match.spans("stop")

    def _stopped(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a new statement begins between a negation and `span`, or with `span`."""
        if any(cue[1] <= stop[0] < span[0] for stop in self._stops):
            return True
        return any(cue[1] < place <= span[0] for place in self._fresh("fresh"))

    def _fresh(self, group: str, leads: frozenset[str] = frozenset()) -> list[int]:
        """Where statements begin without a mark, by the words of `group`; not behind "or", nor behind one of `leads`."""
        words, leads = self._words.words, leads | self._or | self._owned
        return [cue[0] for cue in self._match.spans(group) if cue[0] and words[cue[0] - 1] not in leads]

    def _list_reaches(self, cue: WordSpan, span: WordSpan) -> str | None:
        """Over commas a negation reaches along a list of bare things: "no numbness, tingling or weakness"."""
        words = self._words
        _, last = self._sentence(cue[0])
        if self._stopped(cue, span):
            return None
        pieces: list[list[str]] = [[]]
        for place in range(cue[1], last):
            if words.clause[place] != words.clause[max(place - 1, 0)] and place > cue[1]:
                pieces.append([])
            after = words.words[place - 1]  # "down there", "in both legs": part of the thing, not a new statement
            if words.words[place].isalnum() and not (words.words[place] in self._says and after in self._binding):
                pieces[-1].append(words.words[place])
        target = words.clause[span[0]] - words.clause[cue[1] - 1]
        bare = [pieces[0]]
        doubtful = False
        for piece in pieces[1:]:
            said = set(piece)
            if said & self._says or len(piece) > 6 or (said & self._owned and not said & self._or):
                break
            doubtful = doubtful or bool(said & self._owned)
            bare.append(piece)
        if target >= len(bare):
            return None
        listed = any(
            self._or & set(piece) for piece in bare[target:]
        )  # "no numbness or tingling, weak leg": not of the list
        return NEGATED if listed and not doubtful else MAYBE

    def _denied_after(self, span: WordSpan) -> bool:
        """ "numbness: none", "bladder fine": a denial that closes the clause (or the one after a colon)."""
        words = self._words
        for cue in self._match.spans("negation_after"):
            if cue[0] < span[1] or words.sentence[cue[0]] != words.sentence[span[0]]:
                continue
            between = words.words[span[1] : cue[0]]
            if len([w for w in between if w.isalnum()]) > 3:
                break
            if any(word in self._connects for word in between) or self._of_its_own(cue, span):
                continue
            end = cue[1]
            closes = (
                end >= len(words.words) or words.clause[end] != words.clause[cue[0]] or not words.words[end].isalnum()
            )
            same = words.clause[cue[0]] == words.clause[span[1] - 1]
            colon = ":" in between or "?" in between or "-" in between
            if any(span[1] <= place < cue[0] for place in self._fresh("fresh")):
                break
            if words.words[cue[0]] in self._says and self._joining & set(between):  # "numb and walking is fine"
                break
            if closes and (same or colon) and not any(span[1] <= s[0] < cue[0] for s in self._stops):
                return True
        _, after = self._sentence(span[0])
        if after + 1 < len(words.words) and words.words[after] == "?":  # "numbness? no"
            return any(cue[0] == after + 1 for cue in self._match.spans("negation_after"))
        return False

    def _of_its_own(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a denial behind words is a complete form ("numb none of these", "fainted all good"), or stands behind a
        statement that somebody makes ("I fainted no")."""
        words = self._words.words
        if words[cue[0]] in self._says - self._connects:  # "is fine", "feels normal": said of them
            return False
        if (
            words[cue[0] - 1] in self._joining | self._answers | self._answers_before | self._answers_alone
        ):  # "numb and no", "numb no no"
            return True
        if any(span[1] <= form[0] < cue[1] and cue[0] < form[1] for form in self._complete):
            return True
        marked = ":" in words[span[1] : cue[0]] or "?" in words[span[1] : cue[0]]
        return not marked and bool(self._has_subject & set(words[span[0] : span[1]]))

    # --- past

    def _stretch(self, span: WordSpan) -> WordSpan:
        """The part of the sentence around `span` between turns ("but", "and now") and commas."""
        words = self._words
        first, last = self._sentence(span[0])
        for turn in self._match.spans("turn"):
            if first <= turn[0] < span[0] and turn[1] <= span[0]:
                first = max(first, turn[0])
            elif span[1] <= turn[0] < last:
                last = min(last, turn[0])
        clause = words.clause[span[0]]
        begin = span[0]
        while begin > first and words.clause[begin - 1] == clause:
            begin -= 1
        lead = begin
        while lead > first and words.clause[lead - 1] == words.clause[begin - 1] and begin - lead < 6:
            lead -= 1
        if begin - lead <= 5:
            begin = lead
        end = span[1]
        while end < last and words.clause[end] == words.clause[span[1] - 1]:
            end += 1
        return begin, end

    @cached_property
    def past_cues(self) -> list[WordSpan]:
        """Words and years that speak of the past."""
        words = self._words.words
        cues = list(self._match.spans("past"))
        leads = {cue[1] for cue in self._match.spans("in_year")}
        for place, word in enumerate(words):
            if len(word) == 4 and word.isdecimal() and 1920 <= int(word) < self._this_year and place in leads:
                cues.append((place, place + 1))
        cues.extend(self._match.spans("long_ago"))
        return cues

    @cached_property
    def past_years(self) -> list[WordSpan]:
        """Years of long ago that a denial of today follows: "the hospital asked me in 2021, no then and no now"."""
        denied = [span[0] for name in _OVER for span in self._match.spans(name)]
        words = self._words.words
        years = (cue for cue in self.past_cues if cue[1] - cue[0] == 1 and words[cue[0]].isdecimal())
        return [year for year in years if any(place >= year[1] for place in denied)]

    def _past(self, span: WordSpan) -> str | None:
        if not self.past_cues:
            return None
        begin, end = self._stretch(span)
        cues = [cue for cue in self.past_cues if begin <= cue[0] < end and not self._parted(cue, span)]
        if not cues or any(
            begin <= now[0] < end and not self._within(now, cues) for now in self._match.spans("present")
        ):
            return None
        if not any(self._near(cue, span) for cue in cues):
            return MAYBE
        fresh = self._fresh("fresh")  # "a slipped disc in 2015 numb between my legs": whose time is not clear
        return MAYBE if all(any(cue[1] <= place <= span[0] for place in fresh) for cue in cues) else PAST

    def _parted(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a statement of its own begins between a cue of the past and `span`, whichever comes first."""
        if cue[0] >= span[1]:
            return any(
                span[1] <= place < cue[0] for group in ("fresh_now", "fresh_then") for place in self._fresh(group)
            )
        return any(cue[1] <= place <= span[0] for place in self._fresh("fresh_now"))

    def _over(self, span: WordSpan) -> bool:
        """Whether the sentence says that it is over ("went numb yesterday but it's gone now")."""
        _first, last = self._sentence(span[0])
        return any(span[1] <= cue[0] < last for cue in self._match.spans("over_now"))

    def _chronic(self, span: WordSpan) -> bool:
        """Whether its stretch says that it has long been so ("a weak bladder for years"): not new, so asked about."""
        if not self._match.spans("chronic") and not self._match.spans("chronic_of_that"):
            return False
        begin, end = self._stretch(span)
        of_that = {cue[0] for cue in self._match.spans("chronic_of_that")}  # "but that is since my second baby"
        return any(begin <= cue[0] < end for cue in self._match.spans("chronic")) or bool({end, end + 1} & of_that)

    # --- other people

    @cached_property
    def _others(self) -> list[WordSpan]:
        """Stretches that speak of somebody else; none at all if somebody else is the patient."""
        if self._match.spans("proxy"):
            return []
        words = self._words
        watching = {cue[0] for cue in self._match.spans("kin_watches")}
        carried = {cue[1] - 1 for cue in self._match.spans("kin_carried")}
        kin_owned = {place for cue in self._match.spans("kin") for place in range(*cue)}
        relative = {cue[0] for cue in self._match.spans("relative_word")}
        third = {cue[0] for cue in self._match.spans("third_person")}
        mine = sorted(
            cue[0]
            for cue in (*self._match.spans("me"), *self._match.spans("back_to_me"), *self._match.spans("fresh_self"))
        )
        out: list[WordSpan] = []
        first = [cue for cue in self._match.spans("kin_first") if self._begins(cue[0])]
        for kin in sorted((*self._match.spans("kin"), *first)):
            if out and kin[0] < out[-1][1] and kin[0] < out[-1][0] + 2:
                continue
            watch = next((p for p in range(kin[1], min(kin[1] + 3, len(words.words))) if p in watching), None)
            if watch is not None:
                told = next((p for p in range(watch + 1, min(watch + 4, len(words.words))) if p in third), None)
                if told is not None:  # "a friend told me they could not feel ..."
                    end = next((place for place in mine if place > told), len(words.words))
                    clause_end = next(
                        (p for p in range(told, len(words.words)) if words.clause[p] != words.clause[told]),
                        len(words.words),
                    )
                    out.append((told, min(end, clause_end)))
                continue
            told_of = kin[1] < len(words.words) and kin[1] in relative
            if not told_of and any(place in carried for place in range(max(kin[0] - 2, 0), kin[0])):
                continue
            end = next((place for place in mine if place >= kin[1] and place not in kin_owned), len(words.words))
            sentence_end = self._sentence(kin[0])[1]
            goes_on = any(place in third for place in range(sentence_end, sentence_end + 3))
            if sentence_end < min(end, len(words.words)) and not goes_on:
                end = sentence_end
            out.append((kin[0], end))
        return out

    def of_them(self, span: WordSpan) -> bool:
        """Whether the statement of these words itself speaks of somebody else; one behind a comma or an "and" may be about the
        writer: "my sister had cauda equina, bum numb"."""
        clause, words = self._words.clause, self._words.words
        begin = self._clauses[clause[span[0]]][0]
        begin = next((p for p in range(span[0], begin, -1) if words[p - 1] in self._joining), begin)
        if any(begin <= other[0] <= span[0] for other in self._others):
            return True
        return any(word in self._third for word in words[begin : span[1]])

    @cached_property
    def _stops_for_them(self) -> list[WordSpan]:
        """Where a statement begins that does not go on about the same somebody else: not "and she", "who"."""
        words, goes_on = self._words.words, self._third | self._relative
        return [stop for stop in self._stops if words[stop[1] - 1] not in goes_on]

    def told_of_others(self) -> list[WordSpan]:
        """Words of the clauses that speak of somebody else, up to where the writer or a turn comes in."""
        clause, words = self._words.clause, self._words.words
        out: list[WordSpan] = []
        turns = {cue[0] for cue in (*self._match.spans("turn"), *self._stops_for_them)}
        for begin, end in self._others:
            end = next((p for p in range(begin + 1, end) if clause[p] != clause[begin] or p in turns), end)
            joined = (p for p in range(begin + 1, end) if words[p] in self._joining)
            out.append((begin, next((p for p in joined if self._third.isdisjoint(words[p:end])), end)))
        return out

    def _other(self, span: WordSpan) -> str | None:
        if any(span[0] <= me[0] < span[1] for me in self._match.spans("me")):
            return None
        for begin, end in self._others:
            if begin <= span[0] < end:
                turned = any(begin < turn[0] <= span[0] for turn in self._match.spans("turn"))
                stopped = any(begin < stop[0] < span[0] for stop in self._stops_for_them)
                stopped = stopped or any(begin < place <= span[0] for place in self._fresh("fresh_now", self._of_them))
                return None if turned else MAYBE if stopped else OTHER
        return OTHER if any(0 <= cue[0] - span[1] <= 3 for cue in self._match.spans("other_after")) else None

    # --- only thought of

    @cached_property
    def _thought(self) -> list[WordSpan]:
        words = self._words
        ends_thought = [cue[0] for cue in self._match.spans("thought_ends")]
        out = []
        begun = (cue for cue in self._match.spans("hypothetical_first") if self._begins(cue[0]))
        for cue in (*self._match.spans("hypothetical"), *begun):
            last = self._statement_after(cue)
            out.append((cue[0], min((place for place in ends_thought if cue[1] <= place < last), default=last)))
        not_ifs = self._match.spans("not_an_if")
        habits = self._match.spans("if_habit")
        ends = [cue[0] for cue in self._match.spans("if_ends")]
        for cue in self._match.spans("if_word"):
            if any(n[0] <= cue[0] < n[1] for n in not_ifs):
                continue
            last = self._sentence(cue[0])[1]
            last = min((place for place in ends_thought if cue[1] <= place < last), default=last)
            end = cue[1]
            while end < last and words.clause[end] == words.clause[cue[0]] and end not in ends:
                end += 1
            asks = any(cue[1] <= ask[0] < last or ask[0] < cue[0] for ask in self._match.spans("if_asks"))
            if not asks and any(cue[1] <= h[0] < min(cue[1] + 5, end) for h in habits):
                continue
            out.append((cue[0], end))
        return out

    def _statement_after(self, cue: WordSpan) -> int:
        """Where the sentence of the cue ends, or where behind a comma somebody speaks of what is so ("..., i can not pee")."""
        words, last = self._words, self._sentence(cue[0])[1]
        fresh = set(self._fresh("fresh_now"))
        for place in range(cue[1] + 1, last):
            begins = words.clause[place] != words.clause[place - 1]
            if place in fresh and words.words[place - 1] not in self._joins_thought:
                return place
            here = place + (not words.words[place].isalnum())
            if begins and here < last and words.words[here] in self._mine:
                return place
        return last

    def _asked(self, span: WordSpan) -> str | None:
        """ "Is numbness dangerous?": only asked about; "is my numb bum serious?": perhaps so."""
        lasts = self._match.spans("asks_last")
        if not lasts:
            return None
        first, last = self._sentence(span[0])
        start = next(
            (
                cue[0]
                for cue in self._match.spans("asks_first")
                if cue[0] == first or (first < cue[0] <= span[0] and self._words.words[cue[0] - 1] in self._joining)
            ),
            None,
        )
        if start is None or not any(span[1] <= cue[0] < last for cue in lasts):
            return None
        owned = any(start < cue[0] < span[0] for cue in self._match.spans("owned_before"))
        return MAYBE if owned else HYPOTHETICAL

    def _begins(self, place: int) -> bool:
        """Whether a question may begin at `place`: first in its clause, or after "and", "so", "hello"."""
        words = self._words
        if place == 0 or words.clause[place] != words.clause[place - 1] or not words.words[place - 1].isalnum():
            return True
        return words.words[place - 1] in self._joining or any(
            c[1] == place for c in self._match.spans("question_leads")
        )

    def _hypothetical(self, span: WordSpan) -> bool:
        return any(begin <= span[0] < end for begin, end in self._thought)

    def _hedged(self, span: WordSpan) -> bool:
        words = self._words
        for cue in self._match.spans("own_question"):  # "is it normal to be numb there?": whoever asks may well have it
            if cue[1] <= span[0] and words.sentence[cue[0]] == words.sentence[span[0]]:
                return True
        for cue in self._match.spans("hedge"):
            if words.sentence[cue[0]] != words.sentence[span[0]] or (span[0] <= cue[0] and cue[1] <= span[1]):
                continue
            if cue[0] < span[0] < cue[1] - 1 < span[1] - 1:  # "do not know if i am going": part of the sign itself
                continue
            following = words.words[cue[1]] if cue[1] < len(words.words) else ""
            if following[:1].isdecimal() or following in self._number_words:  # "maybe 5 seconds" doubts only the number
                continue
            if -3 <= span[0] - cue[1] <= 5 and words.clause[cue[0]] == words.clause[span[0]]:
                return True
            same = words.clause[cue[0]] == words.clause[span[1] - 1]
            bare = cue[1] >= len(words.words) or words.clause[cue[1]] != words.clause[cue[0]] or not following.isalnum()
            if 0 <= cue[0] - span[1] <= 3 and (same or bare):  # "weak, not sure"; not "..., not sure if it is empty"
                return True
        return False
