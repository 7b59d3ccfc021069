"""`evidence.yaml`: documents, sources and claims."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .parts import SCHEMA, Identifier, Strict


class Document(Strict):
    """A source document."""

    document: str = Field(pattern=r"^D\d+$", description="Its short name: D1, D2.")
    title: str = Field(description="Its title.")
    file: str = Field(description="Its file name in the documents folder.")
    note: str = Field(description="What a reader must know of it: a sponsor, untraceable references.")


class Source(Strict):
    """A source of guidance outside the documents."""

    source: str = Field(description="Its short name: NHS, NG59.")
    title: str = Field(description="What it is.")
    read: Literal["read", "reproduction", "background"] = Field(
        description="How far it was read: itself, only a third party's reproduction, or background knowledge, unverified."
    )
    where: str = Field(description="Where it was read.")


class Claim(Strict):
    """A fact with its source, in our own words."""

    claim: Identifier = Field(description="The claim's name.")
    says: str = Field(description="The fact in our own words.")
    ref: str | None = Field(None, description="Its number in the claims ledger, e.g. D1-015.")
    document: str | None = Field(None, description="The document that it stands in.")
    section: str | None = Field(None, description="The section of the document.")
    fingerprint: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the passage, folded (white space, case, punctuation)."
    )
    words: int | None = Field(None, ge=3, description="How many words the folded passage has.")
    sources: list[str] = Field(default_factory=list, description="Guidance: the sources that say so.")
    entailed_by: str | None = Field(
        None, description="Who judged that our sentence follows from the passage, and when; empty until somebody did."
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Claim:
        if (self.document is None) == (not self.sources):
            raise ValueError("a claim names either a `document` or `sources` of guidance")
        if self.document is not None and not (self.section and self.fingerprint and self.words):
            raise ValueError("a claim of a document needs `section`, `fingerprint` and `words`")
        return self


class Evidence(Strict):
    """`evidence.yaml`: documents, sources and claims."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    documents: list[Document] = Field(description="The source documents.")
    sources: list[Source] = Field(description="Guidance outside the documents.")
    claims: list[Claim] = Field(description="The claims.")
