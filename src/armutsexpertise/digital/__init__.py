"""Digital equipment and skills of households with low income.

========================  ==================================================================
module                    what it answers
========================  ==================================================================
`gaps`                    how far poor and rich lie apart, and when the poor catch up
`affordability`           what participation costs against the standard benefit
`config`                  the basket, its prices and grants, dated and sourced
`skills`                  Digital Skills Indicator 2.0 and D21-Digital-Index
`irt`                     graded response model for item data, item fit, item bias
`piaac`                   problem solving with computers, and who has no score
`piaac_tables`            the same as tables of a report, protected before they are written
`determinants`            models of access and skills, and what the gap consists of
`profiles`                who is offline or low-skilled, and how stable that answer is
`policy`                  grants: households reached, newly connected, cost of each
`study`                   what may stand in the config of the expertise
========================  ==================================================================
"""
