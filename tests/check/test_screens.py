"""Every screen is measured as it is drawn: each message that a conversation shows is one of those that the check knows."""

from __future__ import annotations

import io
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.check.answers.player import NOON, Player, plain_flow
from bot.check.answers.space import Space
from bot.check.proof.confirm import random_choice
from bot.check.proof.solver import NotProved, Prover
from bot.check.report.report import check_command
from bot.check.screens.budget import check_screens, fit
from bot.check.screens.drawn import asking_screens, drawn_messages
from bot.check.screens.measure import choices_of, grade_of, word_count
from bot.check.screens.said import ABOVE, ALONE, TICKED
from bot.check.screens.viewers import Viewers
from bot.core.conversation.events import Advise, Ask
from bot.core.flow.compiled import Flow
from bot.core.model.files.interview import Screens
from bot.core.model.system_texts import SYSTEM
from bot.core.rendering.message import Block, Button, Message
from bot.core.rendering.phone_lines import screen_lines, text_columns, wrapped
from tests.support.flow_edits import BACK_SPASM, SPRAIN, TODAY, edited, flow_at, write
from tests.support.places import ROOT

LONG = (
    "texts.en.yaml",
    "look_after_yourself: You can look after it yourself.",
    f"look_after_yourself: {'You can look after it. ' * 40}",
)
"""An edit: a paragraph cannot go on in another card."""


def _within(flow: Flow, **limits: object) -> Flow:
    screens = Screens.model_validate(limits)
    return replace(flow, interview=flow.interview.model_copy(update={"screens": screens}))


def test_a_text_is_wrapped_as_a_phone_wraps_it() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("a\n\nb", 7) == ["a", "", "b"]
    assert wrapped("incomprehensible", 7) == ["incompr", "ehensib", "le"]
    assert wrapped("日本語です", 6) == ["日本語", "です"]
    assert text_columns("e\u0301") == 1


def test_what_unfolds_is_no_line_of_a_card() -> None:
    message = Message((Block("title", "Look after it"), Block("text", "Move"), Block("fold", "Why\nso\nmany")))
    assert screen_lines(message, 35) == 3


def test_none_not_sure_and_done_are_no_choices() -> None:
    flow = flow_at(SPRAIN)
    none = next(str(q.none) for q in flow.interview.questions if q.none)
    rows = tuple((Button(n, n, n),) for n in ("fever", none, "not_sure", "done", "stop_what_do_i_do"))
    assert choices_of(flow, Message((), rows)) == 1


@pytest.mark.parametrize(
    ("text", "lang", "low", "high"),
    [
        ("The cat sat on the mat. The dog ran to the man. We had tea at home. We sat in the sun. " * 2, "en", -2, 2),
        ("Notwithstanding considerable deterioration, appropriately qualified practitioners recommend immediate hospitalisation "
         "of symptomatic individuals, irrespective of previously communicated recommendations. " * 2, "en", 18, 40),
        ("Das Haus ist rot. Der Hund ist da. Wir sind froh. Es ist warm. Sie kommt bald. Er geht weg. " * 2, "de", -5, 4),
        ("Die verantwortungsbewusste Gesundheitsversorgungseinrichtung empfiehlt außerordentliche Untersuchungsmaßnahmen bei "
         "fortschreitenden Krankheitserscheinungen unterschiedlicher Schweregrade. " * 4, "de", 12, 40),
    ],
)  # fmt: skip
def test_hard_words_read_harder(text: str, lang: str, low: float, high: float) -> None:
    grade = grade_of(text, lang)
    assert grade is not None
    assert low <= grade <= high


def test_few_words_and_unknown_languages_have_no_grade() -> None:
    assert grade_of("Go now.", "en") is None
    assert grade_of("le chat dort " * 20, "fr") is None
    assert word_count("12 of 7e87a978 - don't go, pee/poo") == 5


def test_every_system_text_is_measured_or_part_of_another_screen() -> None:
    """Those that `note` puts above a question are known as such; what is said alone is in the other list."""
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "bot" / "core" / "conversation").rglob("*.py")]
    noted = {key for text in sources for key in re.findall(r'\bnote\(\s*"(\w+)"', text)}
    said = {key for text in sources for key in re.findall(r'\b_?say\(\s*"(\w+)"', text)}
    with_its_screen = {"exit_same_day"}
    assert noted - with_its_screen <= set(ABOVE)
    assert said <= set(ALONE)
    assert {*ABOVE, *ALONE} <= set(SYSTEM)


