"""What a flow is: one model for each file kind in `flows/<name>/`.

Routing (`interview.yaml`), policy (`triage.yaml`), words (`texts.<lang>.yaml`), what is said (`advice.yaml`) and
evidence (`evidence.yaml`) are different files. Every field has a description: the operators' reference tables and
the editors' JSON Schema are made from these models.
"""

from __future__ import annotations

from .advice import Advice
from .answers import Answers
from .countries import Countries
from .evidence import Evidence
from .governance import Hazards, Safety, Signoffs
from .interview import Interview
from .parts import Strict
from .texts import Texts
from .triage import Triage

FILES: dict[str, type[Strict]] = {
    "interview": Interview,
    "triage": Triage,
    "advice": Advice,
    "answers": Answers,
    "evidence": Evidence,
    "safety": Safety,
    "hazards": Hazards,
    "signoff": Signoffs,
    "countries": Countries,
    "texts": Texts,
}
"""File kind -> model. `texts` is `texts.<lang>.yaml`; all others `<kind>.yaml`."""

REQUIRED = ("interview", "triage", "advice", "evidence")
"""Files that a flow must have, beside at least one `texts.<lang>.yaml`."""
