"""What may be done with an application; one module per act."""
