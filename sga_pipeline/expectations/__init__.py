"""Great Expectations on small summaries of what is about to be published, with suites built from contracts and catalogue."""
