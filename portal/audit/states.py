"""What can happen to a row, and what happens to somebody's data."""

from portal.lib.labels import Labelled


class Operation(Labelled):
    """What was done to a row."""

    INSERT = "insert", "新增"
    UPDATE = "update", "修改"
    DELETE = "delete", "删除"
