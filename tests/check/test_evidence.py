"""The evidence: what folds away, what is caught when a document, a claim or a line of advice goes wrong.

The source documents are not part of the project. The tests that read them look in `SYMPTOM_BOT_DOCUMENTS`, then in
`../shared/documents` beside the repository, and skip themselves, saying so, where neither is there.
"""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.check.evidence import DocumentsError, audit, fingerprint, fold_text, report_lines, verify
from bot.core.model.files.advice import Advice
from bot.core.model.files.evidence import Claim, Evidence
from bot.core.model.files.texts import Texts
from bot.core.model.files.triage import Triage
from bot.core.model.findings import Place
from tests.support.places import FLOWS, ROOT

SHIPPED = FLOWS / "back_spasm" / "evidence.yaml"

TEXT = """The Stiff Gate

Why It Sticks

A gate sticks most often in wet weather,^{3,4} when its wood has drawn water and grown wider than
the frame. Painters blame the hinge.⁵

What To Do

Plane the edge, then paint it - twice. A gate sticks rarely after that.
"""


@pytest.fixture
def documents() -> Path:
    """The folder of the real source documents, or a skip that says what is missing."""
    named = os.environ.get("SYMPTOM_BOT_DOCUMENTS")
    folder = Path(named) if named else ROOT.parent / "shared" / "documents"
    if not folder.is_dir():
        pytest.skip(f"no source documents at {folder}; set SYMPTOM_BOT_DOCUMENTS to their folder")
    return folder


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    """The evidence of the back-spasm flow."""
    return Evidence.model_validate(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))


def claim(name: str, passage: str, section: str = "Why It Sticks", **more: Any) -> dict[str, Any]:
    words = fold_text(passage)
    return {
        "claim": name,
        "says": "A fact.",
        "document": "D1",
        "section": section,
        "fingerprint": fingerprint(words),
        "words": len(words),
        **more,
    }


def evidence(*claims: dict[str, Any]) -> Evidence:
    return Evidence.model_validate(
        {
            "documents": [{"document": "D1", "title": "The Stiff Gate", "file": "gate.txt", "note": "Invented."}],
            "sources": [
                {"source": "HANDBOOK", "title": "A handbook", "read": "read", "where": "on paper"},
                {"source": "HEARSAY", "title": "A neighbour", "read": "background", "where": "over the fence"},
            ],
            "claims": list(claims),
        }
    )


def advice(*lines: dict[str, Any]) -> Advice:
    defaults = {"section": "do", "levels": ["self_care"]}
    return Advice.model_validate({"lines": [defaults | line for line in lines]})


def triage(**rules: list[str]) -> Triage:
    return Triage.model_validate(
        {"rules": [{"rule": n, "when": "fever", "level": "same_day", "because": c} for n, c in rules.items()]}
    )


def texts(**claims: str) -> Texts:
    empty: dict[str, Any] = {part: {} for part in ("questions", "levels", "rules", "advice", "system")}
    return Texts.model_validate({"language": "en", "name": "English", "claims": claims, **empty})


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "gate.txt").write_text(text, encoding="utf-8")
    return tmp_path


def codes(findings: tuple[Any, ...]) -> list[str]:
    return [finding.code for finding in findings]


WET = "A gate sticks most often in wet weather"


# Folding


def test_white_space_case_and_punctuation_fold_away() -> None:
    assert fold_text("A gate\n  STICKS,  most-often") == ("a", "gate", "sticks", "most", "often")


def test_citation_marks_fold_to_their_numbers_however_they_are_written() -> None:
    assert fold_text("hinge.⁵") == fold_text("hinge^{5}") == fold_text("Hinge 5") == ("hinge", "5")


def test_a_digit_ends_a_word() -> None:
    assert fold_text("weather³ and 84%") == ("weather", "3", "and", "84")


def test_a_fingerprint_tells_where_words_end() -> None:
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])
    assert fingerprint(fold_text("x")) == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


PLAIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüéøßμ0123456789 .,;:-()'\n\t", max_size=200)


