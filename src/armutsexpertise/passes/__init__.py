"""Municipal social and culture passes.

========================  ==================================================================
module                    what it answers
========================  ==================================================================
`vocabulary`              the codes that tables and functions share
`inventory`               one row per pass, statement and count, from the data package
`coverage`                what share of municipalities and population has a pass (bounds)
`documented`              who has a documented pass (Firth logit, detection rates)
`eligibility`             which legal groups are included
`profile`                 access, benefits, route and price of a pass; dominance, ranks
`typology`                Kultur-Pass, Kultur-und-Konsum-Pass, Rundum-Pass
`take_up`                 which rates may be formed, and their range
`cost`                    cost per holder, cost of admitting a further group
========================  ==================================================================
"""
