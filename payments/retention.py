"""Raw messages of gateways, once nobody can ask about them any more. Money facts are never
forgotten, and neither is a message a receipt, a conflict or a stray refund stands on.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef

from payments.models import Conflict, GatewayMessage, Receipt, StrayRefund
from payments.models.receipts import MESSAGE_DAYS
from portal.lib.retention import Keeping, delete_some

BASED_ON = (Receipt, Conflict, StrayRefund)


def _messages(cutoff: datetime, batch: int) -> int:
    rows = GatewayMessage.objects.filter(received_at__lt=cutoff)
    for fact in BASED_ON:
        rows = rows.exclude(Exists(fact._default_manager.filter(message=OuterRef("pk"))))  # noqa: SLF001 -- documented
    return delete_some(rows, batch)


MESSAGES = Keeping("渠道原始消息", "CALLBACK_DAYS", MESSAGE_DAYS, _messages)
