"""Files of a flow (name -> text) -> compiled Flow, or every finding with file, line and column. No disk here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from bot.core.conditions.compiler import compile_check
from bot.core.conditions.nodes import Node
from bot.core.conditions.parser import Names, ReadsBroken, parsed
from bot.core.conditions.tokens import ConditionError
from bot.core.model.files.advice import Advice
from bot.core.model.files.answers import Answers
from bot.core.model.files.countries import Countries
from bot.core.model.files.evidence import Evidence
from bot.core.model.files.flow import FILES, REQUIRED
from bot.core.model.files.governance import Hazards, Safety, Signoffs
from bot.core.model.files.interview import Interview
from bot.core.model.files.texts import Texts
from bot.core.model.files.triage import Triage
from bot.core.model.findings import Finding, FlowError, Place, did_you_mean
from bot.core.model.readings import Reader, read_nothing
from bot.core.model.system_texts import SYSTEM

from .compiled import Asking, CompiledLine, CompiledRule, CompiledTopic, Flow, TopicTold
from .draft import Draft
from .shape_findings import validate
from .soundness.checks import CHECKS, CHECKS_OF_QUESTIONS
from .soundness.spread import told_once
from .yaml_places import KEY, Loaded, Path

TEXTS = re.compile(r"^texts\.([a-z]{2}(?:-[A-Z]{2})?)\.yaml$")
TO_DO = "FLOW029"
UNHASHED = frozenset({"signoff.yaml", "hazards.yaml"})


def content_hash(files: Mapping[str, str]) -> str:
    """The version of a flow: SHA-256 over its files (all that a patient can notice), 16 hex digits."""
    digest = hashlib.sha256()
    for name in sorted(set(files) - UNHASHED):
        digest.update(name.encode() + b"\0" + files[name].replace("\r\n", "\n").encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()[:16]


def read_flow(name: str, files: Mapping[str, str], reader: Reader = read_nothing) -> Flow:
    """The compiled flow. Raises FlowError with all findings if it has any."""
    flow, findings = try_flow(name, files, reader)
    if flow is None or findings:
        raise FlowError(name, findings)
    return flow


def try_flow(
    name: str, files: Mapping[str, str], reader: Reader = read_nothing, draft: bool = False
) -> tuple[Flow | None, tuple[Finding, ...]]:
    """The compiled flow, if it could be made, and all findings. `draft`: lines that are still to do do not keep it from being
    tried."""
    loaded, findings = _load(name, files)
    if loaded is None:
        return None, tuple(sorted(set(findings)))
    _conditions(loaded, findings)
    for check in CHECKS_OF_QUESTIONS if loaded.partial else CHECKS:
        findings.extend(check(loaded))
    left = [finding for finding in findings if not (draft and finding.code == TO_DO)]
    if left:
        return None, tuple(sorted(set(told_once(left, loaded))))
    return _compile(loaded, files, reader), ()


def try_edited(
    flow: Flow,
    *,
    interview: Interview | None = None,
    triage: Triage | None = None,
    advice: Advice | None = None,
    safety: Safety | None = None,
    texts: Mapping[str, Texts] | None = None,
) -> tuple[Flow | None, tuple[Finding, ...]]:
    """The flow with some of its models edited, checked and compiled anew; findings as if its files said so.

    For planted faults: much faster than reading files. Places are those of the flow as it was, and so is the version.
    """
    draft = Draft(
        name=flow.name, interview=interview or flow.interview, triage=triage or flow.triage, advice=advice or flow.advice,
        evidence=flow.evidence, texts=dict(texts or flow.texts), safety=safety or flow.safety, hazards=flow.hazards,
        signoffs=flow.signoffs, countries=tuple(flow.countries.values()),
        topics=tuple(t.topic for t in flow.topics.values()), loaded=dict(flow.places),
    )  # fmt: skip
    findings: list[Finding] = []
    _conditions(draft, findings)
    for check in CHECKS:
        findings.extend(check(draft))
    if findings:
        return None, tuple(sorted(set(findings)))
    return _compile(draft, flow.files, flow.reader), ()


def read_stored(name: str, files: Mapping[str, str], words: Mapping[str, Mapping[str, str]]) -> Flow:
    """A version that an earlier release checked and stored, as it was: findings of today do not break yesterday's chat.

    `words`: language -> today's system words, for those that the earlier release did not know. Raises FlowError if the
    files cannot be read at all.
    """
    draft, findings = _load(name, files)
    if draft is None or draft.partial:
        raise FlowError(name, findings)
    _conditions(draft, findings)
    spare = next(iter(words.values()), {})
    for lang, texts in draft.texts.items():
        known = {key: text for key, text in texts.system.items() if key in SYSTEM}
        filled = {**spare, **words.get(lang, {}), **known}
        draft.texts[lang] = texts.model_copy(update={"system": filled})
        findings += [
            Finding(Place(f"texts.{lang}.yaml"), "FLOW022", f'No words for "{key}" under system.', "Write them.")
            for key in sorted(set(SYSTEM) - set(filled))
        ]
    if findings:
        raise FlowError(name, findings)
    return _compile(draft, files, read_nothing)


def _load(name: str, files: Mapping[str, str]) -> tuple[Draft | None, list[Finding]]:
    findings: list[Finding] = []
    loaded: dict[str, Loaded] = {}
    models: dict[str, Any] = {}
    spoken: dict[str, Texts] = {}
    for file in sorted(files):
        kind = "texts" if TEXTS.match(file) else file.removesuffix(".yaml")
        if kind not in FILES or not file.endswith(".yaml"):
            near = did_you_mean(file, [f"{k}.yaml" for k in FILES] + ["texts.en.yaml"])
            findings.append(Finding(Place(file), "FLOW003", "No file of a flow has this name.", near or "Delete it."))
            continue
        loaded[file], model, found = _read_one(kind, file, files[file])
        findings.extend(found)
        if isinstance(model, Texts):
            spoken[file] = model
        elif model is not None:
            models[kind] = model
    findings += [*_missing(files), *_misnamed(name, loaded, models.get("interview"), spoken)]
    if "interview" not in models or "triage" not in models:
        return None, findings
    texts = {model.language: model for model in spoken.values()}
    partial = (
        len(models) + len(texts) < len(loaded)
        or not texts
        or any(kind not in models for kind in REQUIRED)
        or any(here.findings for here in loaded.values())
    )
    draft = Draft(
        name=name,
        interview=models["interview"],
        triage=models["triage"],
        advice=models.get("advice") or Advice.model_construct(lines=[], recheck={}),
        evidence=models.get("evidence") or Evidence(documents=[], sources=[], claims=[]),
        texts=texts,
        safety=models.get("safety") or Safety(),
        hazards=models.get("hazards") or Hazards(hazards=[]),
        signoffs=models.get("signoff") or Signoffs(),
        countries=tuple((models.get("countries") or Countries()).countries),
        topics=tuple((models.get("answers") or Answers()).topics),
        loaded=loaded,
        partial=partial,
    )
    return draft, findings


@lru_cache(maxsize=16)
def _read_one(kind: str, file: str, text: str) -> tuple[Loaded, Any, tuple[Finding, ...]]:
    """One file, its model if it has one, and its findings. Of an edit only the edited file is read anew."""
    here = Loaded(file, text)
    findings = list(here.findings)
    model = None if here.value is None else validate(FILES[kind], here, findings)
    return here, model, tuple(findings)


def _missing(files: Mapping[str, str]) -> Iterator[Finding]:
    """FLOW003: files without which there is no flow."""
    for kind in REQUIRED:
        if f"{kind}.yaml" not in files:
            yield Finding(Place(f"{kind}.yaml"), "FLOW003", "This file is missing.", "Every flow has one.")
    if not any(TEXTS.match(f) for f in files):
        words = "The flow has no words: no texts.<language>.yaml."
        yield Finding(Place("texts.en.yaml"), "FLOW003", words, "Add one.")


def _misnamed(
    name: str, loaded: Mapping[str, Loaded], interview: Interview | None, spoken: Mapping[str, Texts]
) -> Iterator[Finding]:
    """FLOW007: a flow or a language that is called otherwise than its folder or file."""
    for file, texts in spoken.items():
        if file != f"texts.{texts.language}.yaml":
            message = f'The language "{texts.language}" does not fit the file name.'
            yield Finding(loaded[file].place(("language",)), "FLOW007", message, "Make them equal.")
    if interview is not None and interview.flow != name:
        yield Finding(
            loaded["interview.yaml"].place(("flow",)),
            "FLOW007",
            f'The flow says "{interview.flow}" but its folder is "{name}".',
            "Make them equal; a copy keeps the folder's name, inside another folder.",
        )


def _conditions(draft: Draft, findings: list[Finding]) -> None:
    """Parse every condition of the flow into `draft.nodes`, keyed by (file, path)."""
    names = Names(draft.interview.questions)

    def take(file: str, path: Path, text: str | None, known: dict[str, Node]) -> Node | None:
        if text is None:
            return None
        try:
            node = known[text] = known.get(text) or parsed(text, names)
        except ConditionError as error:
            place = draft.loaded[file].spot(path, error.at, text)
            findings.append(Finding(place, error.code, error.message, error.remedy))
            return None
        except ReadsBroken:
            return None
        draft.nodes[file, path] = node
        draft.conditions[file, path] = text
        return node

    for name, text in draft.triage.define.items():
        names.later = frozenset(draft.triage.define) - set(names.defined) - names.broken
        node = take("triage.yaml", ("define", name), text, {})
        if name in names.questions or name in names.options or name in names.nones:
            place = draft.loaded["triage.yaml"].place(("define", name, KEY))
            findings.append(Finding(place, "FLOW020", f'"{name}" is already a question or an option.', "Rename it."))
        elif node is not None:
            names.defined[name] = node
        else:
            names.broken.add(name)
    names.later = frozenset()
    draft.defined.update(names.defined)
    for file, path, condition in _written(draft):
        take(file, path, condition, draft.kept.nodes)


def _written(draft: Draft) -> Iterator[tuple[str, Path, str | None]]:
    """Every condition of the flow but the named ones: its file, where it stands there, and its text."""
    for i, question in enumerate(draft.interview.questions):
        yield "interview.yaml", ("questions", i, "when"), question.when
        for n, option in enumerate(question.options):
            yield "interview.yaml", ("questions", i, "options", n, "when"), option.when
    for i, audience in enumerate(draft.interview.audiences):
        yield "interview.yaml", ("audiences", i, "when"), audience.when
    for i, conflict in enumerate(draft.interview.conflicts):
        yield "interview.yaml", ("conflicts", i, "when"), conflict.when
    for i, rule in enumerate(draft.triage.rules):
        yield "triage.yaml", ("rules", i, "when"), rule.when
    for i, line in enumerate(draft.advice.lines):
        yield "advice.yaml", ("lines", i, "when"), line.when
    for i, topic in enumerate(draft.topics):
        for n, told in enumerate(topic.lines):
            yield "answers.yaml", ("topics", i, "lines", n, "when"), told.when
    for i, prop in enumerate(draft.safety.properties):
        yield "safety.yaml", ("properties", i, "when"), prop.when
        yield "safety.yaml", ("properties", i, "requires"), prop.requires


def _compile(draft: Draft, files: Mapping[str, str], reader: Reader) -> Flow:
    questions = {q.ask: q for q in draft.interview.questions}

    def both(file: str, path: tuple[str | int, ...]) -> tuple[Any, Any]:
        node = draft.nodes.get((file, path))
        return node, None if node is None else compile_check(node, questions)

    return Flow(
        name=draft.name,
        version=content_hash(files),
        interview=draft.interview,
        triage=draft.triage,
        advice=draft.advice,
        evidence=draft.evidence,
        texts=draft.texts,
        safety=draft.safety,
        hazards=draft.hazards,
        signoffs=draft.signoffs,
        countries={c.country: c for c in draft.countries},
        files=dict(files),
        asking=tuple(
            Asking(q, *both("interview.yaml", ("questions", i, "when")))
            for i, q in enumerate(draft.interview.questions)
        ),
        rules=tuple(
            CompiledRule(r, *both("triage.yaml", ("rules", i, "when")), r.level.rank)
            for i, r in enumerate(draft.triage.rules)
        ),
        lines=tuple(
            CompiledLine(x, *both("advice.yaml", ("lines", i, "when"))) for i, x in enumerate(draft.advice.lines)
        ),
        topics={
            t.topic: CompiledTopic(
                t,
                tuple(
                    TopicTold(x, *both("answers.yaml", ("topics", i, "lines", n, "when")))
                    for n, x in enumerate(t.lines)
                ),
            )
            for i, t in enumerate(draft.topics)
        },
        conflicts=tuple(
            (c.conflict, *both("interview.yaml", ("conflicts", i, "when")))
            for i, c in enumerate(draft.interview.conflicts)
        ),
        audiences=tuple(
            (a.audience, *both("interview.yaml", ("audiences", i, "when")))
            for i, a in enumerate(draft.interview.audiences)
        ),
        offered={
            o.id: both("interview.yaml", ("questions", i, "options", n, "when"))
            for i, q in enumerate(draft.interview.questions)
            for n, o in enumerate(q.options)
            if o.when is not None
        },
        defined=dict(draft.defined),
        places=draft.loaded,
        reader=reader,
    )
