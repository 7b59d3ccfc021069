"""An operator in front of the workbench, in a real browser: what they open, press and type, and what went wrong meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Request, expect

from tests.support.workbench import Opened

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


MOMENT = 20.0
"""Seconds after which a page hangs."""
expect.set_options(timeout=MOMENT * 1000)


class Operator:
    """One operator, with cookies of their own. Nothing may go wrong unseen: leaving raises AssertionError if a script broke, a
    dialog opened, the policy refused anything, or another host was asked. `refused`: what else the console complained of."""

    def __init__(self, browser: Browser, bench: Opened, **more: Any) -> None:
        self.bench = bench
        self.context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 900}, **more)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(MOMENT * 1000)
        self.wrong: list[str] = []
        self.refused: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda said: self._console(said.type, said.text))
        self.page.on("request", self._request)

    def __enter__(self) -> Operator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.context.close()
        if error is None:
            assert self.wrong == []

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, kind: str, text: str) -> None:
        if "Content Security Policy" in text:
            self.wrong.append(text)
        elif kind in ("error", "warning"):
            self.refused.append(text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.bench.origin}/", "data:")):
            self.wrong.append(f"another host: {request.url}")

    # --- what they do ---------------------------------------------------------------------------------------------------

    def let_in(self) -> Operator:
        """Open the address that was printed."""
        self.page.goto(self.bench.address)
        self.page.wait_for_url("**/spine")
        return self

    def open(self, pane: str) -> Operator:
        """Open a pane by its path."""
        self.page.goto(f"{self.bench.origin}/{pane}")
        return self

    def press(self, label: str) -> None:
        """Press a key on the phone: of those with this label, the newest."""
        with self.answer():
            self.key(label).click()

    def key(self, label: str) -> Locator:
        """A key of the newest keyboard that has one with this label, ticked or not."""
        whole = re.compile(rf"^\s*(\u2713 )?{re.escape(label)}(\s*\(tapped\))?\s*$")
        return self.page.locator(".key", has_text=whole).last

    def type(self, words: str) -> None:
        """Type as the patient."""
        self.page.fill("#words", words)
        with self.answer():
            self.page.keyboard.press("Enter")

    def do(self, button: str) -> None:
        """Press a button beside the phone."""
        with self.answer():
            self.page.get_by_role("button", name=button, exact=True).click()

    @contextmanager
    def answer(self) -> Iterator[None]:
        """Whatever is done in this context is answered by the phone drawn anew, which is waited for."""
        self.page.evaluate("() => { document.getElementById('phone').dataset.before = 'yes' }")
        yield
        self.page.locator("#phone:not([data-before])").wait_for()

    # --- what they see --------------------------------------------------------------------------------------------------

    def chat(self) -> str:
        """What stands on the phone."""
        return self.page.locator(".screen").inner_text()

    def focused(self) -> str:
        """What has the focus: its id, or how it begins."""
        said: str = self.page.evaluate(
            "() => { const e = document.activeElement; return e.id || e.className || e.tagName }"
        )
        return said

    def wider_than_the_window(self) -> int:
        """By how many pixels the page has to be scrolled sideways."""
        wider: int = self.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        return wider

    def barriers(self) -> list[str]:
        """What axe finds: the rule, how grave, and where."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        where = [", ".join(str(node["target"]) for node in each["nodes"][:3]) for each in found]
        return [f"{v['id']} ({v['impact']}): {v['help']}: {at}" for v, at in zip(found, where, strict=True)]
