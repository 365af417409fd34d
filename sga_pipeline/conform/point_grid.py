"""Which polygon a point lies in: a grid that holds most answers, and exact tests in the cells a border crosses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

# Cells along a side; beyond that a finer grid costs more to make than it saves.
SIDE = 512
# A border is taken to touch cells this share of a cell away, so that rounding never calls a border cell whole.
MARGIN = 1e-6
NOWHERE = -1


@dataclass(frozen=True)
class _Frame:
    """The box around all polygons, cut into cells."""

    west: float
    south: float
    width: float
    height: float
    side: int

    def places(self, xs: Floats, ys: Floats) -> tuple[Floats, Floats]:
        """Where points lie, in cells from the south-western corner."""
        return (xs - self.west) / self.width, (ys - self.south) / self.height


class Grid:
    """Polygons in the order of preference: a point in several, or on a border of several, belongs to the first of them."""

    def __init__(self, polygons: Sequence[shapely.Geometry], side: int = SIDE) -> None:
        self.polygons = list(polygons)
        shapely.prepare(self.polygons)
        west, south, east, north = shapely.total_bounds(self.polygons)
        # A little room, so that the outermost border lies inside the last cell.
        room = max(east - west, north - south) * 1e-6 + 1e-9
        self.frame = _Frame(
            west - room, south - room, (east - west + 2 * room) / side, (north - south + 2 * room) / side, side
        )
        # For each cell the first polygon that holds all of it, or as many as there are.
        self.owner = np.full(side * side, len(self.polygons), dtype=np.int32)
        cells, touching = self._borders()
        by_polygon = np.argsort(touching, kind="stable")
        edges = np.searchsorted(touching[by_polygon], np.arange(1, len(self.polygons)))
        for number, border in enumerate(np.split(cells[by_polygon], edges)):
            self._fill(number, border)
        # A polygon after the owner of a cell can change nothing there.
        matters = touching < self.owner[cells]
        order = np.lexsort((touching[matters], cells[matters]))
        self.candidates = touching[matters][order]
        counts = np.bincount(cells[matters], minlength=side * side)
        self.first = np.concatenate([[0], np.cumsum(counts)])

    def find(self, xs: Floats, ys: Floats) -> Numbers:
        """The number of each point's polygon; NOWHERE where there is none, or no point."""
        across, up = self.frame.places(xs, ys)
        side = self.frame.side
        # A comparison with nan is false, so what is no number is outside.
        inside = (across >= 0) & (across < side) & (up >= 0) & (up < side)
        if not inside.all():
            found = np.full(len(xs), NOWHERE, dtype=np.int64)
            found[inside] = self.find(xs[inside], ys[inside])
            return found
        cells = up.astype(np.int64) * side + across.astype(np.int64)
        found = self.owner[cells].astype(np.int64)
        starts, tests = self.first[cells], self.first[cells + 1] - self.first[cells]
        close = np.flatnonzero(tests)
        if len(close):
            self._test(found, xs, ys, close, starts[close], tests[close])
        found[found == len(self.polygons)] = NOWHERE
        return found

    def _test(self, found: Numbers, xs: Floats, ys: Floats, close: Numbers, starts: Numbers, tests: Numbers) -> None:
        """Ask each polygon about the points in cells its border crosses, all of them at once."""
        points = np.repeat(close, tests)
        polygons = self.candidates[_ranges(starts, tests)]
        order = np.argsort(polygons, kind="stable")
        points, polygons = points[order], polygons[order]
        edges = np.flatnonzero(np.diff(polygons)) + 1
        for group in np.split(np.arange(len(points)), edges):
            asked, number = points[group], int(polygons[group[0]])
            hit = asked[shapely.intersects_xy(self.polygons[number], xs[asked], ys[asked])]
            found[hit] = np.minimum(found[hit], number)

    def _borders(self) -> tuple[Numbers, Numbers]:
        """Every pair of a cell and a polygon whose border may touch it: never one too few."""
        frame = self.frame
        rings, polygon_of = shapely.get_parts(shapely.boundary(np.array(self.polygons)), return_index=True)
        # Pieces no longer than a cell, so that the box around each holds few cells.
        pieces = shapely.segmentize(rings, min(frame.width, frame.height))
        coordinates, ring_of = shapely.get_coordinates(pieces, return_index=True)
        same = np.flatnonzero(ring_of[:-1] == ring_of[1:])
        across, up = frame.places(coordinates[:, 0], coordinates[:, 1])
        left, right = _span(across, same, frame.side)
        bottom, top = _span(up, same, frame.side)
        columns, rows = right - left + 1, top - bottom + 1
        piece = np.repeat(np.arange(len(same)), columns * rows)
        nth = _ranges(np.zeros(len(same), dtype=np.int64), columns * rows)
        cells = (bottom[piece] + nth // columns[piece]) * frame.side + left[piece] + nth % columns[piece]
        owners = polygon_of[ring_of[same]][piece]
        pairs = np.unique(cells * np.int64(len(self.polygons)) + owners)
        return pairs // len(self.polygons), pairs % len(self.polygons)

    def _fill(self, number: int, border: Numbers) -> None:
        """Between two border cells of a row all cells are alike, so one of each such run is asked."""
        side = self.frame.side
        rows, columns = border // side, border % side
        bottom, left = rows.min(), columns.min()
        block = np.zeros((rows.max() - bottom + 1, columns.max() - left + 1), dtype=bool)
        block[rows - bottom, columns - left] = True
        begins = ~block
        begins[:, 1:] &= block[:, :-1]
        at_row, at_column = np.nonzero(begins)
        xs = self.frame.west + (at_column + left + 0.5) * self.frame.width
        ys = self.frame.south + (at_row + bottom + 0.5) * self.frame.height
        answers = np.zeros(block.shape, dtype=bool)
        answers[at_row, at_column] = shapely.intersects_xy(self.polygons[number], xs, ys)
        # Each cell of a run takes the answer of the run's first.
        run = np.cumsum(begins, axis=1)
        firsts = np.concatenate([[0], np.cumsum(begins.sum(axis=1))])[:-1]
        listed = answers[at_row, at_column]
        whole = np.zeros(block.shape, dtype=bool)
        known = ~block & (run > 0)
        whole[known] = listed[(firsts[:, None] + run - 1)[known]]
        inside_row, inside_column = np.nonzero(whole)
        cells = (inside_row + bottom) * side + inside_column + left
        self.owner[cells] = np.minimum(self.owner[cells], number)


def _span(values: Floats, same: Any, side: int) -> tuple[Numbers, Numbers]:
    """First and last cell that a piece between two neighbours touches, with the margin."""
    low, high = np.minimum(values[same], values[same + 1]), np.maximum(values[same], values[same + 1])
    first = np.clip(np.floor(low - MARGIN), 0, side - 1).astype(np.int64)
    last = np.clip(np.floor(high + MARGIN), 0, side - 1).astype(np.int64)
    return first, last


def _ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """start, start + 1, ... for each pair, one after the other."""
    total = int(lengths.sum())
    begun = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.arange(total, dtype=np.int64) - begun + np.repeat(starts, lengths)
