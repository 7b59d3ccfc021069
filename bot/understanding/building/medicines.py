"""Makes `languages/en/medicines.yaml`: names of medicines by class, out of the data of drug-named-entity-recognition 2.0.9.

    python -m bot.understanding.building.medicines PACKAGE_FOLDER OUT

PACKAGE_FOLDER is the unpacked package (its dictionary is a pickle: unpack it from the registry and nowhere else). Taken are
only names of medicines that DrugBank's open vocabulary (CC0) lists, and names that the package has for these. Dropped are
names that are ordinary English words (by wordfreq 3) or several words, and Latin or Spanish forms. Both packages are needed
to run this, neither to run the bot. Lay names and local brands are written by hand: `languages/en/names.yaml`.
"""

from __future__ import annotations

import bz2
import importlib
import pickle
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

PLAIN = re.compile(r"[a-z]{5,22}")
FOREIGN = re.compile(r"(um|[aeio]n[ao]|in[ao]|ona|ilo|ato|ico|ida|ide?o|zolo|ole?o)$")
"""How names end in Latin, Spanish and Italian, but seldom in English."""
ORDINARY = 3.0
"""From this Zipf frequency on a name is an ordinary word, unless it is a medicine's own common name in a class."""
CLASSES = Path(__file__).parent / "medicine_classes.yaml"


def class_of(name: str, classes: Mapping[str, Mapping[str, Any]]) -> str:
    """The class of a generic name; "unknown" if it is in none."""
    for label, rule in classes.items():
        if name in rule.get("whole", ()):
            return label
    for label, rule in classes.items():
        if any(name.endswith(end) for end in rule.get("ends", ())):
            return label
    return "unknown"


def collect(dictionary: Mapping[str, Any], frequency: Callable[[str, str], float]) -> dict[str, list[str]]:
    """Names by class."""
    classes = yaml.safe_load(CLASSES.read_text(encoding="utf-8"))["classes"]
    data = dictionary["drug_canonical_to_data"]
    known = {
        n for n, v in data.items() if "drugbank_id" in v and ({"wikipedia_url", "medline_plus_id", "nhs_url"} & set(v))
    }
    found: dict[str, set[str]] = defaultdict(set)
    for name, generics in dictionary["drug_variant_to_canonical"].items():
        generic = next((g for g in generics if g in known), None)
        if generic is None or not PLAIN.fullmatch(name):
            continue
        label = class_of(generic, classes)
        if name != generic and (FOREIGN.search(name) or frequency(name, "en") >= ORDINARY):
            continue
        if label == "unknown" and frequency(name, "en") >= ORDINARY:
            continue
        found[label].add(name)
    for label, rule in classes.items():
        found[label].update(name for name in rule.get("whole", ()))
    return {label: sorted(names) for label, names in found.items()}


def write(found: Mapping[str, list[str]]) -> str:
    """The file's text: `names.medicines.<class>`, many names a line."""
    classes = yaml.safe_load(CLASSES.read_text(encoding="utf-8"))["classes"]
    lines = [
        "# Made by bot/understanding/building/medicines.py from DrugBank's open vocabulary (CC0), as packed in",
        "# drug-named-entity-recognition 2.0.9. Do not edit: names by hand stand in names.yaml.",
        "names:",
        "  medicines:",
    ]
    for label in sorted(found):
        rule: Mapping[str, Any] = {"means": [], "ask": True} if label == "unknown" else classes[label]
        means = ", ".join(rule.get("means", ()))
        lines.append(f"    {label}:")
        lines.append(f"      means: [{means}]")
        if rule.get("ask"):
            lines.append("      ask: true")
        lines.append("      names: [" + ", ".join(found[label]) + "]")
    return "\n".join(lines) + "\n"


def build() -> int:
    """Reads the package, writes the file."""
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    frequency = importlib.import_module("wordfreq").zipf_frequency
    with bz2.open(Path(sys.argv[1]) / "drug_ner_dictionary.pkl.bz2") as file:
        dictionary = pickle.load(file)
    found = collect(dictionary, frequency)
    Path(sys.argv[2]).write_text(write(found), encoding="utf-8")
    print({label: len(names) for label, names in found.items()}, sum(map(len, found.values())))
    return 0


if __name__ == "__main__":
    raise SystemExit(build())
