"""Protocols of health records and health statistics: DHIS2, FHIR."""
