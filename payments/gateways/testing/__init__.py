"""Channels to test against: local servers that speak WeChat Pay's and Alipay's protocols.

Written from the channels' documents with ``cryptography`` and the ``openssl`` command, never with
the adapters or the packages they use. Keys are made for each test run.
"""
