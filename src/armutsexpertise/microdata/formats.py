"""Read a survey file as it comes: SPSS, Stata, SAS, CSV, Excel or Parquet, with its labels.

`read_survey` keeps what the file says about its variables: labels, value labels, user-missing
values and ranges, tagged missing values. Nothing is turned into a missing value here; that is
the task of a codebook (`armutsexpertise.microdata.recode`), which also keeps the reason.
"""

import codecs
import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from armutsexpertise.mark import mark
from armutsexpertise.microdata.delimited import read_delimited
from armutsexpertise.microdata.encodings import best_encoding
from armutsexpertise.microdata.errors import SurveyFileError, missing_column_message
from armutsexpertise.microdata.memory import require_memory
from armutsexpertise.microdata.number_texts import DecimalSign
from armutsexpertise.microdata.parquet import read_parquet
from armutsexpertise.microdata.transport import one_member
from armutsexpertise.microdata.workbook import read_workbook

Value = float | int | str
MissingRange = tuple[Value, Value]


def _read_por(path: str, **options: Any) -> Any:
    """Read a portable file, which carries its own table of characters and takes no code page."""
    return pyreadstat.read_por(path, **{k: v for k, v in options.items() if k != "encoding"})


_READERS: dict[str, tuple[str, Callable[..., Any]]] = {
    ".sav": ("SPSS", pyreadstat.read_sav),
    ".zsav": ("SPSS", pyreadstat.read_sav),
    ".por": ("SPSS portable", _read_por),
    ".dta": ("Stata", pyreadstat.read_dta),
    ".sas7bdat": ("SAS", pyreadstat.read_sas7bdat),
    ".xpt": ("SAS transport", pyreadstat.read_xport),
}
_ENDINGS = (*_READERS, ".csv", ".csv.gz", ".tsv", ".txt", ".xlsx", ".parquet")
_TAGGED = frozenset({"Stata", "SAS"})
_HEAD = 4096
_STATA_RELEASES = frozenset(range(104, 116))
# pyreadstat names the code page of the file; only single-byte Western ones are doubted
_DOUBTED = frozenset({"", "windows-1252", "cp1252", "iso-8859-1", "iso-8859-15", "us-ascii"})
_STATES_CP1252 = frozenset({"windows-1252", "cp1252"})
_SAMPLE_ROWS = 5000
_PEAK = 2


@dataclass(frozen=True)
class Variable:
    """What the file says about one variable.

    Attributes
    ----------
    name : str
        Name of the column.
    label : str
        Variable label, empty where the file has none.
    value_labels : mapping
        Code to label; a tagged missing value has its letter with a point, such as ``".a"``.
    missing_ranges : tuple of (low, high)
        User-missing values, both ends inclusive; a single value is a range of one.
    tags : tuple of str
        Letters of tagged missing values in the column, such as ``".a"``.
    measure : str
        ``nominal``, ``ordinal``, ``scale`` or ``unknown``.
    format : str
        Display format of the source, such as ``F8.2`` or ``%tc``.
    """

    name: str
    label: str = ""
    value_labels: Mapping[Value, str] = field(default_factory=dict)
    missing_ranges: tuple[MissingRange, ...] = ()
    tags: tuple[str, ...] = ()
    measure: str = "unknown"
    format: str = ""


