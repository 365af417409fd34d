"""The assessment as a graph: the only place that imports Dagster. What its assets do is plain Python of the other rooms."""
