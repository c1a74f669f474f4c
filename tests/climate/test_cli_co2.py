"""The command ``co2-kosten``: values, paragraphs, precedence of the bill, German refusals."""

import json

import pytest
from typer.testing import CliRunner

from armutsexpertise.cli import app

YEAR_ACROSS = "--brennstoff erdgas --verbrauch 15000 --flaeche 75 --von 2023-10-01 --bis 2024-09-30"
GAS = "--brennstoff erdgas --verbrauch 15000 --flaeche 75 --jahr 2025"


def run(options):
    return CliRunner().invoke(app, ["co2-kosten", *options.split()], terminal_width=200)


def result(options):
    got = run(f"{options} --json")
    assert got.exit_code == 0, got.output
    return json.loads(got.output)


def test_worked_example_in_words():
    got = run(GAS)
    assert got.exit_code == 0
    text = got.output.replace("\u00a0", " ")
    # methods, section 4: 2,721 kg, 36.3 kg/m2, step 6, 178.08 EUR gross, landlord 89.04
    for part in ("2.721 kg", "178,08 EUR", "36,3 kg", "Stufe 6", "Vermietung: 89,04 EUR"):
        assert part in text
    assert "§ 5 Abs. 2 und Anlage CO2KostAufG" in text


def test_worked_example_as_json():
    got = result(GAS)
    assert got["kosten_eur"] == 178.08
    assert got["mietpartei_eur"] + got["vermietung_eur"] == pytest.approx(178.08)
    assert got["stufe"] == 6
    assert "§ 3 Abs. 3 und § 4 Abs. 1 CO2KostAufG" in got["vorschriften"]


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        (f"{GAS} --einheit kwh_hi", "co2_kg", 3013.2),  # 15,000 x 0.20088
        (f"{GAS} --rechnung-kg 2700,5", "co2_kg", 2700.5),
        (f"{GAS} --rechnung-eur 170,10", "kosten_eur", 170.10),
        (f"{GAS} --preis 100 --umsatzsteuer 0", "kosten_eur", 272.09),
        (f"{GAS} --beschraenkung eine", "vermietung_eur", 44.52),  # half of 50 %
        (f"{GAS} --beschraenkung beide", "vermietung_eur", 0),
        (f"{GAS} --selbstversorgt --eigene-geraete", "vermietung_eur", 84.59),  # 89.04 x 0.95
        (f"{GAS} --nichtwohngebaeude", "stufe", None),
        (f"{GAS} --von 2025-01-01 --bis 2025-03-14", "stufe", 10),  # bounds cut to a fifth
        (
            "--brennstoff erdgas --verbrauch 9000 --flaeche 75 --von 2024-05-01 --bis 2024-12-31",
            "umsatzsteuer_prozent",
            19,  # the whole period lies behind the change of April 2024
        ),
        (
            "--brennstoff heizoel --verbrauch 1000 --flaeche 75 --von 2025-10-01 --bis 2026-03-31 "
            "--datum 2026-01-15",
            "preis_eur_t",
            60,  # oil is delivered on one day
        ),
        (
            # 2,720.92 kg at a mean price on the bill, § 3 Abs. 3
            f"{YEAR_ACROSS} --preis 41,25 --umsatzsteuer 16",
            "kosten_eur",
            130.20,
        ),
        (f"{YEAR_ACROSS} --rechnung-eur 127,03", "kosten_eur", 127.03),
        (
            "--brennstoff erdgas --verbrauch 9000 --flaeche 75 --von 2024-02-01 --bis 2024-05-31 "
            "--datum 2024-05-31",
            "umsatzsteuer_prozent",
            19,  # the end of the period of reading decides
        ),
        (f"{GAS} --rechnung-kg 2.700,5", "co2_kg", 2700.5),
        ("--brennstoff heizoel --verbrauch 1000 --flaeche 75 --jahr 2025", "co2_kg", 2676.284),
        (
            "--brennstoff fluessiggas --verbrauch 500 --einheit kg --flaeche 75 --jahr 2025",
            "co2_kg",
            1506.5,
        ),
        (
            "--brennstoff erdgas --verbrauch 1000 --einheit m3 --brennwert 11,2 "
            "--zustandszahl 0,95 --flaeche 75 --jahr 2025",
            "co2_kg",
            1930.039,  # 10,640 kWh x 0.18139464
        ),
        (
            "--brennstoff fernwaerme --rechnung-kg 2100 --rechnung-eur 137,45 --flaeche 75 "
            "--jahr 2025",
            "vermietung_eur",
            54.98,  # 28.0 kg/m2, step 5, 40 %
        ),
        (
            "--brennstoff erdgas --verbrauch 9000 --flaeche 75 --datum 2024-02-01",
            "umsatzsteuer_prozent",
            7,
        ),
        (f"{GAS.replace('2025', '2026')}", "preis_eur_t", 60),  # § 4 Abs. 1 Nr. 2
    ],
)
def test_options(options, key, value):
    got = result(options)[key]
    assert got == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ("--verbrauch 15000 --flaeche 75 --jahr 2025", "Der Brennstoff fehlt"),
        ("--brennstoff pellets --verbrauch 1 --flaeche 75 --jahr 2025", "§ 2 Abs. 1"),
        ("--brennstoff torf --verbrauch 1 --flaeche 75 --jahr 2025", "kennt der Rechner nicht"),
        ("--brennstoff fernwaerme --verbrauch 1 --flaeche 75 --jahr 2025", "§ 3 Abs. 4"),
        ("--brennstoff fernwaerme --rechnung-kg 1 --flaeche 75 --jahr 2025", "--rechnung-eur"),
        ("--brennstoff erdgas --flaeche 75 --jahr 2025", "Der Verbrauch fehlt"),
        ("--brennstoff erdgas --verbrauch 1 --jahr 2025", "Die Wohnfläche fehlt"),
        ("--brennstoff erdgas --verbrauch 1 --flaeche 0 --jahr 2025", "Die Wohnfläche ist 0"),
        ("--brennstoff erdgas --verbrauch 1 --flaeche 75", "Das Jahr fehlt"),
        ("--brennstoff erdgas --verbrauch 1 --flaeche 75 --jahr 25", "vier Ziffern"),
        ("--brennstoff erdgas --verbrauch 1 --flaeche 75 --jahr 2022", "§ 11 Abs. 2"),
        ("--brennstoff erdgas --verbrauch 1 --flaeche 75 --jahr 2024", "--datum"),
        ("--brennstoff erdgas --verbrauch 1 --flaeche 75 --jahr 2027", "Umweltbundesamt"),
        ("--brennstoff erdgas --verbrauch 1 --flaeche 75 --jahr 2028", "§ 5a"),
        ("--brennstoff erdgas --verbrauch NaN --flaeche 75 --jahr 2025", "nicht negativ"),
        ("--brennstoff erdgas --verbrauch 1.500 --flaeche 75 --jahr 2025", "mehrdeutig"),
        ("--brennstoff erdgas --verbrauch=-5 --flaeche 75 --jahr 2025", "nicht negativ"),
        ("--brennstoff erdgas --verbrauch viel --flaeche 75 --jahr 2025", "eine Zahl"),
        (f"{GAS} --einheit m3", "--zustandszahl"),
        (f"{GAS} --einheit kwh", "--einheit ist kwh"),
        (f"{GAS} --einheit liter", "keinen Standardwert je liter"),
        ("--brennstoff anthrazit --verbrauch 1 --flaeche 75 --jahr 2025", "--einheit nötig"),
        (f"{GAS} --von 2025-01-01", "--von und --bis"),
        (f"{GAS} --von 2025-10-01 --bis 2026-03-31", "ändert sich der CO2-Preis"),
        (YEAR_ACROSS, "zur Zeit der Lieferung (§ 3 Abs. 3 CO2KostAufG)"),
        (f"{YEAR_ACROSS} --datum 2024-09-30", "ändert sich der CO2-Preis"),
        (f"{YEAR_ACROSS} --preis 41", "--umsatzsteuer"),
        (
            "--brennstoff fluessiggas --einheit kg --verbrauch 1 --flaeche 75 --jahr 2023",
            "mit --um",
        ),
        (f"{GAS} --rechnung-kg 1.5000", "mehrdeutig ist: 15000"),
        (f"{GAS} --rechnung-kg 1,234.5", "eine Zahl angeben"),
        (f"{GAS} --rechnung-kg 1_000", "eine Zahl angeben"),
        (f"{GAS} --brennwert 11,2", "--brennwert gehört zu Kubikmetern"),
        (f"{GAS} --einheit m3 --brennwert 0 --zustandszahl 0,95", "größer als 0"),
        (f"{GAS} --von 2025-06-30 --bis 2025-01-01", "vor seinem Beginn"),
        (f"{GAS} --datum 2023-05-01", "liegt nicht im Zeitraum von 2025-01-01 bis 2025-12-31"),
        (
            "--brennstoff erdgas --verbrauch 1 --flaeche 75 --von 2024-02-01 --bis 2024-05-31",
            "1. Februar 2024 bis 31. Mai 2024 nicht eindeutig",
        ),
        (f"{GAS} --einheit kWh", "kwh_hs angeben"),
        (f"{GAS} --von 2025-01-01 --bis 2026-06-30", "höchstens ein Jahr"),
        (f"{GAS} --von 1.1.2025 --bis 2025-06-30", "JJJJ-MM-TT"),
        (f"{GAS} --eigene-geraete", "--selbstversorgt"),
        (f"{GAS} --beschraenkung viele", "keine, eine oder beide"),
        (f"{GAS} --umsatzsteuer 119", "in Prozent"),
        (f"{GAS} --farbe rot", "gibt es nicht"),
        ("--brennstoff", "fehlt der Wert"),
    ],
)
def test_refusals_are_one_german_sentence(options, part):
    got = run(options)
    assert got.exit_code == 1
    assert part in got.output.replace("\u00a0", " ")
    assert got.output.count("\n") == 1


def test_the_period_is_stated():
    text = run(f"{YEAR_ACROSS} --rechnung-eur 127,03").output.replace("\u00a0", " ")
    assert text.startswith("Erdgas 1. Oktober 2023 bis 30. September 2024\n")
    got = result(f"{YEAR_ACROSS} --rechnung-eur 127,03")
    assert (got["von"], got["bis"]) == ("2023-10-01", "2024-09-30")
    assert run(GAS).output.startswith("Erdgas 2025\n")


def test_help_is_german():
    got = run("--help")
    assert got.exit_code == 0
    for word in ("Aufruf:", "Angaben", "Beispiele", "Zeigt diese Hilfe"):
        assert word in got.output
    for word in ("Usage", "Options", "Show this", "required", "default"):
        assert word not in got.output
