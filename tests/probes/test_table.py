"""PROBES, the modules, the options and the pages are the same set."""

import importlib
import pkgutil
from pathlib import Path

import msgspec
import pytest

import hexmon.probes
from hexmon.probes import PROBES
from hexmon.probes.contract import ProbeType

DOCS = Path(__file__).resolve().parents[2] / "docs" / "probes"


def _probe_modules() -> dict[str, ProbeType]:
    names = [module.name for module in pkgutil.iter_modules(hexmon.probes.__path__)]
    modules = {name: importlib.import_module(f"hexmon.probes.{name}") for name in names}
    return {name: module.PROBE for name, module in modules.items() if hasattr(module, "PROBE")}


def test_every_module_with_a_probe_is_in_the_table() -> None:
    assert _probe_modules() == PROBES


def test_every_probe_has_a_page() -> None:
    assert {page.stem for page in DOCS.glob("*.md")} == set(PROBES)


@pytest.mark.parametrize("name", PROBES)
def test_options_are_frozen_and_described_on_the_page(name: str) -> None:
    options = PROBES[name].options
    assert issubclass(options, msgspec.Struct)
    assert options.__struct_config__.frozen
    page = (DOCS / f"{name}.md").read_text()
    assert {field for field in options.__struct_fields__ if f"`{field}`" not in page} == set()
