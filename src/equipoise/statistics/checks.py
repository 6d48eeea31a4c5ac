"""Can these numbers be a table of events among subjects, or a share?"""

import operator


def check_table(events_1: int, n_1: int, events_0: int, n_0: int) -> None:
    """Refuse a two-by-two table that cannot be one."""
    check_counts(events_1, n_1, "n_1", "events_1")
    check_counts(events_0, n_0, "n_0", "events_0")


def check_counts(events: int, n: int, n_name: str = "n", events_name: str = "events") -> None:
    """Refuse an empty group, or events that are no whole number from 0 to n."""
    if operator.index(n) < 1:
        raise ValueError(f"{n_name} is {n}; a group needs at least 1 subject")
    if not 0 <= operator.index(events) <= n:
        raise ValueError(f"{events_name} is {events}; it must lie between 0 and {n_name} = {n}")


def check_share(name: str, value: float) -> float:
    """Return `value` if it lies strictly between 0 and 1, or refuse it by name."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}; it must lie strictly between 0 and 1")
    return value


def check_probability(name: str, value: float) -> float:
    """Refuse what is no share; 0 and 1 are shares."""
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; it must lie between 0 and 1")
    return value