@given(PLAIN)
def test_folding_survives_case_spacing_and_composition(text: str) -> None:
    folded = fold_text(text)
    assert fold_text(text.upper()) == folded
    assert fold_text(re.sub(r"\s+", "\r\n  ", text)) == folded
    assert fold_text(unicodedata.normalize("NFD", text)) == folded
    assert fold_text(" ".join(folded)) == folded
    assert fold_text(f"«{text}»…") == folded


@given(st.text(max_size=300))
def test_folding_never_fails_and_gives_no_empty_word(text: str) -> None:
    assert all(word and " " not in word for word in fold_text(text))


# Verifying


def test_a_passage_is_found_whatever_its_spacing_case_and_punctuation(tmp_path: Path) -> None:
    wanted = evidence(claim("wet", "a GATE sticks: most often\n(in wet weather)"))
    checked = verify(wanted, folder(tmp_path, TEXT))
    assert checked.findings == ()
    assert [(f.document, f.claims, f.found) for f in checked.documents] == [("D1", 1, 1)]


def test_a_passage_over_a_line_break_and_its_citation_is_found(tmp_path: Path) -> None:
    wanted = evidence(
        claim("grown", "in wet weather,^{3,4} when its wood has drawn water and grown wider than the frame")
    )
    assert verify(wanted, folder(tmp_path, TEXT)).findings == ()


def test_a_changed_word_is_caught(tmp_path: Path) -> None:
    wanted = evidence(claim("wet", WET), claim("hinge", "Painters blame the hinge"))
    checked = verify(wanted, folder(tmp_path, TEXT.replace("wet weather", "dry weather")), at_line)
    assert codes(checked.findings) == ["EVID001"]
    assert '"wet"' in checked.findings[0].message
    assert str(checked.findings[0].place) == "evidence.yaml:7:1"
    assert checked.documents[0].found == 1


def test_a_changed_number_is_caught(tmp_path: Path) -> None:
    wanted = evidence(claim("cited", "wet weather,^{3,4} when"))
    assert codes(verify(wanted, folder(tmp_path, TEXT.replace("3,4", "3,5"))).findings) == ["EVID001"]


def test_words_that_stand_apart_are_no_passage(tmp_path: Path) -> None:
    wanted = evidence(claim("joined", "A gate sticks when its wood has drawn water"))
    assert codes(verify(wanted, folder(tmp_path, TEXT)).findings) == ["EVID001"]


def test_a_wrong_number_of_words_is_caught(tmp_path: Path) -> None:
    wanted = evidence(claim("wet", WET, words=7))
    assert codes(verify(wanted, folder(tmp_path, TEXT)).findings) == ["EVID001"]


def test_a_passage_longer_than_the_document_is_caught(tmp_path: Path) -> None:
    wanted = evidence(claim("wet", WET))
    assert codes(verify(wanted, folder(tmp_path, "A gate.")).findings) == ["EVID001"]
    assert codes(verify(wanted, folder(tmp_path, "")).findings) == ["EVID001"]


def test_a_passage_under_another_heading_is_caught(tmp_path: Path) -> None:
    wanted = evidence(claim("paint", "Plane the edge"), claim("edge", "then paint it", section="What To Do"))
    checked = verify(wanted, folder(tmp_path, TEXT))
    assert codes(checked.findings) == ["EVID002"]
    assert 'not under "Why It Sticks"' in checked.findings[0].message


def test_a_heading_that_does_not_exist_is_caught(tmp_path: Path) -> None:
    checked = verify(evidence(claim("wet", WET, section="Weather")), folder(tmp_path, TEXT))
    assert codes(checked.findings) == ["EVID002"]
    assert 'no heading "Weather"' in checked.findings[0].message


def test_a_passage_that_stands_twice_holds_under_either_heading(tmp_path: Path) -> None:
    wanted = evidence(claim("one", "A gate sticks"), claim("two", "A gate sticks", section="what to do"))
    assert verify(wanted, folder(tmp_path, TEXT)).findings == ()


def test_missing_documents_are_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentsError, match="nowhere is no folder"):
        verify(evidence(), tmp_path / "nowhere")
    with pytest.raises(DocumentsError, match=r"gate\.txt cannot be read"):
        verify(evidence(), tmp_path)
    (tmp_path / "gate.txt").write_bytes(b"caf\xe9 ole")
    with pytest.raises(DocumentsError, match=r"gate\.txt is not UTF-8 text"):
        verify(evidence(), tmp_path)


