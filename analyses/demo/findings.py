"""Claims of the methods report: words without digits that the estimates must support."""

from __future__ import annotations

from armutsexpertise.expertise import Claim, Finding
from armutsexpertise.publish.values import Values

CLAIMS: tuple[Claim, ...] = (
    (
        "In den kreisfreien Städten ist die Quote höher als in den Kreisen",
        lambda z: z.raw("quote_stadt") > z.raw("quote_kreis"),
    ),
    (
        "Wer jede Person für unabhängig gezogen hält, hält den Fehler für viel zu klein",
        lambda z: z.raw("se_none") < 0.7 * z.raw("se_full"),
    ),
    (
        "Den größten Teil macht die Klumpung im Haushalt aus",
        lambda z: (
            z.raw("se_households") - z.raw("se_weights") > z.raw("se_full") - z.raw("se_households")
        ),
    ),
    (
        "Ohne das Einkommen sieht es so aus, als mache die Miete die Wohnung kalt",
        lambda z: z.raw("tenant_small_von") > 0,
    ),
    (
        "Mit dem Einkommen bleibt davon wenig",
        lambda z: abs(z.raw("tenant_full")) < 0.5 * z.raw("tenant_small"),
    ),
    (
        "Höheres Einkommen geht mit weniger kalten Wohnungen einher",
        lambda z: z.raw("einkommen_full_bis") < 0,
    ),
    (
        "Linearisierung und Bootstrap geben ähnliche Fehler",
        lambda z: abs(z.raw("se_bootstrap") / z.raw("se_taylor") - 1) < 0.25,
    ),
    (
        "Die Quote lässt sich für fast alle Kreise zeigen",
        lambda z: z.raw("quote_gezeigt") >= 0.8 * z.raw("kreise"),
    ),
    (
        "Die Lücke ist nur für wenige Kreise zu zeigen",
        lambda z: z.raw("luecke_gezeigt") < 0.3 * z.raw("kreise"),
    ),
)


def findings(z: Values) -> list[Finding]:  # noqa: ARG001
    """Return nothing: invented data have no findings."""
    return []
