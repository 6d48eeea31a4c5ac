"""ctDNA: RAS status under the limit of detection."""
