"""``armutsexpertise co2-kosten``: CO2 cost of a heated dwelling and who bears it.

The whole command speaks German, as it is for tenants and advice centres.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from armutsexpertise.cli._fail import fail

# The library is imported inside the command: it needs pandas, which --help does not.

UsageError: Any = typer.BadParameter.__mro__[1]
"""Base of the errors of usage, whichever package the installed typer takes them from."""

UNIT_NAMES = {
    "kwh_hs": "kWh (Brennwert)",
    "kwh_hi": "kWh (Heizwert)",
    "liter": "Liter",
    "kg": "kg",
    "m3": "m³",
}
USUAL_UNIT = {"erdgas": "kwh_hs", "heizoel": "liter"}
FUEL_NAMES = {
    "erdgas": "Erdgas",
    "heizoel": "Heizöl EL",
    "heizoel_schwer": "Heizöl S",
    "fluessiggas": "Flüssiggas",
    "braunkohlebriketts": "Braunkohlebriketts",
    "steinkohlebriketts": "Steinkohlebriketts",
    "anthrazit": "Anthrazit",
    "fernwaerme": "Fernwärme",
}
NO_STANDARD_VALUE = frozenset(
    {"holz", "pellets", "scheitholz", "hackschnitzel", "strom", "waermepumpe"}
)
RESTRICTIONS = {"keine": "none", "eine": "one", "beide": "both"}
RULES = {
    "§ 5 Abs. 1 Satz 3": "auf eine Nachkommastelle gerundet",
    "§ 5 Abs. 1 Satz 3 (entsprechend)": "auf eine Nachkommastelle gerundet",
    "§ 5 Abs. 1 Satz 4": "Grenzen der Stufen anteilig gekürzt, weil der Zeitraum kürzer als ein "
    "Jahr ist",
    "§ 5 Abs. 2 und Anlage": "Aufteilung nach der Stufe",
    "§ 5 Abs. 3 und Anlage": "Aufteilung nach der Stufe; die Mietpartei versorgt sich selbst",
    "§ 6 Abs. 2": "die Vermietung erstattet ihren Anteil; binnen zwölf Monaten nach der Abrechnung "
    "des Lieferanten in Textform verlangen",
    "§ 6 Abs. 3 Satz 2": "Erstattung gekürzt, weil der Brennstoff auch eigene Geräte versorgt",
    "§ 8 Abs. 1": "Nichtwohngebäude: die Mietpartei trägt höchstens die Hälfte",
    "§ 8 Abs. 2": "Nichtwohngebäude: die Vermietung erstattet die Hälfte",
    "§ 9 Abs. 1": "Anteil der Vermietung halbiert, weil Vorgaben einer Verbesserung "
    "entgegenstehen; die Vermietung muss sie nachweisen",
    "§ 9 Abs. 2": "keine Aufteilung, weil Vorgaben beiden Verbesserungen entgegenstehen; die "
    "Vermietung muss sie nachweisen",
}


class GermanCommand(TyperCommand):
    """A command whose help and errors of usage are German too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parameters: list[Any] = list(self.params)
        for parameter in parameters:
            parameter.rich_help_panel = "Angaben"
            if getattr(parameter, "is_flag", False):
                parameter.metavar = " "

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option with a German text."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Zeigt diese Hilfe."
            option.rich_help_panel, option.metavar = "Angaben", " "
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, "[ANGABEN]", prefix="Aufruf: ")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; say in German what is wrong with them."""
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            option = getattr(error, "option_name", None)
            if option is None:
                fail("Einer Angabe fehlt der Wert, oder es steht ein Wort ohne Angabe: --help.")
            if getattr(error, "possibilities", None) is None:
                fail(f"Die Angabe {option} passt nicht oder ihr fehlt der Wert: siehe --help.")
            fail(f"Die Angabe {option} gibt es nicht: --help zeigt alle.")


def co2_kosten_command(
    brennstoff: Annotated[
        str | None,
        typer.Option(
            "--brennstoff",
            metavar="NAME",
            help="Brennstoff: erdgas, heizoel, heizoel_schwer, fluessiggas, braunkohlebriketts, "
            "steinkohlebriketts, anthrazit oder fernwaerme (nötig).",
        ),
    ] = None,
    jahr: Annotated[
        str | None,
        typer.Option("--jahr", metavar="JAHR", help="Jahr der Lieferung und der Abrechnung."),
    ] = None,
    verbrauch: Annotated[
        str | None,
        typer.Option("--verbrauch", metavar="ZAHL", help="Verbrauch in der Einheit der Rechnung."),
    ] = None,
    flaeche: Annotated[
        str | None,
        typer.Option(
            "--flaeche",
            metavar="M2",
            help="Wohnfläche in Quadratmetern, zu der der Verbrauch gehört (Gebäude oder Wohnung).",
        ),
    ] = None,
    einheit: Annotated[
        str | None,
        typer.Option(
            "--einheit",
            metavar="EINHEIT",
            help="kwh_hs (Brennwert, wie auf Gasrechnungen), kwh_hi (Heizwert), liter, kg oder m3. "
            "Ohne Angabe: Erdgas kwh_hs, Heizöl liter; sonst ist sie nötig.",
        ),
    ] = None,
    brennwert: Annotated[
        str | None,
        typer.Option("--brennwert", metavar="ZAHL", help="Nur m3: Brennwert der Rechnung, kWh/m³."),
    ] = None,
    zustandszahl: Annotated[
        str | None,
        typer.Option("--zustandszahl", metavar="ZAHL", help="Nur m3: Zustandszahl der Rechnung."),
    ] = None,
    rechnung_kg: Annotated[
        str | None,
        typer.Option(
            "--rechnung-kg",
            metavar="KG",
            help="CO2-Menge, die auf der Rechnung steht (§ 3 CO2KostAufG); geht der Berechnung "
            "vor.",
        ),
    ] = None,
    rechnung_eur: Annotated[
        str | None,
        typer.Option(
            "--rechnung-eur",
            metavar="EUR",
            help="CO2-Kosten mit Umsatzsteuer, die auf der Rechnung stehen; gehen der Berechnung "
            "vor.",
        ),
    ] = None,
    preis: Annotated[
        str | None,
        typer.Option(
            "--preis",
            metavar="EUR",
            help="CO2-Preis je Tonne ohne Umsatzsteuer, statt des Preises nach § 4 CO2KostAufG.",
        ),
    ] = None,
    umsatzsteuer: Annotated[
        str | None,
        typer.Option(
            "--umsatzsteuer", metavar="PROZENT", help="Umsatzsteuersatz der Rechnung in Prozent."
        ),
    ] = None,
    datum: Annotated[
        str | None,
        typer.Option(
            "--datum",
            metavar="JJJJ-MM-TT",
            help="Tag der Lieferung; bei Erdgas der letzte Tag des Ablesezeitraums, wenn zwei "
            "Steuersätze galten (2024).",
        ),
    ] = None,
    von: Annotated[
        str | None,
        typer.Option("--von", metavar="JJJJ-MM-TT", help="Erster Tag, wenn kein Kalenderjahr."),
    ] = None,
    bis: Annotated[
        str | None,
        typer.Option("--bis", metavar="JJJJ-MM-TT", help="Letzter Tag, wenn kein Kalenderjahr."),
    ] = None,
    selbstversorgt: Annotated[
        bool,
        typer.Option(
            "--selbstversorgt", help="Die Mietpartei bezieht den Brennstoff selbst (§ 6 Abs. 2)."
        ),
    ] = False,
    eigene_geraete: Annotated[
        bool,
        typer.Option(
            "--eigene-geraete",
            help="Der Brennstoff versorgt auch eigene Geräte, etwa einen Gasherd (§ 6 Abs. 3).",
        ),
    ] = False,
    nichtwohngebaeude: Annotated[
        bool,
        typer.Option(
            "--nichtwohngebaeude", help="Das Gebäude dient nicht überwiegend dem Wohnen (§ 8)."
        ),
    ] = False,
    beschraenkung: Annotated[
        str,
        typer.Option(
            "--beschraenkung",
            metavar="ART",
            show_default=False,
            help="Öffentlich-rechtliche Vorgaben stehen entgegen (§ 9): keine (ohne Angabe), eine "
            "(Gebäude oder Wärmeversorgung) oder beide.",
        ),
    ] = "keine",
    as_json: Annotated[bool, typer.Option("--json", help="Ergebnis als JSON ausgeben.")] = False,
) -> None:
    """Berechnet die CO2-Kosten des Heizens und wer sie trägt (CO2KostAufG).

    Was auf der Rechnung steht, geht vor: Menge und Betrag lassen sich mit --rechnung-kg und
    --rechnung-eur angeben. Die Auskunft ersetzt keine Rechtsberatung.

    Beispiele:

    * `armutsexpertise co2-kosten --brennstoff erdgas --verbrauch 15000 --flaeche 75 --jahr 2025`
    * `armutsexpertise co2-kosten --brennstoff fernwaerme --rechnung-kg 2100 --rechnung-eur 137,45
      --flaeche 75 --jahr 2025`
    """
    from armutsexpertise.climate.cost_split import rules_on, share_of_year, split_cost

    if brennstoff is None:
        fail("Der Brennstoff fehlt: mit --brennstoff angeben, etwa --brennstoff erdgas.")
    fuel = brennstoff.strip().lower()
    _check_fuel(fuel)
    if beschraenkung not in RESTRICTIONS:
        fail(f"--beschraenkung ist {beschraenkung}: keine, eine oder beide angeben.")
    if eigene_geraete and not selbstversorgt:
        fail("--eigene-geraete kürzt nur die Erstattung: zusammen mit --selbstversorgt angeben.")
    if (von is None) != (bis is None):
        fail("Ein Zeitraum, der kein Kalenderjahr ist, braucht --von und --bis.")
    if flaeche is None and not nichtwohngebaeude:
        fail("Die Wohnfläche fehlt: mit --flaeche in Quadratmetern angeben (§ 5 Abs. 1).")
    first, last = _day(von, "--von"), _day(bis, "--bis")
    day = _day(datum, "--datum")
    begin = first or day
    if jahr is not None and not re.fullmatch(r"\d{4}", jahr):
        fail(f"--jahr ist {jahr}: ein Jahr mit vier Ziffern angeben.")
    year = int(jahr) if jahr is not None else int(begin[:4]) if begin else None
    if year is None:
        fail("Das Jahr fehlt: mit --jahr angeben.")
    if first is not None and int(first[:4]) != year:
        fail(f"--jahr {year} und --von {first} passen nicht zusammen: eines berichtigen.")
    if first is not None and last is not None and first > last:
        fail(f"Der Zeitraum endet am {last}, vor seinem Beginn am {first}: eines berichtigen.")
    start, end = first or f"{year}-01-01", last or f"{year}-12-31"
    if day is not None and not start <= day <= end:
        fail(f"--datum {day} liegt nicht im Zeitraum von {start} bis {end}: eines berichtigen.")
    if year < 2023:
        fail(
            f"Für {year} gilt das CO2KostAufG nicht: es gilt für Abrechnungszeiträume, die ab dem "
            "1. Januar 2023 beginnen (§ 11 Abs. 2)."
        )
    if year > 2027:
        fail(
            f"Für {year} ist das CO2KostAufG nicht hinterlegt: ab 2028 teilt § 5a die Kosten von "
            "Heizungen nach § 43 des Gebäudemodernisierungsgesetzes hälftig."
        )
    given = {
        "--verbrauch": verbrauch,
        "--flaeche": flaeche,
        "--brennwert": brennwert,
        "--zustandszahl": zustandszahl,
        "--rechnung-kg": rechnung_kg,
        "--rechnung-eur": rechnung_eur,
        "--preis": preis,
        "--umsatzsteuer": umsatzsteuer,
    }
    numbers = {name: _number(text, name) for name, text in given.items() if text is not None}
    period = f"{first}/{last}" if first is not None else str(year)
    try:
        share = share_of_year(first, str(last)) if first is not None else 1
    except ValueError:
        fail("Der Zeitraum passt nicht: er hat höchstens ein Jahr.")
    emissions = _emissions(fuel, day or period, einheit, numbers)
    cost = _cost(fuel, day, period, emissions["kg"], numbers)
    if numbers.get("--flaeche") == 0:
        fail("Die Wohnfläche ist 0: mit --flaeche in Quadratmetern angeben.")
    result = split_cost(
        emissions["kg"],
        cost["eur"],
        numbers.get("--flaeche"),
        rules_on(first or str(year)),
        year_share=share,
        restriction=RESTRICTIONS[beschraenkung],  # type: ignore[arg-type]
        residential=not nichtwohngebaeude,
        self_supplied=selbstversorgt,
        own_devices=eigene_geraete,
    )
    if as_json:
        record = _record(fuel, year, emissions, cost, result) | {"von": start, "bis": end}
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    for line in _lines(fuel, period, emissions, cost, result, numbers):
        typer.echo(line)


def _check_fuel(fuel: str) -> None:
    if fuel in FUEL_NAMES:
        return
    if fuel in NO_STANDARD_VALUE:
        fail(
            f"Für {fuel} legt die EBeV 2030 keinen Standardwert fest: das CO2KostAufG gilt nicht "
            "(§ 2 Abs. 1), es gibt nichts aufzuteilen."
        )
    fail(f"Den Brennstoff {fuel} kennt der Rechner nicht; möglich: {', '.join(FUEL_NAMES)}.")


def _day(text: str | None, option: str) -> str | None:
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        fail(f"{option} ist {text}: einen Tag als JJJJ-MM-TT angeben.")


def _span(on: str) -> str:
    """Write a period in words: 2024, or 1. Mai 2024 bis 31. Dezember 2024."""
    from armutsexpertise.publish.numbers import date_de

    return " bis ".join(date_de(day) for day in on.split("/"))


def _number(text: str, option: str) -> Any:
    """Return a number in German notation, or with a plain decimal point, as a decimal."""
    from decimal import Decimal

    plain = text.strip()
    german = re.fullmatch(r"([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+),[0-9]+", plain)
    if german:
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"(?!0\.)[0-9]+(\.[0-9]{3,})+", plain):
        # thousands in German, a decimal in English
        whole = plain.replace(".", "")
        fail(f"{option} ist {text}, was mehrdeutig ist: {whole} oder mit Komma schreiben.")
    elif not re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?|0\.[0-9]+", plain):
        fail(f"{option} ist {text}: eine Zahl angeben, die nicht negativ ist, etwa 137,45.")
    return Decimal(plain)


def _emissions(fuel: str, on: str, unit: str | None, numbers: dict[str, Any]) -> dict[str, Any]:
    """Return kilograms of CO2 and how they were found."""
    from armutsexpertise.climate.carbon import emission_factor, fuel_on

    if "--rechnung-kg" in numbers:
        return {"kg": numbers["--rechnung-kg"], "paragraph": "§ 3 Abs. 1 Nr. 1", "factor": None}
    if fuel == "fernwaerme":
        fail(
            "Bei Fernwärme stehen CO2-Menge und CO2-Kosten nur auf der Rechnung des Lieferanten "
            "(§ 3 Abs. 4 CO2KostAufG): mit --rechnung-kg und --rechnung-eur angeben. Für Gebäude, "
            "die erst nach dem 1. Januar 2023 an eine Anlage im Europäischen Emissionshandel "
            "angeschlossen wurden, gilt das Gesetz nicht (§ 2 Abs. 3)."
        )
    if "--verbrauch" not in numbers:
        fail("Der Verbrauch fehlt: mit --verbrauch angeben, oder die CO2-Menge der Rechnung.")
    unit = unit.lower() if unit else USUAL_UNIT.get(fuel)
    if unit is None:
        fail(f"Für {FUEL_NAMES[fuel]} ist --einheit nötig, etwa kg.")
    if unit in ("kwh", "mwh"):
        fail(
            f"--einheit ist {unit}: kwh_hs angeben, wenn die Menge auf den Brennwert bezogen ist, "
            "kwh_hi beim Heizwert; eine Megawattstunde sind 1000 Kilowattstunden."
        )
    if unit not in UNIT_NAMES:
        fail(f"--einheit ist {unit}: {', '.join(UNIT_NAMES)} sind möglich.")
    quantity = numbers["--verbrauch"]
    of_volume = {"--brennwert", "--zustandszahl"} & set(numbers)
    if of_volume and unit != "m3":
        fail(f"{min(of_volume)} gehört zu Kubikmetern: --einheit m3 angeben, oder weglassen.")
    if unit == "m3":
        if fuel != "erdgas" or not {"--brennwert", "--zustandszahl"} <= set(numbers):
            fail(
                "Kubikmeter lassen sich nur bei Erdgas und nur mit --brennwert und --zustandszahl "
                "der Rechnung umrechnen."
            )
        if numbers["--brennwert"] * numbers["--zustandszahl"] == 0:
            fail("--brennwert und --zustandszahl sind größer als 0: beide stehen auf der Rechnung.")
        quantity *= numbers["--brennwert"] * numbers["--zustandszahl"]
        unit = "kwh_hs"
    try:
        values = fuel_on(fuel, on)
    except ValueError:
        fail(f"Für {FUEL_NAMES[fuel]} im Jahr {on[:4]} ist kein Emissionsfaktor hinterlegt.")
    if unit not in values.kg_per_unit:
        known = ", ".join(values.kg_per_unit)
        fail(f"Für {FUEL_NAMES[fuel]} gibt es keinen Standardwert je {unit}; möglich: {known}.")
    factor = emission_factor(values, unit)
    return {
        "kg": quantity * factor,
        "paragraph": "§ 3 Abs. 2",
        "factor": factor,
        "unit": unit,
        "quantity": quantity,
    }


def _cost(
    fuel: str, day: str | None, period: str, kg: Any, numbers: dict[str, Any]
) -> dict[str, Any]:
    """Return the CO2 cost with VAT and how it was found.

    The price is that of the time of delivery (§ 3 Abs. 3). How much gas came before and after a
    change only the bill says: use follows the weather, so days would be no measure of it.
    """
    from armutsexpertise.climate._money import half_up
    from armutsexpertise.climate.carbon import vat_on
    from armutsexpertise.climate.cost_split import certificate_price_on

    if "--rechnung-eur" in numbers:
        eur = half_up(numbers["--rechnung-eur"], 2)
        return {"eur": eur, "paragraph": "§ 3 Abs. 1 Nr. 2", "price": None, "vat": None}
    if fuel == "fernwaerme":
        fail(
            "Bei Fernwärme stehen die CO2-Kosten nur auf der Rechnung (§ 3 Abs. 4): mit "
            "--rechnung-eur angeben."
        )
    price, vat = numbers.get("--preis"), numbers.get("--umsatzsteuer")
    piped = fuel == "erdgas"  # flows all the time; other fuels are delivered on a day
    if price is None:
        try:
            price = certificate_price_on(period if piped or day is None else day)
        except ValueError:
            if period[:4] != period.split("/")[-1][:4]:
                other = "" if piped else ", oder den Tag der Lieferung mit --datum"
                fail(
                    f"Im Zeitraum {_span(period)} ändert sich der CO2-Preis, und es zählt der "
                    "Preis zur Zeit der Lieferung (§ 3 Abs. 3 CO2KostAufG): die CO2-Kosten der "
                    f"Rechnung mit --rechnung-eur angeben, oder ihren Preis mit --preis{other}."
                )
            fail(
                f"Für {period[:4]} ist kein CO2-Preis hinterlegt; ab 2027 veröffentlicht ihn das "
                "Umweltbundesamt (§ 4 CO2KostAufG): mit --preis angeben, oder den Betrag der "
                "Rechnung mit --rechnung-eur."
            )
    if vat is None:
        try:
            vat = vat_on(fuel, day or period) * 100
        except ValueError:
            other = ", oder mit --datum das Ende des Ablesezeitraums" if piped else ""
            fail(
                f"Für {FUEL_NAMES[fuel]} steht der Umsatzsteuersatz im Zeitraum {_span(period)} "
                f"nicht eindeutig fest: den Satz der Rechnung mit --umsatzsteuer angeben{other}."
            )
    if vat >= 100:
        fail(f"--umsatzsteuer ist {vat}: einen Satz in Prozent angeben, etwa 19.")
    net = kg * price / 1000
    return {
        "eur": half_up(net * (100 + vat) / 100, 2),
        "net": half_up(net, 2),
        "paragraph": "§ 3 Abs. 3" + (" und § 4 Abs. 1" if "--preis" not in numbers else ""),
        "price": price,
        "vat": vat,
    }


def _record(
    fuel: str, year: int, emissions: dict[str, Any], cost: dict[str, Any], result: Any
) -> dict[str, Any]:
    """Return the result as plain numbers and texts."""

    def plain(value: Any) -> float | None:
        return None if value is None else float(value)

    return {
        "brennstoff": fuel,
        "jahr": year,
        "co2_kg": plain(round(emissions["kg"], 3)),
        "faktor_kg_je_einheit": plain(emissions["factor"]),
        "einheit": emissions.get("unit"),
        "preis_eur_t": plain(cost["price"]),
        "umsatzsteuer_prozent": plain(cost["vat"]),
        "kosten_eur": plain(cost["eur"]),
        "ausstoss_kg_m2": plain(result.specific_kg_m2),
        "stufe": result.step,
        "anteil_mietpartei_prozent": plain(result.tenant_percent),
        "anteil_vermietung_prozent": plain(result.landlord_percent),
        "mietpartei_eur": plain(result.tenant_eur),
        "vermietung_eur": plain(result.landlord_eur),
        "vorschriften": [
            f"{p} CO2KostAufG"
            for p in (emissions["paragraph"], cost["paragraph"], *result.paragraphs)
        ],
    }


def _lines(
    fuel: str,
    period: str,
    emissions: dict[str, Any],
    cost: dict[str, Any],
    result: Any,
    numbers: dict[str, Any],
) -> list[str]:
    """Return the result in sentences."""
    from armutsexpertise.publish.numbers import de, euro

    lines = [f"{FUEL_NAMES[fuel]} {_span(period)}"]
    if emissions["factor"] is None:
        how = "laut Rechnung"
    else:
        unit = UNIT_NAMES[emissions["unit"]]
        how = f"{de(emissions['quantity'], 0)} {unit} mal {de(emissions['factor'], 4)} kg"
    lines.append(
        f"CO2-Menge: {de(emissions['kg'], 0)} kg ({how}; {emissions['paragraph']} CO2KostAufG)"
    )
    if cost["price"] is None:
        how = "laut Rechnung"
    else:
        how = (
            f"{euro(cost['price'], 2)} je Tonne, {euro(cost['net'], 2)} ohne und "
            f"{de(cost['vat'], 0)} Prozent Umsatzsteuer"
        )
    lines.append(f"CO2-Kosten: {euro(cost['eur'], 2)} ({how}; {cost['paragraph']} CO2KostAufG)")
    if result.specific_kg_m2 is not None:
        lines.append(
            f"Ausstoß: {de(result.specific_kg_m2, 1)} kg je Quadratmeter, Stufe {result.step} von "
            f"10 ({de(numbers['--flaeche'], 1)} Quadratmeter)"
        )
    for name, eur, percent in (
        ("Mietpartei", result.tenant_eur, result.tenant_percent),
        ("Vermietung", result.landlord_eur, result.landlord_percent),
    ):
        lines.append(f"{name}: {euro(eur, 2)} (Anteil nach dem Gesetz {de(percent, 1)} Prozent)")
    lines.append("Angewandt:")
    lines += [f"  {p} CO2KostAufG: {RULES[p]}" for p in result.paragraphs]
    if result.step is None:
        lines.append(
            "  § 8 Abs. 4 kündigt für 2025 ein Stufenmodell für Nichtwohngebäude an; im Stand, der "
            "hier hinterlegt ist, gilt die hälftige Teilung."
        )
    elif "§ 5 Abs. 3 und Anlage" not in result.paragraphs:
        lines.append(
            "Fehlt die Aufteilung in der Heizkostenabrechnung, darf die Mietpartei ihren Anteil an "
            f"den Heizkosten um {_reduction(period)} Prozent kürzen (§ 7 Abs. 4 CO2KostAufG)."
        )
    lines.append("Gesetz vom 5. Dezember 2022 (BGBl. I S. 2154). Ersetzt keine Rechtsberatung.")
    return lines


def _reduction(period: str) -> str:
    from armutsexpertise.parameters import parameter_throughout
    from armutsexpertise.publish.numbers import de

    return de(parameter_throughout("co2kostaufg_reduction_right", period).exact(), 0)
