"""A Python start-up that makes some documents deadly; see sitecustomize.py."""
