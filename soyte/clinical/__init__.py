"""The health record: tables named after FHIR R4 resources, their services and selectors. Knows nothing of systems."""
