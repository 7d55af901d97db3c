"""What a technician has printed to see whether receipts come out well: every kind of writing that a receipt has."""

from __future__ import annotations

from datetime import datetime

from drivers.receipt_printer.document import Feed, LabelledValue, QrCode, ReceiptDocument, Rule, TextLine

WRITINGS = (
    "居住证签注 0123456789 ABCxyz",
    "生僻字：㐂 䶮 𠮷 𬭳",  # of the extensions A, B and E: drawn as a picture
    "ياشاش ئىسپاتى 123",
)
"""A line in each script that receipts have: Chinese with figures and Latin letters, rare characters, Uyghur."""


def test_print(kiosk_name: str, now: datetime, code: str) -> ReceiptDocument:
    """`code`: what stands in the two-dimensional code."""
    return ReceiptDocument(
        (
            TextLine("打印测试 TEST PRINT", align="centre", size="large", bold=True),
            LabelledValue(kiosk_name, now.strftime("%Y-%m-%d %H:%M:%S")),
            Rule(),
            *(TextLine(line) for line in WRITINGS),
            *(TextLine(line, size="large", bold=True) for line in WRITINGS[:1]),
            Rule(),
            TextLine("左 left"),
            TextLine("中 centre", align="centre"),
            TextLine("右 right", align="right"),
            TextLine("1234567890" * 5),
            Rule(),
            QrCode(code),
            Feed(2),
        )
    )
