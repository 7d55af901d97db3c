class FactoryBase:
    def register(self, classname: str, cls: type) -> None: ...

Factory: FactoryBase
