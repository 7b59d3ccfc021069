"""Names of everything the bot says outside questions, rules and advice (`system:` in the texts), with their placeholders."""

from __future__ import annotations

PLACES = ("emergency_number", "urgent_line", "crisis_line")
"""Placeholders that any text may use; their values come from the settings, else from the country that the patient named."""

SYSTEM: dict[str, tuple[str, ...]] = {
    # beginning and end
    "start": ("days",), "start_test_version": (), "agree_first": (), "greeting": (), "start_for_other": (), "declined": (),
    "stopped": (), "restarted": (), "resumed": (), "help": (), "privacy": ("days", "version"), "cant_read": (), "error": (),
    "group_refused": (), "late": ("time",), "mydata_caption": (), "forget_confirm": (), "forgotten": (),
    "language_changed": (), "language_ask": (), "why_nothing": (), "paused": (),
    # when not all can be said: Telegram refuses the words, or nothing can be kept
    "cut_short": (), "cut_short_today": (), "outage": (),
    # buttons
    "yes": (), "no": (), "not_sure": (), "none_of_these": (), "none": (), "done": (), "all_of_them": (), "carry_on": (), "stop": (),
    "restart": (), "back": (), "stop_what_do_i_do": (), "tell_me_now": (), "some_more": (), "as_usual": (), "different": (),
    "getting_help": (), "mistake": (), "cant_get_there": (), "change_it": (), "leave_it": (), "why_button": (),
    "what_changes_button": (), "again_button": (), "erase_button": (), "forget_button": (), "keep_button": (),
    # asking
    "progress": ("left",), "which_ones": (), "which_none": (), "alone": ("item",), "ticked": ("answer",),
    "told_already": ("answer",), "answered": ("answer",), "unreadable_example": ("example",), "unreadable_choices": (),
    "none_said": ("none",), "unclear": ("words",), "unclear_which": ("words", "candidates"), "exit_offer": (),
    "exit_same_day": (), "review_title": (), "change_something": (), "which_line": (),
    "ask_one_by_one": (), "last_check": (), "understood_title": (),
    "edit_noted": ("question",), "stale_tap": (), "stale_would_change": ("question", "answer"), "conflict": ("text",),
    # words that are no answer
    "one_by_one": (), "nearest": (), "ask_name": ("words",), "nearest_to": (), "item_again": (), "item_left_open": (),
    "still_open": (), "unknown_name": ("words",), "known_names": ("words",), "which_of_them": (), "poison": (),
    "ask_ambulance": (), "ask_human": (), "ask_stop_medicine": (), "ask_diagnosis": (), "kind_fear": (), "kind_anger": (),
    "kind_thanks": (), "coming_back": (),
    # words for another screen than the open one, or not typed here
    "written_before": (), "reply_to_what": (), "reply_unread": ("question",), "earlier_kept": ("question", "answer"),
    "not_typed": (), "late_day": ("time", "date"),
    # red flags
    "sign_plain": ("words", "answer"), "sign_plain_today": ("words", "answer"), "sign_possible": ("words", "answer"),
    "sign_ask": (), "sign_removed": (), "sign_stands": ("answer",), "emergency_go": ("answer",),
    "emergency_ambulance": ("answer",), "emergency_maternity": ("answer",),
    "emergency_why": ("answer",), "emergency_from_unsure": ("answer",),
    "emergency_stands": ("answer",),
    "getting_help_text": (), "cant_get_there_text": (), "mistake_ask": ("item",), "mistake_new": (), "crisis": (),
    "silence_help": (), "silence_same_day": (), "silence_reminder": (),
    # advice
    "level_again": ("level",), "because_unsure": ("items",), "unplaced": ("level",), "advice_again": (), "unsafe_version": (),
    "foot": ("time", "date", "signoff"), "signed_off": ("reviewer", "date"), "not_signed_off": (),
    "why_title": (), "why_documents": (), "why_guidance": (), "why_sources": (), "more_reasons": (),
    "for_my_clinician": (), "more_there": (), "more_offers": (), "note_title": (), "note_caption": (), "note_copy": (),
    "note_under": ("date", "time"), "note_level": ("level",), "note_why": (), "note_told": (), "note_unplaced": (),
    "note_own_words": (), "note_none": ("items",), "note_signs": (), "note_yes": ("items", "when"), "note_no": ("items", "when"),
    "note_unsure": ("items", "when"), "note_open": ("items", "when"), "note_not_asked": (), "note_stopped": (), "note_rest": (),
    "note_sources": (), "note_nobody": (), "note_since": (), "note_trend": (), "note_acted": (),
    "note_content": ("version",), "note_no_sign": ("asked",),
    # what felt wrong
    "felt_wrong": (), "felt_ask": (), "felt_too_careful": (), "felt_too_careless": (), "felt_misread": (), "felt_else": (),
    "felt_share": ("days",), "share_answers": (), "without_answers": (), "felt_thanks": (),
    # how it goes, asked on days that the patient chose
    "check_on_me": (), "checks_offer": (), "checks_all": ("days",), "checks_day": ("n",), "no_checks": (), "checks_hour": (),
    "checks_at": ("hour",), "checks_set": ("dates", "hour", "days"), "checks_running": ("date",), "stop_checks": (),
    "checks_stopped": (), "check_new": (), "nothing_new": (), "something_new": (), "check_pain": (), "check_managing": (),
    "managing_as_usual": (), "managing_some": (), "managing_hardly": (), "check_did": (), "did_home": (),
    "did_pharmacist": (), "did_clinician": (), "did_emergency": (), "check_thanks": (), "check_next": ("date",),
    "check_last": (), "check_worse": (), "check_longer": (), "trend": ("points",), "trend_day": ("day", "pain", "managing"),
    "trend_first": ("pain",),
    "trend_short": ("day", "pain"), "trend_key": (), "trend_bout": ("date",),
    "ask_something": (), "topics_offer": (), "all_topics": (), "topic_unknown": (), "topic_guidance": (),
    "what_changes": (), "what_changes_none": (),
    "would_be": ("change", "level"), "might_be": ("change", "level"),
    # places, when no setting names them; `..._here`: in a country for which no such line is known
    "emergency_number_unset": (), "urgent_line_unset": (), "crisis_line_unset": (), "urgent_line_here": (),
    "crisis_line_here": (),
    # the country, asked once; `country_in`: how people begin to say it, with commas between
    "country_hint": (), "country_is": ("country",), "country_button": ("country",), "country_list": (), "country_ask": (),
    "other_country": (), "country_chosen": ("country",), "country_other": (), "country_fixed": (), "country_in": (),
    # values in words; `months`: twelve names with commas between them
    "months": (), "day": ("day", "month"), "between": ("low", "high"), "since": ("date",), "since_between": ("first", "last"),
    "since_before": ("last",), "or_more": ("low",), "unsure_of": ("items",), "out_of_ten": ("n",), "years": ("n",),
    "left_open": ("items",), "seconds": ("n",), "minutes": ("n",), "hours": ("n",), "days": ("n",),
}  # fmt: skip
"""Key -> the placeholders that its words may use."""

COMMANDS = (
    "start",
    "back",
    "review",
    "restart",
    "stop",
    "help",
    "why",
    "language",
    "country",
    "mydata",
    "forget",
    "privacy",
)
"""Commands that patients can give; their menu words stand under `command_<name>` in the texts."""

SYSTEM.update({f"command_{name}": () for name in COMMANDS})
SYSTEM.update({"bot_description": (), "bot_short_description": ()})
