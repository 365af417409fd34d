"""Tables as offices send them: delimited text, workbooks, Parquet, JSON objects."""
