"use strict";
// What a page does by itself: it hears news, says what went wrong, copies places, shows the arcs of a question, and keeps the focus
// where a person left it.
(() => {
  const SHOWN = 6000; // milliseconds that a notice stays
  let clearing = 0;
  const say = (words) => {
    document.getElementById("copied").textContent = words;
    clearTimeout(clearing);
    if (words.startsWith("Copied")) clearing = setTimeout(() => say(""), SHOWN);
  };
  const STARTED_ANEW = "The workbench was stopped or started anew: open the address that it printed.";

  // A browser keeps few connections to one host, so a page that is not looked at lets go of its own, and asks anew when it is.
  // News are numbered: a page knows the last when it was drawn, the stream begins with the last by then, so none is missed.
  let heard = null;
  let lost = false;
  let known = Number(document.body.dataset.news);
  const EVERYTHING = ["flow", "tests", "kit", "kits"];
  const tell = (name) => {
    if (name === "flow" && document.querySelector("[data-reload]")) { location.reload(); return; }
    if (name === "flow" || name === "checked") document.body.dispatchEvent(new CustomEvent("news"));
    document.body.dispatchEvent(new CustomEvent(name));
  };
  const hear = (said) => {
    if (!said.startsWith("#")) { known += 1; tell(said); return; }
    const now = Number(said.slice(1));
    if (now !== known) EVERYTHING.forEach(tell);
    known = now;
  };
  const rest = () => {
    heard?.close();
    heard = null;
  };
  const listen = () => {
    if (heard !== null || document.hidden) return;
    heard = new EventSource("/news");
    heard.onmessage = (event) => hear(event.data);
    heard.onopen = () => { if (lost) say(""); lost = false; };
    heard.onerror = () => {
      lost = true;
      say(heard?.readyState === EventSource.CLOSED ? STARTED_ANEW : "The workbench does not answer; the page tries again.");
    };
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", listen);

  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(status === 403 ? STARTED_ANEW : `That did not work (${status}). Reload the page.`);
  });
  document.addEventListener("htmx:sendError", () => say("The workbench does not answer. Is it still running?"));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy).then(
      () => say(`Copied: ${button.dataset.copy}`),
      () => say(`Copy it by hand: ${button.dataset.copy}`),
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

  // What is known of a question or a rule: it is closed with the focus back where it was chosen or, once links in it were followed,
  // on what was shown last, if the page has that.
  let chosen = null;
  let followed = false;
  const opens = (link) => { followed = Boolean(link.closest("#detail")); if (!followed) chosen = link; };
  const back = (button) => {
    const there = document.getElementById(button.dataset.back);
    const first = chosen?.isConnected ? chosen : document.getElementById(chosen?.id ?? "");
    const to = followed ? there ?? first : first ?? there;
    (to ?? document.getElementById("screen") ?? document.getElementById("main")).focus();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-back]");
    if (button) back(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.target.closest?.("#detail")?.querySelector("[data-back]")?.click();
  });
  // Beside a list it stands in sight already; below one, in a narrow window, it is brought there.
  const show = (detail) => {
    detail.focus({ preventScroll: true });
    const { top, bottom } = detail.getBoundingClientRect();
    if (top > innerHeight * 0.7 || bottom < 60) detail.scrollIntoView();
  };
  // Drawn anew because something is new, it stays as far open and as far down as it was.
  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.id !== "detail") return;
    const open = [...target.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent);
    before = requestConfig.elt === target ? { open, top: target.scrollTop } : null;
  });
  const as_before = (detail) => {
    for (const summary of detail.querySelectorAll("details > summary")) {
      if (before.open.includes(summary.textContent)) summary.parentElement.open = true;
    }
    detail.scrollTop = before.top;
  };

  // The phone: what is new is in sight from its beginning, or down to its keys if they have the focus; after a key the focus is on the
  // keys, on the same one while its list is open; Escape leads from the chat to the text box.
  const screen = () => document.getElementById("screen");
  // To what is new, to the end, or to where two phones differ; of a script to the line that deviates.
  const down = () => {
    for (const one of document.querySelectorAll(".screen")) {
      const fresh = one.contains(document.activeElement) ? null : one.querySelector(".differs, [data-fresh]");
      one.scrollTop = fresh ? fresh.getBoundingClientRect().top - one.getBoundingClientRect().top + one.scrollTop - 20 : one.scrollHeight;
    }
    for (const script of document.querySelectorAll("pre.script")) {
      const line = script.querySelector("mark");
      if (line) script.scrollTop = line.offsetTop - script.offsetTop - script.clientHeight / 2;
    }
  };
  const words = () => document.getElementById("words");
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && event.target.closest?.("#screen")) words().focus(); });
  const keys = (group) => [...group.querySelectorAll(".key")];
  let pressed = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const from = event.target;
    if (from.matches?.("a[hx-target='#detail']")) opens(from);
    if (event.detail.target?.id !== "phone") return; // news may ask for parts meanwhile
    const by = event.detail.requestConfig.triggeringEvent?.submitter;
    pressed = from.matches?.(".keys") ? { group: from.dataset.said, at: keys(from).indexOf(by) } : null;
  });
  const to_the_keys = () => {
    const group = [...document.querySelectorAll(".keys")].pop();
    if (!group) { screen().focus({ preventScroll: true }); return; }
    const same = group.dataset.said === pressed.group ? pressed.at : 0;
    (keys(group)[same] ?? keys(group)[0]).focus({ preventScroll: true });
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    const from = event.detail.requestConfig?.elt;
    if (event.target.id === "detail" && before) as_before(event.target);
    else if (event.target.id === "detail" && !from?.matches("[data-back]")) show(event.target);
    if (event.target.id === "phone" && pressed) to_the_keys();
    else if (event.target.id === "phone" && from?.matches(".typing")) words().focus({ preventScroll: true });
    if (event.target.id?.startsWith("phone") || event.target.id === "test") down();
  });
  document.addEventListener("load", (event) => { if (event.target.closest?.("#screen")) down(); }, true);
  down();
})();
