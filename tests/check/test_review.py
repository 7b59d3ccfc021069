"""The review kit: patients at the edge of each rule, the document, blind labels and how far they agree, a signed manifest."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot.check.answers.player import Player
from bot.check.answers.space import Space
from bot.check.cases import run_answers
from bot.check.proof.confirm import play_example
from bot.check.review.boundary import edges_of, patients
from bot.check.review.document import review_paper
from bot.check.review.labels import BadLabels, agreement, patients_table, read_labels
from bot.check.review.manifest import BadManifest, check_manifest, sign, signed_content, write_manifest
from bot.cli import main
from bot.core.model.files.parts import Level
from bot.core.model.findings import FlowError
from bot.papers.pdf import pdf_of
from tests.support.flow_edits import BACK_SPASM, SPRAIN, edited, flow_at
from tests.support.talking import NOW


def test_the_edge_of_a_rule_is_two_patients_and_step_agrees_on_both() -> None:
    flow = flow_at(SPRAIN)
    player = Player(Space(flow))
    edges = edges_of(flow)
    assert [edge.rule for edge in edges] == [rule.rule.rule for rule in flow.rules]
    for edge, rule in zip(edges, flow.rules, strict=True):
        assert edge.inside is not None
        assert edge.rule in edge.inside.fired
        assert edge.inside.level == rule.rule.level.value
        for example in (edge.inside, edge.outside):
            if example is not None and example.level is not None:
                played = play_example(player, example)
                assert not isinstance(played, str)
                assert played.level is not None
                assert played.level.value == example.level
        if edge.outside is not None and edge.outside.level is not None:
            assert edge.rule not in edge.outside.fired
            assert Level(edge.outside.level).rank < rule.rank


def test_outside_is_near_to_inside() -> None:
    (edge,) = [edge for edge in edges_of(flow_at(SPRAIN)) if edge.rule == "fever_at_all"]
    assert edge.inside is not None
    assert edge.outside is not None
    shared = edge.inside.answers.keys() & edge.outside.answers.keys()
    assert sum(edge.inside.answers[q] != edge.outside.answers[q] for q in shared) == 1


def test_patients_are_different_and_of_all_levels() -> None:
    chosen = patients(edges_of(flow_at(SPRAIN)), 12)
    assert len({json.dumps(dict(e.answers), default=str) for e in chosen}) == len(chosen) <= 12
    assert {e.level for e in chosen} == {level.value for level in Level}


def test_the_document_names_everything_of_the_flow() -> None:
    flow = flow_at(SPRAIN)
    said = review_paper(flow, edges_of(flow), NOW).plain()
    for name in (*flow.questions, *(r.rule.rule for r in flow.rules), *(line.line.line for line in flow.lines)):
        assert name in said
    for prop in flow.safety.properties:
        assert prop.because in said
    for hazard in flow.hazards.hazards:
        assert hazard.harm in said
    assert said.count("[ ] too low") == len(flow.rules)
    assert "made-up leaflet" in said or "MADE_UP (background)" in said
    assert "Just inside: warning: " in said


def test_texts_stand_as_patients_read_them_with_numbers_to_call() -> None:
    flow = flow_at(BACK_SPASM)
    paper = review_paper(flow, edges_of(flow), NOW)
    shown = [row for part in paper.parts for row in part.rows if "must say" not in row.text]
    assert not [row.text for row in shown if re.search(r"\{\w+\}", row.text)]


def test_rules_are_headed_by_the_words_that_patients_read_and_the_name_stands_small() -> None:
    flow = flow_at(SPRAIN)
    paper = review_paper(flow, edges_of(flow), NOW)
    labels = {row.label for part in paper.parts for row in part.rows}
    reasons = next(iter(flow.texts.values())).rules
    assert {f"{reasons[r.rule.rule]}\n{r.rule.rule}" for r in flow.rules} <= labels
    assert {f"{' '.join(p.because.split())}\n{p.property}" for p in flow.safety.properties} <= labels
    assert f"\n{reasons['bent_shape']} (bent_shape): If crooked is surely ticked" in paper.plain()
    pages = PdfReader(io.BytesIO(pdf_of(paper, NOW))).pages
    first = next(page for page in pages if "bent_shape" in page.extract_text())
    sizes: dict[str, float] = {}
    first.extract_text(visitor_text=lambda text, _, m, __, size: sizes.setdefault(text.strip(), size * m[0]))
    assert sizes["bent_shape"] < sizes[reasons["bent_shape"]]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("", ("Likelihood if nothing stood against it: [ ] rare [ ] possible [ ] likely\n", "left: [ ] low [ ] medium [ ] high\n")),
        (
            "    likelihood: possible\n    residual: low\n",
            ("against it: possible (two builders)   [ ] agreed   change to: [ ] rare [ ] likely\n",
             "left: low (two builders)   [ ] agreed   change to: [ ] medium [ ] high\n"),
        ),
    ],
)  # fmt: skip
def test_ratings_of_a_hazard_stand_there_to_be_agreed_with_or_to_be_given(edit: str, said: tuple[str, str]) -> None:
    severe = "    severity: severe\n"
    flow = edited(
        SPRAIN,
        ("hazards.yaml", severe, severe + edit),
        ("hazards.yaml", "hazards:\n", "rated_by: two builders\nhazards:\n"),
    )
    paper = review_paper(flow, edges_of(flow), NOW)
    (row,) = [row for row in paper.parts[-2].rows if row.label.endswith("missed_open_break")]
    assert all(words in row.text for words in said)
    assert row.text.endswith("[ ] acceptable   [ ] not acceptable   Remark: ____________________")


def test_a_rating_in_other_words_is_a_finding() -> None:
    with pytest.raises(FlowError):
        edited(SPRAIN, ("hazards.yaml", "    severity: severe\n", "    severity: severe\n    residual: tiny\n"))


def test_every_hazard_of_the_shipped_flow_is_rated_and_it_says_by_whom() -> None:
    hazards = flow_at(BACK_SPASM).hazards
    assert all(h.likelihood and h.residual for h in hazards.hazards)
    assert hazards.rated_by == "the builders' estimate, awaiting a clinician"


def test_the_table_says_nothing_of_what_the_flow_says() -> None:
    flow = flow_at(SPRAIN)
    chosen = patients(edges_of(flow), 10)
    rows = list(csv.DictReader(io.StringIO(patients_table(flow, chosen))))
    assert [row["level"] for row in rows] == [""] * len(chosen)
    assert all("Danger: " in row["patient"] for row in rows)
    assert not any(level.value in row["patient"] for row in rows for level in Level)


def test_kappa_is_cohens() -> None:
    """The worked example of any textbook: 35 of 50 agree, kappa 0.4."""
    said = {f"p{n}": "self_care" if n < 25 else "same_day" for n in range(50)}
    labels = {f"p{n}": "self_care" if n < 20 or 25 <= n < 35 else "same_day" for n in range(50)}
    found = agreement(said, labels)
    assert (found.labelled, found.exact, round(found.kappa, 3)) == (50, 0.7, 0.4)
    assert len(found.lower) == 5
    assert len(found.higher) == 10
    assert agreement(said, said).kappa == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name;level\np1;self_care\n", "columns"),
        ("id,patient,level\np1,x,urgent\n", 'Line 2: "urgent" is no level'),
    ],
)
def test_a_table_that_cannot_be_read_is_told(text: str, said: str) -> None:
    with pytest.raises(BadLabels, match=said):
        read_labels(text)


def test_a_table_as_a_spreadsheet_saves_it() -> None:
    assert read_labels("\ufeffid;patient;level;remark\np001;a, b;Same day;\np002;c;;later\n") == {"p001": "same_day"}
    with pytest.raises(BadLabels, match="Nobody"):
        agreement({"p1": "self_care"}, {})
    with pytest.raises(BadLabels, match='no patient "p9"'):
        agreement({"p1": "self_care"}, {"p9": "self_care"})


# --- manifest ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    folder = tmp_path / "kit"
    folder.mkdir()
    (folder / "review.txt").write_text("read me")
    write_manifest(folder, flow_at(SPRAIN), NOW)
    return folder


def key_of(folder: Path, who: str) -> tuple[Path, Path]:
    """An SSH key, and a file of allowed signers that names its owner."""
    key = folder / who
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", str(key)], check=True)
    signers = folder / f"{who}.signers"
    signers.write_text(f"{who} {Path(f'{key}.pub').read_text()}")
    return key, signers


def test_a_changed_or_missing_file_is_found(kit: Path) -> None:
    assert check_manifest(kit) == flow_at(SPRAIN).version
    (kit / "review.txt").write_text("read me not")
    with pytest.raises(BadManifest, match=r"review\.txt was changed"):
        check_manifest(kit)
    (kit / "review.txt").unlink()
    with pytest.raises(BadManifest, match="not there any more"):
        check_manifest(kit)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed here")
def test_only_who_is_named_can_sign_and_only_what_was_signed_counts(kit: Path, tmp_path: Path) -> None:
    key, signers = key_of(tmp_path, "ann@example.org")
    _, others = key_of(tmp_path, "bob@example.org")
    sign(kit, key)
    assert signed_content(kit, signers, "ann@example.org") == flow_at(SPRAIN).version
    with pytest.raises(BadManifest, match="ssh-keygen"):
        signed_content(kit, others, "bob@example.org")
    manifest = kit / "manifest.json"
    manifest.write_text(manifest.read_text().replace(flow_at(SPRAIN).version, "0" * 16))
    with pytest.raises(BadManifest, match="ssh-keygen"):
        signed_content(kit, signers, "ann@example.org")
    with pytest.raises(BadManifest):
        sign(kit, tmp_path / "nobody")


# --- the command ------------------------------------------------------------------------------------------------------


def test_a_kit_is_made_labelled_and_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "flows" / "sprain"
    shutil.copytree(SPRAIN, folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLOWS_DIR", str(folder.parent))
    assert main(["review-kit", "sprain", "--out", "kit", "--since", str(SPRAIN)]) == 0
    kit = tmp_path / "kit"
    assert {p.name for p in kit.iterdir()} == {
        "review.pdf",
        "changes.pdf",
        "patients.csv",
        "patients.json",
        "manifest.json",
    }
    reader = PdfReader(kit / "review.pdf")
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Review of sprain" in reader.pages[0].extract_text()
    assert "Nothing differs." in PdfReader(kit / "changes.pdf").pages[0].extract_text()
    rows = list(csv.DictReader((kit / "patients.csv").open(encoding="utf-8")))
    kept = json.loads((kit / "patients.json").read_text(encoding="utf-8"))
    said = {name: level_of(given) for name, given in kept.items()}
    assert write_labels(tmp_path / "all.csv", rows, said)
    capsys.readouterr()
    assert main(["review-kit", "sprain", "--out", "kit", "--labels", "all.csv"]) == 0
    assert f"{len(rows)} patients labelled: 100% the same level, Cohen's kappa 1.00" in capsys.readouterr().out
    assert main(["replay", "kit/labelled"]) == 0
    odd = next(name for name, level in said.items() if level == "self_care")
    write_labels(tmp_path / "odd.csv", rows, {**said, odd: "emergency"})
    capsys.readouterr()
    assert main(["review-kit", "sprain", "--out", "kit", "--labels", "odd.csv"]) == 1
    assert f"{odd}  the flow says self_care, LOWER than the label emergency" in capsys.readouterr().out
    assert main(["replay", f"kit/labelled/{odd}.yaml"]) == 1


def level_of(given: dict[str, object]) -> str:
    return run_answers(flow_at(SPRAIN), {"answers": given}).level.value


def write_labels(path: Path, rows: list[dict[str, str]], levels: dict[str, str]) -> bool:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "level": levels[row["id"]]} for row in rows)
    return True


@pytest.mark.slow
def test_the_kit_of_the_shipped_flow_has_a_hundred_patients() -> None:
    edges = edges_of(flow_at(BACK_SPASM))
    assert all(edge.inside is not None for edge in edges)
    assert len(patients(edges, 100)) == 100


def test_what_a_kit_lacks_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words, said in (
        (["review-kit"], "Name a flow"),
        (["review-kit", "--verify", "x"], "--by WHO"),
        (["review-kit", "--sign", "x"], "manifest.json cannot be read"),
    ):
        assert main(words) in (1, 2)
        assert said in capsys.readouterr().err
