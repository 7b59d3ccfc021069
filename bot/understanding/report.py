"""What `symptom-bot understand` shows: what was read in a text, from which words, how sure, and what was set aside and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.core.model.files.interview import Interview
from bot.core.model.readings import Reader, Reading


def value_of(value: Any) -> Any:
    """A value as answer files write it: a range as {"min", "max"}, several options as a list."""
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, int | float) for v in value):
        return {"min": value[0], "max": value[1]}
    return list(value) if isinstance(value, tuple) else value


def reading_as_json(reading: Reading, interview: Interview) -> dict[str, Any]:
    """A reading as a JSON object.

    `answers`: question -> value (days, seconds, 0-10, years, option ids); `ask`: questions to be asked because the words
    about them are unclear or name a possible red flag; `red_flags`: options stated plainly; `rejected`: what was seen
    and set aside. Beside these, for who wants to know why: `possible`, `denied`, `facts`, `unclear`, `crisis`, `polarity`,
    `greeting`, `none_said`.
    """
    home = {option.id: question.ask for question in interview.questions for option in question.options}
    sure = [fact for fact in reading.facts if fact.sure]
    possible = [sign for sign in reading.signs if not sign.plain]
    ask = [unclear.question for unclear in reading.unclear]
    ask += [fact.question for fact in reading.facts if not fact.sure]
    ask += [home[sign.option] for sign in possible if sign.option in home]
    return {
        "answers": {fact.question: value_of(fact.value) for fact in sure if fact.value != ()},
        "ask": list(dict.fromkeys(ask)),
        "red_flags": [sign.option for sign in reading.signs if sign.plain],
        "rejected": [{"about": r.about, "words": r.words, "why": r.why} for r in reading.rejected],
        "possible": [sign.option for sign in possible],
        "denied": {fact.question: list(fact.denied) for fact in reading.facts if fact.denied},
        "facts": [
            {"question": f.question, "value": value_of(f.value), "words": f.words, "sure": f.sure}
            for f in reading.facts
            if f.value != ()
        ],
        "signs": [{"option": s.option, "words": s.words, "plain": s.plain} for s in reading.signs],
        "unclear": [
            {
                "question": u.question,
                "words": u.words,
                "candidates": [[label, value_of(v)] for label, v in u.candidates],
            }
            for u in reading.unclear
        ],
        "crisis": reading.crisis,
        "polarity": reading.polarity,
        "greeting": reading.greeting,
        "none_said": reading.none_said,
        "reply": {k: v for k, v in asdict(reading.reply).items() if v},
        "said": reading.said,
        "request": reading.request,
        "names": [asdict(name) for name in reading.names],
        "account": [[a.word, a.role, a.about] for a in reading.account],
    }


def understand_text(
    reader: Reader, interview: Interview, text: str, now: datetime, lang: str = "en", open_question: str | None = None
) -> dict[str, Any]:
    """What is read in one text, as a JSON object (`as_json`)."""
    return reading_as_json(reader(text, now, lang, open_question), interview)


def understand_lines(
    reader: Reader, interview: Interview, lines: Iterable[str], now: datetime, lang: str = "en"
) -> Iterator[dict[str, Any]]:
    """One JSON object a line, for `--lines FILE`; an empty line gives an object with nothing in it."""
    for line in lines:
        yield understand_text(reader, interview, line.rstrip("\r\n"), now, lang)


def explain_reading(seen: dict[str, Any]) -> str:
    """A reading in words, one line a fact: question, value, the words it came from, how sure; then what was set aside."""
    rows: list[tuple[str, str, str, str]] = []
    for sign in seen["signs"]:
        rows.append(("red flag", sign["option"], sign["words"], "plain" if sign["plain"] else "possible: to be asked"))
    if seen["crisis"]:
        rows.append(("crisis", "a wish to die or to harm oneself", "", ""))
    flagged = {sign["option"] for sign in seen["signs"]}
    for fact in seen["facts"]:
        value = fact["value"]
        if isinstance(value, list):
            value = [option for option in value if option not in flagged]
            if not value:
                continue
        rows.append((fact["question"], _shown(value), fact["words"], "sure" if fact["sure"] else "not sure: asked"))
    for unclear in seen["unclear"]:
        which = " or ".join(str(label) for label, _ in unclear["candidates"]) or "a rough guess"
        rows.append((unclear["question"], "asked: " + which, unclear["words"], "unclear"))
    for rejected in seen["rejected"]:
        rows.append(("not taken", rejected["about"], rejected["words"], rejected["why"]))
    rows += _of_the_whole(seen)
    account = "every word     " + "  ".join(f"{word}={role}" for word, role, _ in seen["account"])
    if not rows:
        return "\n".join(["nothing understood", account] if seen["account"] else ["nothing understood"])
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = []
    for row in rows:
        words = f'"{row[2]}"' if row[2] else ""
        lines.append(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {words:<{widths[2] + 2}}  {row[3]}".rstrip())
    return "\n".join([*lines, account])


def _of_the_whole(seen: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """What the text says as a whole, and names and requests in it."""
    rows: list[tuple[str, str, str, str]] = []
    if seen["polarity"]:
        rows.append(("whole text", seen["polarity"], "", "answers the open question only"))
    if seen["greeting"]:
        rows.append(("whole text", "a greeting", "", "greeted, and the question asked again"))
    if seen["none_said"]:
        rows.append(("whole text", "none", "", "not taken for an answer: the patient is told how to say so"))
    for name in seen["names"]:
        means = ", ".join(name["means"]) or ("to be asked about" if name["ask"] else "changes nothing here")
        rows.append(("name", means, name["words"], ""))
    if seen["request"]:
        rows.append(("request", seen["request"], "", "answered with a line of its own"))
    if seen["reply"]:
        rows.append(("open screen", _replied(seen["reply"]), "", ""))
    return rows


def _replied(reply: dict[str, Any]) -> str:
    """A reply to the open screen in words: what was stated, denied, and left in doubt."""
    if reply.get("none"):
        return "all of the list is denied"
    return "; ".join(
        f"{name}: {', '.join(value)}" if isinstance(value, tuple) else name for name, value in reply.items()
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['min']} to {value['max']}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
