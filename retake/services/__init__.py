"""What may be done to rounds and enrolments; one module per act."""
