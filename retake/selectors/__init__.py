"""What pages may ask the retake process; reads only."""

from retake.selectors.choice import choice
from retake.selectors.mine import my_enrollment, my_enrollments
from retake.selectors.opened import opened_for
from retake.selectors.overview import dashboard

__all__ = ["choice", "dashboard", "my_enrollment", "my_enrollments", "opened_for"]
