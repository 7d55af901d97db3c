"""Intents: what a person may choose on a screen. Screens emit them, and the machine takes all but CALL_STAFF."""

from __future__ import annotations

from enum import Enum


class Intent(Enum):
    """What a person may choose on a screen."""

    START = "start"
    OTHER_SERVICES = "other_services"
    CHOOSE_LANGUAGE = "choose_language"  # choice: a language tag
    ACCEPT_NOTICE = "accept_notice"
    CHOOSE = "choose"  # choice: the key of a Choice, or a number on ProgressScreen
    GO_ON = "go_on"
    CHECK_DATES = "check_dates"
    PRINT_SLIP = "print_slip"
    ANSWER_YES = "answer_yes"
    ANSWER_NO = "answer_no"
    NO_PROOF = "no_proof"  # "I do not have this"
    ENTER_TELEPHONE = "enter_telephone"  # choice: the digits
    NO_TELEPHONE = "no_telephone"  # "I have no mobile phone"
    ENTER_CODE = "enter_code"  # choice: an attendant's code
    NO_ATTENDANT = "no_attendant"
    CONFIRM = "confirm"
    BACK = "back"
    CANCEL = "cancel"  # also "return my permit"
    MORE_TIME = "more_time"
    FINISH = "finish"
    OPEN_SERVICE_MODE = "open_service_mode"  # nobody is let in by that
    SIGN_OUT = "sign_out"
    UNLOCK = "unlock"
    TEST = "test"  # choice: the test's name
    DO = "do"  # choice: what a technician does, by the name of the page's offer
    ORDER_BY = "order_by"  # choice: how the overview is ordered
    CALL_STAFF = "call_staff"  # the machine never hears of it
