from kivy.graphics.texture import Texture

class Image:
    @property
    def texture(self) -> Texture: ...

class ImageLoader:
    @staticmethod
    def load(filename: str, *, nocache: bool = False) -> Image: ...
