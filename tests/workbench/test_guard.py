"""Who gets in: over real HTTP, with headers that no browser of ours would send."""

from __future__ import annotations

import re
import socket
from urllib.parse import quote

import pytest

from bot.workbench.guard import HEADERS, MOST_BYTES
from bot.workbench.serving import addresses, host_names, is_here
from tests.support.nasty_texts import REPEATED
from tests.support.workbench import KEY, PATIENCE, Answered, Opened

PAGES = (
    "/",
    "/spine",
    "/rules",
    "/phone",
    "/state",
    "/news",
    "/static/workbench.css",
    "/detail/rule/fever",
    "/no_such_pane",
)
ACTS = ("/open", "/phone/new", "/phone/press", "/phone/write", "/phone/save/script", "/no_such_act")


def refused(answer: Answered, status: int = 403) -> None:
    """Asserts that nothing was shown but one line of plain text, under the policy."""
    assert answer.status == status
    assert answer.headers.get_content_type() == "text/plain"
    assert len(answer.text.splitlines()) == 1
    assert "sprain" not in answer.text
    guarded(answer)


def guarded(answer: Answered) -> None:
    """Asserts that every header of the guard is there, once."""
    for name, value in HEADERS:
        assert answer.headers.get_all(name.decode()) == [value.decode()]


@pytest.mark.parametrize("path", PAGES)
def test_without_the_key_nothing_is_shown(bench: Opened, path: str) -> None:
    own = {"Origin": bench.origin}
    for cookie in ("", f"workbench={KEY}", f"workbench_1={KEY}", f"workbench_{bench.port}=", f"workbench_{bench.port}=x{KEY}",
                   f"workbench_{bench.port}=\xe4\xff", f"workbench_{bench.port}=\"\\303\\244\""):  # fmt: skip
        refused(bench.raw("GET", path, {**own, "Cookie": cookie}))
        refused(bench.raw("GET", f"{path}?key=wrong", {**own, "Cookie": cookie}))
    if path != "/":
        refused(bench.raw("GET", f"{path}?key={KEY}", own))


@pytest.mark.parametrize(
    "given", ["", "x", "%C3%A4", "%FF", "%ED%A0%80", KEY.upper(), f"{KEY}&key=x", f"{KEY}%00", "a" * 5000]
)
def test_another_key_opens_nothing(bench: Opened, given: str) -> None:
    refused(bench.raw("GET", f"/?key={given}"))


def test_bytes_that_are_no_text_in_the_address_are_no_key(bench: Opened) -> None:
    with socket.create_connection(("127.0.0.1", bench.port), timeout=PATIENCE) as connection:
        connection.sendall(
            b"GET /?key=\xe4\xff HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % bench.port
        )
        said = connection.makefile("rb").read()
    assert said.split(b"\r\n")[0] in (b"HTTP/1.1 400 Bad Request", b"HTTP/1.1 403 Forbidden")
    assert b"ookie" not in said


def test_the_key_lets_in_by_a_cookie_that_no_script_and_no_other_site_gets(bench: Opened) -> None:
    answer = bench.raw("GET", f"/?key={KEY}")
    assert answer.status == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"workbench_{bench.port}={KEY};")
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert KEY not in answer.text
    guarded(answer)
    assert bench.get("/spine").status == 200


def test_cookies_of_other_programs_on_this_machine_do_not_shut_the_operator_out(bench: Opened) -> None:
    """Browsers send the cookies of every port of a name along, some of which are hardly cookies."""
    cookie = f'a={{"b": 1}}; bad name=x; \xe4; workbench_9={KEY[::-1]}; {bench.mine["Cookie"]}; last'
    assert bench.raw("GET", "/spine", {"Cookie": cookie}).status == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_name_that_is_not_ours_is_not_asked_for(bench: Opened, path: str) -> None:
    """DNS rebinding: a page of evil.example may have its name point here, and the browser then takes us for evil.example."""
    port = bench.port
    hosts = (
        f"evil.example:{port}", "evil.example", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.evil.example:{port}", f"127.0.0.1:{port}.",
        f"evil@127.0.0.1:{port}", f"localhost.:{port}", f"10.0.0.1:{port}", f"[::2]:{port}",
    )  # fmt: skip
    for host in hosts:
        refused(bench.raw("GET", path, {**bench.mine, "Host": host}), 421)
        refused(bench.raw("GET", f"/?key={KEY}", {"Host": host}), 421)
    refused(bench.raw("GET", path, {**bench.mine, "Host": ""}), 421)


