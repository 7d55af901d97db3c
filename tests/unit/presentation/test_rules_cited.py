"""How the rules behind an answer are named on a screen: each once, with every place it rests on."""

from __future__ import annotations

from assets import ASSETS
from kiosk.presentation.context import PresentationContext, rules_cited
from kiosk.texts.translation import Translation
from tests.unit.policy.region_cases import ask, region_named

XINJIANG = PresentationContext(
    region_named("xinjiang"), ("zh-Hans", "en"), simulation=False, receipt_link="", writing_usually_s=30
)
ENGLISH = Translation.load(ASSETS / "locale", "en")
TITLE = "Xinjiang working norm for residence permits (trial)"


def test_a_rule_with_two_sections_stands_on_the_screen_once_with_both() -> None:
    found = ask("xinjiang", "2026-07-01", "2026-01-15", "2026-07-15", category="short")
    assert [reason.code for reason in found.reasons] == ["window", "window", "judged_anew"]
    cited = rules_cited(XINJIANG, found)
    assert [each.text for each in cited] == [
        XINJIANG.region.rule("window").text,
        XINJIANG.region.rule("judged_anew").text,
    ]
    texts = [rule.text.in_language("en") for rule in cited]
    assert [ENGLISH.cited(rule) for rule in cited] == [
        f"{texts[0]} ({TITLE} 四、证件管理(二)证件延期, 四、证件管理(六)证件有效期限计算)",
        f"{texts[1]} ({TITLE} 四、证件管理(二)证件延期)",
    ]


def test_without_an_assessment_no_rule_is_named() -> None:
    assert rules_cited(XINJIANG, None) == ()
