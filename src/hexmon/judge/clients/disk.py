"""The squares disk and inode: every file system that df(1) lists, against DISK and INODE."""

from collections.abc import Iterator, Sequence

from hexmon.judge.clients.contract import Square, Table, View
from hexmon.judge.clients.df import FileSystem, file_systems
from hexmon.judge.clients.line_search import Effort, TooSlowError
from hexmon.judge.clients.lines import shortened
from hexmon.judge.clients.notes import Note, groups_of, told, worst
from hexmon.judge.clients.rules import Disk, FileSystems, Inode
from hexmon.model.color import Color

_UNREACHABLE = 100  # per cent, of a file system whose size nobody knows


def disk(view: View) -> Iterator[Square]:
    """From [df], of Windows [disk]."""
    if view.system.disk is not None:
        yield from _square(view, "disk", view.system.disk, Disk)


def inode(view: View) -> Iterator[Square]:
    """From [inode]; systems that have nothing to say about inodes send an empty one."""
    if view.system.inode is not None:
        yield from _square(view, "inode", view.system.inode, Inode)


def _square(view: View, test: str, table: Table, kind: type[Disk | Inode]) -> Iterator[Square]:
    text = view.data.get(table.section)
    if text is None:
        return
    rules = [rule for rule in view.rules.all(kind) if rule.names is not None]
    listed = file_systems(text, table)
    shown: list[str] = []
    notes: list[Note] = []
    if listed is None:
        notes.append(_not_understood(test, table, text))
        shown.append(text)
    mounts = [one.mount for one in listed or () if one.mount is not None]
    try:
        for one in listed or ():
            rule = None
            if one.mount is not None:
                rule = _rule(rules, one.mount, kind, view.effort)
                notes += _judged(one, rule, test)
            if rule is None or not rule.ignored:
                shown.append(one.row)
        notes += _counted(rules, mounts, test, view.effort)
    except TooSlowError:
        notes.append(Note(Color.YELLOW, "The patterns took too long: not all filesystems were looked at"))
    color = worst(notes)
    longest = view.settings.longest
    yield Square(
        test=test,
        color=color,
        line=f"- Filesystems {'NOT ok' if color >= Color.YELLOW else 'ok'}",
        body=told(notes, longest) + shortened("\n".join(shown), longest),
        groups=groups_of(notes),
    )


def _not_understood(test: str, table: Table, text: str) -> Note:
    if test == "inode" and text in ("", "\n"):
        return Note(Color.GREEN, "No filesystems reporting inode data")
    wanted = f"{table.capacity.partition('|')[0]} and {table.mount}"
    return Note(Color.YELLOW, f"Expected strings ({wanted}) not found in df output")


def _rule(rules: Sequence[FileSystems], mount: str, kind: type[Disk | Inode], effort: Effort) -> FileSystems:
    """The first rule in the file that means this file system, or what holds for all others.

    Of a mount point with blanks the first word will do: it is all that Xymon sees. Raises TooSlowError.
    """
    spellings = dict.fromkeys((mount, mount.partition(" ")[0]))
    for rule in rules if mount else ():
        if rule.names is not None and any(effort.names(rule.names, name) for name in spellings):
            return rule
    return _USUAL[kind]


_USUAL: dict[type[Disk | Inode], FileSystems] = {Disk: Disk(), Inode: Inode()}


def _judged(one: FileSystem, rule: FileSystems, test: str) -> Iterator[Note]:
    if rule.ignored:
        return
    name = f"<!-- ID={one.mount} --> {one.mount}" if test == "inode" else one.mount
    if one.used == _UNREACHABLE and one.free is None:
        yield Note(Color.RED, f"{name} is unreachable (not measured)", rule.groups)
        return
    free, used = one.free or 0, one.used or 0
    for color, level, word in ((Color.RED, rule.panic, "PANIC"), (Color.YELLOW, rule.warn, "WARNING")):
        limit = level.value
        if level.free and free <= limit:
            text = f"({free} units free) has reached the {word} level ({limit} units)"
        elif not level.free and used >= limit:
            text = f"({used}% used) has reached the {word} level ({limit}%)"
        else:
            continue
        yield Note(color, f"{name} {text}", rule.groups)
        return


def _counted(rules: Sequence[FileSystems], mounts: Sequence[str], test: str, effort: Effort) -> Iterator[Note]:
    """Rules may say how many file systems there must be that their name occurs in. Raises TooSlowError."""
    for rule in rules:
        if rule.names is None or (rule.least <= 0 and rule.most is None) or rule.color is Color.GREEN:
            continue
        found = sum(effort.within(rule.names, mount) for mount in mounts)
        if found < rule.least or (rule.most is not None and found > rule.most):
            name = rule.names.text
            comment = f"<!-- ID={name} -->" if test == "inode" else ""
            text = f"{comment}Filesystem {rule.text or name} (found {found}, req. {_wanted(rule)})"
            yield Note(rule.color, text, rule.groups)


def _wanted(rule: FileSystems) -> str:
    if rule.most is None:
        return f"{rule.least} or more"
    return f"between {rule.least} and {rule.most}" if rule.least > 0 else f"at most {rule.most}"
