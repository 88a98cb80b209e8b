"""Imports point down: design decides who may know whom."""

from tests.standing.project import files, imports, module_name, short

WIRE, CLIENT, SERVER = "mirra_mcp.wire", "mirra_mcp.client", "mirra_mcp.server"
LOCAL, SETTINGS, VENDORS = "mirra_mcp.local", "mirra_mcp.settings", "mirra_mcp.vendors"
SHIPPED = "mirra_mcp.shipped"
REACH, TESTING = "mirra_mcp.reach", "mirra_mcp.testing"
KIT, API, MIRRORS = f"{LOCAL}.kit", f"{LOCAL}.api", f"{LOCAL}.mirrors"
PAGE = f"{LOCAL}.page"

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    WIRE: (WIRE,),
    SETTINGS: (),
    VENDORS: (),
    SHIPPED: (),
    REACH: (REACH, CLIENT, WIRE, VENDORS),
    TESTING: (TESTING, REACH, CLIENT, LOCAL, WIRE, SETTINGS, VENDORS),
    CLIENT: (CLIENT, WIRE),
    SERVER: (SERVER, CLIENT, WIRE, SETTINGS, SHIPPED),
    KIT: (KIT, WIRE, SETTINGS, VENDORS),
    MIRRORS: (MIRRORS, KIT, WIRE, VENDORS),
    f"{LOCAL}.scenarios": (f"{LOCAL}.scenarios", MIRRORS, KIT, WIRE, SETTINGS),
    f"{LOCAL}.marketplace": (f"{LOCAL}.marketplace", f"{LOCAL}.openapi", MIRRORS, KIT, WIRE),
    f"{LOCAL}.openapi": (f"{LOCAL}.openapi", KIT, WIRE),
    PAGE: (PAGE, CLIENT, WIRE, VENDORS, f"{KIT}.guard", f"{KIT}.errors"),
    LOCAL: (LOCAL, WIRE, SETTINGS, VENDORS),
    "mirra_mcp.cli": ("mirra_mcp",),
    "mirra_mcp.__main__": ("mirra_mcp.cli",),
    "mirra_mcp": (),
}
"""Per package, the packages that it may import; the longest matching name rules."""


def _within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _allowed(module: str) -> tuple[str, ...]:
    layer = max((name for name in MAY_IMPORT if _within(module, (name,))), key=len)
    if layer == MIRRORS and module.count(".") > MIRRORS.count("."):
        vendor = ".".join(module.split(".")[:4])
        return (vendor, KIT, WIRE, VENDORS)
    return MAY_IMPORT[layer]


def test_imports_point_down() -> None:
    astray = [
        f"{short(path)}:{line} imports {name}"
        for path in files(".py")
        if (module := module_name(path)).startswith("mirra_mcp")
        for line, name in imports(path)
        if name.startswith("mirra_mcp.")
        and name != "mirra_mcp.__version__"
        and not _within(name, _allowed(module))
    ]
    assert astray == []


def test_the_package_never_imports_its_tests() -> None:
    astray = [
        f"{short(path)}:{line} imports {name}"
        for path in files(".py")
        if (module := module_name(path)).startswith("mirra_mcp")
        for line, name in imports(path)
        if _within(name, ("tests", "bench"))
        or (name.startswith("pytest") and not _within(module, (TESTING,)))
    ]
    assert astray == []
