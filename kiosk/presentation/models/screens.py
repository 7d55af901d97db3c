"""Every model of a screen, the residents' and the technicians'."""

from __future__ import annotations

from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.models.technician import TechnicianScreenModel

AnyScreenModel = ScreenModel | TechnicianScreenModel
