"""Another language is a folder of word lists; and word lists with mistakes say so."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.understanding import make_reader
from bot.understanding.language import load
from bot.understanding.patterns.grammar import Grammar
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.phrases import PatternError, parse_pattern, spell_out
from bot.understanding.steps import MOST_STEPS, Steps
from tests.support.understood import NOW, flow

DEUTSCH = """
opened: {nich: nicht, hab: habe}
small: der die das den dem ein eine mein meine meinen ich
no_words: [nicht, kein, keine]
breaks: [aber]
mend: [blase, taub]
groups:
  taub: [taub, taubheit, kein gefuehl]
  schritt: [schritt, zwischen den beinen]
  negation: [kein, keine, nicht]
  stop: [aber]
  kin: [mein vater, meine mutter]
  say_no: [nein, nichts davon]
options:
  saddle_numbness: {plain: ["<taub> ~ <schritt>"]}
  bending: {plain: [buecken, beim buecken]}
numbers: {zwei: 2, drei: 3}
articles: [ein, eine, einer]
units:
  day: {seconds: 86400, words: [tag, tage, tagen]}
  week: {seconds: 604800, words: [woche, wochen]}
ago_before: [vor]
since: [seit]
relative: {gestern: 1, heute: 0}
weekdays: [[montag], [dienstag], [mittwoch], [donnerstag], [freitag], [samstag], [sonntag]]
"""


@pytest.fixture
def german(tmp_path: Path) -> Any:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "alles.yaml").write_text(DEUTSCH, encoding="utf-8")
    texts = SimpleNamespace(questions={}, topics={})
    spoken = SimpleNamespace(interview=flow().interview, texts={"de": texts, "fr": texts})
    reader = make_reader(spoken, tmp_path)
    return lambda text, lang="de", now=NOW: reader(text, now, lang, None)


def test_signs_facts_and_denials_come_from_the_file_alone(german: Any) -> None:
    assert [s.option for s in german("Taub zwischen den Beinen!").signs] == ["saddle_numbness"]
    assert [s.option for s in german("taubb im Schritt", "de-AT").signs] == ["saddle_numbness"]
    assert german("nicht taub zwischen den beinen").signs == ()
    assert german("mein vater war taub im schritt").signs == ()
    assert german("nein").polarity == "no"
    assert [(f.question, f.value) for f in german("beim buecken").facts] == [("movements", ("bending",))]


def test_dates_of_another_language(german: Any) -> None:
    def days(text: str, now: datetime = NOW) -> Any:
        return [f.value for f in german(text, "de", now).facts if f.question == "onset"]

    assert days("vor drei tagen") == [3]
    assert days("seit zwei wochen") == [14]
    assert days("gestern") == [1]
    assert days("seit dienstag") == [3]


def test_a_language_without_a_folder_reads_nothing(german: Any) -> None:
    assert german("cant pee", "fr").signs == ()


def test_choices_are_spelled_out() -> None:
    assert spell_out("leg(s|) (is|are) (very |)numb")[:2] == ["legs is very numb", "legs is numb"]
    assert spell_out("no (statin(s|)|pill(s|))( or (statin(s|)|pill(s|))|)")[:3] == [
        "no statins or statins", "no statins or statin", "no statins or pills"
    ]  # fmt: skip
    assert len(spell_out("no (statin(s|)|pill(s|))( or (statin(s|)|pill(s|))|)")) == 4 + 4 * 4
    assert spell_out("(a|a|(a|b))") == ["a", "b"]


def test_a_pattern_that_cannot_be_read_is_named() -> None:
    with pytest.raises(PatternError, match="no pattern"):
        parse_pattern("..")
    with pytest.raises(PatternError, match="nowhere defined"):
        Grammar({"a": ["<b> numb"]}, frozenset())
    with pytest.raises(PatternError, match="built on itself"):
        Grammar({"a": ["<b> x"], "b": ["<a> y"]}, frozenset())
    with pytest.raises(PatternError, match="brackets"):
        Grammar({"a": ["<a> (leg|foot"]}, frozenset())
    with pytest.raises(PatternError, match="more than 4000 phrases"):
        Grammar({"a": ["<a> " + "(a|b|c|d)(|e)" * 5]}, frozenset())


def test_a_word_list_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "words.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(PatternError, match=r"words\.yaml"):
        load("xx", folder=tmp_path)
    (tmp_path / "xx" / "words.yaml").write_text("- a", encoding="utf-8")
    with pytest.raises(PatternError, match="mapping"):
        load("xx", folder=tmp_path)


def test_operators_phrases_may_hold_any_sign() -> None:
    language = load("en", {"bending": ["(((", "<no_such>", "a|b ~ c .. d", "🙈", "", "it's my *back*!"]})
    assert language is not None
    match = Match(language.grammar, language.spelling.read("its my back"), Steps(MOST_STEPS))
    assert match.spans("bending.plain")
