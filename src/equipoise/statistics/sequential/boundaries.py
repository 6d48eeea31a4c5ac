"""Which shape have the bounds that are not derived from spending?

Sources: O'Brien and Fleming, Biometrics 1979; Pocock, Biometrika 1977; Wang and Tsiatis, Biometrics
1987; Haybittle, British Journal of Radiology 1971, and Peto and others, British Journal of Cancer
1976.
"""

from dataclasses import dataclass

from scipy.special import ndtri

from equipoise.statistics.sequential.information import check_between, check_finite


@dataclass(frozen=True, slots=True)
class WangTsiatis:
    """Bounds c * t ** (delta - 1/2): delta 0 is O'Brien-Fleming, 1/2 is Pocock."""

    delta: float

    def __post_init__(self) -> None:
        if not -5 <= self.delta <= 5:
            raise ValueError(f"delta is {self.delta}; it must lie between -5 and 5")


class OBrienFleming(WangTsiatis):
    """Bounds c / sqrt(t)."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0.0)


class Pocock(WangTsiatis):
    """The same bound at every look."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0.5)


@dataclass(frozen=True, slots=True)
class HaybittlePeto:
    """The same z at every interim look; the bound of the last look spends what is left, so that the
    level holds.
    """

    z: float = 3.0

    def __post_init__(self) -> None:
        check_finite("z", self.z)
        if self.z <= 0:
            raise ValueError(f"z is {self.z}; it must lie above 0")

    @classmethod
    def by_p(cls, p: float, sided: int = 2) -> "HaybittlePeto":
        """The interim bound as a p-value, two-sided unless said otherwise (0.001 two-sided is z
        3.29).
        """
        return cls(-float(ndtri(check_between("p", p) / sided)))


Shape = WangTsiatis | HaybittlePeto
