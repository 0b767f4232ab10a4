"""The veteran claims of the record, as the teaching office sees them here."""

from portal.records.models import VeteranStatus


class VeteranClaim(VeteranStatus):
    """No table of its own: the record holds the claim, deciding it acts on enrolments."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "退役身份审核"
        permissions = [("decide_veteranclaim", "可以审核退役身份并减免重修费")]
