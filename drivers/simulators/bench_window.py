"""`python -m drivers bench`: a window with a button for every action and fault of the rig, and its visible state."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from assets import ASSETS

# Kivy would parse the command line and read a configuration from the user's folder. It reads these variables when it is
# imported.
os.environ.update(KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_NO_FILELOG="1")

from kivy.app import App
from kivy.clock import Clock
from kivy.config import Config
from kivy.core.text import LabelBase
from kivy.lang import Builder
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.button import Button
from kivy.uix.gridlayout import GridLayout
from kivy.uix.image import Image
from kivy.uix.label import Label
from kivy.uix.scrollview import ScrollView
from kivy.uix.togglebutton import ToggleButton

from drivers.simulators.bench_labels import DEVICES, KINDS, PLACES, facts, fault_label
from drivers.simulators.control import RigClient, RigRefused

FONTS = ASSETS / "fonts"
LOOK = Path(__file__).with_suffix(".kv")
WIDTH, HEIGHT = 1360, 900
REFRESH_S = 0.4
FAULT_COLUMNS = 5


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `bench`."""
    parser = subparsers.add_parser("bench", help="a window with a button for every action and fault")
    parser.add_argument("--control", type=Path, required=True, help="the socket of `python -m drivers simulate`")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    Config.set("graphics", "width", str(WIDTH))
    Config.set("graphics", "height", str(HEIGHT))
    Config.set("input", "mouse", "mouse,disable_multitouch")
    LabelBase.register("Bench", str(FONTS / "NotoSansSC-Regular.otf"), fn_bold=str(FONTS / "NotoSansSC-Bold.otf"))
    Builder.load_file(str(LOOK))
    with tempfile.TemporaryDirectory(prefix="bench-") as pictures:
        Bench(args.control, Path(pictures)).run()
    return 0


class Panel(BoxLayout):
    """A titled box."""


class Heading(Label):
    """The title of a panel or of a device."""


class Fact(Label):
    """A line of live state."""


class RigButton(Button):
    """A button for an action of a person."""


class Choice(ToggleButton):
    """One entry of a list."""


class Fault(ToggleButton):
    """A fault that lasts while the button is down."""


class Plastic(Image):
    """The picture of the chosen permit."""


class Slip(Image):
    """The picture of the last receipt."""


