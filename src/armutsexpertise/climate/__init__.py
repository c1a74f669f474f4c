"""Social dimensions of climate protection and adaptation.

========================  ==================================================================
module                    what it answers
========================  ==================================================================
`carbon`                  what the CO2 price adds to a unit of each fuel
`cost_split`              how landlord and tenant share it (CO2KostAufG)
`burden`                  who bears it, who gains when the revenue is paid back
`renovation`              when a modernisation levy leaves the warm rent unchanged
========================  ==================================================================
"""
