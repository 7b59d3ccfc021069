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

  // To what is known of a question or a rule, and back to where it was chosen.
  let chosen = null;
  const back = () => {
    const known = document.querySelector("#detail [data-back]")?.hash.slice(1);
    const to = chosen?.isConnected ? chosen : document.getElementById(chosen?.id || known || "screen");
    (to ?? document.getElementById("screen") ?? document.getElementById("main")).focus();
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-back]")) return;
    event.preventDefault();
    back();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.("#detail")) back();
  });

  // The phone: the newest is in sight; after a key the focus is on the keys, on the same one while its list is open.
  const screen = () => document.getElementById("screen");
  // To the end, or to where two phones differ; of a script to the line that deviates.
  const down = () => {
    for (const one of document.querySelectorAll(".screen")) {
      const differs = one.querySelector(".differs");
      one.scrollTop = differs ? differs.getBoundingClientRect().top - one.getBoundingClientRect().top + one.scrollTop - 60 : one.scrollHeight;
    }
    for (const script of document.querySelectorAll("pre.script")) {
      const line = script.querySelector("mark");
      if (line) script.scrollTop = line.offsetTop - script.offsetTop - script.clientHeight / 2;
    }
  };
  const keys = (group) => [...group.querySelectorAll(".key")];
  let pressed = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const from = event.target;
    if (from.matches?.("a[hx-target='#detail']") && !from.closest("#detail")) chosen = from;
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
    if (event.target.id === "detail" && from?.id !== "detail") event.target.focus();
    if (event.target.id?.startsWith("phone") || event.target.id === "test") down();
    if (event.target.id !== "phone") return;
    if (pressed) to_the_keys();
    else if (from?.matches(".typing")) document.getElementById("words").focus({ preventScroll: true });
  });
  document.addEventListener("load", (event) => { if (event.target.closest?.("#screen")) down(); }, true);
  down();
})();
