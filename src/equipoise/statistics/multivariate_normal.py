"""How probable is it that several correlated normal variables all stay within their bounds?

The variables are written as A y with independent y; the box becomes a polyhedron in as many
dimensions as the correlation has rank. Its measure is exact in the plane (Owen's T along each edge)
and integrated slice by slice above that, by halving intervals until two Gauss-Legendre rules agree.
Nothing is random, and a singular correlation is no
special case: it only lowers the dimension.
"""

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, owens_t

from equipoise.arrays import Floats

FAR = 9.0
"""Beyond this many standard deviations lies less than 1e-18."""
CAP = 40.0
"""A bound this far out is no bound; it stands for infinity where infinity cannot be reckoned
with."""
TOLERANCE = 1e-10
"""Largest disagreement of the two rules on one interval; the better rule errs far less."""
NO_VARIANCE = 1e-14
"""A variable with less variance left, given the others, is a combination of them."""
NO_SLOPE = 1e-16
"""A smaller part in a variable than rounding leaves is none; its reciprocal would overflow."""
SOLID = 3
"""Dimensions of a solid, the slices of which are polygons."""
NEAR = 1e-9
"""A corner this far outside of a face still counts as one."""
CHUNK = 20_000
HALVINGS = 48
MOST = 5
BESIDE = np.array([-6.0, -2.0, 0.0, 2.0, 6.0])
"""How many of its own widths before and behind a sharp turn the interval is cut."""
FEW, MANY = (np.polynomial.legendre.leggauss(points) for points in (7, 12))


def multivariate_normal_box(lower: ArrayLike, upper: ArrayLike, correlation: ArrayLike) -> float:
    """P(lower <= X <= upper) of normal X with means 0 and variances 1, to about 1e-10 absolute; no
    randomness.

    lower, upper: shape (variable,), infinite bounds allowed; correlation: (variable, variable),
    singular allowed. Raises ValueError for what is no correlation matrix, a bound that is no
    number, or more than five linearly independent variables (each doubles the digits to find and
    multiplies the time by about a hundred).
    Sources: Owen, Annals of Mathematical Statistics 1956 (the plane); Genz, Statistics and
    Computing 2004 (accuracy).
    """
    r = _checked_correlation(correlation)
    low, high = (
        _checked_bounds(name, b, len(r)) for name, b in (("lower", lower), ("upper", upper))
    )
    if np.any(low > high):
        worst = int(np.argmax(low > high))
        raise ValueError(
            f"lower[{worst}] is {low[worst]}; it must be at most upper[{worst}] = {high[worst]}"
        )
    factor = _factor(r)
    if factor.shape[1] > MOST:
        raise ValueError(
            f"correlation has rank {factor.shape[1]}; at most {MOST} independent variables are"
            " integrated"
        )
    normals = np.concatenate([factor, -factor])
    bounds = np.concatenate([high, -low])
    kept = np.isfinite(bounds) | (bounds < 0)
    if not kept.any():
        return 1.0
    measure = _measure(normals[kept], bounds[kept][None, :].clip(-CAP, CAP))
    return float(measure[0].clip(0.0, 1.0))


def _checked_bounds(name: str, given: ArrayLike, count: int) -> Floats:
    bounds = np.asarray(given, dtype=np.float64)
    if bounds.shape != (count,):
        raise ValueError(f"{name} has shape {bounds.shape}; the correlation asks for ({count},)")
    if np.isnan(bounds).any():
        raise ValueError(
            f"{name}[{int(np.argmax(np.isnan(bounds)))}] is nan; a bound is a number or infinite"
        )
    return bounds


def _checked_correlation(given: ArrayLike) -> Floats:
    r = np.asarray(given, dtype=np.float64)
    if r.ndim != 2 or r.shape[0] != r.shape[1] or not len(r):
        raise ValueError(
            f"correlation has shape {r.shape}; it must be square, with at least one variable"
        )
    if not (
        np.isfinite(r).all()
        and np.allclose(np.diag(r), 1, atol=1e-10)
        and np.allclose(r, r.T, atol=1e-10)
    ):
        raise ValueError(
            f"correlation is {r.tolist()}; it must be symmetric with ones on its diagonal"
        )
    smallest = float(np.linalg.eigvalsh(r)[0])
    if smallest < -1e-8:
        raise ValueError(
            f"correlation has the eigenvalue {smallest:.3g}; no eigenvalue may be below 0"
        )
    return (r + r.T) / 2