def test_the_names_of_this_machine_are_ours(bench: Opened) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        host = f"{name}:{bench.port}"
        assert bench.raw("GET", "/spine", {**bench.mine, "Host": host}).status == 200
        posted = bench.raw("POST", "/phone/restart", {**bench.mine, "Host": host, "Origin": f"http://{host}"}, b"")
        assert posted.status == 303


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_what_changes_something_comes_from_a_page_of_ours(bench: Opened, method: str) -> None:
    origins = (
        "", "null", "http://evil.example", f"http://127.0.0.1:{bench.port + 1}", f"https://evil.example:{bench.port}",
        f"http://127.0.0.1:{bench.port}.evil.example", f"http://localhost:{bench.port}",
    )  # fmt: skip
    for path in ACTS:
        for origin in origins:
            refused(bench.raw(method, path, {**bench.mine, "Origin": origin}, b""))
    assert bench.desk is not None
    assert bench.desk.phone is None


def test_the_methods_that_a_page_does_not_use(bench: Opened) -> None:
    for path in ("/spine", "/rules", "/phone", "/static/workbench.css"):
        answer = bench.raw("HEAD", path, bench.mine)
        assert (answer.status, answer.text) == (200, "")
        guarded(answer)
    for method in ("OPTIONS", "PUT", "DELETE"):
        answer = bench.raw(method, "/spine", bench.mine)
        assert answer.status == 405
        guarded(answer)


@pytest.mark.parametrize("path", [*PAGES, "/phone/picture/1/1.png", "/static/no_such_file", "/favicon.ico"])
def test_every_answer_is_under_the_policy(bench: Opened, path: str) -> None:
    guarded(bench.get(path))


PARENTS = (
    "..", "../..", "%2e%2e", "..%2f..", "%2e%2e%2f%2e%2e", "..%5c..", "%252e%252e%252f", "....//", "..;", "%00", "%ff",
    "\\..\\",
)  # fmt: skip
BEHIND = ("/etc/passwd", "%2fetc%2fpasswd", "/flows/sprain/triage.yaml", "/guard.py", "")


@pytest.mark.parametrize(
    "where",
    ["/", "/static/", "/detail/question/", "/detail/rule/", "/detail/", "/phone/picture/", "/phone/picture/0/", "/phone/save/",
     "/phone/"],
)  # fmt: skip
def test_no_path_leads_out(bench: Opened, where: str) -> None:
    bench.get("/phone")
    for parents in PARENTS:
        for behind in BEHIND:
            for answer in (bench.get(f"{where}{parents}{behind}"), bench.post(f"{where}{parents}{behind}")):
                assert answer.status in (200, 303, 307, 400, 404, 405), (where, parents, behind)
                assert answer.headers.get("Location", "/").startswith((f"{bench.origin}/", "/"))
                assert not answer.headers.get("Location", "/").startswith("//")
                assert "root:" not in answer.text
                assert "schema: 1" not in answer.text
                assert "class Guarded" not in answer.text
                guarded(answer)
    assert sorted(path.name for path in bench.folder.iterdir()) == ["flows"]


@pytest.mark.parametrize(
    "title", ["../../escaped", "/etc/cron.d/x", "..", "a/b\\c", "x\0y", "\u202eevil", "con", "." * 300]
)
@pytest.mark.parametrize("what", ["script", "person"])
def test_what_is_saved_stays_in_its_folder(bench: Opened, title: str, what: str) -> None:
    assert "Saved as" in bench.post(f"/phone/save/{what}", {"title": title}).text
    written = [path.relative_to(bench.folder) for path in bench.folder.rglob("*") if path.is_file()]
    written = [path for path in written if path.parts[0] != "flows"]
    assert [path.parts[:-1] for path in written] == [("scripts", "sprain") if what == "script" else ("people",)]
    assert re.fullmatch(r"[a-z0-9_]{1,70}\.yaml", written[0].name)


def test_a_flow_is_opened_by_a_name_that_there_is(bench: Opened) -> None:
    for name in ("../sprain", "/etc", "", "sprain/..", "no_such"):
        bench.post("/open", {"flow": name})
        assert bench.desk is not None
        assert bench.desk.name == "sprain"


# --- what is sent along ------------------------------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
A_FILE = b'--x\r\nContent-Disposition: form-data; name="text"; filename="f"\r\n\r\na file\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b""), (FORM, b"%"), (FORM, b"&&&==="), (FORM, b"\xff\xfe\x00"), (FORM, b"text=%ff%fe%00&data=%ed%a0%80&time=%00"),
        (FORM, b"x=1&" * 5000), ("", b"text=hello"), ("application/json", b'{"text": 1}'), ("multipart/form-data", b"--x"),
        (PARTS, b"no boundary at all"), (PARTS, b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nbroken off'),
        (PARTS, b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--\r\n"), (f"{PARTS}; charset=nonsense", A_FILE),
        (PARTS, A_FILE.replace(b'"text"', b'"flow"')), (PARTS, A_FILE.replace(b'"text"', b'"title"')), ("\xe4\xf6", b"text=x"),
    ],
)  # fmt: skip
def test_what_is_no_form_of_ours_breaks_nothing(bench: Opened, kind: str, body: bytes) -> None:
    for path in (
        "/open",
        "/phone/new",
        "/phone/write",
        "/phone/press",
        "/phone/wait",
        "/phone/send",
        "/phone/save/person",
    ):
        answer = bench.raw("POST", path, {**bench.mine, "Content-Type": kind}, body)
        assert answer.status in (200, 303, 400), path
        guarded(answer)
    assert not list(bench.folder.glob("people/*"))


