"""The tile map: every region once, neighbours together, and what the chart refuses."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.publish import style
from armutsexpertise.publish.tile_layout import arrange_tiles, kept_pairs
from armutsexpertise.publish.tilemap import plot_tile_map, read_tiles

DATA = Path(__file__).parent / "data"
LABELS = {"own": "Pass belegt", "none": "kein Pass, belegt", "unknown": "ungeklärt"}
LOOKS = {"own": "strong", "none": "other", "unknown": "unknown"}


@pytest.fixture(scope="module")
def pairs():
    return pd.read_csv(DATA / "kreise_neighbours.csv", dtype=str)


@pytest.fixture(scope="module")
def centroids():
    return pd.read_csv(DATA / "kreise_centroids.csv", dtype={"key": str})


@pytest.fixture
def frame():
    tiles = read_tiles()
    categories = (["own", "unknown", "none"] * 18)[:53]
    return tiles[["ags5"]].assign(category=categories, text=["3/10", None, ""] * 17 + ["1/2"] * 2)


def draw(frame, **changes):
    settings = {"labels": LABELS, "looks": LOOKS, "text": "text"} | changes
    return plot_tile_map(frame, "ags5", "category", **settings)


def test_every_region_has_a_tile_of_its_own(centroids):
    tiles = read_tiles()
    assert list(tiles["ags5"]) == list(centroids["key"])
    assert not tiles.duplicated(["col", "row"]).any()
    assert tiles["code"].is_unique
    assert tiles["name"].is_unique
    assert tiles[["col", "row"]].min().tolist() == [0, 0]
    assert tiles[["col", "row"]].max().tolist() == [8, 8]
    known = tiles.set_index("ags5")["code"]
    assert known[["05315", "05111", "05314", "05970", "05334"]].tolist() == [
        "K",
        "D",
        "BN",
        "SI",
        "AC",
    ]


def test_neighbours_stay_together(pairs):
    """The shares that docs/decisions/tile-map.md states; a change of a tile must change it."""
    kept = kept_pairs(read_tiles().rename(columns={"ags5": "key"}), pairs)
    assert len(pairs) == 136
    assert kept["edge"] == pytest.approx(74 / 136)
    assert kept["touch"] == pytest.approx(117 / 136)


def test_tiles_hang_together():
    cells = set(read_tiles()[["col", "row"]].itertuples(index=False, name=None))
    reached = {min(cells)}
    while True:
        near = {(c + a, r + b) for c, r in reached for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0))}
        if not (near & cells) - reached:
            break
        reached |= near & cells
    assert reached == cells


def test_directions_are_kept(centroids):
    """Tiles further north lie further up, those further east further right."""
    both = read_tiles().merge(centroids, left_on="ags5", right_on="key")
    assert both["col"].corr(both["x"], method="spearman") > 0.9
    assert both["row"].corr(both["y"], method="spearman") < -0.9


def test_reading_gives_a_copy():
    tiles = read_tiles()
    tiles["col"] = 99
    assert read_tiles()["col"].max() == 8


def test_arrangement_improves_on_chance_and_repeats(pairs, centroids):
    first = arrange_tiles(centroids, pairs, (9, 9), steps=5_000, seed=1)
    again = arrange_tiles(
        centroids.sample(frac=1, random_state=0), pairs, (9, 9), steps=5_000, seed=1
    )
    pd.testing.assert_frame_equal(first, again)
    start = arrange_tiles(centroids, pairs, (9, 9), steps=0)
    assert kept_pairs(first, pairs)["touch"] > kept_pairs(start, pairs)["touch"]


@settings(max_examples=20, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=8))
def test_arrangement_is_a_layout(points):
    regions = pd.DataFrame(sorted(points), columns=["x", "y"]).assign(
        key=[f"r{i}" for i in range(len(points))]
    )
    pairs = pd.DataFrame({"left": ["r0"], "right": ["r1"]})
    layout = arrange_tiles(regions, pairs, (3, 3), steps=200, seed=0)
    assert list(layout["key"]) == list(regions["key"])
    assert not layout.duplicated(["col", "row"]).any()
    assert layout[["col", "row"]].to_numpy().min() == 0
    assert layout[["col", "row"]].to_numpy().max() <= 2


def test_layout_errors(pairs, centroids):
    with pytest.raises(ValueError, match="too small for 53 regions"):
        arrange_tiles(centroids, pairs, (7, 7))
    layout = read_tiles().rename(columns={"ags5": "key"})
    with pytest.raises(ValueError, match=r"without a tile: 05111\."):
        kept_pairs(layout.query("key != '05111'"), pairs)
    with pytest.raises(ValueError, match="nothing to measure"):
        kept_pairs(layout, pairs.head(0))


def test_map_shows_letters_texts_and_legend(frame, texts_of):
    figure = draw(frame)
    words = texts_of(figure)
    assert set(read_tiles()["code"]) <= set(words)
    assert words.count("3/10") == 17
    assert set(LABELS.values()) <= set(words)
    hatched = [patch for patch in figure.axes[0].patches if patch.get_hatch()]
    assert len(hatched) == (frame["category"] == "unknown").sum()
    assert "3/10" not in texts_of(draw(frame, text=None))
    assert "gewährt von zehn" in texts_of(draw(frame, text="text", text_label="gewährt von zehn"))


def test_map_is_the_same_twice_and_whatever_the_order(frame):
    assert style.svg(draw(frame)) == style.svg(draw(frame.iloc[::-1]))


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.drop(columns="text"), {}, "no column 'text'"),
        (lambda f: f.iloc[1:], {}, "each of the 53 regions once; look at 05111"),
        (lambda f: pd.concat([f, f.head(1)]), {}, "look at 05111"),
        (lambda f: f.replace("05111", "05999"), {}, "look at 05111, 05999"),
        (lambda f: f.replace("none", "neu"), {}, "category 'neu'"),
        (lambda f: f, {"looks": LOOKS | {"own": "rot"}}, "category 'own'"),
        (lambda f: f, {"looks": LOOKS | {"own": "other"}}, "same look"),
    ],
)
def test_map_refuses(frame, change, options, message):
    with pytest.raises(ValueError, match=message):
        draw(change(frame), **options)
