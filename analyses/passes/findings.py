"""Findings: the five main results in words, and what must hold for the words."""

from __future__ import annotations

from typing import Any

from armutsexpertise.expertise import Claim
from armutsexpertise.publish.values import Values

# A word such as "gut die Hälfte" is a number too. Each claim names what must hold for it.
CLAIMS: tuple[Claim, ...] = (
    (
        "Über kleine Gemeinden sagt das Inventar fast nichts",
        lambda z: z.raw("klein_eintrag") < 0.1 * z.raw("klein_n"),
    ),
    (
        "Die meisten Großstädte haben einen Sozialpass",
        lambda z: z.raw("gross_dat_unten") > 0.5,
    ),
    (
        "Ein Sozialpass eines Kreises ist ab 2015 nicht belegt",
        lambda z: z.raw("kreispass_dat") == 0,
    ),
    (
        "Bürgergeld und Sozialhilfe sind fast immer einbezogen",
        lambda z: (
            min(z.raw("kreis_sgb2_ja"), z.raw("kreis_sgb12_ja")) >= 0.8 * z.raw("paesse_aktuell")
        ),
    ),
    (
        "Wohngeld ist nur in gut der Hälfte ausdrücklich einbezogen",
        lambda z: 0.5 <= z.raw("kreis_wohngeld_ja") / z.raw("paesse_aktuell") <= 0.6,
    ),
    (
        "Die meisten Pässe gibt es nur auf Antrag",
        lambda z: z.raw("weg_antrag") > 0.5 * z.raw("paesse_aktuell"),
    ),
    (
        "Genau eine Quote ist streng vergleichbar",
        lambda z: z.raw("paare_streng") == 1,
    ),
    (
        "Kein Pass ist einem anderen auf allen vier Seiten überlegen",
        lambda z: z.raw("dominanz_paare") == 0,
    ),
    (
        "Jeder Rang bleibt möglich",
        lambda z: z.raw("raenge_offen") == z.raw("profile_n"),
    ),
    (
        "Größe hängt mit der Dokumentation zusammen",
        lambda z: z.raw("verdopplung_alle_robust_lower") > 0,
    ),
    (
        "Einkommen ist in der Gegenprobe nicht gesichert",
        lambda z: z.raw("einkommen_alle_robust_lower") < 0 < z.raw("einkommen_alle_lower"),
    ),
    (
        "Arbeitslosigkeit zeigt keinen gesicherten Zusammenhang",
        lambda z: z.raw("arbeitslos_alle_lower") < 0 < z.raw("arbeitslos_alle_upper"),
    ),
    (
        "Die Vorlage der Verwaltung liegt über der Rechenspanne",
        lambda z: z.raw("dus_vorlage_mio") * 1e6 > z.high("szenario_duesseldorf_automatik"),
    ),
    (
        "Die Faustregel reicht von Mettmann bis Bonn",
        lambda z: (
            abs(z.raw("kosten_unten") - z.raw("kosten_mettmann")) < 1
            and abs(z.high("kosten_spanne") - z.raw("kosten_bonn")) < 1
        ),
    ),
    (
        "Der Zusammenhang mit Deprivation ist in der Gegenprobe nicht gesichert",
        lambda z: z.raw("gisd_alle_robust_von") < 0 < z.raw("gisd_alle_robust_bis"),
    ),
    (
        "In den Großstädten kommen auf jedes Merkmal weniger als drei ohne Beleg",
        lambda z: z.raw("modell_ohne_gross") < 9,
    ),
    (
        "Verneint ist der Pass nur in einer Gemeinde",
        lambda z: z.raw("nrw_akt_verneint") == 1 and z.raw("nrw_dat_verneint") == 1,
    ),
)