WORDS = st.lists(
    st.sampled_from(["gate", "hinge", "wood", "water", "wet", "paint", "frame", "3", "4"]), min_size=4, max_size=40
)


@given(WORDS, st.data())
def test_every_span_is_found_and_a_span_with_a_strange_word_never(tmp_path_factory: Any, words: Any, data: Any) -> None:
    length = data.draw(st.integers(3, len(words)))
    first = data.draw(st.integers(0, len(words) - length))
    strange = data.draw(st.integers(0, length - 1))
    spaces = data.draw(st.lists(st.sampled_from([" ", "\n", ", ", " - "]), min_size=len(words), max_size=len(words)))
    span = words[first : first + length]
    broken = [*span[:strange], "zebra", *span[strange + 1 :]]
    text = "Why It Sticks\n" + "".join(w.upper() + s for w, s in zip(words, spaces, strict=True))
    documents = folder(tmp_path_factory.mktemp("gate"), text)
    wanted = evidence(claim("span", " ".join(span)), claim("broken", " ".join(broken)))
    assert [f.message.split('"')[1] for f in verify(wanted, documents).findings] == ["broken"]


# Audit


def at_line(file: str, key: tuple[str | int, ...]) -> Place:
    """A place whose line counts from the entry's number, to see that keys are handed on."""
    numbers = [part for part in key if isinstance(part, int)]
    return Place(file, 7 + numbers[0] if numbers else 1, 1 + len(key) - 3 if len(key) > 3 else 1)


def test_everything_in_use_is_counted() -> None:
    wanted = evidence(
        claim("wet", WET, entailed_by="A. Carpenter, 2026-11-20"),
        claim("spare", "Painters blame the hinge"),
        {"claim": "g_plane", "says": "Plane it.", "sources": ["HANDBOOK"]},
        {"claim": "g_talk", "says": "Ask about.", "sources": ["HANDBOOK", "HEARSAY"]},
    )
    audited = audit(
        wanted,
        advice({"line": "wait", "claims": ["wet", "g_plane"]}, {"line": "day", "plain": True}),
        triage(r=["g_talk"]),
    )
    assert audited.findings == ()
    assert audited.unused == ("spare",)
    assert (audited.document_claims, audited.document_claims_used) == (2, 1)
    assert (audited.guidance_claims, audited.guidance_claims_used) == (2, 2)
    assert audited.judged == 1
    assert audited.sources_used == (("read", 1), ("background", 1))


def test_a_line_and_a_rule_that_no_claim_backs_are_found_where_they_stand() -> None:
    audited = audit(evidence(), advice({"line": "a", "plain": True}, {"line": "wait"}), triage(warm=[]), place=at_line)
    assert [str(f).split("  ")[:2] for f in audited.findings] == [
        ["advice.yaml:8:1", "EVID003"],
        ["triage.yaml:7:1", "EVID004"],
    ]
    assert '"wait"' in audited.findings[0].message
    assert '"warm"' in audited.findings[1].message


def test_an_unknown_claim_is_found_with_a_suggestion() -> None:
    words = texts(wet="Rain.", wett="Rain.")
    audited = audit(
        evidence(claim("wet", WET)),
        advice({"line": "wait", "claims": ["wet", "wte"]}),
        triage(warm=["wood"]),
        [words],
        place=at_line,
    )
    assert codes(audited.findings) == ["EVID005"] * 3
    assert [str(f.place) for f in audited.findings] == ["advice.yaml:7:2", "triage.yaml:7:2", "texts.en.yaml:1:1"]
    assert audited.findings[0].remedy == 'Did you mean "wet"?'
    assert audited.findings[2].remedy == 'Did you mean "wet"?'


def test_a_wording_alone_does_not_put_a_claim_into_use() -> None:
    wanted = evidence(claim("wet", WET), {"claim": "g_plane", "says": "Plane it.", "sources": ["HANDBOOK"]})
    audited = audit(wanted, advice({"line": "a", "plain": True}), triage(r=["g_plane"]), [texts(wet="Rain.")])
    assert audited.unused == ("wet",)


