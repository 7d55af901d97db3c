"""The second central was written from the document alone, and stays so: it shares no code with what it is held to."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from tests.architecture.source import nodes_of, python_files

ALLOWED = {*sys.stdlib_module_names, "cryptography", "tests.second_central"}
# The document, the vectors with its table of code points, and the permit file that it sends its reader to.
READS = {"openapi.json", "vectors.json", "reference.toml"}


def imported_by(path: str) -> Iterator[str]:
    for node in nodes_of(path):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=module, level=level):
                yield "." * level + (module or "")


def test_it_imports_the_standard_library_and_cryptography_alone() -> None:
    files = python_files("tests/second_central")
    assert len(files) > 4
    others = {
        f"{path}: {name}"
        for path in files
        for name in imported_by(path)
        if not any(name == allowed or name.startswith(f"{allowed}.") for allowed in ALLOWED)
    }
    assert others == set()


def test_it_reads_no_other_file_of_ours_than_the_document_its_vectors_and_a_permit_file() -> None:
    named = {
        node.value
        for path in python_files("tests/second_central")
        for node in nodes_of(path)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "\n" not in node.value
        and node.value.rpartition(".")[2] in ("json", "toml", "py", "sql", "yaml")
        and " " not in node.value
    }
    assert named == READS
