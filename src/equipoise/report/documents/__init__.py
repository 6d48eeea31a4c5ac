"""What a page says, as PDF, RTF and pictures."""
