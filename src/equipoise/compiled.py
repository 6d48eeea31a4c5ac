"""When does a rule run as plain Python, and when as machine code?

A rule marked `njit`, a kernel, is the plain Python function that it looks like: one trial is done
before a compiler would have started. Where bulk begins, the caller says how much there is to do and
takes what `at` gives: the function itself, or its machine code once that pays. Both give the same
numbers, bit by bit. numba is imported when something is compiled, and not before.

Machine code is kept between runs. numba's own cache looks at the time stamp of one file and not at
the rules that a rule calls; here a kernel is known by its digest, made of its own code, of every
kernel it calls, of every constant it reads and of the fields of every NamedTuple it takes. A
comment discards nothing; a changed rule discards itself, what calls it, and no more.
"""

from __future__ import annotations

import dis
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from inspect import getsource
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from threading import RLock
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, TypeVar, cast

__all__ = [
    "STEPS_PER_KERNEL",
    "STEPS_TO_START",
    "at",
    "cache_directory",
    "compiled",
    "digest",
    "kernels_of",
    "marked",
    "njit",
    "pays",
    "tuples_of",
    "watched",
]

F = TypeVar("F", bound=Callable[..., Any])

STEPS_TO_START = 1_000_000
STEPS_PER_KERNEL = 500_000
"""What machine code costs in steps of plain Python: to import numba and load what was compiled
before, and to compile one kernel that was not. A step is one turn of an innermost loop, about a
microsecond.
"""
_PREFIX = "equipoise-"
_OWN = __name__.partition(".")[0]

_options: dict[Callable[..., Any], dict[str, Any]] = {}
_machine_code: dict[Callable[..., Any], Any] = {}
_steps_done: dict[Callable[..., Any], int] = {}
_building = RLock()
_watchers: list[Callable[[], None]] = []


def njit(**options: Any) -> Callable[[F], F]:
    """Mark a function as a kernel; `options` are numba's, for when it is compiled."""

    def mark(function: F) -> F:
        _options[function] = options
        return function

    return mark


def at(kernel: F, steps: int) -> F:
    """`kernel` for so many more steps: plain, or machine code once compiling pays.

    It pays when all steps asked for in this process come to what compiling the kernel, and those it
    calls, costs, or to what loading costs if it was compiled before; so nobody waits more than
    about twice as long as with the better choice from the start. Only the outermost kernel is asked
    for in this way: machine code calls machine code.
    """
    return compiled(kernel) if pays(kernel, steps) else kernel


def pays(kernel: Callable[..., Any], steps: int) -> bool:
    """Whether a kernel should be compiled for so many more steps; see `at`."""
    if kernel in _machine_code:
        return True
    _steps_done[kernel] = done = _steps_done.get(kernel, 0) + steps
    if done < STEPS_TO_START:
        return False
    compiling = STEPS_PER_KERNEL * len(kernels_of(kernel))
    return done >= STEPS_TO_START + compiling or _is_kept(kernel)


@contextmanager
def watched(compiles: Callable[[], None]) -> Iterator[None]:
    """Meanwhile the first kernel of this process that is not kept from before is told of, before
    it is compiled: that takes seconds, or a minute.
    """
    _watchers.append(compiles)
    try:
        yield
    finally:
        if compiles in _watchers:
            _watchers.remove(compiles)


def compiled(kernel: F) -> F:
    """The machine code of a kernel, made at its first call for each kind of arguments."""
    with _building:
        if kernel not in _machine_code:
            while _watchers and not _is_kept(kernel):
                _watchers.pop()()
            _machine_code[kernel] = _build(kernel)
        return cast("F", _machine_code[kernel])


