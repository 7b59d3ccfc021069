"""Files of a flow (name -> text) -> compiled Flow, or every finding with file, line and column. No disk here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from .compiled import Asking, CompiledLine, CompiledRule, Flow
from .conditions import Names, Node, parse
from .evaluation import compile_check
from .findings import Finding, FlowError, Place, did_you_mean
from .flow import FILES, REQUIRED, Hazards, Safety, Signoffs, Strict, Texts
from .reader import Reader, read_nothing
from .soundness import CHECKS, Draft
from .yaml_places import KEY, Loaded

TEXTS = re.compile(r"^texts\.([a-z]{2}(?:-[A-Z]{2})?)\.yaml$")
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
    name: str, files: Mapping[str, str], reader: Reader = read_nothing
) -> tuple[Flow | None, tuple[Finding, ...]]:
    """The compiled flow, if it could be made, and all findings."""
    draft, findings = _load(name, files)
    if draft is None:
        return None, tuple(sorted(set(findings)))
    _conditions(draft, findings)
    for check in CHECKS:
        findings.extend(check(draft))
    if findings:
        return None, tuple(sorted(set(findings)))
    return _compile(draft, files, reader), ()


def _load(name: str, files: Mapping[str, str]) -> tuple[Draft | None, list[Finding]]:
    findings: list[Finding] = []
    models: dict[str, Any] = {}
    loaded: dict[str, Loaded] = {}
    texts: dict[str, Texts] = {}
    for file in sorted(files):
        kind = "texts" if TEXTS.match(file) else file.removesuffix(".yaml")
        if kind not in FILES or not file.endswith(".yaml"):
            near = did_you_mean(file, [f"{k}.yaml" for k in FILES] + ["texts.en.yaml"])
            findings.append(Finding(Place(file), "FLOW003", "No file of a flow has this name.", near or "Delete it."))
            continue
        here = Loaded(file, files[file])
        loaded[file] = here
        findings.extend(here.findings)
        if here.value is None:
            continue
        model = _validate(FILES[kind], here, findings)
        if isinstance(model, Texts):
            texts[model.language] = model
            if file != f"texts.{model.language}.yaml":
                findings.append(
                    Finding(
                        here.place(("language",)), "FLOW007",
                        f'The language "{model.language}" does not fit the file name.', "Make them equal.",
                    )
                )  # fmt: skip
        elif model is not None:
            models[kind] = model
    for kind in REQUIRED:
        if f"{kind}.yaml" not in files:
            findings.append(Finding(Place(f"{kind}.yaml"), "FLOW003", "This file is missing.", "Every flow has one."))
    if not any(TEXTS.match(f) for f in files):
        findings.append(
            Finding(Place("texts.en.yaml"), "FLOW003", "The flow has no words: no texts.<language>.yaml.", "Add one.")
        )
    if not texts or any(kind not in models for kind in REQUIRED):
        return None, findings
    if models["interview"].flow != name:
        place = loaded["interview.yaml"].place(("flow",))
        findings.append(
            Finding(place, "FLOW007", f'The flow says "{models["interview"].flow}" but its folder is "{name}".', "Make them equal.")
        )  # fmt: skip
    draft = Draft(
        name=name, interview=models["interview"], triage=models["triage"], advice=models["advice"],
        evidence=models["evidence"], texts=texts, safety=models.get("safety", Safety()),
        hazards=models.get("hazards", Hazards(hazards=[])), signoffs=models.get("signoff", Signoffs()), loaded=loaded,
    )  # fmt: skip
    return draft, findings


def _validate(model: type[Strict], here: Loaded, findings: list[Finding]) -> Strict | None:
    try:
        return model.model_validate(here.value)
    except ValidationError as error:
        for problem in error.errors():
            findings.append(_shape_finding(model, here, problem))
    return None


_SHAPES = {
    "missing": "is missing here",
    "extra_forbidden": "is not a known key here",
}


def _shape_finding(model: type[Strict], here: Loaded, problem: Any) -> Finding:
    path = tuple(p for p in problem["loc"] if not (isinstance(p, str) and p.startswith(("function-", "union"))))
    last = str(path[-1]) if path else here.file
    kind = problem["type"]
    if kind == "extra_forbidden":
        place = here.places.get((*path, KEY), here.place(path))
        known = _fields_at(model, path[:-1])
        remedy = did_you_mean(last, known) or (f"Known here: {', '.join(known)}." if known else "Delete it.")
        return Finding(place, "FLOW006", f'"{last}" is not a known key here.', remedy)
    if kind == "missing":
        return Finding(here.place(path[:-1]), "FLOW006", f'"{last}" is missing here.', "Add it.")
    message = str(problem["msg"]).removeprefix("Value error, ")
    shown = problem.get("input")
    got = f" (found: {shown!r})" if isinstance(shown, str | int | float | bool) and len(repr(shown)) < 60 else ""
    return Finding(here.place(path), "FLOW006", f'"{last}": {message[0].lower()}{message[1:]}{got}.', "")


def _fields_at(model: type[Strict], path: tuple[str | int, ...]) -> list[str]:
    """The keys that the model knows at a path (best effort: for suggestions only)."""
    current: Any = model
    for step in path:
        if isinstance(step, int) or not hasattr(current, "model_fields"):
            continue
        found = current.model_fields.get(step) or next(
            (f for f in current.model_fields.values() if f.alias == step), None
        )
        current = _inner_model(found.annotation) if found is not None else None
        if current is None:
            return []
    if not hasattr(current, "model_fields"):
        return []
    return [f.alias or n for n, f in current.model_fields.items()]


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _inner_model(inner)
        if found is not None:
            return found
    return None


def _conditions(draft: Draft, findings: list[Finding]) -> None:
    """Parse every condition of the flow into `draft.nodes`, keyed by (file, path)."""
    names = Names(draft.interview.questions)

    def take(file: str, path: tuple[str | int, ...], text: str | None) -> Node | None:
        if text is None:
            return None
        node = parse(text, names, draft.loaded[file].place(path))
        if isinstance(node, Finding):
            findings.append(node)
            return None
        draft.nodes[file, path] = node
        return node

    for name, text in draft.triage.define.items():
        node = take("triage.yaml", ("define", name), text)
        if name in names.questions or name in names.options or name in names.nones:
            place = draft.loaded["triage.yaml"].place(("define", name, KEY))
            findings.append(Finding(place, "FLOW020", f'"{name}" is already a question or an option.', "Rename it."))
        elif node is not None:
            names.defined[name] = node
    draft.defined.update(names.defined)
    for i, question in enumerate(draft.interview.questions):
        take("interview.yaml", ("questions", i, "when"), question.when)
    for i, conflict in enumerate(draft.interview.conflicts):
        take("interview.yaml", ("conflicts", i, "when"), conflict.when)
    for i, rule in enumerate(draft.triage.rules):
        take("triage.yaml", ("rules", i, "when"), rule.when)
    for i, line in enumerate(draft.advice.lines):
        take("advice.yaml", ("lines", i, "when"), line.when)
    for i, prop in enumerate(draft.safety.properties):
        take("safety.yaml", ("properties", i, "when"), prop.when)
        take("safety.yaml", ("properties", i, "requires"), prop.requires)


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
        conflicts=tuple(
            (c.conflict, *both("interview.yaml", ("conflicts", i, "when")))
            for i, c in enumerate(draft.interview.conflicts)
        ),
        defined=dict(draft.defined),
        places=draft.loaded,
        reader=reader,
    )
