"""Which view shows which model: one table for all screens.

A screen consists of a model, a line here and a .kv file with the line's name. It has a class of its own, in a module of
that name, only if it has behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from kivy.lang import Builder
from kivy.properties import ObjectProperty

from kiosk.domain.personal import Personal
from kiosk.presentation.models import resident as models
from kiosk.presentation.models import technician
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.texts.words import NOTHING, SOURCE_LANGUAGE, LocalText, Text, Words
from screens.widgets.base import BLANK_FRAME, BaseScreen

_SCREENS = Path(__file__).parent.parent
RESIDENT, TECHNICIAN = "resident", "technician"
"""Whose screen it is, which is the folder that its .kv file lies in."""
_NOTHING_AT_ALL: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class View:
    """`name`: of the screen and of its .kv file, whose rule is `<NameView>`. `is_personal`: what it shows is
    somebody's and is forgotten. `behaves`: its class stands in a module of that name. `blank`: what its blank model
    holds otherwise than nothing. `whose`: a resident's or a technician's.
    """

    model: type[AnyScreenModel]
    name: str
    is_personal: bool = True
    behaves: bool = False
    blank: Mapping[str, Any] = field(default_factory=lambda: _NOTHING_AT_ALL)
    whose: str = RESIDENT

    @property
    def rule(self) -> str:
        return self.name.title().replace("_", "") + "View"


VIEWS = (
    View(models.WelcomeScreen, "welcome", is_personal=False),
    View(models.NoticeScreen, "notice", is_personal=False),
    View(models.IdCardScreen, "id_card", is_personal=False),
    View(models.InsertPermitScreen, "insert_permit", is_personal=False),
    View(models.ReadingScreen, "reading", is_personal=False),
    View(models.AssessmentScreen, "assessment", blank={"can_go_on": True}),
    View(models.QuestionScreen, "question"),
    View(models.ChoiceScreen, "choice"),
    View(models.AskingScreen, "asking", is_personal=False),
    View(models.ConfirmScreen, "confirm", behaves=True),
    # A widget for each stage is made before it is needed.
    View(models.WritingScreen, "writing", is_personal=False, blank={"stages": (NOTHING,) * 3}),
    View(models.TakePermitScreen, "take_permit", is_personal=False, behaves=True),
    View(models.ReceiptScreen, "receipt"),
    View(models.ThankYouScreen, "thank_you"),
    View(models.OutcomeScreen, "outcome"),
    View(models.PermitInsideScreen, "permit_inside", is_personal=False),
    View(models.OutOfServiceScreen, "out_of_service"),
    View(models.OutOfHoursScreen, "out_of_hours", is_personal=False),
    View(models.LicenceCodeScreen, "licence_code"),
    View(models.TelephoneScreen, "telephone", behaves=True),
    View(models.AttendantScreen, "attendant", behaves=True),
    View(models.ServiceScreen, "service", behaves=True),
    View(models.StatusScreen, "status"),
    View(models.ApplicationScreen, "application"),
    View(models.ProgressScreen, "progress"),
    View(models.HelpScreen, "help", is_personal=False),
    View(technician.SignInScreen, "sign_in", behaves=True, whose=TECHNICIAN),
    View(technician.OverviewScreen, "overview", behaves=True, whose=TECHNICIAN),
    View(technician.PartScreen, "part", behaves=True, whose=TECHNICIAN),
)
_BY_MODEL = {view.model: view for view in VIEWS}
_BY_NAME = {view.name: view for view in VIEWS}


def screen_name(model: AnyScreenModel) -> str:
    """The screen that shows `model`."""
    return _BY_MODEL[type(model)].name


def build(name: str) -> BaseScreen:
    """The screen of that name, showing its blank model. KeyError for a name that no view has."""
    return _class_of(name)(name)


@cache
def _class_of(name: str) -> type[BaseScreen]:
    view = _BY_NAME[name]
    base = getattr(import_module(f"screens.{view.whose}.{view.name}"), view.rule) if view.behaves else BaseScreen
    Builder.load_file(str(_SCREENS / view.whose / f"{view.name}.kv"))
    model = blank(view)
    # Rules of the kv language follow a property that its class has from the beginning.
    whose = {"IS_PERSONAL": view.is_personal, "IS_TECHNICIANS": view.whose == TECHNICIAN}
    members = {"BLANK": model, **whose, "model": ObjectProperty(model, rebind=True)}
    made = type(view.rule, (base,), members)
    assert issubclass(made, BaseScreen)
    return made


def blank(view: View) -> AnyScreenModel:
    """A model of `view` without personal data."""
    hints = get_type_hints(view.model)
    missing = [each.name for each in fields(view.model) if each.default is MISSING and each.name != "frame"]
    values = {name: _nothing_of(hints[name]) for name in missing}
    model: AnyScreenModel = view.model(BLANK_FRAME, **{**values, **view.blank})
    return model


def _nothing_of(kind: Any) -> Any:
    """The empty value of this type. Raises ValueError where it has none."""
    if kind in (str, int, bool):
        return kind()
    if kind in (Text, Words):
        return NOTHING
    if kind is LocalText:
        return LocalText(((SOURCE_LANGUAGE, ""),))
    if get_origin(kind) is tuple:
        return ()
    if get_origin(kind) is Personal:
        return Personal("")
    if get_origin(kind) is UnionType and type(None) in get_args(kind):
        return None
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        needed = [each.name for each in fields(kind) if each.default is MISSING]
        value: object = kind(**{name: _nothing_of(hints[name]) for name in needed})
        return value
    raise ValueError(f"what is nothing of {kind}?")
