"""Reading flow files: whatever an operator saves, the answer is a flow or findings with place and remedy, never a crash."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.flow.draft import KEPT
from bot.core.flow.reading import content_hash, try_flow
from bot.core.flow.yaml_places import KEY, Loaded, text_of
from bot.core.model.files.flow import FILES
from bot.core.model.findings import Finding
from tests.support.flow_edits import SPRAIN, edited_files, files_of

FILE_NAMES = [*(f"{kind}.yaml" for kind in FILES if kind != "texts"), "texts.en.yaml", "texts.fr.yaml", "other.yaml"]


def findings(files: dict[str, str], name: str = "sprain") -> tuple[Finding, ...]:
    return try_flow(name, files)[1]


def after(file: str, old: str, new: str) -> tuple[Finding, ...]:
    """The findings of the sprain flow after one edit."""
    return findings(edited_files(SPRAIN, (file, old, new)))


# --- YAML -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "place", "word"),
    [
        ("a: 1\n\tb: 2\n", "FLOW001", (2, 1), "tab"),
        ("a: b: c\n", "FLOW001", (1, 5), "quotes"),
        ("a: @x\n", "FLOW001", (1, 4), "quotes"),
        ("a: 'x\nb: 1\n", "FLOW001", (1, 4), "never closed"),
        ("a: [1, 2\nb: 1\n", "FLOW001", (1, 4), '"]"'),
        ("a: {x: 1\nb: 2\n", "FLOW001", (1, 4), '"}"'),
        ("a: 1\nb: {\n  ", "FLOW001", (2, 1), "ends here, within a bracket"),
        ("b: [x,\n\n", "FLOW001", (1, 1), "ends here, within a bracket"),
        ("a: 'it's'\n", "FLOW001", (1, 8), "other kind of quotes"),
        ("a: 1\nb\nc: 2\n", "FLOW001", (2, 1), "key: value"),
        ("a:\n  - 1\n  b: 2\n", "FLOW001", (3, 3), "dashes"),
        ('a: "x\\q"\n', "FLOW001", (1, 6), "single quotes"),
        ("a: *bold* text\n", "FLOW001", (1, 4), "quotes"),
        ("a: 1\n---\nb: 2\n", "FLOW001", (2, 1), "---"),
        ("a: x\x00y\n", "FLOW001", (1, 5), "U+0000"),
        (text_of(b"a: 1\nb: caf\xe9\n"), "FLOW001", (2, 7), "UTF-8"),
        (text_of("a: é\n".encode("utf-16")), "FLOW001", (1, 1), "UTF-8"),
        ("a:\n  - b:x\n    c: 3\n", "FLOW001", (2, 6), "space behind the colon"),
        ("a:\n  b: 1\n\u00a0\u00a0c: 2\n  d: 3\n", "FLOW001", (3, 1), "no-break space"),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n", "FLOW001", (2, 1), "unfinished merge"),
        ('a: "x\nb: y\nc: "z"\n', "FLOW001", (3, 5), "the quote in line 1"),
        ("", "FLOW002", (1, 1), "empty"),
        ("# only a comment\n", "FLOW002", (1, 1), "empty"),
        ("---\n", "FLOW002", (1, 1), "empty"),
        ("a: 1\nb: 2\na: 3\n", "FLOW004", (3, 1), "line 1"),
        ("? [a, b]\n: c\n", "FLOW005", (1, 3), "single word"),
        ("a: !Important do not lift\n", "FLOW008", (1, 4), "!Important"),
        ("a: &b c\nd: *b\n", "FLOW008", (1, 4), "&b"),
        ("a:\n  <<: *base\n", "FLOW008", (2, 7), "*base"),
        ("[" * 100_000 + "]" * 100_000, "FLOW009", (1, 25), "deep"),
        ("a: x\n" * 250_000, "FLOW009", (1, 1), "characters"),
    ],
)
def test_what_is_no_yaml_is_found_at_its_place(text: str, code: str, place: tuple[int, int], word: str) -> None:
    found = Loaded("triage.yaml", text).findings[0]
    assert (found.code, (found.place.line, found.place.column)) == (code, place)
    assert word in f"{found.message} {found.remedy}"


def test_words_that_yaml_takes_for_a_comment_are_found() -> None:
    assert not Loaded("texts.en.yaml", "a: x # a comment\nb: 'Press #1'\nc: C#\n").findings
    assert not Loaded("triage.yaml", "a: x #old\n").findings
    (found,) = Loaded("texts.en.yaml", "a: 1\nb: Press #1\n").findings
    assert (found.code, found.place.line, found.place.column) == ("FLOW008", 2, 4)
    assert "#1" in found.message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("min: 16, max: 54", "min: 18, max: 54", "covers 16 to 17 years"),
        ("min: 43 days", "min: 44 days", "covers 43 days"),
    ],
)
def test_what_nobody_can_tap_is_found(old: str, new: str, said: str) -> None:
    assert [f.code for f in after("interview.yaml", old, new) if said in f.message] == ["FLOW021"]


def test_an_alias_bomb_is_refused_at_once() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
    )
    began = time.perf_counter()
    assert {f.code for f in Loaded("triage.yaml", bomb).findings} == {"FLOW008"}
    assert time.perf_counter() - began < 1


def test_yaml_1_1_has_no_surprises() -> None:
    loaded = Loaded(
        "x.yaml", "yes: no\non: off\ntime: 12:30\noctal: 0o7\nold: 007\nlong: 1_000\nnan: .nan\nn: 7\nf: 2.5\n"
    )
    assert loaded.value == {
        "yes": "no", "on": "off", "time": "12:30", "octal": "0o7", "old": "007", "long": "1_000", "nan": ".nan",
        "n": 7, "f": 2.5,
    }  # fmt: skip


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    files = files_of(SPRAIN)
    odd = {name: "\ufeff" + text.replace("\n", "\r\n") for name, text in files.items()}
    assert findings(odd) == ()


def test_places_of_keys_and_values() -> None:
    loaded = Loaded("x.yaml", "rules:\n  - when: a and b\n")
    assert str(loaded.place(("rules", 0, "when"))) == "x.yaml:2:11"
    assert str(loaded.places[("rules", 0, "when", KEY)]) == "x.yaml:2:5"
    assert str(loaded.place(("rules", 0, "level"))) == "x.yaml:2:5"


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ("fever and pian > 3", "6:21"),
        ("'fever and pian > 3'", "6:22"),
        (">-\n      fever\n      and pian > 3", "8:11"),
        ("|\n      fever and\n      pian > 3", "8:7"),
        ("fever\n      and   pian > 3", "7:13"),
    ],
)
def test_the_place_of_a_slip_is_exact_however_the_condition_is_written(when: str, place: str) -> None:
    old = "when: any of (cold_pale_foot, bone_through_skin, foot_wont_move)"
    files = edited_files(SPRAIN, ("triage.yaml", old, f"when: {when}"))
    found = [f for f in findings(files) if f.code == "FLOW012"]
    assert [str(f.place) for f in found] == [f"triage.yaml:{place}"]


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "triage.yaml",
            "level: emergency",
            "levle: emergency",
            '"levle" is not a known key here. Did you mean "level"?',
        ),
        ("triage.yaml", "level: emergency", "level: emergancy", 'Did you mean "emergency"?'),
        ("triage.yaml", "    level: emergency\n", "", '"level:" is missing here (The level that it asks for). Add it.'),
        ("triage.yaml", "because: [g_danger]", "because: g_danger", 'a list is wanted here, not "g_danger"'),
        ("triage.yaml", "rule: danger_sign", "rule: Danger-Sign", "small letters"),
        ("triage.yaml", "rule: danger_sign", "rule: and", "word of the condition language"),
        ("triage.yaml", "when: fever\n", "when:\n", '"when" is empty'),
        ("triage.yaml", "when: fever\n", "when: 7\n", "Put it in quotes: '7'"),
        ("triage.yaml", "when: fever\n", "when: [fever]\n", "a text is wanted here, not a list"),
        ("triage.yaml", "settled: no", "set-tled: no", "small letters"),
        ("interview.yaml", "whole: true", "whole: maybe", "true or false is wanted here"),
        ("interview.yaml", "min: 0\n    max: 50", "min: [0]\n    max: 50", "no number"),
        ("interview.yaml", "longest: 16", "longest: many", '"many" is no number. Write a whole number.'),
        ("interview.yaml", "      - diabetes", "      - [diabetes]", "a list of keys with values is wanted here"),
        ("interview.yaml", "      - diabetes", "      - Diabetes", 'entry 3 of "options"'),
        ("interview.yaml", "value: 0}", "value: 0, min: 0}", "either `value`, or `min`"),
        ("texts.en.yaml", "under_16: Under 16", "under_16: 16", '"under_16"'),
        ("texts.en.yaml", "label: Fever", "label: 38", "Put it in quotes: '38'"),
        ("advice.yaml", "schema: 1", "schema: 2", "schema number 2"),
        ("evidence.yaml", "fingerprint: 0", "fingerprint: z", "wanted form"),
        ("hazards.yaml", "hazards:\n", "hazards: none\nother:\n", "a list is wanted here"),
    ],
)
def test_a_value_that_does_not_fit_is_explained(file: str, old: str, new: str, said: str) -> None:
    found = [f for f in after(file, old, new) if f.code in ("FLOW006", "FLOW026")]
    assert found
    assert any(said in f"{f.message} {f.remedy}" for f in found), [str(f) for f in found]
    assert all(f.place.file == file for f in found)


def test_a_misspelt_key_is_not_reported_as_missing_as_well() -> None:
    assert len(after("triage.yaml", "level: emergency", "levle: emergency")) == 1


def test_a_wrong_quantity_is_one_finding_not_one_for_each_type() -> None:
    found = after("interview.yaml", "min: 0\n    max: 50", "min: [0]\n    max: 50")
    assert len(found) == 1


def test_a_file_that_is_a_list_says_what_it_should_be() -> None:
    files = files_of(SPRAIN) | {"triage.yaml": "- rule: x\n"}
    assert [f.code for f in findings(files)] == ["FLOW006"]


@pytest.mark.parametrize(
    ("counts_from", "code", "said"),
    [
        ("{self_care: onest}", "FLOW012", 'Did you mean "onset"?'),
        ("{self_care: pain}", "FLOW012", '"pain" is no question of kind ago'),
        ("{same_day: onset}", "FLOW023", "There is no `recheck` at same_day"),
    ],
)
def test_looking_again_is_counted_from_a_question_about_when_it_began(counts_from: str, code: str, said: str) -> None:
    [found] = after("advice.yaml", "recheck_from: {self_care: onset}", f"recheck_from: {counts_from}")
    assert (found.code, found.place.file) == (code, "advice.yaml")
    assert said in f"{found.message} {found.remedy}"


# --- all that can be said at once -------------------------------------------------------------------------------------


def test_all_findings_are_listed_not_the_first() -> None:
    files = edited_files(
        SPRAIN,
        ("triage.yaml", "when: surely crooked", "when: surely croked"),
        ("triage.yaml", "when: times_before >= 3", "when: times_before >= 3 weeks"),
        ("interview.yaml", "unsure_as: worse", "unsure_as: worst"),
        ("texts.en.yaml", "  goes_on: It", "  go_on: It"),
        ("advice.yaml", "claims: [g_danger]", "claims: [g_dager]"),
    )
    assert [f.code for f in findings(files)] == ["FLOW027", "FLOW021", "FLOW022", "FLOW023", "FLOW011", "FLOW018"]


def test_one_broken_file_does_not_hide_slips_in_the_others() -> None:
    files = edited_files(SPRAIN, ("triage.yaml", "when: surely crooked", "when: surely croked"))
    files["advice.yaml"] = "lines: [\n"
    assert [(f.place.file, f.code) for f in findings(files)] == [("advice.yaml", "FLOW001"), ("triage.yaml", "FLOW011")]


def test_a_broken_definition_is_one_finding_however_often_it_is_named() -> None:
    files = edited_files(
        SPRAIN,
        (
            "triage.yaml",
            "settled: no_danger and no_warning",
            "settled: no_dangr and no_warning\n  calm: no_health and settled",
        ),
        ("triage.yaml", "settled and no_health", "calm and settled"),
    )
    assert [f.code for f in findings(files)] == ["FLOW011"]


def test_definitions_are_used_after_they_are_made() -> None:
    files = edited_files(
        SPRAIN,
        ("triage.yaml", "  settled: no_danger and no_warning", "  calm: settled\n  settled: no_danger and no_warning"),
    )
    assert ["is defined only here or further down" in f.message for f in findings(files)] == [True]


def test_definitions_that_double_each_time_are_refused_at_once() -> None:
    define = "  settled: no_danger and no_warning\n" + "".join(
        f"  a{n}: {'a' + str(n - 1) if n else 'settled'} and {'a' + str(n - 1) if n else 'settled'}\n"
        for n in range(60)
    )
    files = edited_files(SPRAIN, ("triage.yaml", "  settled: no_danger and no_warning\n", define))
    began = time.perf_counter()
    assert {f.code for f in findings(files)} == {"FLOW010"}
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("missing", ["interview.yaml", "triage.yaml", "advice.yaml", "evidence.yaml", "texts.en.yaml"])
def test_a_missing_file_is_named(missing: str) -> None:
    files = {name: text for name, text in files_of(SPRAIN).items() if name != missing}
    assert [(f.code, f.place.file) for f in findings(files)] == [("FLOW003", missing)]


def test_misspelt_names_get_a_suggestion_in_every_place() -> None:
    for file, old, new, right in (
        ("interview.yaml", "opens: fever_more", "opens: fever_mor", "fever_more"),
        ("interview.yaml", "when: fever", "when: fevr", "fever"),
        ("interview.yaml", "emergency_signs: [cold_pale_foot", "emergency_signs: [cold_pale_fot", "cold_pale_foot"),
        ("interview.yaml", "unsure_as: fever_very_ill", "unsure_as: fever_very_il", "fever_very_ill"),
        ("interview.yaml", "facts: [cannot_bear_weight]", "facts: [canot_bear_weight]", "cannot_bear_weight"),
        ("triage.yaml", "because: [d_rest]", "because: [d_rst]", "d_rest"),
        ("triage.yaml", "settled and", "setled and", "settled"),
        ("advice.yaml", "when: walking", "when: walkin", "walking"),
        ("safety.yaml", "asked(danger)", "asked(dangr)", "danger"),
        ("safety.yaml", "surely crooked", "surely croked", "crooked"),
        ("texts.en.yaml", "      crooked: C", "      croked: C", "crooked"),
        ("texts.en.yaml", "  command_back:", "  comand_back:", "command_back"),
        ("evidence.yaml", "sources: [MADE_UP]", "sources: [MADE_UO]", "MADE_UP"),
    ):  # fmt: skip
        found = after(file, old, new)
        assert any(f.place.file == file and f'Did you mean "{right}"?' in f.remedy for f in found), (
            new,
            list(map(str, found)),
        )


def test_the_version_of_a_flow_is_that_of_what_patients_notice() -> None:
    files = files_of(SPRAIN)
    version = content_hash(files)
    assert content_hash(files | {"hazards.yaml": "", "signoff.yaml": "x"}) == version
    assert content_hash({n: t.replace("\n", "\r\n") for n, t in files.items()}) == version
    assert content_hash(edited_files(SPRAIN, ("texts.en.yaml", "Who is this", "Whom is this"))) != version


# --- never a crash ----------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(FILE_NAMES) | st.text(max_size=12), st.text(max_size=200), max_size=6))
def test_no_files_make_reading_raise(files: dict[str, str]) -> None:
    flow, found = try_flow("sprain", files)
    assert flow is None
    assert found


WORDS = st.sampled_from(["fever", "TODO x", "4 weeks", "yes", "{x}", ""])
KEYS = st.sampled_from(["id", "ask", "when", "min", "x"])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_no_value_in_any_place_makes_reading_raise(data: st.DataObject) -> None:
    files = files_of(SPRAIN)
    name = data.draw(st.sampled_from([n for n in sorted(files) if n != "texts.en.yaml"]))
    lines = files[name].split("\n")
    spots = [i for i, line in enumerate(lines) if ":" in line and not line.startswith("#")]
    i = data.draw(st.sampled_from(spots))
    key = lines[i].split(":")[0]
    lines[i] = f"{key}: {json.dumps(data.draw(PLAIN), default=str)}"
    try_flow("sprain", files | {name: "\n".join(lines)})


SLIPS = [
    "x",
    " ",
    ":",
    "é",
    '"',
    "'",
    "[",
    "{",
    ",",
    "}",
    "]",
    "\t",
    "#",
    "-",
    "&",
    "*",
    "!",
    "TODO",
    "null",
    "99999999999999999999",
]


def _slipped(rng: random.Random, files: dict[str, str]) -> dict[str, str]:
    """The files after one to four slips of the hand in one of them: lines lost, doubled, moved, characters put in or lost."""
    name = rng.choice(sorted(files))
    lines = files[name].split("\n")
    for _ in range(rng.randint(1, 4)):
        i = rng.randrange(len(lines))
        line = lines[i]
        column = rng.randrange(len(line) + 1)
        lines[i : i + 1] = rng.choice(
            [
                [],
                [line, rng.choice(lines)],
                ["  " + line],
                [line[2:]],
                [line[:column] + rng.choice(SLIPS) + line[column + rng.randrange(2) :]],
                [f"{line.split(':')[0]}: {rng.choice(SLIPS)}"],
            ]
        )
        if not lines:
            lines = [""]
    return files | {name: "\n".join(lines)}


_BREAKS = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML takes for the end of a line."""


