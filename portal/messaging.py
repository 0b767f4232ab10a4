"""Settings of how messages leave the portal (taken over whole by settings.py).

By these as well as the inbox, which is always written: each channel is there once its first
variable is set; the demo prints e-mail on the console of its worker.
"""

from datetime import timedelta

from portal.environment import env

DEMO_MAIL = "consolemail://" if env.bool("DEMO", default=False) else ""
EMAIL_URL = env("EMAIL_URL", default=DEMO_MAIL)
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))  # Django's own EMAIL_…
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="portal@localhost")
SMS_URL = env("SMS_URL", default="")
SMS_SECRET = env("SMS_SECRET", default="")
# Beginnings of message keys: each text message costs money.
SMS_TOPICS = env.list(
    "SMS_TOPICS",
    default=["retake:changed:", "retake:waiting:", "retake:offer:", "retake:cancelled:"],
)
WECOM = {name: env.str(f"WECOM_{name}", default="") for name in ("CORP", "AGENT", "SECRET")}
WECOM_URL = env("WECOM_URL", default="https://qyapi.weixin.qq.com")
MESSAGE_CHANNELS = {
    name: path
    for name, path, is_there in (
        ("email", "portal.inbox.channels.email.EmailChannel", EMAIL_URL),
        ("sms", "portal.inbox.channels.sms.SmsChannel", SMS_URL),
        ("wecom", "portal.inbox.channels.wecom.WecomChannel", WECOM["CORP"]),
    )
    if is_there
}
MESSAGE_TIMEOUT = env.float("MESSAGE_TIMEOUT", default=10)  # seconds, of each
# Messages of one reader that come within this many seconds leave together.
MESSAGE_BATCH_WAIT = timedelta(seconds=env.int("MESSAGE_BATCH_WAIT", default=60))
ADDRESS_BOOK = "portal.records.addresses.people"  # who is reached where
