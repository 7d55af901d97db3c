"""Receipts set in columns: a Chinese character takes two."""

from __future__ import annotations

import pytest

from drivers.receipt_printer.document import Element, Feed, LabelledValue, QrCode, ReceiptDocument, Rule, TextLine
from drivers.receipt_printer.layout import SetElement, SetLine, columns_of, set_in_lines


def lines_of(*elements: Element, columns: int = 32) -> list[SetElement]:
    return list(set_in_lines(ReceiptDocument(elements), columns))


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc 1", 5), ("居住证", 6), ("至2027", 6), ("“”·", 6)])
def test_columns_are_counted_as_the_printer_counts_them(text: str, columns: int) -> None:
    assert columns_of(text) == columns


def test_a_large_line_has_half_the_columns() -> None:
    assert lines_of(TextLine("居住证签注办理凭条", "centre", "large", bold=True), columns=16) == [
        SetLine("居住证签", "centre", "large", bold=True),
        SetLine("注办理凭", "centre", "large", bold=True),
        SetLine("条", "centre", "large", bold=True),
    ]


def test_values_of_consecutive_labels_start_in_one_column() -> None:
    assert lines_of(LabelledValue("姓名", "林*珍"), LabelledValue("有效期", "2027-12-04")) == [
        SetLine("姓名    林*珍"),
        SetLine("有效期  2027-12-04"),
    ]


def test_a_value_that_does_not_fit_goes_below_its_label_indented() -> None:
    assert lines_of(LabelledValue("地址", "上海市浦东新区示范路88弄6号402室"), columns=24) == [
        SetLine("地址"),
        SetLine("  上海市浦东新区示范路88"),
        SetLine("  弄6号402室"),
    ]


def test_a_value_of_two_lines_goes_below_its_label() -> None:
    assert lines_of(LabelledValue("咨询", "12345\n派出所")) == [
        SetLine("咨询"),
        SetLine("  12345"),
        SetLine("  派出所"),
    ]


def test_long_labels_do_not_push_short_values_aside() -> None:
    assert lines_of(LabelledValue("Issuing authority", "PSB"), LabelledValue("No.", "7"), columns=32) == [
        SetLine("Issuing authority  PSB"),
        SetLine("No.  7"),
    ]


def test_rules_feeds_and_codes_keep_their_place() -> None:
    assert lines_of(Rule(), Feed(2), QrCode("QZ-1"), columns=16) == [
        SetLine("-" * 16),
        SetLine(""),
        SetLine(""),
        QrCode("QZ-1"),
    ]


def test_nothing_of_a_receipt_shows_in_its_representation() -> None:
    document = ReceiptDocument((LabelledValue("姓名", "林玉珍"),))
    assert "林玉珍" not in repr(document) + repr(set_in_lines(document, 32))
