"""Spreadsheet tables of this app."""

from portal.accounts.models import College, Contact
from portal.lib.tables.table import Column, Table, table
from portal.lib.tables.words import Text, YesNo

TABLES: dict[str, type[Table]] = {
    "college": table(
        College,
        ("code",),
        [
            Column("code", "学院代码", Text(), "xydm", "xyh", "jg_id"),
            Column("name", "学院名称", Text(), "xymc", "学院"),
            Column("english_name", "英文名称", Text(), "xyywmc"),
            Column("is_active", "在用", YesNo()),
        ],
    ),
    "contact": table(
        Contact,
        ("topic",),
        [
            Column("topic", "事项代码", Text()),
            Column("office", "部门", Text(), "bm"),
            Column("phone", "电话", Text(), "lxdh"),
            Column("hours", "时间", Text()),
            Column("remark", "说明", Text(), "bz"),
        ],
    ),
}
