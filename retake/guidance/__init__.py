"""重修指导查询: a student's own rows, the staff's table, export, calendar feed."""
