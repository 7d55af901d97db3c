from kivy.graphics.texture import Texture

class LabelBase:
    text: str
    texture: Texture | None
    _cached_lines: list[object]
    def __init__(self, *, font_name: str, font_size: float) -> None: ...
    def get_extents(self, text: str) -> tuple[int, int]: ...
    @staticmethod
    def register(
        name: str,
        fn_regular: str,
        *,
        fn_italic: str | None = None,
        fn_bold: str | None = None,
        fn_bolditalic: str | None = None,
    ) -> None: ...

class Label(LabelBase): ...