def _factor(r: Floats) -> Floats:
    """A of shape (variable, rank) with A A' = r: Cholesky, the variable with most variance left
    coming first.

    What is nearly determined by the others comes last, into the plane, where sharp corners cost
    nothing.
    """
    left, columns = r.copy(), []
    for _ in range(len(r)):
        pivot = int(np.argmax(np.diag(left)))
        if left[pivot, pivot] < NO_VARIANCE:
            break
        column = left[:, pivot] / np.sqrt(left[pivot, pivot])
        column[np.abs(column) < NO_SLOPE] = 0.0
        columns.append(column)
        left = left - np.outer(column, column)
        left[pivot, :] = left[:, pivot] = 0.0
    return np.stack(columns, axis=1)


def _measure(normals: Floats, bounds: Floats) -> Floats:
    """Normal measure of {y: normals y <= b} for each row b of `bounds`, shape (set, constraint)."""
    if normals.shape[1] == 1:
        return _of_intervals(normals[:, 0], bounds)
    if normals.shape[1] == 2:
        return _of_polygons(normals, bounds)
    return _of_slices(normals, bounds)


def _of_intervals(slope: Floats, bounds: Floats) -> Floats:
    low, high, possible = _limits(slope, bounds)
    return np.where(possible & (low < high), ndtr(high) - ndtr(low), 0.0)


