"""Whether the evidence holds: every passage stands in its document, every clinical sentence names a claim.

The documents' text is not repeated in the project. A claim keeps only the fingerprint of its passage and the number of
its words; verifying slides a window of that many words over the folded document. `audit` needs no document: it
compares `evidence.yaml` with the advice and the rules. Only the models of the files are read, never a compiled flow.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.model.files.advice import Advice
from bot.core.model.files.answers import Topic
from bot.core.model.files.evidence import Claim, Evidence
from bot.core.model.files.texts import Texts
from bot.core.model.files.triage import Triage
from bot.core.model.findings import Finding, Place, did_you_mean

KeyPath = tuple[str | int, ...]
"""Where a value stands inside a file, e.g. `("claims", 3, "fingerprint")`."""
Placing = Callable[[str, KeyPath], Place]
"""Turns a file name and a key into a place with line and column."""

EVIDENCE, ADVICE, TRIAGE, ANSWERS = "evidence.yaml", "advice.yaml", "triage.yaml", "answers.yaml"

_WORD = re.compile(r"[^\W\d_]+|\d+")


class DocumentsError(Exception):
    """The documents cannot be read: no such folder, no such file, or no UTF-8 text. Wrong usage, not a finding."""


def whole_file(file: str, _key: KeyPath) -> Place:
    """The place of somebody who knows no lines: the beginning of the file."""
    return Place(file)


def fold_text(text: str) -> tuple[str, ...]:
    """The words of a text without white space, case and punctuation.

    Unicode NFKC (so that a superscript or a ligature is its plain characters), case folded; a word is a run of letters
    or a run of digits, everything else only separates. So `relax,^{3}` and `relax³` both give `relax`, `3`: citation
    marks count as words and differ only if their numbers do.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return tuple(_WORD.findall(folded))


