"""The names of the tables that a visit fills, as Django's labels of their models."""

from __future__ import annotations

Columns = dict[str, object]
Lines = dict[str, list[Columns]]

CHARGE_ITEM = "coverage.ChargeItem"
COVERAGE = "coverage.Coverage"
CONDITION = "conditions.Condition"
OBSERVATION = "observations.Observation"
DIAGNOSTIC_REPORT = "observations.DiagnosticReport"
MEDICATION_REQUEST = "medications.MedicationRequest"
MEDICATION_DISPENSE = "medications.MedicationDispense"
MEDICATION_ADMINISTRATION = "medications.MedicationAdministration"
SERVICE_REQUEST = "procedures.ServiceRequest"
PROCEDURE = "procedures.Procedure"
DEVICE_USE = "procedures.DeviceUse"
STAY = "encounters.EncounterStay"
COMPOSITION = "documents.Composition"
APPOINTMENT = "documents.Appointment"
EPISODE = "episodes.EpisodeOfCare"

# In the order of writing: what others point to comes first.
LINE_TABLES = (
    CHARGE_ITEM, COVERAGE, CONDITION, MEDICATION_REQUEST, MEDICATION_DISPENSE, MEDICATION_ADMINISTRATION,
    SERVICE_REQUEST, DIAGNOSTIC_REPORT, OBSERVATION, PROCEDURE, DEVICE_USE, STAY, COMPOSITION, APPOINTMENT, EPISODE,
)  # fmt: skip
