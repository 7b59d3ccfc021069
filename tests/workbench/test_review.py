"""Review, over HTTP as a browser asks for it: how it stands with the sign-off, the kit and its labels, versions of a real database,
and withdraw, undo and rollback, which happen as they were shown or not at all."""

from __future__ import annotations

import csv
import http.client
import io
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from bot.app import equip, open_service
from bot.check.cases import run_answers
from bot.core.conversation.events import Started
from bot.library import load_flow
from bot.replay.phone.picture import find_chromium
from bot.service.incoming import Incoming
from bot.store import FlowVersion, Store, open_store
from bot.workbench.application import application
from bot.workbench.desk import Desk, DeskFolders
from bot.workbench.guard import Guarded
from bot.workbench.serving import HERE_ONLY, host_names, listen_on
from tests.support.flow_edits import SPRAIN, edited, edited_files, flow_at
from tests.support.telegram_bot import Clock, settings

KEY = "the-key"
QUIETLY = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""How the browser is started: it asks nobody but the workbench."""
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
VERSION = flow_at(SPRAIN).version
OTHER_WORDS = ("texts.en.yaml", "Book an appointment.", "Make an appointment.")
UNSAFE = ("triage.yaml", "    when: fever\n    level: same_day\n", "    when: fever\n    level: see_soon\n")


@dataclass
class Page:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return " ".join(self.body.decode().split())


@dataclass
class Bench:
    """A workbench on loopback, and who asks it with the key. `url`: of the database."""

    desk: Desk
    port: int
    url: str

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HERE_ONLY, self.port, timeout=60)

    def asks(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Page:
        connection = self.connect()
        named = {"Cookie": f"workbench_{self.port}={KEY}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        page = Page(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        return page

    def get(self, path: str = "/review") -> Page:
        return self.asks("GET", path)

    @property
    def origin(self) -> str:
        return f"http://{HERE_ONLY}:{self.port}"

    def post(self, path: str, **fields: str) -> Page:
        body = urlencode(fields).encode()
        return self.asks("POST", path, body, Origin=self.origin, Content_Type="application/x-www-form-urlencoded")

    def upload(self, path: str, table: bytes) -> Page:
        head = b'--x\r\nContent-Disposition: form-data; name="labels"; filename="patients.csv"\r\n\r\n'
        body = head + table + b"\r\n--x--\r\n"
        return self.asks("POST", path, body, Origin=self.origin, Content_Type="multipart/form-data; boundary=x")

    def makes_kit(self, **fields: str) -> list[str]:
        """The news until the kit is made, or is not."""
        connection = self.connect()
        connection.request("GET", "/news", headers={"Cookie": f"workbench_{self.port}={KEY}"})
        stream = connection.getresponse()
        assert stream.readline().startswith(b"data: #")
        assert self.post("/review/kit", **fields).status == 303
        news: list[str] = []
        while "kits" not in news:
            line = stream.readline().decode()
            assert line, "the news ended"
            news += [line.removeprefix("data: ").strip()] if line.startswith("data: ") else []
        connection.close()
        return news

    @property
    def kit(self) -> Path:
        return self.desk.folders.build / f"review-sprain-{VERSION}"

    def store(self) -> Store:
        return open_store(self.url, access="guest")


@pytest.fixture
def bench(tmp_path: Path, sqlite_url: str) -> Iterator[Bench]:
    flows = tmp_path / "flows"
    shutil.copytree(SPRAIN, flows / "sprain")
    folders = DeskFolders(tmp_path / "scripts", tmp_path / "people", tmp_path / "build")
    as_it_is = partial(open_store, sqlite_url, access="guest", as_it_is=True)
    desk = Desk(flows, folders, lambda: NOW, equip, "sprain", open_store=as_it_is)
    with listen_on(HERE_ONLY, 0) as listening:
        listening.listen()  # who asks before the server is ready, waits
        port = listening.getsockname()[1]
        guarded = Guarded(application(desk, checks=False), KEY, host_names(HERE_ONLY, port))
        server = uvicorn.Server(uvicorn.Config(guarded, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Bench(desk, port, sqlite_url)
        finally:
            server.should_exit = True
            thread.join()


def chats(bench: Bench, *names: str) -> str:
    """Somebody begins a chat under each name, with the flow as it stands on disk; its version."""
    with open_store(bench.url) as store:
        service = open_service(settings(flows_dir=bench.desk.folder), store, Clock())
        for name in names:
            service.handle([Incoming(name, Started())])
        return service.flows.current["sprain"].version


def edit(bench: Bench, *edits: tuple[str, str, str]) -> None:
    for name, text in edited_files(SPRAIN, *edits).items():
        (bench.desk.flow_folder / name).write_text(text, encoding="utf-8")


def shown(bench: Bench, path: str) -> dict[str, str]:
    """What the form of a confirmation sends along."""
    text = bench.get(path).text
    return {n: text.split(f'name="{n}" value="')[1].split('"')[0] for n in ("chats", "content")}


# --- sign-off ---------------------------------------------------------------------------------------------------------


def test_what_is_to_do_to_sign_is_said(bench: Bench) -> None:
    text = bench.get().text
    assert "nobody has signed this content off; patients read that it is a test version" in text
    assert f"language: en reviewer: NAME, REGISTRATION date: 2026-11-20 expires: YYYY-MM-DD reviewed: {VERSION}" in text
    assert text.count("<b>To do:</b>") == 4


def test_a_signed_content_has_nothing_left_to_do(bench: Bench) -> None:
    (bench.desk.flow_folder / "signoff.yaml").write_text(
        "schema: 1\nsignoffs:\n  - {language: en, reviewer: Dr A. Example, date: 2026-11-01, expires: 2027-05-01, "
        f"reviewed: {VERSION}}}\n"
    )
    text = bench.get().text
    assert "signed off by Dr A. Example on 2026-11-01, until 2027-05-01" in text
    assert "To do:" not in text
    edit(bench, OTHER_WORDS)
    text = bench.get().text
    assert f"lapsed: Dr A. Example signed {VERSION} on 2026-11-01" in text
    assert "To do:" in text


def test_a_flow_with_findings_can_be_rolled_back_but_not_signed(bench: Bench) -> None:
    first = chats(bench, "telegram:1")
    (bench.desk.flow_folder / "triage.yaml").write_text("rules: [")
    text = bench.get().text
    assert "there is nothing to sign" in text
    assert "Which one is current and which are signed is not known" in text
    assert f"/review/rollback/{first}" in text
    assert bench.post("/review/kit").status == 409
    assert not bench.desk.folders.build.exists()


# --- the kit ----------------------------------------------------------------------------------------------------------


def test_a_kit_is_made_shown_labelled_and_compared(bench: Bench) -> None:
    news = bench.makes_kit()
    assert "kit" in news
    text = bench.get().text
    assert {p.name for p in bench.kit.iterdir()} == {"review.pdf", "patients.csv", "patients.json", "manifest.json"}
    assert "(this content)" in text
    assert text.count("<b>Done:</b>") == 1
    paper = bench.get(f"/review/kit/{VERSION}/review.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert "content-disposition" not in paper.headers
    assert paper.body.startswith(b"%PDF")
    table = bench.get(f"/review/kit/{VERSION}/patients.csv")
    assert table.headers["content-disposition"].startswith("attachment")

    rows = list(csv.DictReader(io.StringIO(table.body.decode())))
    known = json.loads((bench.kit / "patients.json").read_text(encoding="utf-8"))
    levels = {name: run_answers(flow_at(SPRAIN), {"answers": given}).level.value for name, given in known.items()}
    labels = f"/review/labels/{VERSION}"
    assert bench.upload(labels, labelled(rows, levels)).status == 303
    text = bench.get().text
    assert f"{len(rows)} patients labelled: 100% the same level, Cohen’s kappa 1.00" in text
    assert text.count("<b>Done:</b>") == 2
    odd = next(name for name, level in levels.items() if level == "self_care")
    assert bench.upload(labels, labelled(rows, {**levels, odd: "emergency"})).status == 303
    text = bench.get().text
    assert "1 whom the flow sends lower than the label" in text
    assert f"<b>{odd}</b> the flow says" in text
    assert "level: emergency" in bench.get(f"/review/kit/{VERSION}/labelled/{odd}.yaml").text
    assert "It is not as it was made" not in text

    others = [{**row, "patient": rows[n - 1]["patient"]} for n, row in enumerate(rows)]
    refused = bench.upload(labels, labelled(others, levels))
    assert refused.status == 400
    assert "is another patient in this kit" in refused.text


def labelled(rows: list[dict[str, str]], levels: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows({**row, "level": levels[row["id"]]} for row in rows)
    return out.getvalue().encode()


def small_kit(bench: Bench) -> None:
    """What a page needs to show a kit."""
    bench.kit.mkdir(parents=True)
    (bench.kit / "patients.csv").write_text("id,patient,level,remark\np001,Danger: none.,,\n")
    (bench.kit / "patients.json").write_text('{"p001": {}}')
    (bench.kit / "manifest.json").write_text(f'{{"content": "{VERSION}", "files": {{}}}}')


@pytest.mark.parametrize(
    "name",
    [
        "../../flows/sprain/triage.yaml",
        "%2e%2e/%2e%2e/flows/sprain/triage.yaml",
        "..%2f..%2fflows%2fsprain%2ftriage.yaml",
        "labelled/../../secret.txt",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "link.txt",
        "labelled",
        "no%00.csv",
        "",
    ],
)
def test_only_files_of_the_kit_are_served(bench: Bench, name: str) -> None:
    small_kit(bench)
    (bench.kit / "labelled").mkdir()
    (bench.kit.parent / "secret.txt").write_text("secret")
    (bench.kit / "link.txt").symlink_to(bench.kit.parent / "secret.txt")
    assert bench.get(f"/review/kit/{VERSION}/patients.json").body == b'{"p001": {}}'
    page = bench.get(f"/review/kit/{VERSION}/{name}")
    assert page.status == 404
    assert b"secret" not in page.body


@pytest.mark.parametrize("content", ["..", "%2e%2e", "0123456789abcdef", "a/../b"])
def test_only_folders_of_kits_are_looked_into(bench: Bench, content: str) -> None:
    small_kit(bench)
    (bench.kit.parent / "patients.json").write_text("secret")
    assert bench.get(f"/review/kit/{content}/patients.json").status == 404


@pytest.mark.parametrize(
    ("table", "status", "said"),
    [
        (b"id,patient,level,remark\np001,,self_care," + b"x" * 1_100_000, 413, "A form may have 1000 kB."),
        (b"id,level\np001,caf\xe9\n", 400, "no text in UTF-8"),
        (b"name;level\np001;self_care\n", 400, "The first line must name the columns"),
        (b"id,level\np001,\n", 400, "Nobody is labelled yet"),
        (b"id,level\np002,self_care\n", 400, "There is no patient &#34;p002&#34; in this kit"),
        (b"id,patient,level\np001,Danger: all.,self_care\n", 400, "p001 is another patient in this kit"),
        (b'id,level\np001,"' + b"x" * 200_000 + b'"\n', 400, "this is no table"),
    ],
)
def test_a_table_that_is_not_taken_in_is_told_why(bench: Bench, table: bytes, status: int, said: str) -> None:
    small_kit(bench)
    page = bench.upload(f"/review/labels/{VERSION}", table)
    assert page.status == status
    assert said in page.text
    assert not (bench.kit / "labelled").exists()


def test_a_kit_that_was_changed_or_is_signed_is_shown_so(bench: Bench) -> None:
    small_kit(bench)
    (bench.kit / "manifest.json").write_text(f'{{"content": "{VERSION}", "files": {{"patients.csv": "0"}}}}')
    assert "patients.csv was changed after the kit was made" in bench.get().text
    (bench.kit / "manifest.json.sig").write_text("a signature")
    text = bench.get().text
    assert "it is not made again" in text
    assert 'id="make-kit"' not in text
    bench.makes_kit()
    assert "is signed, and its signature would be lost" in bench.get().text
    assert (bench.kit / "manifest.json.sig").exists()


def test_without_typst_the_kit_is_text_and_the_page_says_so(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['typst'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    assert "No PDF can be made here, so the document is text" in bench.get().text
    bench.makes_kit()
    assert not (bench.kit / "review.pdf").exists()
    paper = bench.get(f"/review/kit/{VERSION}/review.txt")
    assert paper.headers["content-type"].startswith("text/plain")
    assert "Review of sprain" in paper.text


def test_what_changed_since_a_version_that_chats_ran_on(bench: Bench) -> None:
    chats(bench, "telegram:1")
    edit(bench, OTHER_WORDS)
    version = load_flow(bench.desk.flow_folder).version
    bench.makes_kit(since=VERSION[:6])
    kit = bench.desk.folders.build / f"review-sprain-{version}"
    assert (kit / "changes.pdf").exists()
    bench.makes_kit(since="no-such-revision")
    assert "There is no new kit." in bench.get().text


# --- versions ---------------------------------------------------------------------------------------------------------


def test_where_there_is_no_database_it_is_said_and_none_is_made(bench: Bench, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert "There is no database yet" in bench.get().text
    page = bench.get(f"/review/withdraw/{VERSION}")
    assert page.status == 503
    assert "There is no database yet" in page.text
    assert sorted(tmp_path.rglob("*")) == before


def test_versions_say_what_runs_on_them(bench: Bench) -> None:
    first = chats(bench, "telegram:1", "telegram:2")
    edit(bench, OTHER_WORDS)
    second = chats(bench, "telegram:3")
    text = bench.get().text.split("Versions that chats ran on")[1]
    cards = dict(zip((second, first), text.split('<li class="card">')[1:], strict=True))
    assert "<dt>Chats running</dt><dd>1</dd>" in cards[second]
    assert 'good">current' in cards[second]
    assert "<dt>Chats running</dt><dd>2</dd>" in cards[first]
    assert "current" not in cards[first]
    assert "telegram:" not in text


def test_a_withdrawal_happens_as_it_was_shown_and_can_be_undone(bench: Bench) -> None:
    first = chats(bench, "telegram:1", "telegram:2")
    edit(bench, OTHER_WORDS)
    second = chats(bench, "telegram:3")
    path = f"/review/withdraw/{first}"
    asked = bench.get(path).text
    assert f"<b>2 running chats move</b> to the current version, {second}, at their next word" in asked
    fields = shown(bench, path)
    with bench.store() as store:
        assert store.withdrawn() == frozenset()

    assert bench.asks("POST", path, urlencode(fields).encode(), Origin="http://elsewhere").status == 403
    assert bench.post(path).status == 409
    refused = bench.post(path, **{**fields, "chats": "1"})
    assert refused.status == 409
    assert "it is about 2 running chats now, not 1" in refused.text
    with bench.store() as store:
        assert store.withdrawn() == frozenset()

    done = bench.post(path, **fields)
    assert done.status == 200
    assert "Its 2 running chats move to the version that the bot serves, at their next word." in done.text
    with bench.store() as store:
        assert store.withdrawn() == {first}
    assert "It is withdrawn already" in bench.get(path).text
    assert "It is withdrawn, so it is not put back" in bench.get(f"/review/rollback/{first}").text

    back = f"/review/undo/{first}"
    assert "2 running chats still on this version go on with it" in bench.get(back).text
    assert bench.post(back, **shown(bench, back)).status == 200
    with bench.store() as store:
        assert store.withdrawn() == frozenset()


def test_a_chat_that_ended_meanwhile_is_asked_about_again(bench: Bench) -> None:
    first = chats(bench, "telegram:1", "telegram:2")
    path = f"/review/withdraw/{first}"
    assert "<b>2 running chats stop:</b>" in bench.get(path).text
    fields = shown(bench, path)
    with bench.store() as store:
        store.erase_chat("telegram:1")
    assert "it is about 1 running chat now, not 2" in bench.post(path, **fields).text
    assert "asks its 1 running chats nothing until another content" in bench.post(path, **{**fields, "chats": "1"}).text


def test_a_version_of_another_flow_or_of_none_is_told(bench: Bench) -> None:
    chats(bench, "telegram:1")
    with bench.store() as store:
        store.store_flow_version(FlowVersion("f" * 16, "ankle", {}, 1.0))
    assert "f" * 16 not in bench.get().text
    for step in ("withdraw", "undo", "rollback"):
        page = bench.get(f"/review/{step}/{'f' * 16}")
        assert page.status == 404
        assert "No chat ever ran on version" in page.text
    assert bench.get(f"/review/burn/{VERSION}").status == 404


def test_an_earlier_content_is_put_back_and_the_other_kept_aside(bench: Bench) -> None:
    first = chats(bench, "telegram:1", "telegram:2")
    edit(bench, OTHER_WORDS)
    second = chats(bench, "telegram:3")
    folder, path = bench.desk.flow_folder, f"/review/rollback/{first}"
    aside = folder.with_name(".sprain.before-rollback-1")
    asked = bench.get(path).text
    for words in (
        f"{folder} is written",
        "<b>No chat moves.</b> 3 running chats",
        f"(content {second}) is kept aside as {aside}",
    ):
        assert words in asked
    fields = shown(bench, path)
    edit(bench, ("texts.en.yaml", "Book an appointment.", "Ask for an appointment."))
    refused = bench.post(path, **fields)
    assert refused.status == 409
    assert "holds another content now" in refused.text
    assert load_flow(folder).version not in (first, second)
    edit(bench, OTHER_WORDS)
    with bench.store() as store:
        store.withdraw(second)
    refused = bench.post(path, **fields)
    assert refused.status == 409
    assert "<b>1 running chat of withdrawn versions moves</b> to it at their next word. 2 running chats" in refused.text
    done = bench.post(path, **shown(bench, path))
    assert done.status == 200
    assert f"holds version {first} again" in done.text
    assert load_flow(folder).version == first
    assert "Make an appointment." in (aside / "texts.en.yaml").read_text(encoding="utf-8")
    assert f"{folder} holds it already" in bench.get(path).text


def test_an_unsafe_content_is_not_put_back_and_what_was_found_is_shown(bench: Bench) -> None:
    chats(bench, "telegram:1")
    unsafe = edited(SPRAIN, UNSAFE)
    with bench.store() as store:
        store.store_flow_version(FlowVersion(unsafe.version, "sprain", dict(unsafe.files), 1.0))
        store.store_flow_version(FlowVersion("e" * 16, "sprain", {"triage.yaml": "rules: ["}, 1.0))
    for version, said in ((unsafe.version, "must be at least same_day"), ("e" * 16, "this release cannot read it")):
        path = f"/review/rollback/{version}"
        page = bench.post(path, **shown(bench, path))
        assert page.status == 409
        assert "is not put back" in page.text
        assert said in page.text
    assert load_flow(bench.desk.flow_folder).version == VERSION
    assert [p.name for p in bench.desk.folder.iterdir()] == ["sprain"]


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.ci
def test_by_keyboard_alone_on_a_narrow_screen_and_without_an_obstacle(bench: Bench) -> None:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium on this machine: the pane is not opened in a browser")
    first = chats(bench, "telegram:1")
    edit(bench, OTHER_WORDS)
    chats(bench, "telegram:2")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=QUIETLY)
        page = browser.new_page(viewport={"width": 390, "height": 844})

        def is_sound(part: str) -> None:
            found = Axe().run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], part
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, part

        def goes_to(wanted: Callable[[], bool]) -> None:
            for _ in range(80):
                page.keyboard.press("Tab")
                if wanted():
                    return
            raise AssertionError("the keyboard does not lead there")

        def focused(selector: str) -> Callable[[], bool]:
            return lambda: bool(page.evaluate(f"document.activeElement.matches({json.dumps(selector)})"))

        page.goto(f"{bench.origin}/?key={KEY}")
        page.wait_for_url("**/spine")
        page.goto(f"{bench.origin}/review")
        is_sound("the pane")
        goes_to(focused("#make-kit"))
        page.keyboard.press("Enter")
        page.wait_for_selector("article.card")
        is_sound("with a kit")
        goes_to(focused(f"#withdraw-{first}"))
        page.keyboard.press("Enter")
        page.wait_for_url("**/review/withdraw/*")
        is_sound("the confirmation")
        goes_to(focused("button.sure"))
        page.keyboard.press("Enter")
        page.wait_for_selector(f"h1:has-text('{first} is withdrawn')")
        is_sound("what came of it")
        page.goto(f"{bench.origin}/review/rollback/{bench.desk.shown().version}")  # type: ignore[union-attr]
        is_sound("a rollback")
        browser.close()
    with bench.store() as store:
        assert store.withdrawn() == {first}
