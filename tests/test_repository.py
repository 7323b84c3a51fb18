"""What the repository promises about itself, apart from any behaviour of hexmon."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.peers import Peer, peer, peers

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "hexmon"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 400

# Each has a letter in brackets, so that this file does not contain what it forbids.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/wor[k]/|/tmp/h[x]\b"),
    "the address of a package index": re.compile(r"pypi\.or[g]|pythonhoste[d]|deb\.debian\.or[g]"),
    "a folder beside the project": re.compile(r"\.\./share[d]\b|\bshare[d]/(?:DESIGN|UI|reference|seeds)"),
}


def tracked() -> list[Path]:
    """The files git knows; without git (an unpacked archive) those of the source folders."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        return [path for name in ("src", "tests", "docs") for path in (ROOT / name).rglob("*.*")]
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def text_files() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                yield path.relative_to(ROOT), content.decode(errors="replace")


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def dependencies() -> list[str]:
    """The names in pyproject.toml, without versions."""
    return [re.split(r"[<>=[]", name)[0] for name in settings()["project"]["dependencies"]]


def contracts() -> list[dict[str, Any]]:
    return list(settings()["tool"]["importlinter"]["contracts"])


def top_level_imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_opens_with_a_sentence(path: Path) -> None:
    sentence = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert sentence.split("\n\n")[0].rstrip().endswith((".", "?", "!", ":")), (
        f"the docstring of {path.name} must begin with a sentence"
    )


def test_every_folder_of_python_is_a_package() -> None:
    bare = {path.parent for path in MODULES if not (path.parent / "__init__.py").exists()}
    assert bare == set()


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_the_make_commands_of_a_document_exist(document: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^\s*|\$ )make ([a-z]+)", (ROOT / document).read_text(), re.MULTILINE))
    assert named
    assert named <= targets


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md"])
def test_the_links_of_a_document_lead_to_files(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    hits = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert hits == [], f"tracked files must not name {what}"


@pytest.mark.parametrize("pattern", ["*.md", "docs/**/*.md", "src/hexmon/web/templates/*.html"])
def test_a_message_that_is_to_be_sent_has_a_recipient(pattern: str) -> None:
    found = [path.name for path in ROOT.glob(pattern) if re.search(r"hexmon send [\"']", path.read_text())]
    assert found == []


def test_every_import_is_a_declared_dependency() -> None:
    """Nothing is used that only another library happened to bring."""
    declared = {name.lower().replace("-", "_") for name in dependencies()}
    provided_as = {
        "dns": "dnspython",
        "passlib": "libpass",
        "jsonpath": "python_jsonpath",
        "re2": "google_re2",
        "yaml": "pyyaml",
    }
    used = {name for path in MODULES for name in top_level_imports(path)}
    foreign = used - sys.stdlib_module_names - {"hexmon"}
    assert {provided_as.get(name, name) for name in foreign} <= declared


def test_every_dependency_has_its_reason_in_contributing() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(dependencies())


def test_the_lock_files_have_every_dependency_and_agree() -> None:
    locked = {
        name: dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    }
    runtime, development = locked.values()
    assert {name.lower() for name in dependencies()} <= set(runtime)
    assert runtime.items() <= development.items()


def test_the_architecture_page_has_every_package() -> None:
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text()
    described = set(re.findall(r"^\| `([a-z_]+)(?:/|\.py)`", page, re.MULTILINE))
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert packages | modules <= described


def test_the_pure_modules_of_the_architecture_page_are_under_the_purity_contract() -> None:
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text()
    named = re.findall(r"`([a-z_.]+)`", page.split("The pure modules (")[1].split(") do not")[0])
    contract = next(one for one in contracts() if one["name"].startswith("Decisions are pure"))
    assert len(named) >= 11
    for name in named:
        package, _, module = name.partition(".")
        forms = {f"hexmon.{name}", f"hexmon.{name}.*", f"hexmon.{name}.**", f"hexmon.*.{module}", f"hexmon.{package}"}
        assert forms & set(contract["source_modules"]), f"{name} is not in the contract"


def test_import_rules_are_kept() -> None:
    outcome = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_a_missing_peer_is_reported_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(peers(), "nosuchd", Peer("nosuchd", "nosuch-package"))
    with pytest.raises(pytest.skip.Exception, match=r"not run: nosuchd missing .*nosuch-package"):
        peer("nosuchd")


def test_a_peer_off_the_path_is_found_where_its_package_puts_it(tmp_path: Path) -> None:
    program = tmp_path / "nosuchd"
    program.touch(mode=0o755)
    assert Peer("nosuchd", "nosuch-package", program).find() == program
    assert Peer("sh", "dash").find() == Path(shutil.which("sh") or "")
