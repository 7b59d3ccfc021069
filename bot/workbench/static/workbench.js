"use strict";
// What a page does by itself: it hears news, copies places, shows the arcs of a question, and keeps the focus where a person left it.
(() => {
  const heard = new EventSource("/news");
  heard.onmessage = (event) => {
    if (event.data === "flow" || event.data === "checked") document.body.dispatchEvent(new CustomEvent("news"));
    document.body.dispatchEvent(new CustomEvent(event.data));
  };
  addEventListener("pagehide", () => heard.close());

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const said = document.getElementById("copied");
    navigator.clipboard.writeText(button.dataset.copy).then(
      () => { said.textContent = `Copied: ${button.dataset.copy}`; },
      () => { said.textContent = `Copy it by hand: ${button.dataset.copy}`; },
    );
  });

  const mark = (name) => {
    for (const path of document.querySelectorAll(".arcs path")) {
      path.classList.toggle("out", path.dataset.source === name);
      path.classList.toggle("in", path.dataset.target === name);
    }
  };
  const question = (event) => event.target.closest?.("[data-question]")?.dataset.question;
  document.addEventListener("mouseover", (event) => mark(question(event)));
  document.addEventListener("focusin", (event) => { if (question(event)) mark(question(event)); });

  const down = () => {
    for (const screen of document.querySelectorAll(".screen")) screen.scrollTop = screen.scrollHeight;
  };
  let pressed = false;
  document.addEventListener("htmx:beforeRequest", (event) => { pressed = event.target.matches?.(".keys") ?? false; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "detail" && event.detail.requestConfig?.path?.startsWith("/detail/")) event.target.focus();
    if (event.target.id?.startsWith("phone")) down();
    if (event.target.id !== "phone") return;
    if (pressed) {
      const keys = document.querySelectorAll(".said:last-of-type .key, .screen");
      (keys[keys.length > 1 ? 1 : 0] ?? document.getElementById("words")).focus({ preventScroll: true });
    }
  });
  document.addEventListener("DOMContentLoaded", down);
  down();
})();