def _after_slips(folder: Path, seed: int, count: int) -> None:
    rng = random.Random(seed)
    files = files_of(folder)
    for _ in range(count):
        slipped = _slipped(rng, files)
        flow, found = try_flow(folder.name, slipped)
        assert (flow is None) == bool(found)
        for finding in found:
            assert finding.message
            assert finding.place.line <= len(_BREAKS.split(slipped.get(finding.place.file, "")))


@pytest.mark.parametrize("seed", range(4))
def test_slips_of_the_hand_never_make_reading_raise(seed: int) -> None:
    _after_slips(SPRAIN, seed, 60)


@pytest.mark.slow
def test_many_slips_of_the_hand_never_make_reading_raise() -> None:
    _after_slips(SPRAIN, 4711, 10_000)


# --- what was read before -----------------------------------------------------------------------------------------------


def test_a_condition_that_was_read_before_is_read_anew_where_its_question_or_its_name_is_another() -> None:
    """What was found out about a condition stands only as long as the questions and the named conditions do."""
    assert findings(files_of(SPRAIN)) == ()
    known = [
        after("interview.yaml", "when: fever\n", "when: fever and crooked\n"),
        after("triage.yaml", "settled: no_danger and no_warning", "calm: no_danger and no_warning"),
    ]
    KEPT.clear()
    anew = [
        after("interview.yaml", "when: fever\n", "when: fever and crooked\n"),
        after("triage.yaml", "settled: no_danger and no_warning", "calm: no_danger and no_warning"),
    ]
    assert known == anew
    assert ["FLOW016" in {finding.code for finding in found} for found in known] == [True, False]
    assert all(known)