@dataclass(frozen=True)
class SurveyFile:
    """A survey file in memory.

    Attributes
    ----------
    data : DataFrame, shape (n, n_columns)
        Values as delivered. User-missing values are still values; tagged missing values are
        NaN, their letters are in ``tags``.
    variables : dict of str to Variable
        One entry per column of ``data``.
    tags : dict of str to Series
        Per column with tagged missing values the letters (``".a"``) by row label; rows
        without a tag are left out.
    encoding : str
        Code page of the text.
    notes : tuple of str
        Notes stored in the file.
    remarks : tuple of str
        What the reader had to decide or leave out, one sentence each.
    format : str
        Format, such as ``Stata`` or ``CSV``.
    label : str
        Label of the file, empty where it has none.
    decimal : {",", "."} or None
        Decimal sign of numbers in columns of text, None where it is not known.
    """

    data: pd.DataFrame = field(repr=False)
    variables: dict[str, Variable] = field(repr=False)
    tags: dict[str, pd.Series] = field(repr=False)
    encoding: str
    notes: tuple[str, ...]
    remarks: tuple[str, ...]
    format: str
    label: str = ""
    decimal: DecimalSign | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.data)

    def with_user_missing_blank(self) -> pd.DataFrame:
        """Return the data with user-missing values as NaN; the reasons are lost.

        Returns
        -------
        DataFrame, shape (n, n_columns)
        """
        data = self.data.copy()
        for name, variable in self.variables.items():
            if variable.missing_ranges:
                data[name] = data[name].mask(user_missing(data[name], variable.missing_ranges))
        return data


def user_missing(values: pd.Series, ranges: Sequence[MissingRange]) -> pd.Series:
    """Say which values lie in a user-missing range.

    Parameters
    ----------
    values : Series, shape (n,)
        A column as delivered.
    ranges : sequence of (low, high)
        Both ends inclusive.

    Returns
    -------
    Series of bool, shape (n,)

    Examples
    --------
    >>> user_missing(pd.Series([1, -8, 97.5]), [(-9, -1)]).tolist()
    [False, True, False]
    """
    found = np.zeros(len(values), dtype=bool)
    for low, high in ranges:
        if isinstance(low, str):
            found |= values.isin([low, high]).to_numpy()
        elif pd.api.types.is_numeric_dtype(values):
            found |= values.between(low, high).to_numpy()
    return pd.Series(found, index=values.index)


def read_survey(
    path: str | Path,
    columns: Sequence[str] | None = None,
    encoding: str | None = None,
    *,
    blanks: Sequence[str] = ("",),
    table: str | None = None,
    memory_limit: float | None = None,
    decimal: DecimalSign | None = None,
) -> SurveyFile:
    r"""Read a survey file with what it says about its variables.

    Parameters
    ----------
    path : str or Path
        File ending in .sav, .zsav, .por, .dta, .sas7bdat, .xpt, .csv, .tsv, .txt (also with
        .gz), .xlsx or .parquet.
    columns : sequence of str, optional
        Columns to read, in this order, each once; the others are not read.
    encoding : str, optional
        Code page of the text, such as ``cp850``. Without it the file's own statement counts;
        where the file makes none, or one that leaves no plausible letters, the best of UTF-8,
        cp1252 and cp850 is taken and said in ``remarks``.
    blanks : sequence of str
        Cells of a delimited file or workbook that are empty; give ``("", "NA")`` for files
        written by R.
    table : str, optional
        Data set of a SAS transport file, or sheet of a workbook, that holds several.
    memory_limit : float, optional
        Gigabytes (10^9 bytes) that reading may take at its peak; four fifths of what is free
        now by default. The need is estimated from the head of the file, before its rows are
        read, so that a file that is too large ends in a sentence and not in a killed process.
    decimal : {",", "."}, optional
        Decimal sign of a delimited file; beside a comma, points part the thousands. Without it
        the sign is found for each column, and numbers such as ``1.200`` between semicolons, which
        may be either, are refused.

    Returns
    -------
    SurveyFile

    Raises
    ------
    SurveyFileError
        If the file is missing, empty, truncated, encrypted, damaged, of another type than its
        name says, an HTML page, larger than ``memory_limit``, or lacks a column. The message
        is one sentence and holds no value of the data.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "survey.csv"
    ...     _ = path.write_text("person;income\n1;1200,5\n2;900\n")
    ...     survey = read_survey(path)
    >>> survey.data["income"].tolist()
    [1200.5, 900.0]
    """
    once = None if columns is None else list(dict.fromkeys(columns))
    survey = _read(Path(path), once, encoding, blanks, table, memory_limit, decimal)
    mark(survey.data, survey)
    return survey


