"""The door for tables: what is written, and in which form.

Tables reach files here and nowhere else in the package: `table_csv` is what the stages write,
`write_results` writes results of microdata, and takes them protected only. For readers there
are exhibits (German CSV, XLSX, SVG), a `table_view` and a `plot_estimates`, all made from
protected results, with the signs of German official statistics for cells without a value. All of
them take the stamp „Synthetische Daten“ from the results; nobody can leave it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from armutsexpertise.disclosure.errors import DisclosureError
from armutsexpertise.disclosure.protect import TOTAL, Protected
from armutsexpertise.mark import MARK_TEXT, mark, with_kind
from armutsexpertise.publish.exhibit import LICENCE, Exhibit
from armutsexpertise.publish.files import write_atomic
from armutsexpertise.publish.numbers import NBSP, NOT_STATED, de, percent

if TYPE_CHECKING:
    from great_tables import GT
    from matplotlib.figure import Figure

__all__ = [
    "LABELS",
    "SIGNS",
    "Label",
    "plot_estimates",
    "reader_table",
    "refuse_unprotected",
    "results_exhibit",
    "table_csv",
    "table_view",
    "write_results",
]

SIGNS = {"suppressed": ".", "unreliable": "/", "undefined": "x"}
"""What stands for a value that is not shown, as in the tables of the statistical offices."""

IDENTIFIERS = ("household_id", "person_id")
"""Columns of the harmonised schema that only rows of microdata have."""


@dataclass(frozen=True)
class Label:
    """How an indicator is shown.

    Attributes
    ----------
    text : str
        German name.
    unit : str
        Unit; ``%`` for a share in [0, 1], which is shown times 100.
    digits : int
        Decimal places.
    """

    text: str
    unit: str
    digits: int = 1

    def write(self, value: float, *, with_unit: bool = True) -> str:
        r"""Return a value in German form.

        Examples
        --------
        >>> Label("Armutsgefährdungsquote", "%").write(0.1234)
        '12,3\xa0%'
        """
        if self.unit == "%":
            text = percent(value, self.digits, allow_outside=True)
            return text if with_unit else text.removesuffix(f"{NBSP}%")
        text = de(value, self.digits)
        return f"{text}{NBSP}{self.unit}" if with_unit and self.unit in _BEHIND else text


_BEHIND = frozenset({"EUR", "EUR/Jahr", "EUR/Monat"})

LABELS: Mapping[str, Label] = {
    "arpt": Label("Armutsgefährdungsschwelle", "EUR/Jahr", 0),
    "arpr": Label("Armutsgefährdungsquote", "%"),
    "rmpg": Label("Relative mediane Armutslücke", "%"),
    "s80s20": Label("Einkommensquintilverhältnis S80/S20", "Verhältnis"),
    "gini": Label("Gini-Koeffizient", "0 bis 1", 3),
    "arope": Label("Von Armut oder sozialer Ausgrenzung bedroht (AROPE)", "%"),
    "smsd": Label("Erhebliche materielle und soziale Entbehrung", "%"),
}
"""Labels of the indicators of poverty and inequality."""


# --- machine form --------------------------------------------------------------------------


def table_csv(table: pd.DataFrame) -> bytes:
    r"""Return a table as CSV for machines.

    Parameters
    ----------
    table : DataFrame
        Any table; the index is left out.

    Returns
    -------
    bytes
        UTF-8, comma, decimal point, line feeds; booleans as ``true`` and ``false``, missing
        values as empty cells; for invented data with the column ``data_kind``.

    Examples
    --------
    >>> table_csv(pd.DataFrame({"ags": ["05315000"], "known": [True]}))
    b'ags,known\n05315000,true\n'
    """
    table = with_kind(table)
    flags = table.select_dtypes("bool").columns
    out = table.assign(**{c: table[c].map({True: "true", False: "false"}) for c in flags})
    return out.to_csv(index=False, lineterminator="\n").encode("utf-8")


def refuse_unprotected(name: str, table: pd.DataFrame, *, rows: bool = False) -> None:
    """Refuse estimates of a survey that were not protected, and rows of microdata.

    Parameters
    ----------
    name : str
        Name of the table for the sentence.
    table : DataFrame
        What is to be written.
    rows : bool
        Whether rows of microdata may be written (cleaned tables that are never published).

    Raises
    ------
    DisclosureError
        If the table has estimate, standard error and weighted number of
        :func:`armutsexpertise.survey.estimate.estimate` without ``status``, or, unless
        ``rows``, a household or person number.

    Examples
    --------
    >>> refuse_unprotected("rates", pd.DataFrame({"region": ["north"], "rate": [0.2]}))
    """
    columns = set(map(str, table.columns))
    # n_weighted stands in no other table: without some columns they are estimates all the same.
    if {"estimate", "se", "n_weighted"} <= columns and "status" not in columns:
        raise DisclosureError(
            f"The table {name} holds estimates of a survey that were not protected: pass the "
            "outcome of disclosure.protect."
        )
    found = sorted(columns & set(IDENTIFIERS))
    if found and not rows:
        raise DisclosureError(
            f"The table {name} has the column {found[0]}, so it holds rows of microdata: write "
            "protected results only."
        )


def write_results(results: Protected, path: str | Path) -> Path:
    """Write results of microdata for machines.

    Parameters
    ----------
    results : Protected
        Outcome of `armutsexpertise.disclosure.protect`.
    path : str or Path
        ``.csv`` (see `table_csv`) or ``.parquet``; its folder exists. Shares stay in [0, 1];
        results of invented data have the column ``data_kind``, which says so in each row.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DisclosureError
        If the results are not protected.
    ValueError
        If the ending is another one.
    OSError
        If the file cannot be written; a former one stays as it was.

    Examples
    --------
    >>> frame = pd.DataFrame({"poor": [True, False, False] * 20, "w": 1.0, "id": range(60)})
    >>> from armutsexpertise.disclosure import estimate_protected
    >>> from armutsexpertise.survey.design import SurveyDesign
    >>> from armutsexpertise.survey.estimate import Proportion
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> safe = estimate_protected(design, {"arpr": Proportion("poor")}, household="id")
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_results(safe, f"{folder}/poverty.csv").name
    'poverty.csv'
    """
    table, path = _require(results).table, Path(path)
    if path.suffix == ".csv":
        write_atomic(path, table_csv(table))
    elif path.suffix == ".parquet":
        write_atomic(path, table.to_parquet(None, index=False))
    else:
        raise ValueError(
            f"{path.name} is neither .csv nor .parquet; for German CSV, XLSX and SVG write the "
            "exhibits of results_exhibit."
        )
    return path


def _require(results: object) -> Protected:
    if not isinstance(results, Protected):
        raise DisclosureError(
            f"Results of microdata are written protected, not as {type(results).__name__}: pass "
            "the outcome of disclosure.protect."
        )
    return results


# --- German form ---------------------------------------------------------------------------


def reader_table(
    results: Protected,
    *,
    labels: Mapping[str, Label] | None = None,
    domains: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return protected results with German labels.

    Parameters
    ----------
    results : Protected
        The results.
    labels : mapping of str to Label, optional
        Labels of indicators, in addition to `LABELS`. Each indicator needs one.
    domains, values : mapping of str to str, optional
        German names of domain columns and of their values.

    Returns
    -------
    DataFrame
        One row per cell; numbers as numbers (shares in percent, see the column ``Einheit``),
        and German words for status and reason; ``Datenart`` of invented data.

    Raises
    ------
    DisclosureError
        If the results are not protected.
    ValueError
        If an indicator has no label: a number without a unit says nothing.

    Examples
    --------
    >>> frame = pd.DataFrame({"poor": [True, False, False] * 20, "w": 1.0, "id": range(60)})
    >>> from armutsexpertise.disclosure import estimate_protected
    >>> from armutsexpertise.survey.design import SurveyDesign
    >>> from armutsexpertise.survey.estimate import Proportion
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> safe = estimate_protected(design, {"arpr": Proportion("poor")}, household="id")
    >>> reader_table(safe)[["Indikator", "Schätzwert", "n"]].round(1).iloc[0].tolist()
    ['Armutsgefährdungsquote', np.float64(33.3), np.int64(60)]
    """
    table = _require(results).table
    known = _labels(table, labels)
    used = [known[name] for name in table["indicator"]]
    factor = np.array([100.0 if label.unit == "%" else 1.0 for label in used])
    out = pd.DataFrame({"Indikator": [label.text for label in used]}, dtype="str")
    for column in results.domains:
        name = (domains or {}).get(column, column)
        out[name] = [_domain_value(value, values) for value in table[column]]
    out["Einheit"] = [label.unit for label in used]
    for column, name in (
        ("estimate", "Schätzwert"),
        ("se", "Standardfehler"),
        ("ci_low", "Intervall von"),
        ("ci_high", "Intervall bis"),
    ):
        out[name] = table[column].to_numpy(dtype=float) * factor
    out["n"] = table["n"]
    out["n hochgerechnet"] = table["n_weighted"].to_numpy(dtype=float)
    out["Zeichen"] = [_sign(status) for status in table["status"]]
    out["Begründung"] = [_reason(text) for text in table["reason"]]
    if results.synthetic:
        out["Datenart"] = MARK_TEXT
    return mark(out, table)


