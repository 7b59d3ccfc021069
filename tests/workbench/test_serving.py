"""The command itself: what it prints, whom it lets in from where, and that nothing that was typed leaves it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.commands.common import USAGE
from bot.settings import Settings
from tests.support.flow_edits import SPRAIN, write
from tests.support.workbench import PATIENCE, Opened, opened_by_command, opened_in_thread, until_so

TYPED = "my left zebra foot is dead cold since tuesday"


def test_the_command_prints_its_address_and_serves_at_once(command: Opened) -> None:
    assert command.said[0].startswith(f"http://127.0.0.1:{command.port}/?key=")
    assert command.raw("GET", f"/?key={command.key}").status == 200
    assert "Questions of back_spasm, in the order in which they are asked" in command.get("/spine").text


def test_each_start_has_another_key(tmp_path: Path) -> None:
    write(SPRAIN, tmp_path / "flows")
    keys = set()
    for _ in range(2):
        with opened_by_command(tmp_path, "sprain") as opened:
            keys.add(opened.key)
    assert len(keys) == 2
    assert min(len(key) for key in keys) >= 32


def test_nothing_that_was_typed_is_told_by_the_process(tmp_path: Path) -> None:
    """Not in ordinary use, not when something breaks, not at the end while a page listens."""
    write(SPRAIN, tmp_path / "flows")
    with opened_by_command(tmp_path, "sprain") as opened:
        listens = socket.create_connection(("127.0.0.1", opened.port), timeout=PATIENCE)
        with listens:
            asked = f"GET /news HTTP/1.1\r\nHost: 127.0.0.1:{opened.port}\r\nCookie: {opened.mine['Cookie']}\r\n\r\n"
            listens.sendall(asked.encode())
            assert b"200 OK" in listens.recv(100)
            opened.post("/phone/write", {"text": TYPED})
            assert TYPED in opened.get("/phone").text
            opened.get(f"/spine?q={TYPED.replace(' ', '+')}")
            opened.post("/phone/save/script", {"title": f"{TYPED}\0"})
            opened.raw("POST", "/phone/write", {**opened.mine, "Content-Length": "500000"}, b"text=" + TYPED.encode())
            assert opened.process is not None
            opened.process.send_signal(signal.SIGINT)
            opened.process.wait(PATIENCE)
    assert "".join(opened.said[1:]) == ""
    assert "zebra" not in "".join(opened.said)


def test_an_error_of_ours_tells_its_kind_and_place_and_no_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def breaks(self: object, text: str) -> None:
        raise RuntimeError(f"could not read {text}")

    monkeypatch.setattr("bot.workbench.phone.chat.PhoneChat.write", breaks)
    write(SPRAIN, tmp_path / "flows")
    with opened_in_thread(tmp_path, "sprain") as opened:
        answer = opened.post("/phone/write", {"text": TYPED})
        assert answer.status == 500
        assert "RuntimeError" in answer.text
        assert "zebra" not in answer.text
        assert answer.headers["Content-Security-Policy"]
        assert opened.get("/spine").status == 200
        said = "".join(capfd.readouterr()) + caplog.text
    assert "zebra" not in said
    assert "RuntimeError in bot/workbench/panes/phone.py, line" in said


def test_a_folder_of_flows_that_goes_away_is_no_end(bench: Opened) -> None:
    away = bench.folder / "elsewhere"
    (bench.folder / "flows").rename(away)
    for path in ("/spine", "/rules", "/phone", "/state", "/no_such_pane"):
        answer = bench.get(path)
        assert answer.status == (404 if path == "/no_such_pane" else 200)
        assert answer.headers["Content-Security-Policy"]
        assert "Traceback" not in answer.text
    away.rename(bench.folder / "flows")
    assert bench.get("/spine").status == 200


# --- where it listens ---------------------------------------------------------------------------------------------------


def own_address() -> str:
    """An address of this machine that is not loopback; skips where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        try:
            out.connect(("192.0.2.1", 9))  # nothing is sent: the way there is looked up
        except OSError:
            pytest.skip("this machine has no address but loopback")
        found: str = out.getsockname()[0]
    return found