def _read(
    source: Path,
    columns: Sequence[str] | None,
    encoding: str | None,
    blanks: Sequence[str],
    table: str | None,
    memory_limit: float | None,
    decimal: DecimalSign | None,
) -> SurveyFile:
    if decimal not in {None, ",", "."}:
        raise SurveyFileError("decimal must be a comma or a point.")
    if memory_limit is not None and not memory_limit > 0:
        raise SurveyFileError("memory_limit must be above zero gigabytes.")
    if encoding is not None:
        try:
            b"a".decode(encoding, "ignore")  # a codec such as hex is found, but is none of text
            encoding = codecs.lookup(encoding).name
        except LookupError as error:
            raise SurveyFileError(
                f"{encoding} is no known code page: give cp1252, cp850, latin-1 or utf-8."
            ) from error
    ending = _ending(source)
    head = _head(source)
    _refuse_disguise(source, ending, head)
    if decimal is not None and not _is_text(ending):
        raise SurveyFileError(f"{source.name} stores numbers, not their text: give no decimal.")
    if table is not None and ending not in {".xlsx", ".xpt"}:
        raise SurveyFileError(f"{source.name} holds one table only: give no table.")
    if ending == ".xlsx":
        sheet = read_workbook(source, columns, table, blanks, memory_limit)
        named = {str(name): Variable(str(name)) for name in sheet.columns}
        return SurveyFile(sheet, named, {}, "utf-8", (), (), "Excel")
    if ending == ".parquet":
        stored = read_parquet(source, columns, memory_limit)
        named = {name: Variable(name, stored.labels.get(name, "")) for name in stored.data.columns}
        return SurveyFile(stored.data, named, {}, "utf-8", (), stored.remarks, "Parquet")
    if ending == ".xpt":
        with one_member(source, table) as member:
            return _read_labelled(member, ending, columns, encoding, memory_limit)
    if ending in _READERS:
        return _read_labelled(source, ending, columns, encoding, memory_limit)
    text = read_delimited(source, columns, encoding, blanks, memory_limit, decimal)
    variables = {str(name): Variable(str(name)) for name in text.data.columns}
    return SurveyFile(
        text.data, variables, {}, text.encoding, (), text.remarks, "CSV", decimal=text.decimal
    )


def _is_text(ending: str) -> bool:
    return ending in {".csv", ".tsv", ".txt"}


def _ending(source: Path) -> str:
    name = source.name.lower()
    plain = name.removesuffix(".gz")
    for one in (".csv", ".tsv", ".txt"):
        if plain.endswith(one):
            return one
    ending = Path(name).suffix
    if ending not in _ENDINGS:
        raise SurveyFileError(
            f"{source.name} ends in {ending or 'nothing'}, which is no known survey format: "
            f"give a file ending in {', '.join(_ENDINGS)}."
        )
    return ending