def _limits(
    slope: Floats, bounds: Floats, farthest: float = np.inf
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Between which values slope y <= b holds for every constraint; one without slope holds
    everywhere or nowhere.
    """
    low, high = np.full(len(bounds), -farthest), np.full(len(bounds), farthest)
    for a, b in zip(slope, bounds.T, strict=True):
        if a > 0:
            high = np.minimum(high, b / a)
        elif a < 0:
            low = np.maximum(low, b / a)
    return low, high, np.all((slope != 0) | (bounds >= 0), axis=1)


def _of_polygons(normals: Floats, bounds: Floats) -> Floats:
    """Whole plane if the origin is inside, less the cone beyond each edge as seen from the origin
    (Owen's T).
    """
    length = np.hypot(*normals.T)
    flat = length < 1e-150
    possible = np.all(bounds[:, flat] >= 0, axis=1)
    unit = normals[~flat] / length[~flat, None]
    distance = (bounds[:, ~flat] / length[~flat]).clip(-CAP, CAP)
    distance[distance == 0] = (
        1e-150  # the angles between edges through the origin are those of edges close to it
    )
    low, high = _edges(unit, distance)
    away = np.abs(distance)
    with np.errstate(over="ignore"):
        beyond = owens_t(away, high / away) - owens_t(away, low / away)
    cones = np.where(low < high, np.where(distance >= 0, beyond, -beyond), 0.0)
    return np.where(possible, np.all(distance >= 0, axis=1) - cones.sum(axis=1), 0.0).clip(0.0, 1.0)


def _edges(unit: Floats, distance: Floats) -> tuple[Floats, Floats]:
    """Where each edge begins and ends, in its own direction from the foot of the perpendicular;
    begin >= end: none.
    """
    low, high = np.full(distance.shape, -np.inf), np.full(distance.shape, np.inf)
    along = np.stack([-unit[:, 1], unit[:, 0]], axis=1)
    for i in range(len(unit)):
        for j in range(i + 1, len(unit)):
            cross = float(unit[j] @ along[i])
            d_i, d_j = distance[:, i], distance[:, j]
            if abs(cross) < 1e-15:
                _parallel(i, j, float(unit[i] @ unit[j]), d_i, d_j, low)
                continue
            # One corner for both edges: lines that nearly coincide then still meet at one point.
            x = (d_i * unit[j, 1] - d_j * unit[i, 1]) / cross
            y = (d_j * unit[i, 0] - d_i * unit[j, 0]) / cross
            for edge, turn in ((i, cross), (j, -cross)):
                at = x * along[edge, 0] + y * along[edge, 1]
                if turn > 0:
                    high[:, edge] = np.minimum(high[:, edge], at)
                else:
                    low[:, edge] = np.maximum(low[:, edge], at)
    return low, high


def _parallel(i: int, j: int, same: float, d_i: Floats, d_j: Floats, low: Floats) -> None:
    """Of two lines with one direction the nearer bounds, the first if both are one; opposite ones
    may leave nothing.
    """
    if same > 0:
        low[d_j < d_i, i] = np.inf
        low[d_i <= d_j, j] = np.inf
    else:
        low[d_i + d_j < 0, i] = np.inf
        low[d_i + d_j < 0, j] = np.inf


def _of_slices(normals: Floats, bounds: Floats) -> Floats:
    """Integrate over the first coordinate; all sets of bounds are carried along at once."""
    slope, rest = normals[:, 0], normals[:, 1:]
    only = np.all(np.abs(rest) < 1e-150, axis=1)
    low, high, possible = _limits(slope[only], bounds[:, only], FAR)
    owner, start, end = _first_intervals(
        slope[~only], rest[~only], bounds[:, ~only], low, high, possible
    )
    total = np.zeros(len(bounds))
    for depth in range(HALVINGS):
        if not len(owner):
            break
        rough, fine = (
            _rule(rule, owner, start, end, slope[~only], rest[~only], bounds[:, ~only])
            for rule in (FEW, MANY)
        )
        done = (np.abs(rough - fine) <= TOLERANCE) | (depth == HALVINGS - 1)
        np.add.at(total, owner[done], fine[done])
        owner, start, end = owner[~done], start[~done], end[~done]
        middle = (start + end) / 2
        owner, start, end = (
            np.tile(owner, 2),
            np.concatenate([start, middle]),
            np.concatenate([middle, end]),
        )
    return total


def _first_intervals(
    slope: Floats,
    rest: Floats,
    bounds: Floats,
    low: Floats,
    high: Floats,
    possible: NDArray[np.bool_],
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Cut at even steps and where a constraint turns sharply, so that no narrow feature falls
    between the points.
    """
    even = np.linspace(-FAR, FAR, 7)
    steep = np.abs(slope) > 2 * np.linalg.norm(rest, axis=1)
    width = np.linalg.norm(rest[steep], axis=1) / np.abs(slope[steep])
    turns = (bounds[:, steep] / slope[steep])[:, :, None] + width[:, None] * BESIDE
    corners = _corners(np.column_stack([slope, rest]), bounds)
    turns = np.concatenate([turns.reshape(len(bounds), -1), corners], axis=1)
    cuts = np.concatenate([np.broadcast_to(even, (len(bounds), len(even))), turns], axis=1)
    cuts = np.sort(cuts.clip(low[:, None], np.maximum(low, high)[:, None]), axis=1)
    wide = (cuts[:, 1:] > cuts[:, :-1]) & possible[:, None]
    owner, place = np.nonzero(wide)
    return owner, cuts[owner, place], cuts[owner, place + 1]


def _corners(normals: Floats, bounds: Floats) -> Floats:
    """First coordinates of the corners of each solid, shape (set, triple of faces); FAR for three
    faces that make none. Slices are polygons there, and an edge of theirs begins or ends: hidden
    in the gap before an interval's first point, it would be seen by no rule.
    """
    if normals.shape[1] != SOLID:
        return np.empty((len(bounds), 0))
    triples = np.array(list(combinations(range(len(normals)), SOLID)), dtype=np.intp)
    triples = triples.reshape(-1, SOLID)
    triples = triples[np.abs(np.linalg.det(normals[triples])) > NO_VARIANCE]
    place = np.einsum("tij,stj->sti", np.linalg.inv(normals[triples]), bounds[:, triples])
    inside = np.all(place @ normals.T <= bounds[:, None, :] + NEAR, axis=2)
    return np.where(inside, place[:, :, 0], FAR)


def _rule(
    rule: tuple[Floats, Floats],
    owner: NDArray[np.intp],
    start: Floats,
    end: Floats,
    slope: Floats,
    rest: Floats,
    bounds: Floats,
) -> Floats:
    """One Gauss-Legendre rule on every interval, in chunks that fit into memory."""
    nodes, weights = rule
    found, step = np.empty(len(owner)), max(1, CHUNK // len(nodes))
    for i in range(0, len(owner), step):
        part = slice(i, i + step)
        half = (end[part] - start[part]) / 2
        y = (start[part] + half)[:, None] + half[:, None] * nodes
        shifted = bounds[owner[part], None, :] - y[:, :, None] * slope
        inner = _measure(rest, shifted.reshape(-1, len(slope))).reshape(y.shape)
        found[part] = half * ((inner * np.exp(-0.5 * y * y)) @ weights) / np.sqrt(2 * np.pi)
    return found
