"""The portal as people use it: a real browser, server, worker, beat and finance platform."""
