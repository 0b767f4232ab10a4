"""重修指导查询: who is taught where, when and by whom, for the student himself and for staff within their scope."""
