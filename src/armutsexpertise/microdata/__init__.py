"""Survey files in: formats, codebooks, recoding, missing values."""