def test_open_to_others_it_is_asked_by_the_address_where_it_is_reached_and_by_names_given(tmp_path: Path) -> None:
    write(SPRAIN, tmp_path / "flows")
    address = own_address()
    with opened_by_command(
        tmp_path, "sprain", "--host", "0.0.0.0", "--name", "Desk.Example", "--name", "desk:9000"
    ) as opened:
        here = ("127.0.0.1", opened.port)
        assert opened.said[0].startswith(f"http://127.0.0.1:{opened.port}/?key=")
        for name, status in (
            (f"127.0.0.1:{opened.port}", 200), (f"localhost:{opened.port}", 200), (f"desk.example:{opened.port}", 200),
            ("desk:9000", 200), (f"{address}:{opened.port}", 421), (f"desk:{opened.port}", 421),
            (f"evil.example:{opened.port}", 421),
        ):  # fmt: skip
            assert opened.raw("GET", "/spine", {**opened.mine, "Host": name}).status == status, (name, here)
        there = Opened(opened.port, opened.key, tmp_path, host=address)
        assert there.get("/spine").status == 200
        assert there.get("/spine", Host=f"evil.example:{opened.port}").status == 421
        assert there.post("/phone/restart").status == 303
    told = "".join(opened.said)
    assert f"http://Desk.Example:{opened.port}/?key=" in told
    assert "http://desk:9000/?key=" in told
    assert "Warning: not only this machine reaches 0.0.0.0" in told


def test_on_loopback_nothing_is_warned_of(command: Opened) -> None:
    assert "Warning" not in command.said[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--port", "99999"), "cannot listen on 127.0.0.1:99999"),
        (("--port", "-1"), "cannot listen on 127.0.0.1:-1"),
        (("--host", "no.such.host.invalid", "--port", "0"), "cannot listen on no.such.host.invalid"),
        (("--host", "a" * 70 + ".x", "--port", "0"), "cannot listen on"),
        (("--flows", "no_such_folder"), "no_such_folder"),
        (("no_such_flow",), 'There is no flow "no_such_flow"'),
    ],
)
def test_what_cannot_be_is_told_in_a_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    write(SPRAIN, tmp_path / "flows")
    done = asked(tmp_path, *arguments)
    assert done.returncode == USAGE
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    write(SPRAIN, tmp_path / "flows")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = asked(tmp_path, "--port", str(taken.getsockname()[1]))
    assert done.returncode == USAGE
    assert "Choose another with --port" in done.stderr


def asked(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, as far as it comes."""
    command = [sys.executable, "-m", "bot", "workbench", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


def test_an_empty_folder_works_on_the_shipped_flows(tmp_path: Path) -> None:
    with opened_by_command(tmp_path) as opened:
        assert "Questions of back_spasm, in the order in which they are asked" in opened.get("/spine").text
        assert "Who is this for?" in opened.get("/phone").text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["javascript", "data", "vbscript", "blob", "JavaScript", " javascript"])
def test_an_editor_is_no_script(scheme: str) -> None:
    with pytest.raises(ValueError, match=r"opens no editor|does not say where"):
        Settings(editor_url=f"{scheme}://%0aalert(1)//{{file}}:{{line}}", _env_file=None)  # type: ignore[call-arg]


def test_places_open_in_the_editor_that_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(SPRAIN, tmp_path / "flows")
    with opened_in_thread(tmp_path, "sprain") as opened:
        assert opened.desk is not None
        opened.desk.folders = opened.desk.folders._replace(editor='vscode://file/{file}:{line}?a="><script>')
        page = opened.get("/spine?kind=question&name=danger").text
    assert f'href="vscode://file/{tmp_path}/flows/sprain/interview.yaml:' in page
    assert "<script>" not in page.replace("<script src", "")


def test_news_come_when_a_file_is_saved(bench: Opened) -> None:
    with socket.create_connection(("127.0.0.1", bench.port), timeout=PATIENCE) as listens:
        asked_for = f"GET /news HTTP/1.1\r\nHost: 127.0.0.1:{bench.port}\r\nCookie: {bench.mine['Cookie']}\r\n\r\n"
        listens.sendall(asked_for.encode())
        heard = b""
        while b"data: #" not in heard:
            heard += listens.recv(1000)
        file = bench.folder / "flows" / "sprain" / "texts.en.yaml"
        file.write_text(file.read_text().replace("Who is this about?", "Whose ankle is it?"))
        while b"data: flow" not in heard:
            more = listens.recv(1000)
            assert more
            heard += more
    assert "Whose ankle is it?" in bench.get("/spine?kind=question&name=for_whom").text
    until_so(lambda: bench.desk is not None and bench.desk.look().flow is not None)
