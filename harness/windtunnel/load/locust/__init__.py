"""Locust as a load engine for many machines: the same mix in, the same records out.

It patches its process (gevent), so it always runs in processes of its own.
"""