def fingerprint(words: Iterable[str]) -> str:
    """SHA-256, in hex, of folded words joined by single spaces (UTF-8)."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Found:
    """How many claims of one document there are, and for how many the passage stands where they say."""

    document: str
    claims: int
    found: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What comparing the claims with the documents gave: a line for each document, and what is wrong."""

    documents: tuple[Found, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What comparing the claims with advice and rules gave. Counts are of claims; `unused` is a note, no finding."""

    findings: tuple[Finding, ...]
    unused: tuple[str, ...]
    document_claims: int
    document_claims_used: int
    guidance_claims: int
    guidance_claims_used: int
    judged: int
    """Claims of which somebody judged that our sentence follows from the passage (`entailed_by`)."""
    sources_used: tuple[tuple[str, int], ...]
    """How far the guidance in use was read (`read`, `reproduction`, `background`): the weakest source of each claim."""


class _Scan:
    """A folded document: its words as one run of bytes, where each begins, and which heading each stands under."""

    def __init__(self, text: str, headings: Iterable[str]) -> None:
        known = {fold_text(heading) for heading in headings}
        words: list[str] = []
        under: list[tuple[str, ...]] = []
        self.headings: set[tuple[str, ...]] = set()
        section: tuple[str, ...] = ()
        for line in text.splitlines():
            folded = fold_text(line)
            if folded in known:
                section = folded
                self.headings.add(folded)
            words += folded
            under += [section] * len(folded)
        self._under = under
        self._starts = [0]
        encoded = [word.encode() for word in words]
        for word in encoded:
            self._starts.append(self._starts[-1] + len(word) + 1)
        self._run = b" ".join(encoded)

    def sections_of(self, length: int, wanted: set[str]) -> dict[str, set[tuple[str, ...]]]:
        """For each wanted fingerprint of a passage of `length` words: the headings under which it occurs."""
        found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        starts, run, sha256 = self._starts, self._run, hashlib.sha256
        for first in range(len(self._under) - length + 1):
            digest = sha256(run[starts[first] : starts[first + length] - 1]).hexdigest()
            if digest in wanted:
                found[digest].add(self._under[first])
        return found


def verify(evidence: Evidence, documents: Path, place: Placing = whole_file) -> Verification:
    """Look up the passage of every document claim, in its document and under its section's heading.

    `documents` is the folder with the source documents. EVID001: the passage is not in the document; EVID002: it is
    there, but not under the heading. Raises `DocumentsError` if the folder or a file cannot be read.
    """
    if not documents.is_dir():
        raise DocumentsError(f"{documents} is no folder. Give the folder with the source documents.")
    findings: list[Finding] = []
    counts: list[Found] = []
    for entry in evidence.documents:
        claims = [(n, c) for n, c in enumerate(evidence.claims) if c.document == entry.document]
        wrong = list(_verify_document(_read(documents / entry.file), entry.file, claims, place))
        findings += wrong
        counts.append(Found(entry.document, len(claims), len(claims) - len(wrong)))
    return Verification(tuple(counts), tuple(findings))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DocumentsError(f"{file} is not UTF-8 text ({error.reason} at byte {error.start}).") from error
    except OSError as error:
        raise DocumentsError(f"{file} cannot be read: {error.strerror}.") from error


def _verify_document(text: str, file: str, claims: list[tuple[int, Claim]], place: Placing) -> Iterator[Finding]:
    scan = _Scan(text, {claim.section or "" for _, claim in claims})
    by_length: dict[int, set[str]] = defaultdict(set)
    for _, claim in claims:
        by_length[claim.words or 0].add(claim.fingerprint or "")
    found = {length: scan.sections_of(length, wanted) for length, wanted in by_length.items()}
    for n, claim in claims:
        sections = found[claim.words or 0].get(claim.fingerprint or "")
        if sections is None:
            yield Finding(
                place(EVIDENCE, ("claims", n, "fingerprint")),
                "EVID001",
                f'The passage of "{claim.claim}" is not in {claim.document} ({file}).',
                "Read the document again: change `says` and the fingerprint, or take the claim out.",
            )
        elif fold_text(claim.section or "") not in sections:
            known = fold_text(claim.section or "") in scan.headings
            yield Finding(
                place(EVIDENCE, ("claims", n, "section")),
                "EVID002",
                f'The passage of "{claim.claim}" is in {claim.document}, but not under "{claim.section}".'
                if known
                else f'{claim.document} has no heading "{claim.section}", which "{claim.claim}" names.',
                "Name the heading under which the passage stands, as the document writes it.",
            )


def audit(
    evidence: Evidence,
    advice: Advice,
    triage: Triage,
    texts: Sequence[Texts] = (),
    topics: Sequence[Topic] = (),
    place: Placing = whole_file,
) -> Audit:
    """Compare the claims with the lines of advice and of topics, and the rules, that name them.

    EVID003 a line (unless `plain`) and EVID004 a rule that no claim backs; EVID005 a claim, EVID006 a document
    or source that does not exist; EVID007 a name given twice. `place` finds line and column.
    """
    users = list(_users(advice, triage, texts, topics))
    used = {name for user in users if user.counts for name in user.claims}
    claims = evidence.claims
    of_documents = [c for c in claims if c.document is not None]
    guidance = [c for c in claims if c.document is None]
    read = {source.source: source.read for source in evidence.sources}
    weakest: Counter[str] = Counter()
    for claim in guidance:
        if claim.claim in used:
            weakest[max((str(read.get(s, "background")) for s in claim.sources), key=_DOUBT.index)] += 1
    return Audit(
        findings=(*_origins(evidence, place), *_unbacked(users, {c.claim for c in claims}, place)),
        unused=tuple(c.claim for c in claims if c.claim not in used),
        document_claims=len(of_documents),
        document_claims_used=sum(c.claim in used for c in of_documents),
        guidance_claims=len(guidance),
        guidance_claims_used=sum(c.claim in used for c in guidance),
        judged=sum(bool(c.entailed_by) for c in claims),
        sources_used=tuple((how, weakest[how]) for how in _DOUBT if weakest[how]),
    )


_DOUBT = ("read", "reproduction", "background")


@dataclass(frozen=True, slots=True)
class _User:
    """Something that names claims: a line, a rule, or the words of a claim in one language."""

    what: str
    claims: tuple[str, ...]
    file: str
    key: KeyPath
    names: str
    """The key under which it names its claims."""
    code: str | None
    """The code of its finding if it names none; None where that is no fault."""
    counts: bool = True
    """Whether naming a claim here means that the claim is used."""


def _users(advice: Advice, triage: Triage, texts: Sequence[Texts], topics: Sequence[Topic]) -> Iterator[_User]:
    for n, topic in enumerate(topics):
        for m, told in enumerate(topic.lines):
            code = None if told.plain else "EVID003"
            key = ("topics", n, "lines", m)
            yield _User(f'The line "{told.line}"', tuple(told.claims), ANSWERS, key, "claims", code)
    for n, line in enumerate(advice.lines):
        code = None if line.plain else "EVID003"
        yield _User(f'The line "{line.line}"', tuple(line.claims), ADVICE, ("lines", n), "claims", code)
    for n, rule in enumerate(triage.rules):
        yield _User(f'The rule "{rule.rule}"', tuple(rule.because), TRIAGE, ("rules", n), "because", "EVID004")
    for words in texts:
        file = f"texts.{words.language}.yaml"
        for claim in words.claims:
            yield _User(f'The wording "{claim}"', (claim,), file, ("claims", claim), "", None, counts=False)


def _unbacked(users: Iterable[_User], known: set[str], place: Placing) -> Iterator[Finding]:
    for user in users:
        if user.code and not user.claims:
            remedy = f"Name the claims behind it under `{user.names}`"
            remedy += ", or mark it `plain` if it is no clinical sentence." if user.code == "EVID003" else "."
            yield Finding(place(user.file, user.key), user.code, f"{user.what} is backed by no claim.", remedy)
        for n, name in enumerate(user.claims):
            if name not in known:
                key = (*user.key, user.names, n) if user.names else user.key
                yield Finding(
                    place(user.file, key),
                    "EVID005",
                    f'{user.what} names "{name}", which is no claim of {EVIDENCE}.',
                    did_you_mean(name, known) or "Add the claim, or correct the name.",
                )


def _origins(evidence: Evidence, place: Placing) -> Iterator[Finding]:
    documents = [d.document for d in evidence.documents]
    sources = [s.source for s in evidence.sources]
    for n, claim in enumerate(evidence.claims):
        if claim.document is not None and claim.document not in documents:
            yield _unknown(claim, "document", claim.document, documents, place(EVIDENCE, ("claims", n, "document")))
        for m, source in enumerate(claim.sources):
            if source not in sources:
                yield _unknown(claim, "source", source, sources, place(EVIDENCE, ("claims", n, "sources", m)))
    names = (
        ("documents", "document", documents),
        ("sources", "source", sources),
        ("claims", "claim", [c.claim for c in evidence.claims]),
        ("claims", "ref", [c.ref for c in evidence.claims]),
    )
    for part, field, values in names:
        seen: set[str] = set()
        for n, value in enumerate(values):
            if value is not None and value in seen:
                where = place(EVIDENCE, (part, n, field))
                yield Finding(where, "EVID007", f'The {field} "{value}" stands here twice.', "Give each its own name.")
            seen.add(value or "")


def _unknown(claim: Claim, what: str, name: str, known: list[str], place: Place) -> Finding:
    remedy = did_you_mean(name, known) or f"Add it under `{what}s`, or correct the name."
    return Finding(place, "EVID006", f'"{claim.claim}" names the {what} "{name}", which is not listed.', remedy)


def report_lines(flow: str, evidence: Evidence, checked: Verification, audited: Audit) -> Iterator[str]:
    """What `symptom-bot evidence` prints, line by line: the documents, the use of claims, what is wrong.

    Exit 1 if `checked` or `audited` has findings; claims that nothing uses are only listed.
    """
    findings = (*checked.findings, *audited.findings)
    total = audited.document_claims + audited.guidance_claims
    yield f"{flow}  {total} claims ({audited.document_claims} documents, {audited.guidance_claims} guidance)"
    for count, entry in zip(checked.documents, evidence.documents, strict=True):
        yield f"  {count.document:<10}{count.found} of {count.claims} passages found in {entry.file}  {entry.title}"
        yield f"  {'':<10}{entry.note}"
    read = ", ".join(f"{number} {how}" for how, number in audited.sources_used)
    used = f"{audited.document_claims_used} document claims, {audited.guidance_claims_used} guidance claims"
    yield f"  {'in use':<10}{used}"
    if read:
        yield f"  {'':<10}guidance in use by its weakest source: {read}"
    yield f"  {'judged':<10}{audited.judged} of {total}: somebody judged that our sentence follows (`entailed_by`)"
    if audited.unused:
        yield f"  {'unused':<10}{len(audited.unused)} claims that no line and no rule names:"
        yield from (f"  {'':<10}{row}" for row in _rows(audited.unused))
    yield from (f"  {finding}" for finding in findings)
    yield f"{len(findings)} finding{'s' * (len(findings) != 1)}" if findings else "ok"


def _rows(names: Iterable[str], width: int = 100) -> Iterator[str]:
    row = ""
    for name in names:
        if row and len(row) + len(name) + 2 > width:
            yield row
            row = ""
        row = f"{row}, {name}" if row else name
    if row:
        yield row
