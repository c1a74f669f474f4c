"""Model: estimates from the cleaned tables. Calls library functions, decides nothing itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from headlines import headlines

from armutsexpertise.config import ConfigError, read_config
from armutsexpertise.passes import (
    cost,
    coverage,
    documented,
    eligibility,
    profile,
    take_up,
    typology,
)
from armutsexpertise.passes.config import PassesConfig
from armutsexpertise.passes.vocabulary import SIZE_CLASSES
from armutsexpertise.stages import Project, read_tables, write_tables

TOPIC = "passes"
SCOPES = {"aktuell": ("current",), "aktuell oder datiert": ("current", "dated")}

Tables = dict[str, pd.DataFrame]


@contextmanager
def choice(key: str) -> Iterator[None]:
    """Name the key of config.yml where a function refuses what stands there."""
    try:
        yield
    except ValueError as error:
        raise ConfigError(f"analyses/{TOPIC}/config.yml, {key}: {error}") from None


def coverage_tables(clean: Tables, config: PassesConfig) -> Tables:
    """Bounds on coverage: own pass and Kreis pass, by domain, current and with dated ones."""
    towns, passes = clean["municipalities"], clean["passes"]
    by_ags = towns.set_index("ags8")
    domains = {
        "Größe": by_ags["size_class"],
        "Regierungsbezirk": by_ags["regierungsbezirk"],
        "Kreistyp": by_ags["kreis_type"],
    }
    parts, kreise = [], []
    for scope, freshness in SCOPES.items():
        status = coverage.municipality_status(
            towns, passes, kinds=config.pass_kinds, freshness=freshness
        )
        for weight_name, weight in {"Gemeinden": None, "Bevölkerung": by_ags["population"]}.items():
            rows = [coverage.coverage_bounds(status, weight).assign(domain="NRW", value="NRW")]
            for name, values in domains.items():
                bounds = coverage.coverage_bounds(status, weight, by=values)
                rows.append(bounds.rename(columns={values.name: "value"}).assign(domain=name))
            parts.append(pd.concat(rows).assign(scope=scope, weight=weight_name))
        kreise.append(coverage.kreis_summary(towns, status).assign(scope=scope))
        county = coverage.municipality_status(
            towns, passes, kinds=config.pass_kinds, freshness=freshness, level="county"
        )
        bounds = coverage.coverage_bounds(county)
        parts.append(
            bounds.assign(domain="Kreispass", value="NRW", scope=scope, weight="Gemeinden")
        )
    table = pd.concat(parts, ignore_index=True)
    table["informative"] = coverage.informative(
        table["lower"], table["upper"], config.max_informative_width
    )
    dated = coverage.municipality_status(
        towns, passes, kinds=config.pass_kinds, freshness=SCOPES["aktuell oder datiert"]
    )
    return {
        "coverage": table,
        "kreise": pd.concat(kreise, ignore_index=True),
        "searched": coverage.searched_share(towns, passes, by="size_class"),
        "apart": coverage.counts_apart(passes),
        "denied": denied(clean, config),
        "bounds_by_deprivation": documented.share_bounds_by(dated, towns),
    }


def denied(clean: Tables, config: PassesConfig) -> pd.DataFrame:
    """Own social passes that a source of any age denies or calls abolished, none confirmed."""
    passes = clean["passes"]
    own = passes[passes["kind"].isin(config.pass_kinds) & passes["counts_for_municipality"]]
    confirmed = own.loc[own["status"].eq("yes") & own["verified"], "ags"]
    table = own[own["status"].isin(["no", "abolished"]) & ~own["ags"].isin(confirmed)]
    return with_place(clean, table)[
        ["municipality", "name", "status", "reference_date", "freshness"]
    ]


def with_place(clean: Tables, table: pd.DataFrame) -> pd.DataFrame:
    """Add the municipality, and a label that names it where the pass does not."""
    places = clean["municipalities"].set_index("ags8")["name"]
    municipality = table["ags"].map(places)
    words = municipality.str.replace(r"[()]", "", regex=True).str.split(r"[ -]", regex=True)
    named = [
        any(len(word) > 3 and word[:5].lower() in name.lower() for word in place)
        for place, name in zip(words, table["name"], strict=True)
    ]
    short = table["name"].str.replace(r"\s*\([^)]*\)", "", regex=True)
    label = short.where(named, short + " (" + municipality + ")")
    return table.assign(municipality=municipality, label=label)


def documented_tables(clean: Tables, config: PassesConfig) -> Tables:
    """Who has a documented pass: effects, large cities, assumed detection rates."""
    choices = config.documented
    towns = clean["municipalities"].copy()
    status = coverage.municipality_status(
        towns, clean["passes"], kinds=config.pass_kinds, freshness=choices.freshness
    )
    towns["documented"] = towns["ags8"].map(status).eq("confirmed")
    towns["log_population"] = np.log(towns["population"])
    large = towns[towns["population"] >= choices.large_city_from]
    effects, fits = [], []
    for model, covariates in choices.models.items():
        units = {k: v for k, v in choices.units.items() if k in covariates}
        for sample, frame in {"alle Gemeinden": towns, "Großstädte": large}.items():
            with choice(f"documented.models.{model}"):
                fit = documented.fit_documented(
                    frame, "documented", list(covariates), cluster="kreis_ags5", level=choices.level
                )
            effects.append(
                documented.average_marginal_effects(fit, units=units).assign(
                    model=model, sample=sample
                )
            )
            fits.append(
                {
                    "model": model,
                    "sample": sample,
                    "n": fit.n,
                    "events": fit.events,
                    "clusters": fit.clusters,
                    "separation": fit.separation.kind,
                    "warnings": " ".join(fit.warnings),
                }
            )
    if choices.main_model not in choices.models:
        raise ConfigError(
            f"documented.main_model is '{choices.main_model}': one of {', '.join(choices.models)}."
        )
    main = list(choices.models[choices.main_model])
    with choice("documented.detection"):
        sensitivity = documented.detection_sensitivity(
            towns,
            "documented",
            main,
            choices.detection,
            units={k: v for k, v in choices.units.items() if k in main},
            level=choices.level,
        )
    return {
        "effects": pd.concat(effects, ignore_index=True),
        "fits": pd.DataFrame(fits),
        "sensitivity": sensitivity,
    }


def inclusion_tables(clean: Tables, config: PassesConfig) -> Tables:
    """Who is included: per legal group, per pass, and the income rules."""
    passes = clean["passes"]
    own = {"kinds": config.pass_kinds, "issuer_levels": ["municipality"]}
    parts = [
        eligibility.inclusion_by_group(
            clean["eligibility"], passes, freshness=freshness, **own
        ).assign(scope=scope)
        for scope, freshness in SCOPES.items()
    ]
    inclusion = pd.concat(parts, ignore_index=True)
    chosen = config.eligibility
    return {
        "inclusion": inclusion[inclusion["group"].isin(chosen.groups)],
        "matrix": with_place(
            clean,
            eligibility.eligibility_matrix(
                clean["eligibility"], passes, freshness=chosen.freshness, **own
            ),
        ),
        "income_rules": eligibility.income_rule_summary(
            clean["income_rules"], passes, freshness=chosen.freshness, **own
        ),
    }


def own_passes(clean: Tables, config: PassesConfig, freshness: tuple[str, ...]) -> pd.DataFrame:
    """Return the verified social passes of municipalities that exist."""
    table = clean["passes"]
    return table[
        table["verified"]
        & table["status"].eq("yes")
        & table["kind"].isin(config.pass_kinds)
        & table["issuer_level"].eq("municipality")
        & table["freshness"].isin(freshness)
    ].reset_index(drop=True)


def profile_tables(clean: Tables, config: PassesConfig) -> Tables:
    """Profiles, dominance, ranks, types and routes of the passes."""
    choices = config.profile
    passes = own_passes(clean, config, choices.freshness)
    profiles = profile.profile(
        passes,
        clean["eligibility"],
        clean["benefits"],
        groups=choices.groups,
        categories=choices.categories,
        price_ceiling_eur=choices.price_ceiling_eur,
        partial_route=(0.0, 1.0),
    )
    shown = profiles[profiles["n_stated"] >= choices.min_stated].reset_index(drop=True)
    ranks = profile.rank_intervals(shown, draws=choices.draws, seed=choices.seed)
    names = with_place(clean, passes).set_index("pass_id")[["name", "label", "municipality"]]
    rule = [step.model_dump() for step in config.typology]
    with choice("typology"):
        types = typology.classify(clean["benefits"], passes, rule)
    route = passes.groupby("route").size().reindex(["yes", "partial", "no", "not_stated"])
    return {
        "profiles": profiles.join(names, on="pass_id"),
        "ranks": ranks.join(names, on="pass_id"),
        "dominance": profile.dominance(shown),
        "types": types.join(names, on="pass_id"),
        "type_shares": typology.type_shares(types, rule),
        "routes": route.fillna(0).astype(int).rename("n").rename_axis("route").reset_index(),
    }


def take_up_tables(clean: Tables, config: PassesConfig) -> Tables:
    """Join comparable pairs; add their synthesis, described cases and context."""
    pairs = take_up.comparable_pairs(clean["counts"])
    printable = pairs[pairs["comparability"] != "nicht druckbar"].reset_index(drop=True)
    result = take_up.synthesis(pairs, minimum=config.take_up.min_pairs_for_synthesis)
    with choice("take_up.cases"):
        cases = take_up.before_after_cases(clean["counts"], clean["evidence"], config.take_up.cases)
    return {
        "pairs": printable,
        "pairs_not_printed": pairs.loc[
            pairs["comparability"] == "nicht druckbar", ["pair_id", "reasons"]
        ],
        "synthesis": pd.DataFrame([vars(result)]),
        "cases": cases,
        "non_take_up": take_up.non_take_up_context(clean["evidence"]),
    }


def cost_tables(clean: Tables, config: PassesConfig, pairs: pd.DataFrame) -> Tables:
    """Cost per holder and the scenario for the chosen cities."""
    choices = config.cost
    pairs = pairs.set_index("pair_id")
    evidence = clean["evidence"].set_index("evidence_id")
    per_holder = cost.cost_per_holder(clean["costs"], clean["counts"])
    kinds = clean["passes"].set_index("pass_id")["kind"]
    usable = per_holder[
        per_holder["type"].isin(choices.types)
        & per_holder["pass_id"].map(kinds).ne("mobility")
        & per_holder["per_holder_low"].notna()
        & per_holder["verified"]
    ]
    price = take_up.Range(usable["per_holder_low"].min(), usable["per_holder_high"].max())
    land = (
        clean["wohngeld"]
        .query("item == 'pure Wohngeld households'")
        .assign(year=lambda t: t["period_start"].astype(int), households=lambda t: t["value"])
    )
    scenarios, steps = [], []
    for ags, city in choices.cities.items():
        eligible = cost.eligible_for(
            ags,
            counts=clean["counts"],
            kreise=clean["kreise"],
            municipalities=clean["municipalities"],
            land=land[land["year"] == choices.land_year],
            persons_per_household=take_up.Range(**choices.persons_per_household.model_dump()),
            city_deviation=take_up.Range(**choices.city_deviation.model_dump()),
        )
        included = cost.group_status(clean["passes"], clean["eligibility"], ags, choices.group)
        own = next(v for k, v in included.items() if kinds[k] in config.pass_kinds)
        steps.append(eligible.steps.assign(ags=ags, city=city))
        for variant, rule in choices.take_up.items():
            if rule.low_pair not in pairs.index:
                raise ConfigError(
                    f"cost.take_up.{variant}.low_pair is '{rule.low_pair}', which is no printable "
                    f"pair: one of {', '.join(pairs.index)}."
                )
            if rule.high_evidence is not None and rule.high_evidence not in evidence.index:
                raise ConfigError(
                    f"cost.take_up.{variant}.high_evidence is '{rule.high_evidence}', which is no "
                    "finding of the data package evidence."
                )
            high = rule.high or evidence.loc[rule.high_evidence, "value"] / 100
            rate = take_up.Range(pairs.loc[rule.low_pair, "share_low"], high)
            result = cost.scenario(eligible.persons, rate, price)
            scenarios.append(
                {
                    "ags": ags,
                    "city": city,
                    "group_included": own,
                    "method": eligible.method,
                    "persons_low": eligible.persons.low,
                    "persons_high": eligible.persons.high,
                    "variant": variant,
                    "take_up_low": rate.low,
                    "take_up_high": rate.high,
                    "cost_low": price.low,
                    "cost_high": price.high,
                    "holders_low": result.holders.low,
                    "holders_high": result.holders.high,
                    "eur_low": result.eur_per_year.low,
                    "eur_high": result.eur_per_year.high,
                    **{f"width_{k}": v for k, v in result.drivers.items()},
                }
            )
    return {
        "cost_per_holder": per_holder.assign(in_scenario=per_holder.index.isin(usable.index)),
        "scenarios": pd.DataFrame(scenarios),
        "scenario_steps": pd.concat(steps, ignore_index=True),
    }


def main(project: Project) -> None:
    """Estimate coverage, determinants, inclusion, profiles, take-up and cost."""
    config = read_config(project.analysis(TOPIC) / "config.yml", PassesConfig)
    clean = read_tables(project.clean(TOPIC))
    clean["municipalities"]["size_class"] = pd.Categorical(
        clean["municipalities"]["size_class"], categories=SIZE_CLASSES, ordered=True
    )
    tables = {
        **coverage_tables(clean, config),
        **documented_tables(clean, config),
        **inclusion_tables(clean, config),
        **profile_tables(clean, config),
        **take_up_tables(clean, config),
        "research": clean["evidence"].query("topic == 'Passforschung NRW'"),
        "vintages": clean["vintages"],
    }
    tables |= cost_tables(clean, config, tables["pairs"])
    tables["headline"] = headlines(clean, tables, config)
    write_tables(tables, project.estimates(TOPIC))
    print(f"  {len(tables)} tables of results")
