"""Versions that chats ran on: listed, withdrawn and not so any more, put back; and what `check` says of sign-offs."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.check.report.signed import signoff_words
from bot.cli import main
from bot.core.flow.reading import read_flow
from bot.library import load_flow
from tests.support.flow_edits import SPRAIN, TODAY, edited_files
from tests.support.proved_once import ProvedOnce


@pytest.fixture(autouse=True)
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the small flow alone."""
    folder = tmp_path / "flows" / "sprain"
    shutil.copytree(SPRAIN, folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'chat.db'}")
    monkeypatch.setenv("FLOWS_DIR", str(folder.parent))
    monkeypatch.setenv("FLOW", "sprain")
    monkeypatch.setattr("bot.check.proof.own_process.ProofProcess", ProvedOnce)
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    return code, out.out, out.err


def chats(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *lines: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    code, out, err = run(capsys, "chat", "--new")
    assert code == 0, err
    return out


def edit(folder: Path) -> str:
    """Other words in the flow; the content hash before."""
    before = load_flow(folder).version
    path = folder / "texts.en.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Book an appointment.", "Make an appointment."), encoding="utf-8"
    )
    return before


def test_versions_say_which_one_is_current_and_how_many_chats_run(
    flow: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "versions")
    assert (code, err) == (1, "No chat has run yet.\n")
    chats(monkeypatch, capsys, "1", "0")
    first = edit(flow)
    chats(monkeypatch, capsys, "1", "0")
    second = load_flow(flow).version
    code, out, _ = run(capsys, "versions")
    assert code == 0
    head, *rows = out.splitlines()
    assert head == "sprain"
    assert {row.split()[0] for row in rows} == {first, second}
    (now,) = [row for row in rows if row.split()[0] == second]
    assert now.endswith("1 running  current")
    (then,) = [row for row in rows if row.split()[0] == first]
    assert then.endswith("0 running")


def test_a_withdrawal_by_a_short_hash_can_be_undone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flow: Path
) -> None:
    chats(monkeypatch, capsys, "1", "0")
    version = load_flow(flow).version
    code, out, _ = run(capsys, "withdraw", version[:5])
    assert code == 0
    assert f"Version {version} of sprain is withdrawn: its 1 running chats" in out
    assert "WITHDRAWN" in run(capsys, "versions", "sprain")[1]
    assert run(capsys, "withdraw", version[:5], "--undo")[0] == 0
    assert "WITHDRAWN" not in run(capsys, "versions")[1]


@pytest.mark.parametrize("name", ["abc", "ffffffffffffffff", ""])
def test_a_hash_that_names_no_version_is_told(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chats(monkeypatch, capsys, "1")
    for command in ("withdraw", "rollback"):
        code, out, err = run(capsys, command, name)
        assert (code, out) == (1, "")
        assert ("No chat ever ran on version" if len(name) >= 4 else "too short") in err


def test_an_earlier_content_is_put_back_and_the_other_one_kept_aside(
    flow: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chats(monkeypatch, capsys, "1")
    first = edit(flow)
    (flow / "signoff.yaml").write_text("schema: 1\nsignoffs: []\n", encoding="utf-8")
    chats(monkeypatch, capsys, "1")
    second = load_flow(flow).version
    code, out, _ = run(capsys, "rollback", first[:6])
    assert code == 0
    assert load_flow(flow).version == first
    assert (flow / "signoff.yaml").exists()
    (aside,) = [p for p in flow.parent.iterdir() if "before-rollback" in p.name]
    assert str(aside) in out
    assert "Make an appointment." in (aside / "texts.en.yaml").read_text(encoding="utf-8")
    assert "holds version" in run(capsys, "rollback", first)[1]
    assert run(capsys, "rollback", second)[0] == 0
    assert load_flow(flow).version == second


def test_a_withdrawn_or_unsafe_content_is_not_put_back(
    flow: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chats(monkeypatch, capsys, "1")
    first = edit(flow)
    chats(monkeypatch, capsys, "1")
    run(capsys, "withdraw", first)
    code, _, err = run(capsys, "rollback", first)
    assert code == 1
    assert f"symptom-bot withdraw --undo {first}" in err
    run(capsys, "withdraw", "--undo", first)
    monkeypatch.setattr(ProvedOnce, "findings", lambda self: ("safety.yaml:3  FLOW059  it does not hold",))
    code, _, err = run(capsys, "rollback", first)
    assert code == 1
    assert "is not safe by what is proved today" in err
    assert load_flow(flow).version != first


def test_a_running_terminal_chat_notices_a_withdrawal(
    flow: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    version = load_flow(flow).version

    class Lines(io.StringIO):
        """Somebody withdraws the version from another terminal before the third line is typed."""

        def __init__(self) -> None:
            super().__init__("1\n0\n0\n")
            self.read = 0

        def readline(self, size: int | None = -1, /) -> str:
            self.read += 1
            if self.read == 3:
                assert main(["withdraw", version]) == 0
            return super().readline(-1)

    monkeypatch.setattr("sys.stdin", Lines())
    code, out, err = run(capsys, "chat", "--new")
    assert code == 0, err
    assert out.split("is withdrawn")[1].split("symptom-bot  ")[1].startswith("Paused")


# --- sign-off ---------------------------------------------------------------------------------------------------------


def signed(**changes: str) -> Iterator[str]:
    files = edited_files(SPRAIN)
    entry = {"language": "en", "reviewer": "Dr A. Example", "date": "2026-11-01", "expires": "2027-05-01", **changes}
    lines = "\n".join(f"    {key}: {value}" for key, value in entry.items())
    files["signoff.yaml"] = f"schema: 1\nsignoffs:\n  -\n{lines}\n"
    return signoff_words(read_flow("sprain", files), TODAY)


HERE = load_flow(SPRAIN).version


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reviewed": HERE}, "en: signed off by Dr A. Example on 2026-11-01, until 2027-05-01"),
        ({"reviewed": HERE, "expires": "2026-11-19"}, "en: expired on 2026-11-19: Dr A. Example signed this content"),
        ({"reviewed": HERE, "date": "2026-12-01"}, "en: counts from 2026-12-01 on"),
        ({"reviewed": "'0123456789abcdef'"}, "en: lapsed: Dr A. Example signed 0123456789abcdef on 2026-11-01"),
        ({"reviewed": "soon"}, 'en: "soon" in signoff.yaml is no content hash'),
        ({"reviewed": HERE, "language": "de"}, "en: nobody has signed this content off"),
    ],
)
def test_check_says_whether_the_content_is_signed_off_and_why_not(changes: dict[str, str], said: str) -> None:
    (words,) = signed(**changes)
    assert words.startswith(said)


def test_a_signature_counts_on_its_first_and_last_day() -> None:
    (words,) = signed(reviewed=HERE, date=str(TODAY), expires=str(TODAY))
    assert "signed off by" in words
