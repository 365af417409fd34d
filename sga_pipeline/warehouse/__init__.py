"""The seam to dbt: its manifest, prepared and fresh."""
