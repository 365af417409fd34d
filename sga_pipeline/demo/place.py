"""The place: twenty districts that tile the city, and who lives in them."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CITY, COUNTRY = "XX-PA", "XX"
YEARS = tuple(range(2016, 2026))
POPULATION_YEARS = tuple(range(2006, 2026))
MONTHS = tuple((year, month) for year in YEARS for month in range(1, 13))
SEXES = ("F", "M")
AGES = ("Y0T14", "Y15T29", "Y30T44", "Y45T59", "Y_GE60")
AGE_RANGES = ((0, 14), (15, 29), (30, 44), (45, 59), (60, 94))
# The register of residents has finer bands, which nest in every group the guide asks for: first age, last age, share of the group above.
FINE = (
    (0, 0, 0.065),
    (1, 4, 0.265),
    (5, 9, 0.335),
    (10, 14, 0.335),
    (15, 17, 0.19),
    (18, 19, 0.13),
    (20, 24, 0.335),
    (25, 29, 0.345),
    (30, 34, 0.34),
    (35, 39, 0.335),
    (40, 44, 0.325),
    (45, 49, 0.345),
    (50, 54, 0.335),
    (55, 59, 0.32),
    (60, 64, 0.29),
    (65, 69, 0.25),
    (70, 74, 0.19),
    (75, 79, 0.13),
    (80, 84, 0.08),
    (85, 999, 0.06),
)
FINE_NAMES = tuple("Y0" if high == 0 else "Y_GE85" if high == 999 else f"Y{low}T{high}" for low, high, _ in FINE)
GROUP_OF_FINE = tuple(next(at for at, (_, high) in enumerate(AGE_RANGES) if low <= high) for low, _, _ in FINE)
ACROSS, DOWN = 5, 4
WEST, SOUTH, STEP = -17.40, 37.60, 0.035
NAMES = (
    "Alder Quay",
    "Old Market",
    "Saltmarsh",
    "North Gate",
    "Belltower",
    "Lime Kilns",
    "Harbour Row",
    "Orchard Side",
    "Foundry",
    "Castle Hill",
    "Weavers",
    "Station",
    "Mill Pond",
    "Santa Luzía",
    "São Bento",
    "Ropewalk",
    "Lighthouse",
    "Greenfields",
    "Quarry Bank",
    "Ferry Point",
)
DISTRICTS = tuple(f"d{number:02d}" for number in range(1, ACROSS * DOWN + 1))
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Place:
    """Residents by year, district, sex and age; and the corners of the districts."""

    residents: Numbers  # years, districts, sexes, fine ages
    corners: npt.NDArray[np.float64]

    def of_year(self, year: int) -> Numbers:
        """Residents of each district."""
        return np.asarray(self.residents[POPULATION_YEARS.index(year)].sum(axis=(1, 2)))

    def by_group(self) -> Numbers:
        """Residents by year, district, sex and the five groups of ICCS."""
        groups = np.array(GROUP_OF_FINE)
        return np.stack([self.residents[..., groups == at].sum(axis=-1) for at in range(len(AGES))], axis=-1)


def make_place(random: np.random.Generator) -> Place:
    """Draw the city: some districts grow, some shrink, and the young live near the harbour."""
    size = random.uniform(0.6, 1.6, len(DISTRICTS))
    base = 560_000 * size / size.sum()
    growth = random.uniform(-0.004, 0.022, len(DISTRICTS))
    shares = np.array([0.16, 0.22, 0.23, 0.20, 0.19]) * random.uniform(0.85, 1.15, (len(DISTRICTS), 5))
    shares /= shares.sum(axis=1, keepdims=True)
    women = random.uniform(0.49, 0.53, (len(DISTRICTS), 5))
    years = np.arange(len(POPULATION_YEARS))
    totals = base[None, :] * (1 + growth[None, :]) ** years[:, None]
    by_age = totals[:, :, None] * shares[None, :, :]
    by_group = np.stack([by_age * women, by_age * (1 - women)], axis=2)
    residents = (
        (by_group[..., list(GROUP_OF_FINE)] * np.array([share for _, _, share in FINE])).round().astype(np.int64)
    )
    grid = np.stack(np.meshgrid(np.arange(ACROSS + 1), np.arange(DOWN + 1), indexing="ij"), axis=-1) * STEP
    inner = (slice(1, ACROSS), slice(1, DOWN))
    grid[inner] += random.uniform(-0.008, 0.008, grid[inner].shape)
    return Place(residents, np.round(grid + np.array([WEST, SOUTH]), 5))


def geojson(place: Place) -> str:
    """The districts as a FeatureCollection; neighbours share their corners, so nothing overlaps and nothing is left out."""
    features = []
    for index, (code, name) in enumerate(zip(DISTRICTS, NAMES, strict=True)):
        ring = [place.corners[at].tolist() for at in ring_of(index)]
        features.append(
            {
                "type": "Feature",
                "properties": {"code": code, "name": name, "surveyed": 2014},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)


def ring_of(district: int) -> list[tuple[int, int]]:
    """Corners of a district, closed, anticlockwise."""
    x, y = district % ACROSS, district // ACROSS
    return [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]


def points_in(place: Place, districts: Numbers, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """A random point inside each district asked for: a mix of its four corners."""
    weights = random.dirichlet(np.ones(4), len(districts))
    corners = np.array([[place.corners[at] for at in ring_of(one)[:4]] for one in range(len(DISTRICTS))])
    return np.asarray(np.einsum("ij,ijk->ik", weights, corners[districts]))
