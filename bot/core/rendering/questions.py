"""The screen of a question: its words, its lines, its buttons; and one item of it, asked alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from bot.core.conversation import screens as sc
from bot.core.conversation.machine import alone, which
from bot.core.conversation.triage import verdict_of
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind, Level
from bot.core.model.files.texts import Texts

from .answer_words import Words
from .country_rows import first_countries, put_country
from .drawing import COLUMN, Drawing
from .message import Block, Button, Message, Picture, PictureMark
from .phone_lines import screen_lines


def lists_emergencies(texts: Texts, question: Question) -> bool:
    """Whether its screen may be as long as one of emergency signs: it asks about them, or says which there are."""
    help_said = texts.questions[question.ask].help or ""
    return question.tap == "first" or question.consent or "{emergency_number}" in help_said


def _progress(d: Drawing, question: Question, above: int) -> None:
    """How many are left, above the question where that fits the screen. `above`: blocks that stand there already."""
    if question.consent or d.s.left is None:
        return
    screens, said = d.flow.interview.screens, Block("note", d.words.system("progress", left=d.s.left))
    most = screens.emergency_lines if lists_emergencies(d.words.texts, question) else screens.lines
    if screen_lines(Message((said, *d.blocks[above:])), screens.width) <= most:
        d.blocks.insert(above, said)


def question_screen(d: Drawing, question: Question, spell_out: bool) -> list[tuple[Button, ...]]:
    put_beginning(d, question)
    above = len(d.blocks)
    put_question(d, question, spell_out, d.s.ticks)
    _progress(d, question, above)
    if question.consent:
        put_country(d)
        return [*_answer_rows(d, question), *first_countries(d)]
    return _answer_rows(d, question)


def put_beginning(d: Drawing, question: Question) -> None:
    """What is said above consent, the first time."""
    if question.consent and not d.s.misread:
        if d.flow.signoff(d.words.lang, d.now.date()) is None:
            d.say("start_test_version")
        d.say("start")


def put_question(d: Drawing, question: Question, spell_out: bool, ticked: Collection[str]) -> None:
    texts = d.words.texts.questions[question.ask]
    d.put("title", texts.text)
    numbered = question.options and (question.picture or any(o.text for o in texts.options.values()))
    if numbered or (spell_out and question.kind is not Kind.scale):
        items = _items(d.words, question.ask)
        d.blocks += [m if o in ticked else plain for o, plain, m in items if o not in d.hidden or o in ticked]
    if texts.help:
        d.put("note", d.words.fill(texts.help))
    if question.tap == "first" and d.s.answers.get(d.flow.interview.questions[0].ask) in d.flow.others:
        d.put("note", d.words.system("start_for_other"))


def picture_of(d: Drawing, question: Question, ticked: Collection[str]) -> Picture | None:
    """The picture of a question, if it has one: the numbers of its lines, those that are ticked marked."""
    words = d.words.texts.questions[question.ask].picture
    if question.picture is None or words is None:
        return None
    marks = [
        PictureMark(str(n), tuple(option.zones), option.id in ticked)
        for n, option in enumerate(question.options, 1)
        if option.id not in d.hidden or option.id in ticked
    ]
    return Picture(question.picture, tuple(marks), words)


Items = tuple[tuple[str, Block, Block], ...]


@per_flow
def _items(words: Words, ask: str) -> Items:
    """The answers of a question as lines, without and with a tick."""
    question = words.flow.questions[ask]
    lines = []
    groups = words.texts.questions[ask].groups
    for i, option in enumerate(question.option_ids if question.options else _first_shown(question, ""), 1):
        place = "\u2022" if sc.is_numeric(question) else f"{i}."  # a number typed there is a number, not a line
        said = groups.get(option) or words.item(ask, option)
        lines.append((option, Block("item", f"{place} {said}"), Block("item", f"{place} \u2713 {said}")))
    return tuple(lines)


def _answer_rows(d: Drawing, question: Question) -> list[tuple[Button, ...]]:
    ticks = d.s.ticks
    button = d.buttons_of(question.ask)
    hidden = d.hidden.intersection(question.option_ids).difference(ticks)
    labels = _labels(d.words, question.ask, hidden, d.s.opened)
    rows = [tuple([button(c, _marked(question, c, label, ticks), c in ticks) for c, label in row]) for row in labels]
    if d.s.opened:
        rows.insert(-1 if sc.toggles(question) else len(rows), _back(d, question.ask))
    if _stop_is_offered(d, question):
        rows.append((d.system_button(question.ask, sc.STOP_HERE),))
    return rows


def _marked(question: Question, choice: str, label: str, ticks: Collection[str]) -> str:
    """The label of a button, which says so if a line behind it is ticked. A ticked line says it by itself."""
    return f"\u2713 {label}" if any(choice == question.group_of.get(tick) for tick in ticks) else label


def _back(d: Drawing, screen: str) -> tuple[Button, ...]:
    """From a group of choices to all of them: ticked, so that a double tap is one, but no line that could carry a tick."""
    return (d.button(screen, d.s.opened, "", True)._replace(label=d.words.system("back")),)


Labels = tuple[tuple[tuple[str, str], ...], ...]


@per_flow
def _labels(words: Words, ask: str, hidden: frozenset[str], opened: str) -> Labels:
    """The choices of a question and their labels, row by row, without the hidden ones. `opened`: the group that is shown alone,
    "" for none."""
    return tuple(_rows(words, words.flow.questions[ask], hidden, opened))


def _rows(
    words: Words, question: Question, hidden: frozenset[str], opened: str
) -> Iterable[tuple[tuple[str, str], ...]]:
    texts = words.texts.questions[question.ask]
    answers: list[tuple[str, str]] = []
    for choice in _first_shown(question, opened, hidden):
        entry = texts.options.get(choice)
        label = entry.label if entry is not None else texts.groups.get(choice) or words.texts.system.get(choice, choice)
        answers.append((choice, label))
    across = 6 if question.kind is Kind.scale else 2 if all(len(label) <= COLUMN for _, label in answers) else 1
    for i in range(0, len(answers), across):
        yield tuple(answers[i : i + across])
    last: list[tuple[str, str]] = []
    if question.none and not opened:
        last.append((question.none, words.none_of(question.ask)))
    if sc.offers_unsure(question) and not opened:
        last.append((sc.NOT_SURE, texts.unsure or words.system("not_sure")))
    if last:
        yield tuple(last)
    if sc.toggles(question):
        yield ((sc.DONE, words.system(sc.DONE)),)


def _first_shown(question: Question, opened: str, hidden: frozenset[str] = frozenset()) -> Iterable[str]:
    """The answers that have a button: of a group its members while it is open, otherwise one for all of them; not for one alone."""
    if opened:
        return [answer for answer in question.behind(opened) if answer not in hidden]
    shown = [answer for answer in sc.answers_of(question) if answer not in hidden]
    groups = Counter(question.group_of[answer] for answer in shown if answer in question.group_of)
    homes = ((answer, question.group_of.get(answer, answer)) for answer in shown)
    return dict.fromkeys(answer if groups[home] == 1 else home for answer, home in homes)


def _stop_is_offered(d: Drawing, question: Question) -> bool:
    """Once a same-day sign stands the patient may stop; not on a follow-up, whose answer may make it sooner."""
    if not sc.may_stop(d.flow, question) or not d.s.same_day_said:
        return False
    return verdict_of(d.flow, d.s, d.now.date())[1].rank >= Level.same_day.rank


def which_screen(d: Drawing, question: Question) -> list[tuple[Button, ...]]:
    d.put("title", d.words.system("which_ones"))
    screen = which(question.ask)
    texts = d.words.texts.questions[question.ask]
    for i, option in enumerate((o for o in question.option_ids if o not in d.hidden), 1):
        mark = "\u2713 " if option in d.s.ticks else ""
        d.put("item", f"{i}. {mark}{d.words.item(question.ask, option)}")
    buttons = []
    for choice in _first_shown(question, d.s.opened, d.hidden):
        label = texts.groups.get(choice) or texts.options[choice].label
        buttons.append(d.button(screen, choice, _marked(question, choice, label, d.s.ticks), choice in d.s.ticks))
    ends = (d.system_button(screen, sc.ALL), d.system_button(screen, sc.DONE))
    return [*columns(buttons), _back(d, screen), ends[1:]] if d.s.opened else [*columns(buttons), ends]


def columns(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    """Two buttons beside each other where both labels fit, else one a row."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        before = rows[-1] if rows else ()
        if len(before) == 1 and max(len(b.label) for b in (*before, button)) <= COLUMN:
            rows[-1] = (*before, button)
        else:
            rows.append((button,))
    return rows


def alone_screen(d: Drawing, question: Question) -> list[tuple[Button, ...]]:
    above = len(d.blocks)
    put_alone_title(d, question, d.s.queue[0])
    _progress(d, question, above)
    return three_ways(d, alone(question.ask))


def put_alone_title(d: Drawing, question: Question, option: str) -> None:
    entry = d.words.texts.questions[question.ask].options[option]
    d.put("title", entry.alone or d.words.system("alone", item=entry.text or entry.label))


def three_ways(d: Drawing, screen: str) -> list[tuple[Button, ...]]:
    return [
        (d.system_button(screen, sc.YES), d.system_button(screen, sc.NO)),
        (d.system_button(screen, sc.NOT_SURE),),
    ]
