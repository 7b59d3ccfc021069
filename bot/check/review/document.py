"""The document that a clinician reads and signs: what the flow is for, what it asks, decides and says, and on what it rests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.check.answers.results import Example
from bot.check.answers.space import Space
from bot.check.report.counterexample import answer_words
from bot.check.report.signed import signoff_words
from bot.core.conditions.explain import explain
from bot.core.flow.answer_values import read_value
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.answers import NOT_ASKED
from bot.core.model.files.governance import LIKELIHOODS, RESIDUALS, Hazard
from bot.core.model.files.parts import LEVELS
from bot.core.model.files.texts import Texts
from bot.core.rendering.answer_words import Places, Words
from bot.core.rendering.message import Paper, PaperPart, PaperRow

from .boundary import Edge

JUDGED = "[ ] right   [ ] too low   [ ] too high   [ ] not sure   Remark: ____________________"
READ = "[ ] read, nothing to remark   [ ] remark: ______________________________"
TO_RATE = (("Likelihood if nothing stood against it", LIKELIHOODS), ("Risk that is left", RESIDUALS))
DATED = dict.fromkeys(("recheck", "recheck_first"), "[a date]")
"""What stands for the days that a session works out."""
ACCEPTED = "[ ] acceptable   [ ] not acceptable   Remark: ____________________"


def review_paper(flow: Flow, edges: Sequence[Edge], now: datetime) -> Paper:
    """The whole flow, in its first language."""
    words = Words(flow, next(iter(flow.texts)), Places())
    texts = words.texts
    parts = (
        PaperPart("What it is for", tuple(_purpose(flow, words))),
        PaperPart("The way through it", tuple(_spine(flow))),
        PaperPart("What is asked", tuple(_questions(flow, words))),
        PaperPart("What names in conditions mean", tuple(_names(flow))),
        *_rules(flow, texts, edges),
        PaperPart("What is said", tuple(_lines(flow, words))),
        PaperPart("What is told when somebody asks", tuple(_topics(flow, words))),
        PaperPart("What must hold, and is proved or looked at by each check", tuple(_properties(flow))),
        PaperPart("What can harm", tuple(_hazards(flow))),
        PaperPart("Approval", tuple(_approval(flow))),
    )
    return Paper(
        title=f"Review of {flow.name}", lang=texts.language, level=f"Content {flow.version}",
        under=f"Made on {now:%Y-%m-%d}. {'; '.join(signoff_words(flow, now.date()))}.",
        parts=tuple(part for part in parts if part.rows), foot=f"{flow.name}, content {flow.version}", written=now.timestamp(),
    )  # fmt: skip


def changes_paper(new: Flow, old: Flow, lines: Sequence[str], now: datetime) -> Paper:
    """Only what changed since another version: what `diff` says, to be judged."""
    blocks: list[list[str]] = []
    for line in lines:
        if line.startswith("  ") and blocks:
            blocks[-1].append(line.strip())
        else:
            blocks.append([line.strip()])
    rows = tuple(PaperRow(str(n), "\n".join([*block, READ])) for n, block in enumerate(blocks, 1))
    return Paper(
        title=f"Changes of {new.name}", lang=next(iter(new.texts)), level=f"Content {old.version} -> {new.version}",
        under=f"Made on {now:%Y-%m-%d}", parts=(PaperPart("What changed", rows), PaperPart("Approval", tuple(_approval(new)))),
        foot=f"{new.name}, content {old.version} to {new.version}", written=now.timestamp(),
    )  # fmt: skip


def _purpose(flow: Flow, words: Words) -> Iterator[PaperRow]:
    texts = words.texts
    yield PaperRow("Start", words.system("start"))
    about = [words.fill(texts.advice[line.line.line]) for line in flow.lines if line.line.section == "about"]
    if about:
        yield PaperRow("Scope", " ".join(dict.fromkeys(about)))
    yield PaperRow("Levels", "\n".join(f"{level.value}: {texts.levels[level]}" for level in reversed(LEVELS)))
    documents = (f"{d.document}: {d.title}. {d.note}" for d in flow.evidence.documents)
    yield PaperRow("Documents", "\n".join(documents))
    yield PaperRow("", READ)


def _spine(flow: Flow) -> Iterator[PaperRow]:
    for number, asking in enumerate(flow.asking, 1):
        asked = "everybody" if asking.node is None else explain(asking.node, flow.questions)
        yield PaperRow(f"{number}. {asking.question.ask}", f"Asked of: {asked}")
    yield PaperRow("", READ)


def _questions(flow: Flow, words: Words) -> Iterator[PaperRow]:
    for question in flow.interview.questions:
        asked = words.texts.questions[question.ask]
        said = [words.fill(text) for text in (asked.text, asked.help) if text]
        for option in question.option_ids:
            entry = asked.options.get(option)
            label = option if entry is None else entry.label
            said.append(
                f"- {label}{f': {entry.text}' if entry is not None and entry.text else ''}{_sign(flow, option)}"
            )
        said += [f"- {label}" for label in (asked.none, asked.unsure) if label]
        yield PaperRow(headed(asked.short, question.ask), "\n".join([*said, f"Why: {words.fill(asked.why)}", READ]))


def _sign(flow: Flow, option: str) -> str:
    found = flow.signs.get(option)
    return "" if found is None else f"   (a sign at any moment: {found})"


def _names(flow: Flow) -> Iterator[PaperRow]:
    for name, node in flow.defined.items():
        yield PaperRow(name, explain(node, flow.questions))


def _rules(flow: Flow, texts: Texts, edges: Sequence[Edge]) -> Iterator[PaperPart]:
    found = {edge.rule: edge for edge in edges}
    for level in reversed(LEVELS):
        rules = [rule for rule in flow.rules if rule.rule.level is level]
        rows = tuple(_rule(flow, texts, rule, found[rule.rule.rule]) for rule in rules)
        yield PaperPart(f"Rules: {level.value} ({texts.levels[level]})", rows)


def _rule(flow: Flow, texts: Texts, rule: CompiledRule, edge: Edge) -> PaperRow:
    """Headed by what the patient reads of it: why this level."""
    said = [f"If {explain(rule.node, flow.questions)}"]
    if rule.rule.how is not None:
        said.append(f"Help is got by: {rule.rule.how}")
    said += [f"Rests on: {claim}" for claim in _claims(flow, rule.rule.because)]
    for where, example in (("inside", edge.inside), ("outside", edge.outside)):
        said.append(f"Just {where}: {patient_words(flow, example) if example is not None else 'nobody was found'}")
    return PaperRow(headed(texts.rules[rule.rule.rule], rule.rule.rule), "\n".join([*said, JUDGED]))


def headed(words: str, name: str) -> str:
    """A label of words that a clinician reads, and below them, small, the name in the files."""
    return f"{' '.join(words.split())}\n{name}"


def patient_words(flow: Flow, example: Example) -> str:
    """A patient in a line: the answers that are not usual, and what comes of them."""
    told = (f"{q}: {answer_words(flow, q, example.answers[q])}" for q in example.unusual)
    rest = len(example.answers) - len(example.unusual)
    return f"{'; '.join([*told, f'the other {rest} answers as usual'])} -> {example.level or 'no level'}"


def vignette(space: Space, example: Example) -> str:
    """All that a patient answers, in the order of the interview, and nothing of what comes of it: who is stopped by an emergency
    has the usual answers to the rest, so that nobody sees it by the length."""
    flow, names = space.flow, next(iter(space.flow.texts.values())).questions
    env: dict[str, Any] = {}
    said: list[str] = []
    for question, _, check in flow.asking:
        name = question.ask
        raw = example.answers.get(name, space.raw(name, space.usual[name]))
        if name not in example.answers and check is not None and check(env) is not True:
            env[name] = NOT_ASKED
            continue
        env[name] = read_value(question, raw)
        if not question.consent:
            said.append(f"{names[name].short}: {answer_words(flow, name, raw)}")
    return ". ".join(said) + "."


def _claims(flow: Flow, names: Sequence[str]) -> Iterator[str]:
    read = {source.source: source.read for source in flow.evidence.sources}
    for claim in (c for c in flow.evidence.claims if c.claim in names):
        where = (
            f"{claim.document}, {claim.section}"
            if claim.document
            else ", ".join(f"{s} ({read[s]})" for s in claim.sources)
        )
        yield f"{claim.says} [{where}]"


def _lines(flow: Flow, words: Words) -> Iterator[PaperRow]:
    for line, node, _ in flow.lines:
        when = "" if node is None else f" if {explain(node, flow.questions)}"
        how = "" if line.how is None else f", way {line.how}"
        said = [words.fill(words.texts.advice[line.line], **DATED), f"At {', '.join(line.levels)}{how}{when}"]
        yield PaperRow(
            line.line, "\n".join([*said, *(f"Rests on: {claim}" for claim in _claims(flow, line.claims)), READ])
        )


def _topics(flow: Flow, words: Words) -> Iterator[PaperRow]:
    for topic in flow.topics.values():
        told_of = words.texts.topics[topic.topic.topic]
        said = [told_of.title]
        for told, node, _ in topic.lines:
            when = "" if node is None else f"   (if {explain(node, flow.questions)})"
            said.append(f"- {words.fill(told_of.lines[told.line], **DATED)}{when}")
        yield PaperRow(headed(told_of.label, topic.topic.topic), "\n".join([*said, READ]))


def _properties(flow: Flow) -> Iterator[PaperRow]:
    for prop in flow.safety.properties:
        written = prop.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude={"property", "because", "sources"}
        )
        said = "; ".join(f"{key} {', '.join(v) if isinstance(v, list) else v}" for key, v in written.items() if v)
        yield PaperRow(headed(prop.because, prop.property), " ".join(said.split()))
    for rule in flow.safety.words:
        says = [f"must say {', '.join(p)}" for p in rule.says.values()]
        never = [f"must never say {', '.join(p)}" for p in rule.never_says.values()]
        yield PaperRow(headed(rule.because, rule.words), f"{', '.join(rule.of)}: {'; '.join([*says, *never])}")
    for bound in flow.safety.settings:
        yield PaperRow(headed(bound.because, "setting"), bound.setting)
    yield PaperRow("", READ)


def _hazards(flow: Flow) -> Iterator[PaperRow]:
    whose = flow.hazards.rated_by or "nobody is named who rated it"
    for hazard in flow.hazards.hazards:
        said = [f"Severity: {hazard.severity}", *(f"Cause: {cause}" for cause in hazard.causes)]
        said += [f"Against it: {c.control} [{', '.join(c.shown_by)}]" for c in hazard.controls]
        yield PaperRow(headed(hazard.harm, hazard.hazard), "\n".join([*said, *_ratings(hazard, whose), ACCEPTED]))


def _ratings(hazard: Hazard, whose: str) -> Iterator[str]:
    """Each rating as it stands, to agree with or to change; where there is none, to be given."""
    for (what, choices), rated in zip(TO_RATE, (hazard.likelihood, hazard.residual), strict=True):
        boxes = " ".join(f"[ ] {choice}" for choice in choices if choice != rated)
        yield f"{what}: {boxes}" if rated is None else f"{what}: {rated} ({whose})   [ ] agreed   change to: {boxes}"


def _approval(flow: Flow) -> Iterator[PaperRow]:
    yield PaperRow("I approve", f"[ ] content {flow.version} for patients   [ ] not")
    for what in ("Name", "Registration", "Until", "Date", "Signature"):
        yield PaperRow(what, "______________________________")
