"""Outcomes as JUnit XML, which build servers show: a suite for each way, and one for the scripts that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from bot.replay.playing.outcome import Played
from bot.replay.playing.run import failure

from .entries import BookEntry

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(outcomes: Sequence[Played], broken: Sequence[BookEntry]) -> str:
    """The report as text. `line` of a case: where it deviates, or else where it stands."""
    suites = Xml.Element("testsuites", name="symptom-bot replay")
    for way in dict.fromkeys(o.way for o in outcomes):
        of_way = [o for o in outcomes if o.way == way]
        suite = _suite(suites, way, len(of_way), failures=sum(not o.passed for o in of_way))
        suite.set("time", f"{sum(o.seconds for o in of_way):.3f}")
        for outcome in of_way:
            _case(suite, outcome)
    if broken:
        suite = _suite(suites, "scripts", len(broken), errors=len(broken))
        for entry in broken:
            case = Xml.SubElement(suite, "testcase", classname=_clean(entry.file), name=_clean(entry.title))
            error = Xml.SubElement(case, "error", type="broken", message=_clean(str(entry.findings[0])))
            error.text = _clean("\n".join(map(str, entry.findings)))
    for key in ("tests", "failures", "errors"):
        suites.set(key, str(sum(int(s.get(key, "0")) for s in suites)))
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(suites: Xml.Element, name: str, tests: int, failures: int = 0, errors: int = 0) -> Xml.Element:
    counted = {"tests": str(tests), "failures": str(failures), "errors": str(errors)}
    return Xml.SubElement(suites, "testsuite", {"name": name, **counted})


def _case(suite: Xml.Element, outcome: Played) -> None:
    at = outcome.case.place if outcome.passed else outcome.deviations[0].place
    case = Xml.SubElement(
        suite, "testcase", classname=_clean(outcome.case.file), name=_clean(outcome.case.title),
        file=_clean(at.file), line=str(at.line), time=f"{outcome.seconds:.3f}",
    )  # fmt: skip
    if not outcome.passed:
        first = outcome.deviations[0]
        said = _clean(f"expected {first.expected}, came {first.came}")
        Xml.SubElement(case, "failure", type="deviation", message=said).text = _clean(failure(outcome))


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
