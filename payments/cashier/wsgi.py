"""Entry of the server process; callbacks owed by an earlier one go out from here on."""

import os

from django.core.wsgi import get_wsgi_application

from payments.cashier.process import courier

os.environ["DJANGO_SETTINGS_MODULE"] = "payments.cashier.settings"

application = get_wsgi_application()
courier().start()
