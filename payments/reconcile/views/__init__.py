"""Finance's workbench: a view reads a form, calls one service or page, and answers."""
