"""The same sign in many frames: what takes it back, and what must not."""

from __future__ import annotations

import pytest

from tests.support.understood import read

STATED = (
    "i can't pee", "i wet myself", "i can't feel when i wipe", "my bum is numb", "my leg is getting weaker",
    "my legs won't work", "i keep fainting", "my chest hurts", "i have a fever", "my foot drags",
)  # fmt: skip

STILL_MEANT = (
    "no fever but {}", "no injury, {}", "no fall. {}", "i'm worried because {}", "my wife says {}", "not sure what to do, {}",
    "i had a bad back in 2012 but now {}", "if i bend it hurts and {}", "{}, should i go to a&e?", "should i go to hospital? {}",
    "is it normal that {}", "just wondering if it's bad that {}", "{} is that normal?", "what if it's serious, {}",
    "can you tell me why {}", "my mum had this once and now {}", "i don't want to bother anyone but {}", "{}. my dad had cancer",
    "my back is killing me and {}", "{} lol", "used to be fine, now {}", "i've never had back pain before and {}", "yes {}",
    "no but {}", "pain 8/10, {}, 3 days", "{} even if i try hard", "is this an emergency? {}", "maybe it's nothing but {}",
)  # fmt: skip

NAMED = (
    "numbness between the legs", "fever", "chest pain", "trouble peeing", "incontinence", "double vision", "foot drop",
    "problems with the bladder or bowels", "weakness in both legs", "erection problems", "pins and needles in both feet",
)  # fmt: skip

TAKEN_BACK = (
    "no {}", "i don't have any {}", "there is no {}", "denies {}", "{}: no", "{}? no", "no pain, no {}", "never had {}",
    "my dad had {}", "my wife has {}", "my neighbour has {}, not me", "i had {} in 2012", "ten years ago i had {}",
    "had {} when i was a kid", "previously had {}, all fine now", "if i get {} should i worry", "what if i get {}",
    "could this cause {}", "worried about getting {}", "what does {} mean", "is {} dangerous", "would {} be serious",
    "when should i worry about {}", "my doctor told me to watch for {}", "i read that you can get {}",
)  # fmt: skip


@pytest.mark.parametrize("frame", STILL_MEANT)
def test_a_frame_that_takes_nothing_back(frame: str) -> None:
    for stated in STATED:
        text = frame.format(stated)
        assert any(sign.plain for sign in read(text).signs), text


@pytest.mark.parametrize("frame", TAKEN_BACK)
def test_a_frame_that_takes_it_back(frame: str) -> None:
    for named in NAMED:
        text = frame.format(named)
        assert not any(sign.plain for sign in read(text).signs), text
