"""How a sign is drawn: colour and icon say the same."""

from __future__ import annotations

from kiosk.presentation.models.technician import Sign

ICONS = {
    Sign.WELL.value: "check",
    Sign.NOTICE.value: "attention",
    Sign.TROUBLE.value: "warning",
    Sign.UNKNOWN.value: "wait",
}
