"""Boundary files: GeoJSON, KML, Shapefile, GeoPackage."""