def test_unknown_documents_and_sources_and_double_names_are_found() -> None:
    wanted = evidence(
        claim("wet", WET, document="D2", ref="D1-001"),
        claim("wet", WET, ref="D1-001"),
        {"claim": "g_talk", "says": "Ask about.", "sources": ["HERESAY"]},
    )
    audited = audit(wanted, advice({"line": "a", "claims": ["wet", "g_talk"]}), triage(r=["wet"]), place=at_line)
    assert codes(audited.findings) == ["EVID006", "EVID006", "EVID007", "EVID007"]
    assert audited.findings[1].remedy == 'Did you mean "HEARSAY"?'


# The report


def test_the_report_says_what_was_found_used_judged_and_left_over(tmp_path: Path) -> None:
    wanted = evidence(claim("wet", WET), claim("spare", "Painters blame the hinge"))
    checked = verify(wanted, folder(tmp_path, TEXT))
    audited = audit(wanted, advice({"line": "wait", "claims": ["wet"]}), triage(warm=["wet"]))
    lines = list(report_lines("flows/gates", wanted, checked, audited))
    assert lines[0] == "flows/gates  2 claims (2 documents, 0 guidance)"
    assert "  D1        2 of 2 passages found in gate.txt  The Stiff Gate" in lines
    assert "            Invented." in lines
    assert "  in use    1 document claims, 0 guidance claims" in lines
    assert any(line.startswith("  judged    0 of 2") for line in lines)
    assert "            spare" in lines
    assert lines[-1] == "ok"


def test_the_report_ends_with_its_findings(tmp_path: Path) -> None:
    wanted = evidence(claim("wet", WET))
    checked = verify(wanted, folder(tmp_path, "Rain."))
    lines = list(
        report_lines("flows/gates", wanted, checked, audit(wanted, advice({"line": "wait"}), triage(w=["wet"])))
    )
    assert "EVID001" in lines[-3]
    assert "EVID003" in lines[-2]
    assert lines[-1] == "2 findings"


# The shipped evidence


def test_the_shipped_evidence_names_only_what_exists(shipped: Evidence) -> None:
    of_documents = [c for c in shipped.claims if c.document]
    everything = advice({"line": "everything", "claims": [c.claim for c in shipped.claims]})
    audited = audit(shipped, everything, triage(r=[shipped.claims[0].claim]))
    assert audited.findings == ()
    assert len(of_documents) >= 75
    assert all(c.ref and c.ref.startswith(f"{c.document}-") for c in of_documents)
    assert all(c.claim.startswith("g_") == (c.document is None) for c in shipped.claims)


def test_the_shipped_documents_carry_their_warnings(shipped: Evidence) -> None:
    notes = {d.document: d.note for d in shipped.documents}
    assert "sponsor" in notes["D1"]
    assert "cannot be traced" in notes["D2"]


@pytest.mark.parametrize(
    "ref",
    [
        "D1-044",
        "D1-045",
        "D1-046",
        "D1-083",
        "D1-084",
        "D1-085",
        "D1-087",
        "D2-002",
        "D2-004",
        "D2-015",
        "D2-016b",
        "D2-020",
        "D2-021",
    ],
)
def test_a_claim_that_the_ledger_excludes_is_not_shipped(shipped: Evidence, ref: str) -> None:
    assert ref not in {c.ref for c in shipped.claims}


def test_the_shipped_passages_stand_in_the_documents(shipped: Evidence, documents: Path) -> None:
    checked = verify(shipped, documents)
    assert checked.findings == ()
    assert sum(f.found for f in checked.documents) == len([c for c in shipped.claims if c.document])


def test_no_shipped_sentence_repeats_the_documents(shipped: Evidence, documents: Path) -> None:
    texts = [fold_text((documents / d.file).read_text(encoding="utf-8")) for d in shipped.documents]
    runs = {text[n : n + 6] for text in texts for n in range(len(text) - 5)}
    assert [c.claim for c in shipped.claims if any(run in runs for run in _runs(c))] == []


def _runs(claim: Claim) -> list[tuple[str, ...]]:
    words = fold_text(claim.says)
    return [words[n : n + 6] for n in range(len(words) - 5)]
