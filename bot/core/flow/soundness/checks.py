"""Checks without which a flow cannot run, all of them in plain sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.core.flow.draft import Draft
from bot.core.model.findings import Finding

from . import countries as c
from . import numbers as n
from . import pictures as p
from . import questions as q
from . import topics as t
from . import words as w

Checks = tuple[Callable[[Draft], Iterator[Finding]], ...]

CHECKS_OF_QUESTIONS: Checks = (
    q.ids_are_unique,
    q.questions_are_whole,
    q.typed_answers_fit,
    p.pictures_are_drawn,
    q.lines_for_some_come_last,
    n.choices_are_whole,
    q.quantities_are_readable,
    q.rechecks_count_from_a_date,
    q.named_lists_are_lists,
    q.notes_name_questions,
    n.choices_cover_once,
    n.ranges_fit_thresholds,
    n.thresholds_can_be_met,
    q.whens_read_backwards,
    q.reads_are_guarded,
    q.asked_is_for_safety,
    q.shorthand_is_known,
)
"""Those that make sense while other files of the flow cannot be read."""

CHECKS: Checks = (
    *CHECKS_OF_QUESTIONS,
    w.claims_are_known,
    w.every_level_is_spoken,
    w.ways_are_known,
    w.words_are_there,
    c.countries_are_said,
    t.topics_are_whole,
    t.topics_are_said,
    p.pictures_are_told,
    w.placeholders_are_filled,
    w.nothing_is_left_to_do,
)
"""All of them."""
