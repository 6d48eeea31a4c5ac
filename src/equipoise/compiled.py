"""Where is the machine code of the rules kept, and when is it out of date?

numba looks at the time stamp of the file a function stands in, not at the files of the functions it
calls. A loop in `endpoints` would go on using yesterday's rule of `assessments`. So the cache
directory is named by a hash of all
sources that hold compiled rules: another rule, another directory. Every such file takes `njit` from
here.
"""

from __future__ import annotations

import os
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

ROOMS = (
    "allocation",
    "assessments",
    "endpoints",
    "planning",
    "simulation",
    "statistics",
    "virtual",
)
"""The packages with compiled rules; `terms.response` is hashed too, its codes are frozen into
them."""
_PREFIX = "equipoise-"


def sources_digest(package: Path) -> str:
    """Hash of every source file that compiled code may depend on."""
    digest = sha256()
    for path in [
        package / "terms" / "response.py",
        *(p for room in ROOMS for p in sorted((package / room).rglob("*.py"))),
    ]:
        digest.update(
            path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0"
        )
    return digest.hexdigest()[:16]


def _user_cache() -> Path:
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        # A parent process of ours has already set it: step out, do not nest.
        return Path(given).parent if Path(given).name.startswith(_PREFIX) else Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "equipoise"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "equipoise"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "equipoise"


def cache_directory(package: Path) -> Path:
    """The directory for this very state of the sources; a private temporary one where the user's
    cache is read-only.
    """
    try:
        chosen = _user_cache() / f"{_PREFIX}{sources_digest(package)}"
        chosen.mkdir(parents=True, exist_ok=True)
        if os.access(chosen, os.W_OK):
            return chosen
    except (OSError, RuntimeError):  # no home directory, or none that can be written
        pass
    return Path(tempfile.mkdtemp(prefix=_PREFIX))


_OWN = Path(__file__).resolve().parent
OWN_DIGEST = sources_digest(_OWN)
"""Names the rules that are running: results of other rules are not to be mixed with theirs."""
os.environ["NUMBA_CACHE_DIR"] = str(cache_directory(_OWN))

import numba  # noqa: E402  (the environment comes first)
from numba import njit, prange  # noqa: E402

numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]  # type: ignore[attr-defined]  # when somebody imported numba before us

__all__ = ["OWN_DIGEST", "cache_directory", "njit", "prange", "sources_digest"]
