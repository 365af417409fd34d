"""Files, web addresses, object stores and databases: sources that hand over what they keep."""