def findings(z: Values) -> list[dict[str, Any]]:
    """Return the five main findings: title, text, and the exhibit that shows each."""
    return [
        {
            "title": "Verbreitung: Die meisten Großstädte haben einen Sozialpass; über kleine "
            "Gemeinden sagt das Inventar fast nichts.",
            "text": (
                f"Belegt ist ein eigener Sozialpass in {z('gross_dat_belegt')} von "
                f"{z('gross_dat_n')} Großstädten und in {z('nrw_dat_belegt')} von "
                f"{z('nrw_dat_n')} Gemeinden (Quellen ab 2015). Verneint ist er mit solchen Quellen "
                f"nur in {z('verneint_ort')}. Landesweit liegt der Anteil also irgendwo zwischen "
                f"{z.between('nrw_dat_spanne')}: Diese Spanne ist zu weit für eine Aussage. In den "
                f"Gemeinden mit belegtem Pass leben {z('bev_nrw_dat_unten')} der Bevölkerung. Arp fand "
                f"2019 bei {z('arp_anteil')} der Kommunen einen Sozialpass. Eine Erhebung aller "
                "Pässe von 2025 liegt vor, ihre Zahlen aber nicht in diesem Inventar."
            ),
            "exhibit": "fig-groesse",
        },
        {
            "title": "Berechtigte: Bürgergeld und Sozialhilfe sind fast immer einbezogen, Wohngeld "
            "nur in gut der Hälfte der Pässe ausdrücklich.",
            "text": (
                f"Von {z('paesse_aktuell')} Pässen mit aktueller Quelle schließen "
                f"{z('kreis_sgb2_ja')} Menschen mit Bürgergeld ausdrücklich ein. Beim Wohngeld sind es "
                f"{z('kreis_wohngeld_ja')}; {z.words('kreis_wohngeld_nein')} schließen es aus, "
                f"{z.words('kreis_wohngeld_offen')} sagen dazu nichts. Am seltensten ausdrücklich "
                f"eingeschlossen sind Jugendhilfe ({z('kreis_sgb8_ja')}) und BAföG "
                f"({z('kreis_bafoeg_ja')})."
            ),
            "exhibit": "fig-rechtskreise",
        },
        {
            "title": "Zugang: Die meisten Pässe gibt es nur auf Antrag.",
            "text": (
                f"Einen Antrag verlangen {z('weg_antrag')} der {z('paesse_aktuell')} Pässe. "
                f"Automatisch kommen {z.words('weg_automatisch')}, {z.words('weg_teils')} weitere nur für einen "
                f"Teil der Rechtskreise; bei {z.words('weg_offen')} ist der Weg nicht genannt."
            ),
            "exhibit": "fig-zugang",
        },
        {
            "title": "Inanspruchnahme: Für keinen Sozialpass gibt es eine verlässliche Quote.",
            "text": (
                f"Nur {z.words('paare_streng', one='eines')} von {z.words('paare_n')} belegten Paaren "
                "aus Nutzenden und Berechtigten betrifft dieselbe Gruppe, Einheit und Zeit, und es gilt "
                "einem Sozialticket: In Witten besaßen es 2013 zwischen "
                f"{z.between('quote_witten')} der Berechtigten im SGB II. Die übrigen sind Näherungen "
                f"zwischen {z.between('naeherung')}."
            ),
            "exhibit": "fig-quoten",
        },
        {
            "title": "Kosten: Was ein Pass kostet, hängt davon ab, was gezählt wird.",
            "text": (
                f"Gesamtkosten oder Mindereinnahmen sind für {z.words('kosten_n')} Pässe belegt: "
                f"{z('kosten_spanne')} je Pass. Als Faustregel kosten {z('faustregel_paesse')} zusätzliche "
                f"Pässe damit {z('faustregel')} im Jahr. In Düsseldorf geht es beim Wohngeld um "
                f"{z('szenario_duesseldorf_personen')} Personen. Den Pass haben davon auf Antrag wohl "
                f"{z('quote_antrag')}, bei automatischer Ausgabe {z('quote_automatik')}; das ergibt "
                f"höchstens {z('szenario_duesseldorf_hoechstens')} Mio. EUR im Jahr. Eine Vorlage der "
                f"Verwaltung nannte 2023 mehr: {z('dus_vorlage_mio')} Mio. EUR bei voller Nutzung."
            ),
            "exhibit": "fig-kosten",
        },
    ]