def _build(kernel: Callable[..., Any]) -> Any:
    """numba's dispatcher for a copy of the function that calls the machine code of other kernels.

    The copy stands, for numba, on the first line of a file named by the digest: that is what its
    cache goes by.
    """
    function = cast("FunctionType", kernel)
    names = {
        name: compiled(value) if _is_kernel(value) else value
        for name, value in _globals_of(function)
    }
    place = cache_directory() / f"{_key(kernel)}.py"
    _write_once(place, _source(function))
    copied = FunctionType(
        function.__code__.replace(co_filename=str(place), co_firstlineno=1),
        {"__builtins__": __builtins__, "__name__": function.__module__, **names},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copied.__kwdefaults__ = function.__kwdefaults__
    copied.__qualname__ = function.__qualname__
    import numba

    # Somebody may have imported numba before the directory was chosen.
    numba.config.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR", "")  # type: ignore[attr-defined]
    return numba.njit(**_options[kernel])(copied)


def _key(kernel: Callable[..., Any]) -> str:
    return f"{kernel.__name__}-{digest(kernel)}"


@cache
def _is_kept(kernel: Callable[..., Any]) -> bool:
    """Was this very kernel compiled before, for any kind of arguments?"""
    beside = cache_directory().parent.glob(f"*/{_key(kernel)}.*.nbi")
    within = cache_directory().glob(f"__pycache__/{_key(kernel)}.*.nbi")
    return any(True for found in (beside, within) for _ in found)


def _source(function: FunctionType) -> str:
    """The words of a function, for the compiler's messages."""
    try:
        return dedent(getsource(function))
    except OSError:
        return f"# {function.__module__}.{function.__qualname__}\n"


def _write_once(place: Path, content: str) -> None:
    """A file of one content and one time stamp, whoever writes it and how often."""
    if place.exists():
        return
    own = place.with_suffix(f".{os.getpid()}")
    own.write_text(content, encoding="utf-8")
    os.utime(own, (0, 0))
    own.replace(place)


def _is_kernel(value: object) -> bool:
    return isinstance(value, FunctionType) and value in _options


def _globals_of(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Names and values of the globals that a function reads, built-in ones left out."""
    for name in sorted({name for name, _ in _reads(function.__code__)}):
        if name in function.__globals__:
            yield name, function.__globals__[name]


def _reads(code: CodeType) -> Iterator[tuple[str, str]]:
    """Names of globals that are read, each with the attribute taken of it at once ("" for none)."""
    for step, following in pairwise(dis.get_instructions(code)):
        if step.opname == "LOAD_GLOBAL":
            taken = following.opname in ("LOAD_ATTR", "LOAD_METHOD")
            yield step.argval, following.argval if taken else ""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _reads(inner)


def marked() -> Iterator[Callable[..., Any]]:
    """All kernels of the modules that are loaded."""
    yield from _options


@cache
def kernels_of(kernel: Callable[..., Any]) -> frozenset[Callable[..., Any]]:
    """A kernel and all that it calls."""
    called = (value for _, value in _globals_of(cast("FunctionType", kernel)) if _is_kernel(value))
    return frozenset({kernel}).union(*map(kernels_of, called))


@cache
def digest(kernel: Callable[..., Any]) -> str:
    """Names what a kernel computes: its code and all that it calls or reads, not its words.

    The code is what Python made of it when it was loaded: a file changed since does not count.
    """
    function, told = cast("FunctionType", kernel), sha256()
    parts: list[object] = [function.__qualname__, sorted(_options[kernel].items())]
    parts += [_code(function.__code__, function.__doc__), function.__defaults__]
    for name, taken in sorted(set(_reads(function.__code__))):
        if name in function.__globals__:
            parts.append((name, taken, _value(function, name, function.__globals__[name], taken)))
    parts += sorted(map(_class, tuples_of(kernel)))
    for cell in function.__closure__ or ():
        parts.append(_value(function, "a closure", cell.cell_contents, ""))
    told.update(repr(parts).encode())
    return told.hexdigest()[:16]


def _code(code: CodeType, docstring: str | None) -> object:
    constants = [
        _code(value, None)
        if isinstance(value, CodeType)
        else sorted(map(repr, value))
        if isinstance(value, frozenset)
        else repr(None if at == 0 and value == docstring else value)
        for at, value in enumerate(code.co_consts)
    ]
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
    return code.co_code, code.co_exceptiontable, constants, names, counts


def _value(function: FunctionType, name: str, value: Any, taken: str) -> object:
    """What a global means to the kernel that reads it."""
    if _is_kernel(value):
        return digest(value)
    if isinstance(value, ModuleType):
        own = taken and value.__name__.partition(".")[0] == _OWN
        return _value(function, taken, getattr(value, taken), "") if own else value.__name__
    if isinstance(value, type):
        return _class(value)
    if value is None or isinstance(value, bool | int | float | str):
        return type(value).__name__, repr(value)
    if isinstance(value, tuple):
        return type(value).__qualname__, [_value(function, name, part, "") for part in value]
    if isinstance(value, BuiltinFunctionType):
        return value.__module__, value.__qualname__
    raise TypeError(
        f"{function.__module__}.{function.__qualname__} reads {name}, {type(value).__name__}; a"
        " kernel reads numbers, tuples, NamedTuple classes and other kernels"
    )


def _class(value: type) -> tuple[str, str, tuple[str, ...]]:
    """A class by its name; a NamedTuple by its fields too, since machine code counts them."""
    return value.__module__, value.__qualname__, getattr(value, "_fields", ())


def _tuples_in(annotations: dict[str, Any], names: dict[str, Any]) -> Iterator[type]:
    """The NamedTuple classes that annotations name."""
    for annotation in annotations.values():
        words = re.findall(r"\w+", str(annotation))
        for value in (annotation, *(names.get(word) for word in words)):
            if isinstance(value, type) and hasattr(value, "_fields"):
                yield value


def tuples_of(kernel: Callable[..., Any]) -> Iterator[type]:
    """The NamedTuple classes that a kernel takes, by its annotations, and those within them."""
    waiting = list(_tuples_in(kernel.__annotations__, kernel.__globals__))
    while waiting:
        yield (found := waiting.pop())
        waiting += _tuples_in(found.__annotations__, vars(sys.modules[found.__module__]))


def _user_cache() -> Path:
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "equipoise"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "equipoise"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "equipoise"


@cache
def cache_directory() -> Path:
    """Where machine code is kept: a private temporary directory where the user's cache is
    read-only.

    Processes that this one starts are told of the temporary one, and use it too.
    """
    try:
        chosen = _user_cache() / f"{_PREFIX}kernels"
        chosen.mkdir(parents=True, exist_ok=True)
        if os.access(chosen, os.W_OK):
            return chosen
    except (OSError, RuntimeError):  # no home directory, or none that can be written
        pass
    made = tempfile.mkdtemp(prefix=_PREFIX)
    os.environ["NUMBA_CACHE_DIR"] = made
    chosen = Path(made) / f"{_PREFIX}kernels"
    chosen.mkdir()
    return chosen