def results_exhibit(
    results: Protected,
    *,
    exhibit_id: str,
    title: str,
    alt: str,
    source: str,
    reference_date: str,
    note: str = "",
    plot: str | None = None,
    licence: str = LICENCE,
    labels: Mapping[str, Label] | None = None,
    domains: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> Exhibit:
    """Make an exhibit of protected results, for German CSV, XLSX and SVG.

    Parameters
    ----------
    results : Protected
        The results.
    exhibit_id : str
        ``tbl-…``, or ``fig-…`` where there is a plot.
    title, alt, source, reference_date, note, licence
        As in :class:`armutsexpertise.publish.exhibit.Exhibit`. The note also explains the
        signs that occur. Results of invented data stamp the exhibit.
    plot : str, optional
        Indicator of the figure; a ``fig-`` exhibit needs it.
    labels, domains, values
        As in `reader_table`.

    Returns
    -------
    Exhibit
        Its number of cases stands in each row: one for the whole table could give a suppressed
        cell away.

    Raises
    ------
    DisclosureError
        If the results are not protected.
    ValueError
        As `reader_table` and `Exhibit` raise.

    Examples
    --------
    >>> frame = pd.DataFrame({"poor": [True, False, False] * 20, "w": 1.0, "id": range(60)})
    >>> from armutsexpertise.disclosure import estimate_protected
    >>> from armutsexpertise.survey.design import SurveyDesign
    >>> from armutsexpertise.survey.estimate import Proportion
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> safe = estimate_protected(design, {"arpr": Proportion("poor")}, household="id")
    >>> exhibit = results_exhibit(
    ...     safe, exhibit_id="tbl-poor", title="Ein Drittel ist arm", alt="Tabelle mit einer Quote",
    ...     source="Befragung", reference_date="2024",
    ... )
    >>> exhibit.table["Einheit"].tolist()
    ['%']
    """
    table = reader_table(results, labels=labels, domains=domains, values=values)
    table = mark(table.drop(columns="Datenart", errors="ignore"), results.table)
    known = _labels(_require(results).table, labels)
    numbers = ("Schätzwert", "Standardfehler", "Intervall von", "Intervall bis")
    formats = dict.fromkeys(numbers, "number:row") | {"n hochgerechnet": "number:0"}

    def figure() -> Figure:
        assert plot is not None
        return plot_estimates(results, plot, labels=labels, values=values)

    return Exhibit(
        id=exhibit_id,
        title=title,
        alt=alt,
        source=source,
        reference_date=reference_date,
        n="je Zeile angegeben",
        table=table,
        formats=formats,
        note=" ".join(part for part in (note.strip(), *_legend(results)) if part),
        figure=None if plot is None else figure,
        synthetic=results.synthetic,
        missing="",
        licence=licence,
        row_digits=[known[name].digits for name in results.table["indicator"]],
    )


def table_view(
    results: Protected,
    *,
    title: str,
    source: str,
    html_id: str = "ergebnisse",
    labels: Mapping[str, Label] | None = None,
    domains: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> GT:
    """Show protected results as a great table, grouped by indicator.

    Parameters
    ----------
    results : Protected
        The results.
    title : str
        German sentence that says the finding.
    source : str
        Where the data come from.
    html_id : str
        Identity of the table in HTML; fixed, so that each run gives the same text.
    labels, domains, values
        As in `reader_table`.

    Returns
    -------
    great_tables.GT
        Estimate, 95-% or other interval of the results, and n, as German text.

    Raises
    ------
    DisclosureError
        If the results are not protected.
    ValueError
        As `reader_table` raises, or if there is no row.
    """
    from great_tables import GT

    table = _require(results).table
    if table.empty:
        raise ValueError("There is no row to show: all of them were totals that had to go.")
    known = _labels(table, labels)
    rows: dict[str, list[str]] = {"group": [], "row": [], "value": [], "interval": [], "n": []}
    for row in table.to_dict("records"):
        label = known[str(row["indicator"])]
        unit = f" ({label.unit})" if label.unit else ""
        rows["group"].append(f"{label.text}{unit}")
        rows["row"].append(_domain(row, results, values))
        rows["value"].append(_shown(row, label))
        rows["interval"].append(_interval(row, label))
        rows["n"].append("" if pd.isna(row["n"]) else de(row["n"]))
    stub = " · ".join((domains or {}).get(c, c) for c in results.domains)
    shown = (
        GT(pd.DataFrame(rows), rowname_col="row", groupname_col="group", id=html_id, locale="de")
        .tab_header(title=f"{MARK_TEXT}: {title}" if results.synthetic else title)
        .tab_stubhead(label=stub)
        .cols_label(value="Schätzwert", interval="Konfidenzintervall", n="n")
        .cols_align(align="right", columns=["value", "interval", "n"])
    )
    for note in (*_legend(results), f"Quelle: {source}"):
        shown = shown.tab_source_note(note)
    return shown


def plot_estimates(
    results: Protected,
    indicator: str,
    *,
    labels: Mapping[str, Label] | None = None,
    values: Mapping[str, str] | None = None,
    interval_label: str = "95-%-Konfidenzintervall",
    label_width: int = 26,
    width_cm: float = 16.0,
) -> Figure:
    """Draw an indicator by domain: points with intervals, and words where there is no value.

    Parameters
    ----------
    results : Protected
        The results.
    indicator : str
        The indicator to draw.
    labels, values
        As in `reader_table`.
    interval_label : str
        What the interval is.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        Full points for published values, open points and brackets for those with few cases.
        Suppressed, unreliable and undefined rows say so instead.

    Raises
    ------
    DisclosureError
        If the results are not protected.
    ValueError
        If the indicator does not occur, has no label, or no row of it has a value.
    """
    from matplotlib.lines import Line2D
    from matplotlib.ticker import MaxNLocator

    from armutsexpertise.publish import style
    from armutsexpertise.publish.charts.parts import legend_below

    table = _require(results).table
    label = _labels(table, labels).get(indicator)
    part = table[table["indicator"] == indicator].reset_index(drop=True)
    if part.empty or label is None:
        raise ValueError(
            f"The results hold no {indicator}: there are {', '.join(table['indicator'].unique())}."
        )
    shown = part["estimate"].notna()
    if not shown.any():
        raise ValueError(f"No row of {indicator} may be shown: there is nothing to draw.")
    names = [_domain(row, results, values) for row in part.to_dict("records")]
    kind: Literal["percent", "number"] = "percent" if label.unit == "%" else "number"
    with style.context():
        lines = [style.wrap(name, label_width).count("\n") + 1 for name in names]
        fig, ax = style.figure(width_cm, 2.6 + len(names) * (0.6 + 0.55 * (max(lines) - 1)))
        open_ = part["status"].eq("bracketed")
        for marked, face in ((False, style.BLUE), (True, "white")):
            drawn = np.flatnonzero(shown & (open_ == marked))
            rows = part.loc[drawn]
            ax.hlines(drawn, rows["ci_low"], rows["ci_high"], color=style.BLUE_MID, linewidth=2.5)
            ax.plot(
                rows["estimate"],
                drawn,
                "o",
                color=style.BLUE,
                markerfacecolor=face,
                markersize=8,
            )
        for at, row in enumerate(part.to_dict("records")):
            text = _shown(row, label, with_unit=True)
            words = {v: k for k, v in SIGNS.items()}.get(text)
            _right(ax, at, text if words is None else _WORDS[words], muted=words is not None)
        style.rows_axis(ax, names, label_width)
        low = float(np.nanmin(part[["estimate", "ci_low"]].to_numpy(dtype=float)))
        ax.set_xlim(left=min(0.0, low))
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.grid(axis="x")
        style.german_axis(ax.xaxis, kind)
        unit = f" in {label.unit}" if label.unit in _BEHIND or label.unit == "%" else ""
        style.value_label(ax, f"{label.text}{unit or (f' ({label.unit})' if label.unit else '')}")
        look: dict[str, Any] = {"color": style.BLUE, "linestyle": "", "markersize": 8}
        handles = [
            Line2D([], [], color=style.BLUE_MID, linewidth=2.5, label=interval_label),
            Line2D([], [], marker="o", label="Schätzwert", **look),
        ]
        if (shown & open_).any():
            few = f"weniger als {results.rules.bracket_below} Fälle"
            handles.append(Line2D([], [], marker="o", markerfacecolor="white", label=few, **look))
        legend_below(fig, handles)
        return style.finish(fig, table)


_WORDS = {
    "suppressed": "geheim zu halten",
    "unreliable": "nicht sicher genug",
    "undefined": "nicht bestimmt",
}


def _right(ax: Any, row: int, text: str, *, muted: bool) -> None:
    from armutsexpertise.publish import style

    ax.annotate(
        text,
        (1, row),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        ha="left",
        annotation_clip=False,
        color=style.INK_SOFT if muted else style.INK,
    )


def _labels(table: pd.DataFrame, labels: Mapping[str, Label] | None) -> dict[str, Label]:
    known = {**LABELS, **(labels or {})}
    lacking = [name for name in table["indicator"].unique() if name not in known]
    if lacking:
        raise ValueError(
            f"{', '.join(lacking)} has no label: give its German name, unit and decimal places."
        )
    return known


def _domain_value(value: object, values: Mapping[str, str] | None) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return NOT_STATED
    text = str(value)
    return (values or {}).get(text, "Insgesamt" if text == TOTAL else text)


def _domain(row: Mapping[Any, Any], results: Protected, values: Mapping[str, str] | None) -> str:
    parts = [_domain_value(row[column], values) for column in results.domains]
    return " · ".join(parts) if parts else "Insgesamt"


def _shown(row: Mapping[Any, Any], label: Label, *, with_unit: bool = False) -> str:
    if row["status"] in SIGNS:
        return SIGNS[row["status"]]
    text = label.write(row["estimate"], with_unit=with_unit)
    return f"({text})" if row["status"] == "bracketed" else text


def _interval(row: Mapping[Any, Any], label: Label) -> str:
    if pd.isna(row["ci_low"]) or pd.isna(row["ci_high"]):
        return ""
    low, high = (label.write(row[end], with_unit=False) for end in ("ci_low", "ci_high"))
    return f"{low} bis {high}"


def _sign(status: str) -> str:
    return "( )" if status == "bracketed" else SIGNS.get(status, "")


_GERMAN = (
    ("fewer than {} persons", "weniger als {} Personen"),
    ("fewer than {} observations", "weniger als {} Beobachtungen"),
    (
        "fewer than {} households on one side",
        "weniger als {} Haushalte auf einer Seite des Anteils oder Quantils",
    ),
    ("fewer than {} households", "weniger als {} Haushalte"),
    ("{} households make up", "{} Haushalte machen fast den ganzen Betrag aus"),
    ("another level", "eine andere Ausprägung derselben Verteilung ist geheim"),
    ("no estimate", "für dieses Feld nicht bestimmt"),
)


def _reason(text: str) -> str:
    number = next((word for word in text.split() if word.isdigit()), "")
    for english, german in _GERMAN:
        if text.startswith(english.format(number)):
            return german.format(number)
    return text


def _legend(results: Protected) -> list[str]:
    """Return sentences that explain the signs that occur and the totals that do not."""
    rules, found = results.rules, set(results.table["status"])
    notes = {
        "suppressed": f". = geheim zu halten (weniger als {rules.min_persons} Personen oder "
        f"{rules.min_households} Haushalte in der Stichprobe, oder auf einer Seite des Anteils "
        f"weniger als {rules.min_numerator}, oder von wenigen bestimmt).",
        "unreliable": f"/ = nicht sicher genug (weniger als {rules.blank_below} Beobachtungen).",
        "bracketed": f"( ) = eingeschränkt aussagekräftig ({rules.blank_below} bis "
        f"{rules.bracket_below - 1} Beobachtungen).",
        "undefined": "x = nicht bestimmt.",
    }
    lines = [text for status, text in notes.items() if status in found]
    if results.totals_removed:
        lines.append(
            "Werte für alle zusammen fehlen oder stehen ohne n und Intervall, weil sich daraus "
            "geheime Felder errechnen ließen."
        )
    return lines
