"""Exposure: published and hand-made values, vanishing gaps, invariances, local association."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from armutsexpertise.climate import exposure as ex

GEOMETRY = Path(__file__).parents[3] / "shared" / "data" / "nrw_geometry" / "VG2500_KRS.shp"

INDIA = pd.DataFrame(
    {
        "wealth": [1, 2, 3, 4, 5],
        "births": [29939, 28776, 26528, 24689, 19739],
        "mortality": [154.7, 152.9, 119.5, 86.9, 54.3],
    }
)

counts = st.lists(st.integers(1, 500), min_size=8, max_size=15)


def areas(n=20, seed=1, share=0.2):
    rng = np.random.default_rng(seed)
    heat = rng.uniform(5, 20, n)
    persons = rng.integers(500, 5000, n)
    poor = np.round(persons * rng.uniform(0, 2 * share, n))
    return pd.DataFrame(
        {
            "heat": heat,
            "persons": persons,
            "poor": poor,
            "rest": persons - poor,
            "deprivation": poor / persons,
        }
    )


def test_concentration_index_of_the_world_bank_example():
    """India 1982-92, World Bank Technical Note 7: published -0.1694."""
    found = ex.exposure_concentration(
        INDIA, exposure="mortality", population="births", rank_by="wealth"
    )
    assert round(found.estimate, 4) == -0.1694
    # the grouped formula of the note, on cumulative shares
    p = np.r_[0, (INDIA["births"] / INDIA["births"].sum()).cumsum()]
    deaths = INDIA["births"] * INDIA["mortality"]
    share = np.r_[0, (deaths / deaths.sum()).cumsum()]
    grouped = (p[:-1] * share[1:] - p[1:] * share[:-1]).sum()
    assert found.estimate == pytest.approx(grouped, rel=1e-12)
    assert np.isnan(found.se)  # five classes carry no interval


def test_reversed_ranks_change_the_sign():
    args = {"exposure": "mortality", "population": "births", "rank_by": "wealth"}
    low, high = (ex.exposure_concentration(INDIA, poorest=end, **args) for end in ("low", "high"))
    assert low.estimate == pytest.approx(-high.estimate)
    with pytest.raises(ValueError, match="low or high"):
        ex.exposure_concentration(INDIA, poorest="first", **args)


def test_gap_by_hand():
    table = pd.DataFrame({"heat": [8.0, 14], "poor": [10, 30], "rest": [90, 70]})
    gap = ex.exposure_gap(table, exposure="heat", group="poor", others="rest")
    assert gap.group == (80 + 420) / 40
    assert gap.others == (720 + 980) / 160
    assert gap.ratio == pytest.approx(12.5 / 10.625)
    assert np.isnan(gap.se)


@settings(max_examples=30, deadline=None)
@given(counts, st.floats(0.1, 100), st.data())
def test_equal_exposure_leaves_no_gap_and_no_concentration(persons, value, data):
    n = len(persons)
    rest = data.draw(st.lists(st.integers(1, 500), min_size=n, max_size=n))
    table = pd.DataFrame({"heat": value, "poor": persons, "rest": rest, "rank": range(n)})
    gap = ex.exposure_gap(table, exposure="heat", group="poor", others="rest")
    assert gap.difference == pytest.approx(0, abs=1e-9)
    assert gap.se == pytest.approx(0, abs=1e-9)
    found = ex.exposure_concentration(table, exposure="heat", population="poor", rank_by="rank")
    assert found.estimate == pytest.approx(0, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(counts, st.integers(2, 9))
def test_groups_spread_alike_have_no_gap_and_no_dissimilarity(persons, factor):
    table = pd.DataFrame(
        {"heat": np.arange(len(persons)), "poor": persons, "rest": np.array(persons) * factor}
    )
    gap = ex.exposure_gap(table, exposure="heat", group="poor", others="rest")
    assert gap.difference == pytest.approx(0, abs=1e-9)
    assert ex.dissimilarity_index(table, group="poor", others="rest") == pytest.approx(0, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.sampled_from([0.01, 3, 1000]))
def test_splitting_areas_and_scaling_the_population_change_no_estimate(seed, factor):
    table = areas(seed=seed)
    halves = pd.concat([table, table]).assign(
        **{name: lambda t, name=name: t[name] / 2 for name in ("poor", "rest", "persons")}
    )
    scaled = table.assign(**{name: table[name] * factor for name in ("poor", "rest", "persons")})
    names = {"exposure": "heat", "group": "poor", "others": "rest"}
    one = ex.exposure_gap(table, **names)
    for other in (halves, scaled):
        two = ex.exposure_gap(other, **names)
        assert two.difference == pytest.approx(one.difference)
        assert ex.dissimilarity_index(other, group="poor", others="rest") == pytest.approx(
            ex.dissimilarity_index(table, group="poor", others="rest")
        )
    assert ex.exposure_gap(scaled, **names).se == pytest.approx(one.se)
    args = {"exposure": "heat", "population": "persons", "rank_by": "deprivation"}
    index = ex.exposure_concentration(table, poorest="high", **args)
    for other in (halves, scaled):
        again = ex.exposure_concentration(other, poorest="high", **args)
        assert again.estimate == pytest.approx(index.estimate, abs=1e-12)


@pytest.mark.parametrize("what", ["gap", "concentration"])
def test_standard_errors_follow_the_bootstrap_over_areas(what):
    table = areas(60, seed=4)

    def found(part):
        if what == "gap":
            gap = ex.exposure_gap(part, exposure="heat", group="poor", others="rest")
            return gap.difference, gap.se
        index = ex.exposure_concentration(
            part, exposure="heat", population="persons", rank_by="deprivation", poorest="high"
        )
        return index.estimate, index.se

    rng = np.random.default_rng(2)
    drawn = [found(table.iloc[rng.integers(0, 60, 60)])[0] for _ in range(600)]
    assert found(table)[1] == pytest.approx(np.std(drawn), rel=0.15)


def test_exposure_by_class_adds_up():
    table = areas(40).assign(fifth=lambda t: pd.qcut(t["deprivation"], 5, labels=False) + 1)
    found = ex.exposure_by_class(table, exposure="heat", population="persons", by="fifth")
    whole = np.average(table["heat"], weights=table["persons"])
    assert np.average(found["mean"], weights=found["population"]) == pytest.approx(whole)
    assert found["share_of_population"].sum() == pytest.approx(1)
    assert found["n_areas"].sum() == 40
    assert (found["lowest"] <= found["median"]).all()
    with pytest.raises(ValueError, match="missing in 1 of 40"):
        ex.exposure_by_class(
            table.assign(fifth=table["fifth"].where(table.index > 0)),
            exposure="heat",
            population="persons",
            by="fifth",
        )


def test_affected_share_of_the_state():
    """NRW 2018, LANUV Klimaanalyse: millions in five classes, 6.9 of 17.6 affected."""
    worst = ["unfavourable", "very unfavourable"]
    classes = pd.DataFrame(
        {
            "class": ["very favourable", "favourable", "less favourable", *worst],
            "persons": [900_000, 3_400_000, 6_400_000, 6_400_000, 500_000],
        }
    )
    args = {"persons": "persons", "affected": worst, "by": "class"}
    share, low, high = ex.affected_share(classes, unit=100_000, **args)
    assert share == pytest.approx(6.9 / 17.6)
    assert (low, high) == pytest.approx((6.8 / (6.8 + 10.85), 7.0 / (7.0 + 10.55)))
    rng = np.random.default_rng(1)
    for _ in range(50):
        shift = rng.uniform(-50_000, 50_000, 5)
        moved = classes.assign(persons=classes["persons"] + shift)
        assert low <= ex.affected_share(moved, **args)[0] <= high
    with pytest.raises(ValueError, match="every class once"):
        ex.affected_share(classes, persons="persons", affected=["hot"], by="class")
    with pytest.raises(ValueError, match="unit of rounding"):
        ex.affected_share(classes, unit=0, **args)


def test_dissimilarity_limits():
    apart = pd.DataFrame({"poor": [10, 0], "rest": [0, 90]})
    assert ex.dissimilarity_index(apart, group="poor", others="rest") == 1


def test_association_is_kendalls_and_needs_eight_areas():
    table = areas(12)
    found = ex.rank_association(table["heat"], table["deprivation"])
    reference = stats.kendalltau(table["heat"], table["deprivation"])
    assert (found.tau, found.p_value) == pytest.approx((reference.statistic, reference.pvalue))
    with pytest.raises(ValueError, match="needs 8 areas and there are 5"):
        ex.rank_association([1, 2, 3, 4, 5], [2, 1, 3, 5, 4])
    with pytest.raises(ValueError, match="same in all areas"):
        ex.rank_association(range(9), [1] * 9)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda t: t.assign(poor=-1), ValueError, "negative"),
        (lambda t: t.assign(poor=0), ValueError, "nobody in total"),
        (lambda t: t.assign(heat=np.nan), ValueError, "missing"),
        (lambda t: t.assign(heat="hot"), TypeError, "numeric"),
        (lambda t: t.drop(columns="heat"), ValueError, "lacks heat"),
        (lambda t: t.head(0), ValueError, "lacks rows"),
    ],
)
def test_area_tables_that_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        ex.exposure_gap(change(areas()), exposure="heat", group="poor", others="rest")


def grid(n):
    cells = list(itertools.product(range(n), range(n)))
    pairs = [
        (f"{i}-{j}", f"{i + a}-{j + b}")
        for i, j in cells
        for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0))
        if 0 <= i + a < n and 0 <= j + b < n
    ]
    return [f"{i}-{j}" for i, j in cells], pd.DataFrame(pairs, columns=["area_id", "neighbour_id"])


def local(table, pairs, **changes):
    settings_ = {"permutations": 999, "seed": 3} | changes
    return ex.local_association(
        table, pairs, area_id="id", value="x", neighbour_value="y", **settings_
    )


def test_local_association_finds_the_hot_and_poor_corner():
    pytest.importorskip("esda")
    keys, pairs = grid(10)
    rng = np.random.default_rng(1)
    corner = np.array([int(a) < 3 and int(b) < 3 for a, b in (key.split("-") for key in keys)])
    table = pd.DataFrame({"id": keys, "x": 4.0 * corner + rng.normal(size=100)})
    table["y"] = 4.0 * corner + rng.normal(size=100)
    found = local(table, pairs, permutations=4999)
    hit = set(found.loc[found["significant"] & (found["quadrant"] == "high-high"), "id"])
    assert {"1-1", "0-1", "1-0"} <= hit
    assert hit <= {f"{i}-{j}" for i in range(4) for j in range(4)}
    # the statistic by hand: z of the area times the mean z of its neighbours
    z = {name: (table[name] - table[name].mean()) / table[name].std(ddof=0) for name in "xy"}
    near = pairs.loc[pairs["area_id"] == "0-0", "neighbour_id"]
    by_hand = z["x"].iloc[0] * z["y"][table["id"].isin(near)].mean()
    assert found.loc[0, "local_moran"] == pytest.approx(by_hand * 99 / 100)
    assert (found["p_adjusted"] >= found["p_value"] - 1e-12).all()


def test_local_association_depends_on_the_seed_only():
    pytest.importorskip("esda")
    keys, pairs = grid(5)
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"id": keys, "x": rng.normal(size=25), "y": rng.normal(size=25)})
    one = local(table, pairs)
    again = local(table.sample(frac=1, random_state=1), pairs.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(one, again)
    assert not one["significant"].any()  # noise
    other = local(table, pairs, seed=4)
    assert one["local_moran"].tolist() == pytest.approx(other["local_moran"].tolist())


def test_islands_have_no_statistic():
    pytest.importorskip("esda")
    keys, pairs = grid(4)
    table = pd.DataFrame({"id": [*keys, "island"], "x": np.arange(17.0), "y": np.arange(17.0) ** 2})
    row = local(table, pairs).set_index("id").loc["island"]
    assert np.isnan(row["local_moran"])
    assert row["n_neighbours"] == 0
    assert not row["significant"]


def test_local_association_refuses():
    pytest.importorskip("esda")
    keys, pairs = grid(4)
    table = pd.DataFrame({"id": keys, "x": np.arange(16.0), "y": 1.0})
    with pytest.raises(ValueError, match="same in all areas"):
        local(table, pairs)
    table["y"] = table["x"]
    with pytest.raises(ValueError, match="areas lacks"):
        local(table.iloc[1:], pairs)
    with pytest.raises(ValueError, match="repeats or lacks 16"):
        local(pd.concat([table, table]), pairs)
    with pytest.raises(ValueError, match="needs 8"):
        local(table, pairs.head(3))
    with pytest.raises(ValueError, match="99 or more"):
        local(table, pairs, permutations=9)


@pytest.mark.skipif(not GEOMETRY.exists(), reason="the geometry of the districts is not here")
def test_neighbours_of_the_districts():
    geopandas = pytest.importorskip("geopandas")
    districts = geopandas.read_file(GEOMETRY)
    key = next(name for name in ("RS", "ARS", "AGS") if name in districts.columns)
    nrw = districts[districts[key].astype(str).str.startswith("05")].drop_duplicates(key)
    found = ex.neighbours(nrw, area_id=key)
    pairs = set(zip(found["area_id"], found["neighbour_id"], strict=True))
    assert {(b, a) for a, b in pairs} == pairs
    assert ("05111", "05158") in pairs  # Düsseldorf and the district of Mettmann
    assert ("05111", "05913") not in pairs  # Düsseldorf and Dortmund


def test_neighbours_of_squares():
    geopandas = pytest.importorskip("geopandas")
    from shapely.geometry import box

    squares = geopandas.GeoDataFrame(
        {"id": list("abcd")}, geometry=[box(i, j, i + 1, j + 1) for i in (0, 1) for j in (0, 1)]
    )
    found = ex.neighbours(squares, area_id="id")
    assert len(found) == 12  # each of four touches the three others, by border or corner
    with pytest.raises(ValueError, match="repeats"):
        ex.neighbours(squares.assign(id="a"), area_id="id")
