"""`python benchmarks/points.py`: areas of millions of points, by every way at hand; CPU time of each against the fastest, and whether all agree."""

from __future__ import annotations

import argparse
import importlib.util
import json
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import shapely

from sga_pipeline.conform.point_grid import Grid

CHUNK = 500_000
BOUNDARIES = {
    80: "chicago/boundaries/boundries-chicago-community.geojson",
    1650: "mexico_city/boundaries/colonias_geo.json",
}
Polygons = list[shapely.Geometry]
Floats = np.ndarray


def polygons_of(number: int) -> tuple[str, Polygons]:
    """Real boundaries where they lie at hand (77 and 1,651 of them); else cells around random seeds with wavy borders."""
    data = Path(os.environ.get("SGA_CITY_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    file = data / BOUNDARIES[number]
    if file.is_file():
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        return file.name, [shapely.make_valid(shapely.geometry.shape(one["geometry"])) for one in features]
    rng = np.random.default_rng(7)
    seeds = shapely.multipoints(rng.random((number, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=shapely.box(0, 0, 1, 1)))
    cells = shapely.intersection(shapely.segmentize(cells, 0.2 / number**0.5 / 20), shapely.box(0, 0, 1, 1))
    wavy = shapely.transform(cells, lambda at: at + 0.02 / number**0.5 * np.sin(at[:, ::-1] * 40 * number**0.5))
    return f"{number} made-up cells", list(shapely.make_valid(wavy))


def points_of(polygons: Polygons, number: int) -> tuple[Floats, Floats]:
    """Anywhere in the box around the polygons, half of them in a few dense places, as incidents lie; some on borders."""
    rng = np.random.default_rng(11)
    west, south, east, north = shapely.total_bounds(polygons)
    xs, ys = rng.uniform(west, east, number), rng.uniform(south, north, number)
    centres = shapely.get_coordinates(shapely.point_on_surface(rng.choice(np.array(polygons), 30)))
    near = rng.integers(0, 30, number // 2)
    spread = (east - west) / 40
    xs[: number // 2] = centres[near, 0] + rng.normal(0, spread, number // 2)
    ys[: number // 2] = centres[near, 1] + rng.normal(0, spread, number // 2)
    corners = shapely.get_coordinates(polygons)
    at = rng.integers(0, len(corners), number // 1000)
    xs[-len(at) :], ys[-len(at) :] = corners[at, 0], corners[at, 1]
    return xs, ys


def by_grid(polygons: Polygons, xs: Floats, ys: Floats) -> Floats:
    """What conform does."""
    grid = Grid(polygons)
    return np.concatenate([grid.find(xs[at : at + CHUNK], ys[at : at + CHUNK]) for at in range(0, len(xs), CHUNK)])


def by_tree(polygons: Polygons, xs: Floats, ys: Floats) -> Floats:
    """Shapely's STRtree, asked with chunks of points."""
    tree, found = shapely.STRtree(polygons), np.full(len(xs), len(polygons))
    for at in range(0, len(xs), CHUNK):
        points, numbers = tree.query(shapely.points(xs[at : at + CHUNK], ys[at : at + CHUNK]), predicate="intersects")
        np.minimum.at(found, at + points, numbers)
    return np.where(found == len(polygons), -1, found)


def by_polygon(polygons: Polygons, xs: Floats, ys: Floats) -> Floats:
    """Each prepared polygon asked about the points in its box."""
    found, order = np.full(len(xs), -1), np.argsort(xs)
    sorted_xs = xs[order]
    shapely.prepare(polygons)
    for number in reversed(range(len(polygons))):
        west, south, east, north = polygons[number].bounds
        near = order[np.searchsorted(sorted_xs, west) : np.searchsorted(sorted_xs, east, side="right")]
        near = near[(ys[near] >= south) & (ys[near] <= north)]
        found[near[shapely.intersects_xy(polygons[number], xs[near], ys[near])]] = number
    return found


def by_duckdb(polygons: Polygons, xs: Floats, ys: Floats) -> Floats:
    """DuckDB's spatial join, chunk by chunk."""
    package = importlib.util.find_spec("duckdb_extension_spatial")
    assert package is not None and package.submodule_search_locations
    [file] = Path(package.submodule_search_locations[0]).rglob("spatial.duckdb_extension")
    con = duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": False})
    con.execute(f"load '{file}'")
    con.execute("set enable_progress_bar = false")
    con.execute("create table texts (number integer, shape blob)")
    con.executemany("insert into texts values (?, ?)", [(n, shapely.to_wkb(one)) for n, one in enumerate(polygons)])
    con.execute("create table areas as select number, ST_GeomFromWKB(shape) as shape from texts")
    found = np.full(len(xs), -1)
    for start in range(0, len(xs), CHUNK):
        con.register(
            "chunk",
            {
                "line": np.arange(start, min(start + CHUNK, len(xs))),
                "x": xs[start : start + CHUNK],
                "y": ys[start : start + CHUNK],
            },
        )
        answer = con.execute(
            "select line, min(number) as number from (select line, ST_Point(x, y) as place from chunk) as points "
            "join areas on ST_Intersects(areas.shape, points.place) group by line"
        ).fetchnumpy()
        found[answer["line"]] = answer["number"]
    return found


CANDIDATES: dict[str, Callable[[Polygons, Floats, Floats], Floats]] = {
    "grid": by_grid,
    "prepared polygons": by_polygon,
    "STRtree": by_tree,
    "DuckDB spatial": by_duckdb,
}


def run(name: str, number: int, count: int, answers: str) -> None:
    """One candidate in a process of its own, with everything it prepares; writes its answers and what it took."""
    _, polygons = polygons_of(number)
    xs, ys = points_of(polygons, count)
    before = resource.getrusage(resource.RUSAGE_SELF)
    started, cpu = time.monotonic(), time.process_time()
    found = CANDIDATES[name](polygons, xs, ys)
    took, wall = time.process_time() - cpu, time.monotonic() - started
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before.ru_maxrss) / 1024
    np.savez(answers, found=found.astype(np.int32), took=[took, wall, more])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--scratch", type=Path, default=Path("/tmp"))
    asked = parser.parse_args()
    for number in BOUNDARIES:
        label, polygons = polygons_of(number)
        print(
            f"{asked.points:,} points, {len(polygons):,} polygons ({label}, {shapely.get_num_coordinates(polygons).sum():,} corners)"
        )
        results = {}
        for name in CANDIDATES:
            file = asked.scratch / f"points-{os.getpid()}.npz"
            child = multiprocessing.get_context("spawn").Process(
                target=run, args=(name, number, asked.points, str(file))
            )
            child.start()
            child.join()
            if child.exitcode:
                raise SystemExit(f"{name} failed")
            with np.load(file) as kept:
                results[name] = kept["found"], *kept["took"]
            file.unlink()
        fastest = min(cpu for _, cpu, _, _ in results.values())
        first = results["grid"][0]
        for name, (found, cpu, wall, more) in results.items():
            differ = int((found != first).sum())
            print(
                f"  {name:18} {cpu:7.2f} CPU s {wall:7.2f} s {more:6.0f} MB more   {cpu / fastest:6.1f} x   {differ or 'no'} answers differ"
            )


if __name__ == "__main__":
    main()
