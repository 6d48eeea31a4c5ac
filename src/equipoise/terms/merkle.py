"""Is this one of the leaves that were committed to? A hash tree as in RFC 9162, section 2.1: each
leaf can be shown alone, and tells nothing of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from equipoise.terms.canonical import canonical


def leaf_of(value: object) -> bytes:
    """SHA-256 of a zero byte and the canonical JSON of the value."""
    return hashlib.sha256(b"\x00" + canonical(value)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over one leaf or more."""
    if len(leaves) == 1:
        return leaves[0]
    half = _half(len(leaves))
    return _node(root(leaves[:half]), root(leaves[half:]))


def proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """What is needed to get from the leaf at `index` (from 0) to the root."""
    if len(leaves) == 1:
        return ()
    half = _half(len(leaves))
    if index < half:
        return (*proof(leaves[:half], index), root(leaves[half:]))
    return (*proof(leaves[half:], index - half), root(leaves[:half]))


def proofs(leaves: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """The proofs of all leaves, in their order: `proof` for each, found in one go."""
    return _tree(leaves)[1]


def _tree(leaves: Sequence[bytes]) -> tuple[bytes, list[tuple[bytes, ...]]]:
    if len(leaves) == 1:
        return leaves[0], [()]
    half = _half(len(leaves))
    left, lefts = _tree(leaves[:half])
    right, rights = _tree(leaves[half:])
    return _node(left, right), [
        *((*shown, right) for shown in lefts),
        *((*shown, left) for shown in rights),
    ]


def root_by(leaf: bytes, index: int, size: int, shown: Sequence[bytes]) -> bytes | None:
    """The root to which a proof leads from the leaf at `index` of `size` leaves; None if it has
    another length than such a proof has.
    """
    if size == 1:
        return leaf if not shown else None
    if not shown or not 0 <= index < size:
        return None
    half, beside = _half(size), shown[-1]
    if index < half:
        below = root_by(leaf, index, half, shown[:-1])
        return None if below is None else _node(below, beside)
    below = root_by(leaf, index - half, size - half, shown[:-1])
    return None if below is None else _node(beside, below)


def _half(size: int) -> int:
    """The greatest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
