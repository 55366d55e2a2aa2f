"""Rules of style that hold for the SDK and the tests."""

import ast
from pathlib import Path

import pytest

import keelmark

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pysdk" / "keelmark"
MAX_LINES = 400
MAX_PUBLIC = 10

LAYERS = (
    {"units", "types", "errors", "identifiers", "regulation"},
    {"events", "columns", "margin", "pricing", "risk", "sanctions", "proofs", "evidence"}
    | {"reports"},
    {"chain", "bindings", "releases"},
    {"deploy", "identity", "ledger", "scenario"},
    {"store"},
    {"ingest"},
    {"cluster", "verification", "monitor", "api"} | {"source_verification", "audit", "conformance"},
    {"cli"},
)
"""Each may import from itself and from those before it."""

OUTSIDE_PURE = {"web3", "eth_tester", "requests", "aiohttp", "socket", "subprocess", "urllib"}
"""What the first two layers, which do no input or output, may not import."""

MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
every_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix()
)


def rank(part: str) -> int:
    """The layer of a sub-package or top-level module."""
    for number, layer in enumerate(LAYERS):
        if part in layer:
            return number
    raise AssertionError(f"keelmark.{part} stands in no layer")


def imports(tree: ast.AST) -> set[str]:
    """Full names of everything imported anywhere in a module."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own_layer_breaches(part: str, tree: ast.AST) -> set[str]:
    """Imports that lead from a lower layer to a higher one, or out of the pure layers."""
    names = imports(tree)
    own = {name for name in names if name.startswith("keelmark.")}
    breaches = {
        name
        for name in own
        if name != "keelmark.__version__" and rank(name.split(".")[1]) > rank(part)
    }
    if rank(part) <= 1:
        breaches |= {name for name in names if name.split(".")[0] in OUTSIDE_PURE}
    return breaches


@every_module
def test_layer_direction(path: Path) -> None:
    """Imports point to the left only; the first two layers reach no network."""
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if part == "__init__":
        return
    assert not own_layer_breaches(part, ast.parse(path.read_text("utf-8")))


def without_docs(tree: ast.Module) -> list[str]:
    """Public modules, classes and functions without a docstring."""
    lacking = [] if ast.get_docstring(tree) else ["the module"]

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("_"):
                continue
            overload = any("overload" in ast.unparse(item) for item in node.decorator_list)
            if not ast.get_docstring(node) and not overload:
                lacking.append(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{prefix}{node.name}.")

    visit(tree.body, "")
    return lacking


@every_module
def test_docstrings(path: Path) -> None:
    """Every public thing says what it is."""
    text = path.read_text("utf-8")
    assert not text.strip() or not without_docs(ast.parse(text))


@every_module
def test_size_of_file(path: Path) -> None:
    """At most 400 lines, unless it is generated."""
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MAX_LINES or text.startswith('"""Generated ')


def test_public_surface() -> None:
    """Ten names at most, and each of them exists."""
    assert len(keelmark.__all__) <= MAX_PUBLIC
    assert all(hasattr(keelmark, name) for name in keelmark.__all__)


def test_checks_can_fail() -> None:
    """The readers of this file see what they look for."""
    tree = ast.parse("from keelmark.cli import app\nimport web3\nfrom keelmark.units import WAD\n")
    assert own_layer_breaches("margin", tree) == {"keelmark.cli.app", "web3"}
    assert own_layer_breaches("chain", tree) == {"keelmark.cli.app"}
    assert own_layer_breaches("cli", tree) == set()
    with pytest.raises(AssertionError, match="no layer"):
        own_layer_breaches("margin", ast.parse("import keelmark.somewhere"))
    code = 'class A:\n    """Doc."""\n    def f(self): ...\n    def _g(self): ...\n'
    assert without_docs(ast.parse(code)) == ["the module", "A.f"]
