class ScissorPush:
    x: int
    y: int
    width: int
    height: int

class ScissorPop: ...