class Bench(App):
    """Asks the rig for its state and shows it; every button is one line to the rig."""

    title = "演示台 Bench · 全部为模拟设备，人物虚构  All devices simulated, all people invented"

    def __init__(self, control: Path, pictures: Path) -> None:
        super().__init__()
        self._control = control
        self._pictures = pictures
        self._client: RigClient | None = None
        self._person = ""
        self._permit = ""
        self._licence = ""
        self._choices: dict[str, Choice] = {}
        self._licences: dict[str, Choice] = {}
        self._people: dict[str, Choice] = {}
        self._fault_buttons: dict[tuple[str, str], Fault] = {}
        self._seen: dict[str, Any] = {}
        self._fact = Fact()
        self._said = Fact(text="")

    # -- the window ------------------------------------------------------------------------------------------------

    def build(self) -> BoxLayout:
        """Three columns: people and permits, visible state, devices and faults."""
        people, state = self._do("people") or {}, self._do("state") or {"permits": {}}
        names = self._do("fault_names") or {}
        self._plastic, self._slip = Plastic(), Slip()
        root = BoxLayout(orientation="vertical", padding=dp(8), spacing=dp(8))
        columns = BoxLayout(spacing=dp(8))
        columns.add_widget(self._left(people, state["permits"], self._do("licences") or {}))
        columns.add_widget(self._middle())
        columns.add_widget(self._right(names, self._do("service_cards") or []))
        root.add_widget(columns)
        root.add_widget(self._fact)
        root.add_widget(self._said)
        Clock.schedule_interval(lambda _: self._refresh(), REFRESH_S)
        return root

    def _left(self, people: dict[str, str], permits: dict[str, Any], licences: dict[str, str]) -> BoxLayout:
        column = BoxLayout(orientation="vertical", spacing=dp(8), size_hint_x=0.27)
        column.add_widget(self._list("居民 People", people, self._people, "person", self._choose_person))
        column.add_widget(
            _action_row(
                [
                    ("放上身份证\nLay identity card", lambda: self._do("lay_id_card", person_id=self._person)),
                    ("拿走身份证\nLift identity card", lambda: self._do("lift_id_card")),
                ]
            )
        )
        labels = {permit_id: permit_id for permit_id in permits}
        column.add_widget(self._list("证件 Permits", labels, self._choices, "permit", self._choose_permit))
        column.add_widget(
            _action_row(
                [
                    ("插入证件\nOffer", lambda: self._do("offer_permit", permit_id=self._permit)),
                    ("抽回\nWithdraw", lambda: self._do("withdraw_permit")),
                    ("取走证件\nTake", lambda: self._do("take_permit")),
                ]
            )
        )
        shown = self._list("电子证照 Electronic licences", licences, self._licences, "licence", self._choose_licence)
        shown.size_hint_y = 0.5
        column.add_widget(shown)
        column.add_widget(
            _action_row(
                [
                    (
                        "出示电子证照\nShow licence code",
                        lambda: self._do("show_licence_code", licence_id=self._licence),
                    ),
                ]
            )
        )
        return column

    def _list(
        self, title: str, labels: dict[str, str], kept: dict[str, Choice], group: str, choose: Callable[[str], None]
    ) -> Panel:
        panel = Panel()
        panel.add_widget(Heading(text=title))
        rows = GridLayout(cols=1, size_hint_y=None, spacing=dp(3))
        rows.bind(minimum_height=rows.setter("height"))
        for key, label in labels.items():
            row = Choice(text=label if label == key else f"{label}   [size=12sp]{key}[/size]", group=group)
            row.bind(on_release=lambda _, chosen=key: choose(chosen))
            kept[key] = row
            rows.add_widget(row)
        scroll = ScrollView(bar_width=dp(8), scroll_type=["bars", "content"])
        scroll.add_widget(rows)
        panel.add_widget(scroll)
        if labels:
            first = next(iter(labels))
            kept[first].state = "down"
            choose(first)
        return panel

    def _middle(self) -> BoxLayout:
        column = BoxLayout(orientation="vertical", spacing=dp(8), size_hint_x=0.31)
        face = Panel(size_hint_y=0.42)
        face.add_widget(Heading(text="所选证件 Chosen permit"))
        face.add_widget(self._plastic)
        slip = Panel()
        slip.add_widget(Heading(text="最近凭条 Last receipt"))
        slip.add_widget(self._slip)
        column.add_widget(face)
        column.add_widget(slip)
        column.add_widget(
            _action_row(
                [
                    ("撕下凭条\nTear off", lambda: self._do("tear_off_receipt")),
                    ("换纸\nLoad paper", lambda: self._do("load_paper")),
                ]
            )
        )
        return column

    def _right(self, names: dict[str, list[str]], service_cards: list[str]) -> BoxLayout:
        column = BoxLayout(orientation="vertical", spacing=dp(8), size_hint_x=0.42)
        rows = GridLayout(cols=1, size_hint_y=None, spacing=dp(6))
        rows.bind(minimum_height=rows.setter("height"))
        for device, faults in names.items():
            rows.add_widget(Heading(text=DEVICES.get(device, device)))
            grid = GridLayout(
                cols=FAULT_COLUMNS, size_hint_y=None, spacing=dp(4), row_default_height=dp(44), row_force_default=True
            )
            grid.bind(minimum_height=grid.setter("height"))
            for name in faults:
                button = Fault(text=fault_label(name))
                button.bind(on_release=lambda pressed, d=device, n=name: self._toggle(d, n, pressed.state == "down"))
                self._fault_buttons[device, name] = button
                grid.add_widget(button)
            rows.add_widget(grid)
        scroll = ScrollView(bar_width=dp(8), scroll_type=["bars", "content"])
        scroll.add_widget(rows)
        panel = Panel()
        panel.add_widget(scroll)
        column.add_widget(panel)
        column.add_widget(
            _action_row(
                [
                    ("开证件机盖\nOpen unit", lambda: self._do("open_cover", device="permit_unit")),
                    ("合证件机盖\nClose unit", lambda: self._do("close_cover", device="permit_unit")),
                    ("开打印机盖\nOpen printer", lambda: self._do("open_cover", device="receipt_printer")),
                    ("合打印机盖\nClose printer", lambda: self._do("close_cover", device="receipt_printer")),
                ]
            )
        )
        column.add_widget(
            _action_row(
                [
                    ("取出卡住的证\nFree jam", lambda: self._do("free_jam")),
                    ("清空废证箱\nEmpty bin", lambda: self._do("empty_bin")),
                    ("全部恢复正常\nClear all faults", lambda: self._do("clear_faults")),
                ]
            )
        )
        if service_cards:
            inserting = [
                (
                    f"插入服务卡\nInsert {service_card}",
                    partial(self._do, "insert_service_card", service_card=service_card),
                )
                for service_card in service_cards
            ]
            pulling = ("拔出服务卡\nPull out", lambda: self._do("pull_service_card"))
            column.add_widget(_action_row([*inserting, pulling]))
        return column

    # -- choices and faults ----------------------------------------------------------------------------------------

    def _choose_person(self, person_id: str) -> None:
        self._person = person_id
        self._people[person_id].state = "down"

    def _choose_permit(self, permit_id: str) -> None:
        self._permit = permit_id
        self._choices[permit_id].state = "down"
        self._seen.pop("face", None)

    def _choose_licence(self, licence_id: str) -> None:
        self._licence = licence_id
        self._licences[licence_id].state = "down"

    def _toggle(self, device: str, name: str, is_on: bool) -> None:
        """Set or clear a fault. The rig clears all faults of a device at once, so the others are set again."""
        if is_on:
            self._do("fault", device=device, name=name)
            return
        others = [
            other
            for (d, other), button in self._fault_buttons.items()
            if d == device and other != name and button.state == "down"
        ]
        self._do("clear_faults", device=device)
        for other in others:
            self._do("fault", device=device, name=other)

    # -- the rig ---------------------------------------------------------------------------------------------------

    def _do(self, verb: str, **arguments: Any) -> Any:
        """Send one line to the rig. Refusals are shown, and a lost rig is searched for again."""
        try:
            if self._client is None:
                self._client = RigClient(self._control)
            result = self._client.do(verb, **arguments)
        except RigRefused as refused:
            self._said.text = f"做不到 cannot: {refused}"
            return None
        except OSError as error:
            if self._client is not None:
                self._client.close()
                self._client = None
            self._said.text = f"模拟设备未连接 the simulators are not there: {error}"
            return None
        if verb not in ("state", "people", "licences", "fault_names", "service_cards", "save_face", "save_receipt"):
            told = "" if result in (None, True, []) else f"  →  {result}"
            self._said.text = f"{verb}  {'  '.join(map(str, arguments.values()))}{told}"
        return result

    def _refresh(self) -> None:
        state = self._do("state")
        if state is None:
            return
        for permit_id, permit in state["permits"].items():
            row = self._choices.get(permit_id)
            if row is not None:
                kind = "" if permit["kind"] == "permit" else f"  {KINDS[permit['kind']]}"
                place = "" if permit["place"] == "hand" else f"   [b]▶ {PLACES[permit['place']]}[/b]"
                row.text = f"{permit_id}[size=12sp]{kind}[/size]{place}"
        for (device, name), button in self._fault_buttons.items():
            button.state = "down" if name in state["faults"][device] else "normal"
        self._fact.text = facts(state)
        self._show_pictures(state)

    def _show_pictures(self, state: dict[str, Any]) -> None:
        permit = state["permits"].get(self._permit)
        if permit is not None:
            seen = (self._permit, permit["face_prints"], permit["face_erasures"])
            if self._seen.get("face") != seen:
                self._seen["face"] = seen
                self._picture(self._plastic, "face.png", "save_face", permit_id=self._permit)
        if state["receipts"] and self._seen.get("receipts") != state["receipts"]:
            self._seen["receipts"] = state["receipts"]
            self._picture(self._slip, "receipt.png", "save_receipt")

    def _picture(self, image: Image, name: str, verb: str, **arguments: Any) -> None:
        path = self._pictures / name
        self._do(verb, path=str(path), **arguments)
        if path.is_file():
            image.source = str(path)
            image.reload()
            image.opacity = 1


def _action_row(actions: list[tuple[str, Callable[[], Any]]]) -> BoxLayout:
    row = BoxLayout(size_hint_y=None, height=dp(58), spacing=dp(6))
    for label, act in actions:
        button = RigButton(text=label)
        button.bind(on_release=lambda _, do=act: do())
        row.add_widget(button)
    return row
