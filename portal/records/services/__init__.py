"""What may be changed in the record; one module per noun."""
