"""The word lists of one language: every name that its files may use, and what it holds. A misspelt name is a finding.

The files are read by `lists.reading`; what a name is for stands in `languages/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict, Field

Phrases = tuple[str, ...]
Range = tuple[float, float]
Groups = Mapping[str, Phrases]


class Part(BaseModel):
    """A part of the word lists: frozen, and no name but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Unit(Part):
    """A unit of time. `short`: signs behind a figure ("3d"); `whole`: never cut into halves of the next smaller one."""

    seconds: float
    words: Phrases
    short: Phrases = ()
    whole: bool = False


class OptionWords(Part):
    """What is said of one option."""

    plain: Phrases = ()
    possible: Phrases = ()
    denied: Phrases = ()
    unless: Phrases = ()
    unless_in_sentence: Phrases = ()
    kind: str = ""
    past: bool = False
    brought_by: bool = False
    begins: bool = False


class Crisis(Part):
    """A wish to die or to harm oneself."""

    plain: Phrases = ()
    unless: Phrases = ()
    negated_by: Phrases = ()


class AgeWords(Part):
    """The words around an age."""

    born: Phrases = ()
    me: Phrases = ()
    old: Phrases = ()
    sex: Phrases = ()
    not_age: Phrases = ()
    whose: Phrases = ()
    decades: Mapping[str, tuple[int, int]] = {}
    decade_leads: Phrases = ()
    early: Phrases = ()
    middle: Phrases = ()
    late: Phrases = ()
    seems: Phrases = ()
    """Words before an age that is only how somebody feels: "38 but I feel like 90"."""
    by_now: Phrases = ()
    """Words behind an age that is reached: "she'll be 71 now"."""
    cared_for: Phrases = ()
    """Words before the age of one whom the writer looks after: "the resident is 78"."""
    turning: Phrases = ()
    """Words before an age that is still to come: "he'll be 16 in January"."""
    to_come: Phrases = ()
    """Words behind an age that is still to come: "16 in February"."""
    not_yet: Phrases = ()
    """Words behind an age that is denied because it is still to come: "not sixteen yet"."""
    not_to_come: Phrases = ()
    """Words before a figure that say that it has been reached: "turned 70 in May"."""
    decade_after: Phrases = ()
    """Words that make ten years of a full ten: "fifty odd"."""
    named: Phrases = ()
    """Words that say that the figure behind them is an age: "my age is 71"."""
    birthday: Phrases = ()
    """What an age that is still to come may wait for: "81 next birthday"."""
    school: Phrases = ()
    """Words before a figure that counts years at school: "in year 9"."""
    not_young: Phrases = ()
    """Words that make such a unit a time ago: "turned 30 last week"."""
    young: Phrases = ()
    """Units of an age below two years: "18 months"."""


class Pain(Part):
    """The words around a pain from 0 to 10."""

    clock_before: Phrases = ()
    clock_day: Phrases = ()
    clock_after: Phrases = ()
    frame: Phrases = ()
    out_of: Phrases = ()
    about_pain: Phrases = ()
    now: Phrases = ()
    today: Phrases = ()
    """Words of today, where the worst of today is asked for: "a 9 this morning"."""
    today_before: Phrases = ()
    """The same before a figure: "first thing it was a 7"."""
    before: Phrases = ()
    before_after: Phrases = ()
    says: Phrases = ()
    when: Phrases = ()
    beside: Phrases = ()
    """Words that may follow a score, and that no thing is counted with."""
    this: Phrases = ()
    zero: Phrases = ()
    zero_asked: Phrases = ()
    """Words for a nought where the pain is asked for."""
    pointing: Phrases = ()
    """Words before a "one" that stands for a thing: "no drugs for that one"."""


class AccountWords(Part):
    """How the words of a message are accounted for."""

    telling: str = ""
    """Single words that can turn a denial round wherever they stand."""
    turning: str = ""
    """Single words that turn a denial round even on a list that raises no level by itself."""
    harmless: str = ""
    """Single words beside a denial that say nothing of a sign."""
    filler: str = ""
    """Words that say nothing at all."""


class NamedWords(Part):
    """Names of one kind: of medicines or illnesses that mean one option, or that change nothing (`options` empty)."""

    means: Phrases = ()
    ask: bool = False
    """Whether to ask which option it is, rather than to take it as one."""
    names: Phrases = ()


