from kivy.uix.widget import Widget

class BuilderBase:
    def load_file(self, filename: str) -> Widget | None: ...

Builder: BuilderBase
