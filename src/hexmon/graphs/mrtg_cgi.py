"""The declaration in the CGI program mrtg-rrd that names its configuration files: read, and rewritten. Pure text.

Two forms are known: a list of paths (`@config_files = qw(...)`), and a table from a site's folder to its path
(`%site_config = (...)`), by which the same name of a chart may be there once in every site.
"""

import re
from collections.abc import Callable

_LIST = re.compile(r"(@config_files\s*=\s*qw\s*\()([^()]*)(\))")
_TABLE = re.compile(r"(%site_config\s*=\s*\()([^()]*)(\)\s*;)")
_PAIR = re.compile(r"""(['"]?)([\w.-]+)\1\s*=>\s*(['"])([^'"\n]*)\3""")
_SAFE = re.compile(r"[\w./+:=@,-]+\Z", re.ASCII)


def knows_sites(program: str) -> bool:
    """Whether its addresses have the site's folder before the name of a chart."""
    return _TABLE.search(program) is not None


def registered(program: str, folder: str, path: str) -> str | None:
    """The program with that configuration of that site in it, and nothing else changed; None when it has no place.

    Raises ValueError for a path or folder that cannot be written into it.
    """
    if not (_SAFE.match(folder) and _SAFE.match(path)):
        raise ValueError(f"'{path}' cannot be written into a Perl program: it has unusual characters")
    if knows_sites(program):
        return _rewritten(_TABLE, program, lambda inside: _in_table(inside, folder, path))
    if _LIST.search(program):
        return _rewritten(_LIST, program, lambda inside: _in_list(inside, path))
    return None


def _rewritten(declaration: re.Pattern[str], program: str, change: Callable[[str], str]) -> str:
    return declaration.sub(lambda found: f"{found[1]}{change(found[2])}{found[3]}", program, count=1)


def _in_list(inside: str, path: str) -> str:
    paths = inside.split()
    return inside if path in paths else " ".join([*paths, path])


def _in_table(inside: str, folder: str, path: str) -> str:
    known = {found[2]: found[4] for found in _PAIR.finditer(inside)}
    if known.get(folder) == path:
        return inside
    known[folder] = path
    return "\n" + "".join(f"    '{name}' => '{known[name]}',\n" for name in sorted(known))