class Lists(Part):
    """All word lists of one language."""

    name: str = ""
    decimal: str = "."
    day_first: str = "true"
    # how it is written
    opened: Mapping[str, str] = {}
    lone: Mapping[str, str] = {}
    """Short forms that stand for another word where they are the whole message: "n" is a no, and between words an "and"."""
    pictures: Mapping[str, str] = {}
    mend: Phrases = ()
    parted: Phrases = ()
    as_they_are: str = ""
    known: str = ""
    ordinary: str = ""
    """Words of every day that say nothing of the body: harmless beside a denial, unless a sign is told with them."""
    never_mended_to: str = ""
    """Words that no slip is mended to: denials."""
    small: str = ""
    breaks: Phrases = ()
    joining: Phrases = ()
    no_words: Phrases = ()
    can_words: Phrases = ()
    binding: Phrases = ()
    # what it means
    groups: Groups = {}
    options: Mapping[str, OptionWords] = {}
    kinds: Mapping[str, Groups] = {}
    crisis: Crisis = Crisis()
    screens: Mapping[str, Mapping[str, Phrases]] = {}
    """Question -> answer -> what means it while that question is on screen; `none` and `unless` beside the options."""
    account: AccountWords = AccountWords()
    requests: Groups = {}
    names: Mapping[str, Mapping[str, NamedWords]] = {}
    """Question -> kind of names -> which option they mean there."""
    # numbers
    numbers: Mapping[str, float] = {}
    articles: Phrases = ()
    loose_numbers: Mapping[str, Range] = {}
    half: Phrases = ()
    quarter: Phrases = ()
    and_: Phrases = Field(default=(), alias="and")
    of: Phrases = ()
    point: Phrases = ()
    to: Phrases = ()
    between: Phrases = ()
    one_past: Phrases = ()
    loose_after: Phrases = ()
    approximately: Phrases = ()
    more_than: Phrases = ()
    little_more_than: Phrases = ()
    little_more_after: Phrases = ()
    less_than: Phrases = ()
    at_most: Phrases = ()
    at_least_after: Phrases = ()
    not_but: Phrases = ()
    """Words before a figure that is not meant: "not 10, more like 6"."""
    corrects: Phrases = ()
    """Words that take back the figure before them: "10, no wait, 8"."""
    units: Mapping[str, Unit] = {}
    ordinal_ends: Phrases = ()
    ordinals: Mapping[str, int] = {}
    ordinal_of_list: Phrases = ()
    list_number: Phrases = ()
    positions: Mapping[str, Phrases] = {}
    """Words for places of a list: `first_some`, `last_some`, `all_but`, `yes`, `no`, `unsure`."""
    # dates
    date_ordinals: Mapping[str, int] = {}
    weekdays: tuple[Phrases, ...] = ()
    months: tuple[Phrases, ...] = ()
    shy_months: Phrases = ()
    beside_months: Phrases = ()
    beside_seasons: Phrases = ()
    the: Phrases = ()
    about_words: Phrases = ()
    already: Phrases = ()
    day_shift: Mapping[str, int] = {}
    of_this_month: Phrases = ()
    of_last_month: Phrases = ()
    not_a_date: Phrases = ()
    never_onset_before: Phrases = ()
    never_onset_after: Phrases = ()
    date_labels: Mapping[str, str] = {}
    early: Phrases = ()
    middle: Phrases = ()
    late: Phrases = ()
    seasons: Mapping[str, tuple[int, int]] = {}
    holidays: Mapping[str, tuple[int, int] | tuple[int, int, int]] = {}
    beside_a_day: Mapping[str, int] = {}
    one_or_so: Phrases = ()
    this_bout: Phrases = ()
    clock: Phrases = ()
    shy_weekdays: Phrases = ()
    beside_weekdays: Phrases = ()
    month_start: Phrases = ()
    day_words: Phrases = ()
    relative: Mapping[str, int | tuple[int, int] | str] = {}
    waking_only_if_alone: Phrases = ()
    this_week: Phrases = ()
    last_week: Phrases = ()
    week_before_last: Phrases = ()
    before_last: Phrases = ()
    week_after_day: Phrases = ()
    weekend: Phrases = ()
    this_month: Phrases = ()
    last_month: Phrases = ()
    last_year: Phrases = ()
    this_year: Phrases = ()
    last: Phrases = ()
    this: Phrases = ()
    just_gone: Phrases = ()
    of_last_week: Phrases = ()
    a_week_before: Phrases = ()
    two_weeks_before: Phrases = ()
    in_week: Phrases = ()
    ago_words: Phrases = ()
    ago_before: Phrases = ()
    of_the_pain: Phrases = ()
    """Questions whose answers are told elsewhere only in a clause that speaks of the pain, not by a bare "the same", "bottom"."""
    ahead_before: Phrases = ()
    comes_round: Phrases = ()
    """Words before a weekday to come on which an amount of time is full: "six weeks this coming sunday"."""
    ahead_after: Phrases = ()
    since: Phrases = ()
    for_: Phrases = Field(default=(), alias="for")
    not_one_spasm: Phrases = ()
    of_another_spasm: Phrases = ()
    per_spasm: Phrases = ()
    vague_time: Phrases = ()
    vague_alone: Phrases = ()
    began: Phrases = ()
    complaint: Phrases = ()
    not_the_onset: Phrases = ()
    still_the_onset: Phrases = ()
    duration_words: Mapping[str, Range] = {}
    vague_length: Phrases = ()
    since_what: Phrases = ()
    since_not: Phrases = ()
    age: AgeWords = AgeWords()
    pain: Pain = Pain()

    @property
    def month_numbers(self) -> dict[str, int]:
        """The names of months -> 1 to 12."""
        return {name: number for number, names in enumerate(self.months, 1) for name in names}

    def group(self, name: str) -> Phrases:
        """The phrases of one group as they are written; empty if there is no such group."""
        return self.groups.get(name, ())

    def flat(self) -> Iterator[tuple[str, Phrases]]:
        """The lists of plain phrases by the names that the files give them."""
        for field, info in type(self).model_fields.items():
            value = getattr(self, field)
            if isinstance(value, tuple) and all(isinstance(phrase, str) for phrase in value):
                yield info.alias or field, value
