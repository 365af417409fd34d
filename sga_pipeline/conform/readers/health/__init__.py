"""Forms of health records and health statistics: FHIR, DHIS2."""