@pytest.mark.parametrize("folder", [SPRAIN, BACK_SPASM], ids=["sprain", "back_spasm"])
def test_every_question_that_people_meet_is_among_the_screens_drawn(folder: Path) -> None:
    """Random conversations: the words of each screen, without its place in the interview, are those of a screen measured."""
    flow = plain_flow(flow_at(folder))
    space = Space(flow)
    viewers = Viewers(space)
    lang = next(iter(flow.texts))
    known = {_words(flow, s.message) for s in asking_screens(space, viewers)}
    rng = random.Random(3)
    for _ in range(15):
        for turn in Player(space).turns(random_choice(space, rng), lang, NOON):
            for effect in turn.effects:
                if isinstance(effect, Ask) and effect.screen.partition("/")[0] in flow.questions and not effect.notes:
                    assert {_words(flow, m) for m in drawn_messages(flow, turn.session, effect)} <= known


def _words(flow: Flow, message: Message) -> tuple[str, ...]:
    """Without how many questions are left."""
    progress = re.sub(r"\\{\w+\\}", r"\\d+", re.escape(next(iter(flow.texts.values())).system["progress"]))
    return tuple(b.text for b in message.blocks if not re.fullmatch(progress, b.text))


def test_the_words_of_each_audience_are_measured() -> None:
    """A text that only people see who answer for somebody else is too long: it is found there, and said for whom."""
    words = "Since this began, are any of these NEW for them? Everyone is asked. Mild counts."
    space = Space(edited(BACK_SPASM, ("texts.en.yaml", words, f"{words} {words} {words} {words}")))
    nerves = [s for s in asking_screens(space, Viewers(space)) if s.name == "nerves"]
    longest = max(nerves, key=lambda s: screen_lines(s.message, 35))
    assert len({s.who for s in nerves}) > 3
    assert longest.who == "them"
    assert "NEW for them" in space.flow.files["texts.en.yaml"].splitlines()[longest.place.line - 1]


def test_a_line_that_is_not_shown_to_somebody_does_not_count_for_them() -> None:
    space = Space(flow_at(BACK_SPASM))
    health: dict[str, int] = {}
    for screen in asking_screens(space, Viewers(space)):
        if screen.name == "health":
            health[screen.who] = max(health.get(screen.who, 0), choices_of(space.flow, screen.message))
    assert health["child, them"] < health["everybody else"] == 8, "two of nine stand behind one button"


def test_the_longest_result_is_measured_to_the_line() -> None:
    flow = edited(SPRAIN, LONG)
    most = int(fit(flow).had["card"][0])
    assert most > 20
    assert check_screens(_within(flow, card_lines=most, grade=9)) == ()
    assert {f.code for f in check_screens(_within(flow, card_lines=most - 1, grade=9))} == {"FLOW043"}


def test_no_result_of_random_conversations_is_longer_than_the_longest_found() -> None:
    flow = plain_flow(flow_at(SPRAIN))
    space, rng = Space(flow), random.Random(5)
    most = fit(flow).had["card"][0]
    for _ in range(80):
        chosen = random_choice(space, rng)
        *_, turn = Player(space).turns(chosen, "en", NOON)
        if any(len(chosen[q.ask].yes) > TICKED for q in flow.interview.questions if q.tap == "first"):
            continue  # what is repeated of more is the patient's own doing
        drawn = [m for e in turn.effects if isinstance(e, Advise) for m in drawn_messages(flow, turn.session, e)]
        assert max(screen_lines(m, 35) for m in drawn) <= most


def test_check_says_how_near_it_is_and_what_is_too_much(tmp_path: Path) -> None:
    out = io.StringIO()
    assert check_command([write(SPRAIN, tmp_path, LONG)], as_json=False, build=tmp_path, out=out, today=TODAY) == 1
    text = out.getvalue()
    assert "screens       1 findings" in text
    assert "card 27 of 16 (result self_care, card 2)" in text
    assert 'FLOW043  "result self_care, card 2" has 27 lines of 35 characters' in text
    assert "11 too many (shown to: everybody else)" in text


def test_a_solver_that_gives_up_leaves_nothing_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*_: object, **__: object) -> object:
        raise NotProved("the solver gave up: timeout")

    monkeypatch.setattr(Prover, "least", gives_up)
    found = check_screens(_within(flow_at(SPRAIN), card_lines=60, grade=9))
    assert [f.code for f in found] == ["FLOW062"]
    assert "the longest results were not found" in found[0].message