def _head(source: Path) -> bytes:
    if not source.is_file():
        raise SurveyFileError(f"{source} does not exist: check the path.")
    with source.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise SurveyFileError(f"{source.name} is empty: fetch it again.")
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        with gzip.open(source) as packed:
            return packed.read(_HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise SurveyFileError(
            f"{source.name} is a damaged or truncated gzip file: fetch it again."
        ) from error


def _recognise(head: bytes) -> str | None:
    """Return the ending that the first bytes speak for."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    markup = start.startswith(b"<") and not start.startswith(b"<stata_dta>")
    if markup or b"<html" in start[:1024]:
        return "html"
    if b"ENCRYPTEDSAV" in head[:64]:
        return "encrypted"
    if head.startswith((b"$FL2", b"$FL3")):
        return ".sav"
    if head.startswith(b"\x00" * 12 + b"\xc2\xea\x81\x60"):
        return ".sas7bdat"
    if head.startswith(b"HEADER RECORD*******LIB"):
        return ".xpt"
    if head.startswith(b"<stata_dta>"):
        return ".dta"
    if len(head) > 3 and head[0] in _STATA_RELEASES and head[1] in (1, 2) and head[2] == 1:
        return ".dta"
    if head.startswith(b"PAR1"):
        return ".parquet"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if b"SPSSPORT" in head.replace(b"\n", b"").replace(b"\r", b""):
        return ".por"
    return None


def _refuse_disguise(source: Path, ending: str, head: bytes) -> None:
    found = _recognise(head)
    if found == "html":
        raise SurveyFileError(
            f"{source.name} is an HTML page, not a data file: a login or error page was saved in "
            "its place; fetch the file again."
        )
    if found == "encrypted":
        raise SurveyFileError(
            f"{source.name} is encrypted with a password: open it in SPSS and save it without one."
        )
    if found == "zip" and ending == ".xlsx":
        return
    if found == "zip":
        raise SurveyFileError(
            f"{source.name} is a ZIP archive or an Excel workbook: unpack it or rename it to "
            "end in .xlsx."
        )
    meant = ".sav" if ending == ".zsav" else ending
    if found is not None and found != meant:
        raise SurveyFileError(
            f"{source.name} holds {found[1:]} data under the ending {ending}: "
            f"rename it to end in {found}."
        )
    if found is None and ending in _READERS:
        raise SurveyFileError(
            f"{source.name} does not begin like a {ending} file: it is damaged or of another type."
        )


def _require(columns: Sequence[str] | None, present: Sequence[str], source: Path) -> None:
    if columns is not None and (sentence := missing_column_message(columns, present, source.name)):
        raise SurveyFileError(sentence)


def _damaged(source: Path) -> SurveyFileError:
    return SurveyFileError(
        f"{source.name} is truncated or damaged: fetch or export it again and compare its size."
    )


def _read_labelled(
    source: Path,
    ending: str,
    columns: Sequence[str] | None,
    encoding: str | None,
    memory_limit: float | None,
) -> SurveyFile:
    try:
        return _labelled(source, ending, columns, encoding, memory_limit)
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise _failure(source, error) from error


def _labelled(
    source: Path,
    ending: str,
    columns: Sequence[str] | None,
    encoding: str | None,
    memory_limit: float | None,
) -> SurveyFile:
    kind, reader = _READERS[ending]
    _refuse_truncated(source, ending)
    meta, fits = _metadata(source, reader, encoding)
    present = list(meta.column_names)
    _require(columns, present, source)
    wanted = present if columns is None else list(columns)
    _require_room(source, ending, meta, wanted, memory_limit)
    remarks: list[str] = []
    if ending == ".por" and encoding is not None:
        raise SurveyFileError(
            f"{source.name} is a portable file, which brings its own table of characters: "
            "give no encoding."
        )
    chosen = encoding
    stated = _stated_encoding(source, ending, meta)
    doubted = not fits or (stated.lower() in _DOUBTED and ending != ".sas7bdat")
    if encoding is None and doubted and ending != ".por":
        chosen = _doubt_encoding(source, reader, stated, remarks)
    options: dict[str, Any] = {"dates_as_pandas_datetime": True}
    if columns is not None:
        options["usecols"] = wanted
    if kind in _TAGGED or ending in {".sav", ".zsav"}:
        options["user_missing"] = True
    try:
        data, meta = _read_with_fallbacks(
            source, reader, {**options, "encoding": chosen}, wanted, columns, remarks
        )
    except _UnfitTextError:
        if chosen is not None:
            raise
        chosen = _doubt_encoding(source, reader, stated, remarks)
        data, meta = _read_with_fallbacks(
            source, reader, {**options, "encoding": chosen}, wanted, columns, remarks
        )
    if columns is not None:
        data = data[wanted]
    variables, tags = _describe(data, meta, kind)
    data = _without_tags(data, tags)
    notes = tuple(str(note) for note in (meta.notes or ()))
    return SurveyFile(
        data=data,
        variables=variables,
        tags=tags,
        encoding=(chosen or stated or "utf-8").lower(),
        notes=notes,
        remarks=tuple(remarks),
        format=kind,
        label=meta.file_label or meta.table_name or "",
    )


def _require_room(
    source: Path, ending: str, meta: Any, wanted: Sequence[str], limit: float | None
) -> None:
    """Refuse what does not fit, by the counts and widths in the head of the file.

    The reader keeps a column as it grows and again as it becomes part of the table: 741 000 rows
    of 58 numbers and 2 short texts took 1.9 times the bytes of their cells.
    """
    rows = meta.number_rows
    if rows is None or rows < 0:
        # Neither .por nor .xpt states its rows: a portable number takes two characters or more
        total = source.stat().st_size * (4 if ending == ".por" else 1)
        cells = total * len(wanted) / max(len(meta.column_names), 1)
        contents = f"{len(wanted)} columns"
    else:
        cells = rows * sum(_cell_bytes(meta, name) for name in wanted)
        contents = f"{rows} rows and {len(wanted)} columns"
    require_memory(
        source.name,
        cells * _PEAK,
        limit,
        contents=contents,
        next_step="read fewer with columns=, or raise memory_limit",
    )


def _cell_bytes(meta: Any, name: str) -> int:
    """Bytes of a cell while it is read: a number, or a text with the overhead of its object."""
    if meta.readstat_variable_types.get(name) != "string":
        return 8
    return 57 + min(int(meta.variable_storage_width.get(name) or 8), 255)


def _refuse_truncated(source: Path, ending: str) -> None:
    """Find cuts in the tail, which the reader does not see."""
    size = source.stat().st_size
    with source.open("rb") as file:
        head = file.read(11)
        file.seek(max(size - 64, 0))
        tail = file.read()
    cut_xml = ending == ".dta" and head == b"<stata_dta>" and b"</stata_dta>" not in tail
    cut_cards = ending == ".xpt" and size % 80 != 0
    if cut_xml or cut_cards:
        raise _damaged(source)


class _UnfitTextError(SurveyFileError):
    """Text that does not fit the code page."""


def _metadata(source: Path, reader: Callable[..., Any], encoding: str | None) -> tuple[Any, bool]:
    """Return what the file says, and whether its labels fit the code page."""
    try:
        return reader(str(source), metadataonly=True, encoding=encoding)[1], True
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        failure = _failure(source, error)
        if encoding is not None or not isinstance(failure, _UnfitTextError):
            raise failure from error
        return reader(str(source), metadataonly=True, encoding="LATIN1")[1], False


def _failure(source: Path, error: Exception) -> SurveyFileError:
    if isinstance(error, UnicodeDecodeError) or "convert" in str(error).lower():
        return _UnfitTextError(
            f"{source.name} holds text that does not fit its code page: give encoding='cp1252', "
            "'cp850' or 'latin-1'."
        )
    return _damaged(source)


def _stated_encoding(source: Path, ending: str, meta: Any) -> str:
    """Return the code page that the file or its format names, empty where neither does."""
    stated = str(meta.file_encoding or "")
    if ending == ".dta":
        with source.open("rb") as file:
            head = file.read(64)
        unicode = b"<release>118" in head or b"<release>119" in head
        return "utf-8" if unicode else "windows-1252"
    return "iso-8859-1" if stated.startswith("ISO_8859-1") else stated


def _doubt_encoding(
    source: Path,
    reader: Callable[..., Any],
    stated: str,
    remarks: list[str],
) -> str | None:
    """Choose a code page by the letters it leaves; None keeps the reader's own choice."""
    try:
        sample, described = reader(
            str(source), encoding="LATIN1", row_limit=_SAMPLE_ROWS, disable_datetime_conversion=True
        )
    except (pyreadstat.ReadstatError, UnicodeDecodeError):
        return None  # the full read says what is wrong
    texts = [*map(str, described.column_labels or ()), *map(str, described.notes or ())]
    texts += [str(x) for labels in described.value_labels.values() for x in labels.values()]
    texts += [described.file_label or ""]
    for name in sample.columns:
        if not pd.api.types.is_numeric_dtype(sample[name]):
            texts += [x for x in sample[name].unique() if isinstance(x, str)]
    found = best_encoding(
        "\n".join(texts).encode("latin-1", errors="ignore"), stated.lower() in _STATES_CP1252
    )
    if found is None or (found == "cp1252" and stated.lower().startswith("iso")):
        return None
    if found != "cp1252" or stated.lower() not in _STATES_CP1252:
        remarks.append(
            f"The file states {stated or 'no code page'}, but its letters are those of {found}, "
            "which was used."
        )
    return {"cp850": "CP850", "utf-8": "UTF-8", "cp1252": "WINDOWS-1252"}[found]


def _read_with_fallbacks(
    source: Path,
    reader: Callable[..., Any],
    options: dict[str, Any],
    wanted: Sequence[str],
    columns: Sequence[str] | None,
    remarks: list[str],
) -> tuple[pd.DataFrame, Any]:
    try:
        return _call(source, reader, options)
    except OverflowError:
        remarks.append("Dates outside the years 1 to 9999 occur: all dates stay numbers as stored.")
        plain = {k: v for k, v in options.items() if k != "dates_as_pandas_datetime"}
        return _call(source, reader, {**plain, "disable_datetime_conversion": True})
    except UnicodeDecodeError as error:
        binary = [name for name in wanted if _is_binary(source, reader, options, name)]
        if not binary or columns is not None or len(binary) == len(wanted):
            raise SurveyFileError(
                f"{source.name} holds text in {len(binary) or len(wanted)} column(s) that does "
                "not fit its code page: give the encoding or name other columns."
            ) from error
        remarks.append(f"Not read, as it holds no text: {', '.join(binary)}.")
        kept = [name for name in wanted if name not in binary]
        return _call(source, reader, {**options, "usecols": kept})


def _call(
    source: Path, reader: Callable[..., Any], options: dict[str, Any]
) -> tuple[pd.DataFrame, Any]:
    try:
        data, meta = reader(str(source), **options)
    except pyreadstat.ReadstatError as error:
        raise _failure(source, error) from error
    except MemoryError as error:
        raise SurveyFileError(
            f"{source.name} does not fit into memory: read fewer with columns=."
        ) from error
    return data, meta


def _is_binary(
    source: Path, reader: Callable[..., Any], options: dict[str, Any], name: str
) -> bool:
    try:
        reader(str(source), **{**options, "usecols": [name]})
    except UnicodeDecodeError:
        return True
    return False


def _describe(
    data: pd.DataFrame, meta: Any, kind: str
) -> tuple[dict[str, Variable], dict[str, pd.Series]]:
    labels = dict(zip(meta.column_names, meta.column_labels or (), strict=False))
    tags: dict[str, pd.Series] = {}
    variables: dict[str, Variable] = {}
    for name in data.columns:
        letters: tuple[str, ...] = ()
        if kind in _TAGGED and meta.missing_user_values.get(name):
            column = data[name]
            tagged = column.map(lambda x: isinstance(x, str)).to_numpy(dtype=bool)
            if tagged.any():
                tags[name] = "." + column[tagged].astype(str).str.lower()
                letters = tuple(sorted(tags[name].unique()))
        variables[name] = Variable(
            name=name,
            label=labels.get(name) or "",
            value_labels={
                f".{code.lower()}" if kind in _TAGGED and isinstance(code, str) else code: text
                for code, text in meta.variable_value_labels.get(name, {}).items()
            },
            missing_ranges=tuple(
                (one["lo"], one["hi"]) for one in meta.missing_ranges.get(name, ())
            ),
            tags=letters,
            measure=meta.variable_measure.get(name) or "unknown",
            format=meta.original_variable_types.get(name) or "",
        )
    return variables, tags


def _without_tags(data: pd.DataFrame, tags: Mapping[str, pd.Series]) -> pd.DataFrame:
    numbers = {}
    for name, letters in tags.items():
        column = data[name].copy()
        column.loc[letters.index] = np.nan
        numbers[name] = column.astype("float64")
    return data.assign(**numbers) if numbers else data
