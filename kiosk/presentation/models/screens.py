"""Every model of a screen, the residents' and the technicians'."""

from __future__ import annotations

from dataclasses import replace

from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.models.technician import TechnicianScreenModel

AnyScreenModel = ScreenModel | TechnicianScreenModel


def in_language(model: AnyScreenModel, language: str) -> AnyScreenModel:
    """The same in another language; as it is where none is named."""
    return replace(model, frame=replace(model.frame, language=language)) if language else model


def differs_in_staff_alone(model: AnyScreenModel, before: AnyScreenModel) -> bool:
    """Whether `model` says nothing that is new since `before` but what became of a call for staff."""
    return model != before and replace(before, frame=replace(before.frame, staff=model.frame.staff)) == model
