"""The assessment as a graph: the only place that imports Dagster. Everything it does is plain Python from elsewhere."""
