"""This felt wrong: kept apart, without the answers unless they were sent along, and gone with everything else of the chat."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.core.conversation.events import Commanded, Typed
from bot.service.service import Service
from bot.store import Tallied
from tests.service.test_check_ins import advised
from tests.support.service_chat import ANN, Chat, words
from tests.support.telegram_bot import Clock


def complaining(service: Service) -> Chat:
    ann, turn = advised(service, ANN)
    turn = ann.taps(turn, "More there")
    assert words(ann.taps(turn, "Felt wrong")) == "Felt ask"
    return ann


def kept(service: Service) -> list[dict[str, Any]]:
    return [json.loads(row.text) for row in service.store.feedback()]


@pytest.mark.parametrize(("label", "answers"), [("Share answers", True), ("Without answers", False)])
def test_words_are_kept_with_the_answers_only_if_they_are_sent_along(
    service: Service, label: str, answers: bool
) -> None:
    ann = complaining(service)
    asked = ann.does(Typed("it did not listen to what i said about my leg"))
    assert words(asked).startswith("Felt share")
    assert kept(service) == [], "nothing is kept before they agree"
    assert words(ann.taps(asked, label)) == "Felt thanks"
    (said,) = kept(service)
    assert said["words"] == "it did not listen to what i said about my leg"
    assert said["level"] == "self_care"
    assert ("answers" in said) is answers
    assert not answers or "16 to 54" in said["answers"]
    assert ANN not in json.dumps(said)


def test_a_tap_is_enough_and_is_counted(service: Service) -> None:
    ann, turn = advised(service, ANN)
    turn = ann.taps(ann.taps(turn, "More there"), "Felt wrong")
    ann.taps(ann.taps(turn, "Felt too careless"), "Without answers")
    assert [said["reason"] for said in kept(service)] == ["felt_too_careless"]
    counted = {
        tallied.what: times for tallied, times in service.store.statistics().items() if isinstance(tallied, Tallied)
    }
    assert counted["felt_wrong_too_careless"] == 1


def test_a_double_tap_is_kept_once(service: Service) -> None:
    ann, turn = advised(service, ANN)
    asked = ann.taps(ann.taps(ann.taps(turn, "More there"), "Felt wrong"), "Felt else")
    ann.taps(asked, "Without answers")
    ann.taps(asked, "Without answers")
    assert len(kept(service)) == 1


def test_it_goes_with_everything_else_that_is_known_of_the_chat(service: Service) -> None:
    ann = complaining(service)
    ann.taps(ann.does(Typed("all of it")), "Share answers")
    assert len(kept(service)) == 1
    ann.taps(ann.does(Commanded("forget")), "Forget button")
    assert kept(service) == []


def test_it_is_in_what_a_person_can_ask_for(service: Service) -> None:
    ann = complaining(service)
    ann.taps(ann.does(Typed("all of it was odd")), "Without answers")
    (payload,) = ann.does(Commanded("mydata")).messages
    assert payload.file is not None
    assert "all of it was odd" in payload.file[1]


def test_it_is_kept_no_longer_than_answers_are(service: Service, clock: Clock) -> None:
    ann = complaining(service)
    ann.taps(ann.does(Typed("all of it was odd")), "Without answers")
    service.store.erase_finished(clock.now + 1)
    assert kept(service) == []


def test_it_is_read_after_the_keys_were_changed(service: Service, clock: Clock) -> None:
    ann = complaining(service)
    ann.taps(ann.does(Typed("all of it was odd")), "Without answers")
    service.store.change_keys(clock.now, 30 * 86400.0, at_once=True)
    assert [said["words"] for said in kept(service)] == ["all of it was odd"]