def test_what_is_huge_is_refused(bench: Opened) -> None:
    huge = b"text=" + b"a" * MOST_BYTES
    for kind in (FORM, "multipart/form-data; boundary=x"):
        answer = bench.raw("POST", "/phone/write", {**bench.mine, "Content-Type": kind}, huge)
        assert answer.status in (400, 413)
        guarded(answer)
    assert bench.raw("POST", "/phone/write", {**bench.mine, "Content-Type": FORM}, huge).status == 413
    assert bench.desk is not None
    assert bench.desk.phone is None


def test_unknown_acts_and_panes_are_not_there(bench: Opened) -> None:
    for path in ("/phone/no_such_act", "/phone/save/no_such_thing", "/no_such_act"):
        assert bench.post(path, {"title": "a"}).status == 404
    pictures = [f"/phone/picture/{number}/1.png" for number in ("0", "-1", "9" * 5000, "\u0663", "x")]
    for path in ("/no_such_pane", "/detail/rule", *(quote(path) for path in pictures)):
        answer = bench.get(path)
        assert answer.status == 404
        assert "There is no such page" in answer.text


# --- the hosts ---------------------------------------------------------------------------------------------------------


def test_which_names_pass() -> None:
    own = ["127.0.0.1:8765", "localhost:8765", "[::1]:8765"]
    assert host_names("127.0.0.1", 8765) == own
    assert host_names("192.168.1.5", 8765) == [*own, "192.168.1.5:8765"]
    assert host_names("127.0.0.1", 8765, ["Desk.Example", "desk:9000"]) == [*own, "desk.example:8765", "desk:9000"]
    assert {"127.0.0.1", "localhost", "desk", "desk:80"} <= set(host_names("127.0.0.1", 80, ["desk"]))


def test_which_addresses_are_told() -> None:
    assert addresses("0.0.0.0", 8765) == ["http://127.0.0.1:8765"]
    assert addresses("::", 8765, ["desk"]) == ["http://[::1]:8765", "http://desk:8765"]
    assert [is_here(host) for host in ("127.0.0.1", "127.3.2.1", "::1", "localhost", "0.0.0.0", "::", "10.0.0.1", "desk")] == [
        True, True, True, True, False, False, False, False,
    ]  # fmt: skip


def test_what_a_phone_is_told_to_do_breaks_nothing(bench: Opened) -> None:
    """Whatever is typed, pressed or asked for, for as long as a field takes, comes back as a page."""
    typed = [
        *REPEATED.values(),
        "/",
        "//",
        "/language xx",
        "/forget",
        "/\u202e",
        "\0",
        "<b>",
        "a" * 20_001,
        "{emergency_number}",
        "%s",
    ]
    pressed = [
        "",
        "x",
        "1.2.3",
        "9" * 300,
        "000000000001.1.11.0",
        "000000000001.-1.11.0",
        "000000000001.1.99999999999999999999.0",
    ]
    passed = [
        "",
        "0",
        "-1 day",
        "1e9 days",
        "999999999999999 years",
        "10 years",
        "3650 days",
        "3651 days",
        "1 fortnight",
        "\u0663 days",
        "nan",
    ]
    begun = [
        "",
        "x",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2099-12-31T23:59",
        "2026-02-30T00:00",
        "2026-11-20T18:00+14:00",
        "2026-11-20",
    ]
    for path, field, values in (
        ("/phone/write", "text", typed), ("/phone/press", "data", pressed), ("/phone/send", "what", ["x", "", "voice"]),
        ("/phone/wait", "time", passed), ("/phone/new", "now", begun), ("/phone/wait", "time", ["3650 days"] * 12),
        ("/phone/new", "lang", ["xx", "../en", ""]), ("/phone/save/person", "title", ["\0", "{x}", "a" * 5000]),
    ):  # fmt: skip
        for value in values:
            answer = bench.post(path, {field: value}, **{"HX-Request": "true"})
            assert answer.status == 200, (path, value[:50])
            assert 'id="phone"' in answer.text
