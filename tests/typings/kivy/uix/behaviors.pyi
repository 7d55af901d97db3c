from kivy.properties import OptionProperty

class ButtonBehavior:
    state: OptionProperty

class ToggleButtonBehavior(ButtonBehavior): ...
