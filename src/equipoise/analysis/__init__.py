"""What all subjects show."""
