import pandas as pd
def headlines(clean, tables, config):
    return pd.DataFrame({"key":["x"],"value":[1]})
